"""A client that forecasts outside the database: reads demand rows, fits statsforecast models, copies forecasts back.

Argument: the tenant. Prints, for each model, series, seconds and CPU seconds a thousand series from end to end, the
backend's share included, beside those of the extension on the same rows.
"""
import sys
import time
import warnings

import numpy as np
import psycopg
from statsforecast import models

warnings.filterwarnings("ignore")

HORIZON = 90
READ = """
SELECT h.material_id, array_agg(h.actual_demand_quantity::float8 ORDER BY h.demand_date)
FROM replenish.demand_history AS h
WHERE h.tenant_id = %s AND h.material_id = ANY (%s) AND h.demand_date <= '2025-12-31'
GROUP BY h.material_id
"""
CPU = "SELECT string_to_array(pg_read_file(format('/proc/%s/stat', pg_backend_pid())), ' ')"


def backend_cpu(connection):
    fields = connection.execute(CPU).fetchone()[0]
    return (int(fields[13]) + int(fields[14])) / 100


def fit(make, history, horizon):
    """Mean and bounds; a model without intervals of its own gives its mean alone, to the client's advantage."""
    try:
        bands = make().forecast(history, h=horizon, level=[80, 95])
    except Exception:
        bands = make().forecast(history, h=horizon)
    return [bands.get(key, bands["mean"]) for key in ("mean", "lo-80", "hi-80", "lo-95", "hi-95")]


def outside(connection, tenant, materials, make):
    """Seconds and CPU seconds a thousand series of reading, fitting and copying back."""
    fit(make, 10 + np.arange(40.0) % 7, 3)  # compile before the clock runs
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS copied (material_id uuid, step int, yhat float8, lo80 float8, hi80 float8, lo95 float8, hi95 float8)")
    began, cpu = time.perf_counter(), time.process_time() + backend_cpu(connection)
    histories = connection.execute(READ, (tenant, materials)).fetchall()
    with connection.cursor() as cursor, cursor.copy("COPY copied FROM STDIN") as copy:
        for material, history in histories:
            columns = fit(make, np.array(history), HORIZON)
            for step in range(HORIZON):
                copy.write_row((material, step + 1, *(column[step] for column in columns)))
    connection.commit()
    scale = 1000 / len(materials)
    return (time.perf_counter() - began) * scale, (time.process_time() + backend_cpu(connection) - cpu) * scale


def inside(connection, tenant, facility, materials, algorithm):
    """The same by forecast_chunk, which reads, fits and stores."""
    for table in ("heads", "versions", "fits"):
        connection.execute(f"DELETE FROM replenish.forecast_{table}")
    began, cpu = time.perf_counter(), backend_cpu(connection)
    connection.execute(
        "SELECT count(*) FROM replenish.forecast_chunk(%s, %s, '2025-12-31', %s, %s)", (facility, materials, HORIZON, algorithm)
    )
    connection.commit()
    scale = 1000 / len(materials)
    return (time.perf_counter() - began) * scale, (backend_cpu(connection) - cpu) * scale


def main():
    tenant = sys.argv[1]
    with psycopg.connect("dbname=postgres") as connection:
        connection.execute("SELECT set_config('app.current_tenant_id', %s, false)", (tenant,))
        connection.execute("SET replenish.max_threads = 1")
        facility = connection.execute("SELECT facility_id FROM replenish.forecast_heads LIMIT 1").fetchone()[0]
        ids = [row[0] for row in connection.execute("SELECT material_id FROM replenish.materials ORDER BY material_id LIMIT 2000")]
        print(f"{'model':16} {'series':>7} {'client s/1000':>14} {'CPU':>8} {'here s/1000':>12} {'CPU':>8} {'slower':>8} {'CPU':>7}")
        for name, algorithm, make, count in (
            ("SES", "EXPONENTIAL_SMOOTHING", models.SimpleExponentialSmoothingOptimized, 2000),
            ("Holt-Winters", "HOLT_WINTERS", lambda: models.HoltWinters(season_length=7), 300),
        ):
            theirs = outside(connection, tenant, ids[:count], make)
            ours = inside(connection, tenant, facility, ids[:count], algorithm)
            print(
                f"{name:16} {count:7} {theirs[0]:14.2f} {theirs[1]:8.2f} {ours[0]:12.3f} {ours[1]:8.3f} "
                f"{theirs[0] / ours[0]:7.0f}x {theirs[1] / ours[1]:6.0f}x",
                flush=True,
            )


main()
