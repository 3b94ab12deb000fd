-- The figures behind docs/concepts/pictures, made by the extension's own functions, as rows for pictures.py:
-- picture, kind, name, x, y, lo_80, hi_80, lo_95, hi_95. Noise comes from md5, so every run draws the same.
CREATE TEMP TABLE figure (
    picture text, kind text, name text, x float8, y float8, lo_80 float8, hi_80 float8, lo_95 float8, hi_95 float8
);

-- About a standard normal number: the sum of four bytes of a hash.
CREATE FUNCTION pg_temp.noise(seed text, i integer) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT (sum(get_byte(decode(md5(seed || i), 'hex'), place)) - 510) / 147.8 FROM generate_series(0, 3) AS place
$$;

CREATE TEMP TABLE series AS
SELECT 'level' AS name, t, 100 + 9 * pg_temp.noise('level', t) + CASE WHEN t > 40 THEN 25 ELSE 0 END AS y
FROM generate_series(1, 80) AS t
UNION ALL
SELECT 'flat', t, 100 + 12 * pg_temp.noise('flat', t) FROM generate_series(1, 80) AS t
UNION ALL
SELECT 'walk', t, 100 + 3 * (SELECT sum(pg_temp.noise('walk', s)) FROM generate_series(1, t) AS s) FROM generate_series(1, 80) AS t
UNION ALL
SELECT 'trend', t, 60 + 1.1 * t + 6 * pg_temp.noise('trend', t) FROM generate_series(1, 60) AS t
UNION ALL
SELECT 'months', t, (80 + 0.9 * t) * (1 + 0.35 * sin(2 * pi() * t / 12)) + 4 * pg_temp.noise('months', t) FROM generate_series(1, 72) AS t
UNION ALL
SELECT 'week', t, 50 + CASE t % 7 WHEN 5 THEN 30 WHEN 6 THEN 20 WHEN 0 THEN -20 ELSE 0 END + 4 * pg_temp.noise('week', t)
FROM generate_series(1, 56) AS t
UNION ALL
SELECT 'week and month', t, 60 + 0.1 * t + CASE t % 7 WHEN 5 THEN 25 WHEN 6 THEN 15 ELSE 0 END + 20 * sin(2 * pi() * t / 30) + 3 * pg_temp.noise('two', t)
FROM generate_series(1, 150) AS t
UNION ALL
SELECT 'seldom', t, CASE WHEN pg_temp.noise('when', t) > 0.7 THEN round((3 + abs(3 * pg_temp.noise('size', t)))::numeric)::float8 ELSE 0 END
FROM generate_series(1, 90) AS t
UNION ALL
SELECT 'erratic', t, round((20 * exp(0.8 * pg_temp.noise('erratic', t)))::numeric)::float8 FROM generate_series(1, 80) AS t
UNION ALL
SELECT 'lumpy', t, CASE WHEN pg_temp.noise('lumpy', t) > 0.3 THEN round((8 * exp(0.75 * pg_temp.noise('lump', t)))::numeric)::float8 ELSE 0 END
FROM generate_series(1, 90) AS t
UNION ALL
SELECT 'dying', t, CASE WHEN t < 60 AND pg_temp.noise('dying', t) > 0.3 THEN round((4 + abs(2 * pg_temp.noise('size', t)))::numeric)::float8 ELSE 0 END
FROM generate_series(1, 90) AS t;

CREATE FUNCTION pg_temp.history(wanted text) RETURNS float8[] LANGUAGE sql AS $$
    SELECT array_agg(y ORDER BY t) FROM series WHERE name = wanted
$$;

-- shows PICTURE the forecast that FUNCTION gives for SERIES: history, line and bands.
CREATE PROCEDURE pg_temp.shows(picture text, title text, wanted text, label text, call text, bands boolean = true) LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO figure (picture, kind, name) VALUES (picture, 'title', title);
    INSERT INTO figure (picture, kind, name, x, y)
    SELECT picture, CASE WHEN wanted IN ('seldom', 'dying') THEN 'bars' ELSE 'history' END, 'demand', s.t, s.y
    FROM series AS s WHERE s.name = wanted;
    EXECUTE format(
        'INSERT INTO figure SELECT %L, %L, %L, cardinality($1) + f.step, f.yhat, f.lo_80, f.hi_80, f.lo_95, f.hi_95 FROM %s AS f',
        picture, CASE WHEN bands THEN 'forecast' ELSE 'line' END, label, call
    ) USING pg_temp.history(wanted);
END $$;
-- adds another model's line to a picture.
CREATE PROCEDURE pg_temp.beside(picture text, wanted text, label text, call text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('INSERT INTO figure SELECT %L, %L, %L, cardinality($1) + f.step, f.yhat FROM %s AS f', picture, 'line', label, call)
    USING pg_temp.history(wanted);
END $$;

SET search_path = pg_catalog, replenish, pg_temp;
CALL pg_temp.shows('moving-average', 'Moving average of 30 days', 'flat', 'moving average', 'forecast_moving_average($1, 30, 30)');
CALL pg_temp.shows('naive', 'Naive, and drift as a line', 'walk', 'naive', 'forecast_naive($1, 30)');
CALL pg_temp.beside('naive', 'walk', 'drift', 'forecast_drift($1, 30)');
CALL pg_temp.shows('seasonal-naive', 'Seasonal naive: last week again', 'week', 'seasonal naive', 'forecast_seasonal_naive($1, 21, 7)');
CALL pg_temp.shows('ses', 'Simple exponential smoothing after a step in demand', 'level', 'SES', 'forecast_exponential_smoothing($1, 30)');
CALL pg_temp.shows('holt', 'Holt, and damped as a line', 'trend', 'Holt', 'forecast_holt($1, 30)');
CALL pg_temp.beside('holt', 'trend', 'Holt, damped', 'forecast_holt($1, 30, true)');
CALL pg_temp.shows('holt-winters', 'Holt-Winters, multiplicative season of 12', 'months', 'Holt-Winters', 'forecast_holt_winters($1, 24, 12, ''multiplicative'')');
CALL pg_temp.shows('ets', 'ETS: the form with the best AICc', 'months', 'ETS', 'forecast_ets($1, 24, 12)');
CALL pg_temp.shows('theta', 'Theta, and dynamic optimised Theta as a line', 'trend', 'Theta', 'forecast_theta($1, 30)');
CALL pg_temp.beside('theta', 'trend', 'dynamic', 'forecast_dynamic_optimized_theta($1, 30)');
CALL pg_temp.shows('intermittent', 'Demand that dies out: TSB fades, Croston does not', 'dying', 'TSB', 'forecast_tsb($1, 20)', false);
CALL pg_temp.beside('intermittent', 'dying', 'Croston', 'forecast_croston($1, 20)');
CALL pg_temp.beside('intermittent', 'dying', 'SBA', 'forecast_sba($1, 20)');
CALL pg_temp.shows('aggregation', 'IMAPA on seldom demand, with the quantiles of recent days', 'seldom', 'IMAPA', 'forecast_imapa($1, 20)');
CALL pg_temp.shows('mstl', 'MSTL: a week and a month at once', 'week and month', 'MSTL', 'forecast_mstl($1, 45, ARRAY[7, 30])');
CALL pg_temp.shows('combination', 'The combination', 'week', 'COMBINATION', 'forecast_with($1, 21, ''COMBINATION'', 7)');
CALL pg_temp.beside('combination', 'week', 'ETS', 'forecast_with($1, 21, ''ETS'', 7)');

-- Intervals: what one step to come looks like for frequent and for seldom demand.
INSERT INTO figure (picture, kind, name) VALUES ('intervals', 'title', 'Widths of the 95% interval by step'), ('intervals', 'x', 'step');
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'intervals', 'line', 'naive', f.step, f.hi_95 - f.lo_95 FROM forecast_naive(pg_temp.history('level'), 30) AS f
UNION ALL
SELECT 'intervals', 'line', 'SES', f.step, f.hi_95 - f.lo_95 FROM forecast_exponential_smoothing(pg_temp.history('level'), 30) AS f
UNION ALL
SELECT 'intervals', 'line', 'moving average', f.step, f.hi_95 - f.lo_95 FROM forecast_moving_average(pg_temp.history('level'), 30) AS f;

-- Classes of demand: the two limits, and where this page's series lie.
INSERT INTO figure (picture, kind, name) VALUES ('classes', 'title', 'Four kinds of demand, and where four series lie'),
    ('classes', 'x', 'steps between demands (ADI)'), ('classes', 'y', 'CV squared of the sizes');
INSERT INTO figure (picture, kind, name, x, y) VALUES
    ('classes', 'vertical', '1.32', 1.32, NULL), ('classes', 'horizontal', '0.49', NULL, 0.49),
    ('classes', 'label', 'SMOOTH', 0.62, 0.3), ('classes', 'label', 'INTERMITTENT', 3.0, 0.3),
    ('classes', 'label', 'ERRATIC', 0.62, 1.0), ('classes', 'label', 'LUMPY', 3.0, 1.0), ('classes', 'label', '', 5, 1.1), ('classes', 'label', '', 0.6, 0);
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'classes', 'dot', s.label, c.adi, c.cv_squared
FROM (VALUES ('week', 'bread'), ('seldom', 'spare part'), ('lumpy', 'machine'), ('erratic', 'fashion')) AS s (name, label), classify_demand(pg_temp.history(s.name)) AS c;

-- Safety stock by service level, EOQ's costs, a saw of stock, laws of demand, Pareto's curve.
INSERT INTO figure (picture, kind, name) VALUES ('safety-stock', 'title', 'Safety stock by service level: 100 a day, 14 days'),
    ('safety-stock', 'x', 'service level, %'), ('safety-stock', 'y', 'units');
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'safety-stock', 'line', m.label, 100 * p, safety_stock(100, 30, 14, 2, p, m.method)
FROM (VALUES ('combined', 'combined'), ('demand only', 'demand_variability'), ('lead time only', 'lead_time_variability')) AS m (label, method),
    generate_series(0.5, 0.995, 0.005) AS p;
INSERT INTO figure (picture, kind, name) VALUES ('eoq', 'title', 'Yearly costs by order quantity; least at the EOQ'),
    ('eoq', 'x', 'order quantity, units'), ('eoq', 'y', 'cost a year');
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'eoq', 'line', c.label, q, c.cost
FROM generate_series(200, 3000, 50) AS q,
    LATERAL (VALUES ('orders', 12000 * 100 / q::float8), ('holding', q * 9.6 * 0.25 / 2), ('both', 12000 * 100 / q::float8 + q * 9.6 * 0.25 / 2)) AS c (label, cost)
UNION ALL
SELECT 'eoq', 'vertical', 'EOQ ' || q, q, NULL FROM economic_order_quantity(12000, 9.6, 100, 0.25) AS q;
INSERT INTO figure (picture, kind, name) VALUES ('reorder-point', 'title', 'Stock: order at the reorder point, it arrives a lead time later'),
    ('reorder-point', 'x', 'day'), ('reorder-point', 'y', 'units');
WITH RECURSIVE days (day, stock, due) AS (
    SELECT 0, 900::float8, NULL::integer
    UNION ALL
    SELECT n.day, n.stock, CASE WHEN d.due IS NULL AND n.stock <= 465 THEN n.day + 4 WHEN n.arrives THEN NULL ELSE d.due END
    FROM days AS d, LATERAL (
        SELECT d.day + 1 AS day, d.stock - (100 + 22 * pg_temp.noise('stock', d.day)) + CASE WHEN d.due = d.day + 1 THEN 700 ELSE 0 END AS stock,
            coalesce(d.due = d.day + 1, false) AS arrives
    ) AS n
    WHERE d.day < 45
)
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'reorder-point', 'line', 'stock on hand', day, stock FROM days
UNION ALL SELECT 'reorder-point', 'horizontal', 'reorder point', NULL, reorder_point(100, 4, 65)
UNION ALL SELECT 'reorder-point', 'horizontal', 'safety stock', NULL, 65 UNION ALL SELECT 'reorder-point', 'label', '', 0, 0;
INSERT INTO figure (picture, kind, name) VALUES ('quantiles', 'title', 'Quantiles of one day to come: steady and seldom demand'),
    ('quantiles', 'x', 'probability that demand stays below, %'), ('quantiles', 'y', 'units');
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'quantiles', 'line', s.label, 100 * f.quantile, f.value
FROM (VALUES ('steady (SES), a tenth', 'level', 'EXPONENTIAL_SMOOTHING', 0.1), ('seldom (TSB)', 'seldom', 'TSB', 1)) AS s (label, name, algorithm, scale),
    forecast_quantiles(ARRAY(SELECT t.y * s.scale FROM series AS t WHERE t.name = s.name ORDER BY t.t), 1,
        (SELECT array_agg(p ORDER BY p) FROM generate_series(0.01, 0.99, 0.02) AS p), NULL, s.algorithm) AS f;
INSERT INTO figure (picture, kind, name) VALUES ('abc', 'title', 'Fifty materials, most valuable first'), ('abc', 'x', 'materials'), ('abc', 'y', '% of the value');
WITH materials AS (
    SELECT i, exp(6 + 1.4 * pg_temp.noise('value', i)) AS value FROM generate_series(1, 50) AS i
), ranked AS (
    SELECT row_number() OVER (ORDER BY value DESC, i) AS place, value, 100 * sum(value) OVER (ORDER BY value DESC, i) / sum(value) OVER () AS share FROM materials
), classes AS (
    SELECT c.class, count(*) AS n
    FROM unnest(abc_classes((SELECT array_agg(value ORDER BY place) FROM ranked))) AS c (class) GROUP BY c.class
)
INSERT INTO figure (picture, kind, name, x, y)
SELECT 'abc', 'line', 'share of the value', place, share FROM ranked
UNION ALL SELECT 'abc', 'vertical', 'A ends', n, NULL FROM classes WHERE class = 'A'
UNION ALL SELECT 'abc', 'vertical', 'B ends', sum(n), NULL FROM classes WHERE class IN ('A', 'B')
UNION ALL SELECT 'abc', 'label', '', 0, 0;
COPY figure TO STDOUT (FORMAT csv);
