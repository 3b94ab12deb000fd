-- The API documentation: what \df+ and every API generator shows.
COMMENT ON FUNCTION replenish.current_tenant_id() IS
'The tenant of this session, or NULL when none is set: then every policy hides every row. Set by app.current_tenant_id, which only a superuser or a role with GRANT SET ON PARAMETER may change.';
COMMENT ON FUNCTION replenish.forecast_moving_average(float8[], integer, integer) IS
'Moving average: the mean of the last window_size values (default 30) at every step, with 80% and 95% intervals in the units of history.';
COMMENT ON FUNCTION replenish.forecast_exponential_smoothing(float8[], integer, float8) IS
'Simple exponential smoothing (Brown 1959). alpha in 0 to 1, optimised when NULL.';
COMMENT ON FUNCTION replenish.forecast_holt(float8[], integer, boolean, float8, float8, float8) IS
'Holt''s linear trend, damped if asked (Gardner and McKenzie 1985). Parameters in 0 to 1, optimised when NULL; at least 3 values.';
COMMENT ON FUNCTION replenish.forecast_holt_winters(float8[], integer, integer, text, boolean, float8, float8, float8, float8) IS
'Holt-Winters with a season of season_length steps, ''additive'' or ''multiplicative'' (Winters 1960), as R''s stats::HoltWinters. Parameters in 0 to 1, optimised when NULL; at least two seasons.';
COMMENT ON FUNCTION replenish.forecast_naive(float8[], integer) IS
'Naive: the last value at every step.';
COMMENT ON FUNCTION replenish.forecast_seasonal_naive(float8[], integer, integer) IS
'Seasonal naive: the last season again and again; at least two seasons of season_length steps.';
COMMENT ON FUNCTION replenish.forecast_auto(float8[], integer, integer) IS
'The model that erred least when the end of the history was forecast from its beginning. season_length NULL lets the data tell.';
COMMENT ON FUNCTION replenish.forecast_drift(float8[], integer) IS
'Random walk with drift: the line through the first and the last value.';
COMMENT ON FUNCTION replenish.forecast_ets(float8[], integer, integer, text) IS
'The exponential smoothing state-space model (error, trend, season) with the best AICc (Hyndman, Koehler, Ord and Snyder 2008), or of a given form: one of the fifteen stable ones, such as ANN, AAdN or MAM.';
COMMENT ON FUNCTION replenish.fit_ets(float8[], integer, integer, text) IS
'forecast_ets with its form, log-likelihood, AICc and parameters; refuses what it cannot fit.';
COMMENT ON FUNCTION replenish.forecast_theta(float8[], integer, integer) IS
'The Theta method (Assimakopoulos and Nikolopoulos 2000), deseasonalised where a test finds a season.';
COMMENT ON FUNCTION replenish.forecast_optimized_theta(float8[], integer, integer) IS
'The Theta method with an optimised theta (Fiorucci et al. 2016).';
COMMENT ON FUNCTION replenish.forecast_dynamic_optimized_theta(float8[], integer, integer) IS
'The dynamic optimised Theta model (Fiorucci et al. 2016).';
COMMENT ON FUNCTION replenish.forecast_croston(float8[], integer) IS
'Croston (1972), for intermittent demand: smoothed size over smoothed interval.';
COMMENT ON FUNCTION replenish.forecast_sba(float8[], integer) IS
'Croston with the bias correction of Syntetos and Boylan (2005).';
COMMENT ON FUNCTION replenish.forecast_tsb(float8[], integer) IS
'Teunter, Syntetos and Babai (2011), for demand that may die out: smoothed size times smoothed probability.';
COMMENT ON FUNCTION replenish.forecast_adida(float8[], integer) IS
'Aggregate-disaggregate (Nikolopoulos et al. 2011), for intermittent demand.';
COMMENT ON FUNCTION replenish.forecast_imapa(float8[], integer) IS
'The mean of forecasts at several levels of aggregation (Petropoulos and Kourentzes 2015), for intermittent demand.';
COMMENT ON FUNCTION replenish.forecast_mstl(float8[], integer, integer[]) IS
'Several seasons, such as ARRAY[7, 365] in daily demand (Bandara, Hyndman and Bergmeir 2021).';
COMMENT ON FUNCTION replenish.forecast_with(float8[], integer, text, integer) IS
'Any algorithm of forecast_algorithms() by name.';
COMMENT ON FUNCTION replenish.forecast_quantiles(float8[], integer, float8[], integer, text) IS
'Quantiles of the days to come, between 0.001 and 0.999: demand stays below the value with that probability.';
COMMENT ON FUNCTION replenish.backtest(float8[], integer, text, integer, integer, boolean, integer) IS
'How an algorithm would have done on the last part of a history: windows of horizon steps, step apart (default horizon), each fitted anew if refit. Percentages in percent; forecast_value_added is by how many percent the absolute error is below the naive one.';
COMMENT ON FUNCTION replenish.fit_exponential_smoothing(float8[], integer, float8) IS
'As forecast_exponential_smoothing, with the parameters as json.';
COMMENT ON FUNCTION replenish.fit_holt(float8[], integer, boolean, float8, float8, float8) IS
'As forecast_holt, with the parameters as json.';
COMMENT ON FUNCTION replenish.fit_holt_winters(float8[], integer, integer, text, boolean, float8, float8, float8, float8) IS
'As forecast_holt_winters, with the parameters as json.';
COMMENT ON FUNCTION replenish.fit_auto(float8[], integer, integer) IS
'As forecast_auto, with what was tried, the scores and the reason as json.';
COMMENT ON FUNCTION replenish.detect_seasonality(float8[]) IS
'Length of the season that the history shows, in steps, and its strength (autocorrelation, up to 1). No row when it shows none.';
COMMENT ON FUNCTION replenish.classify_demand(float8[]) IS
'Average demand interval (adi, in steps), squared coefficient of variation of the sizes, and class: SMOOTH, ERRATIC, INTERMITTENT, LUMPY or NO_DEMAND (Syntetos, Boylan and Croston 2005). trend: UP, DOWN or NONE at 5% by the seasonal Kendall test (Hirsch, Slack and Smith 1982) with the season that the history shows, with tau-b, -1 to 1, and the two-sided p value.';
COMMENT ON FUNCTION replenish.forecast_algorithms() IS
'Names that forecast_algorithm arguments and materials.forecast_algorithm accept.';
COMMENT ON FUNCTION replenish.is_forecast_algorithm(text) IS
'Whether a name, in capitals, is one of forecast_algorithms().';
COMMENT ON FUNCTION replenish.forecast_by(regclass, name, name, name, integer, text) IS
'Forecasts of any table of yours: one series per value of key_column, from its date and quantity columns. Reads with your rights. SELECT * FROM replenish.forecast_by(''sales'', ''item'', ''day'', ''qty'', horizon => 14).';
COMMENT ON FUNCTION replenish.safety_stock(float8, float8, float8, float8, float8, text) IS
'Safety stock in units. Demand figures per day, lead time in days, service_level between 0 and 1 (probability of no stock-out in a cycle). Methods: basic (days of supply), demand_variability z sd sqrt(L), lead_time_variability z d sd_L, combined z sqrt(L sd^2 + d^2 sd_L^2) (King); auto picks by the coefficients of variation of demand (0.2) and lead time (0.1).';
COMMENT ON FUNCTION replenish.reorder_point(float8, float8, float8) IS
'Stock at which to order, in units: demand expected over the lead time plus safety stock.';
COMMENT ON FUNCTION replenish.economic_order_quantity(float8, float8, float8, float8) IS
'Order quantity of least yearly cost in units: sqrt(2 D K / (c h)) (Harris 1913). Demand per year, cost of a unit, cost of an order, holding cost per year as a share of unit cost.';
COMMENT ON FUNCTION replenish.round_order_quantity(float8, float8, float8) IS
'The quantity that can really be ordered: at least the minimum, a whole number of multiples, not below the need. NULL limits do not apply.';
COMMENT ON FUNCTION replenish.service_level_z(float8) IS
'Standard normal quantile of a service level between 0 and 1: 0.95 gives 1.645.';
COMMENT ON FUNCTION replenish.calculate_replenishment_urgency(float8, float8, float8, float8, float8) IS
'The one rule of urgency: available <= 0 CRITICAL; else days until stock-out <= lead time HIGH; else available < safety stock MEDIUM; else LOW. NULL days: no stock-out in sight.';
COMMENT ON FUNCTION replenish.lead_time_statistics(float8[], float8) IS
'Mean and standard deviation of lead times in days; few observations lean on the stated lead time.';
COMMENT ON FUNCTION replenish.planned_demand(date, float8[], date[], float8[], date, integer, float8) IS
'Expected demand of days from first_day on: the planner''s number, else the forecast, beyond it the forecast''s mean, without any the average.';
COMMENT ON FUNCTION replenish.demand_statistics(bytea, date, integer) IS
'Mean and sample standard deviation of daily demand over the last window_days (default 365) through a day, days without a row counted as 0.';
COMMENT ON FUNCTION replenish.daily_demand(bytea, date, text, text) IS
'A packed series as rows, one a day from its first day through a day, as models see it; missing_demand ZERO or INTERPOLATE, masked_demand as in materials (stock-outs are masked by how the series was packed).';
COMMENT ON FUNCTION replenish.forecast_chunk(uuid, uuid[], date, integer, text, text) IS
'The batch engine: forecasts the materials of one facility and stores what changed. mode UPDATE lets states take in new days and fits what is due, FIT fits what has new data, REFIT fits all. One row a material: STORED, UPDATED, UNCHANGED or FAILED with SQLSTATE and message. Callers want generate_forecasts.';
COMMENT ON FUNCTION replenish.stored_quantity(double precision) IS
'A quantity of forecast_series as numeric: equal to the cast, and faster; NULL for NaN and infinity.';
COMMENT ON FUNCTION replenish.forecast_day_id(uuid, date) IS
'Identity of one day of a stored forecast.';
COMMENT ON FUNCTION replenish.plan_material(jsonb, jsonb, bytea, date, float8[], boolean, date[], date) IS
'What the inventory library decides on one material: lead time, demand to cover, safety stock, reorder point, projected stock and the order that is due, as json; days count from as_of as 0, whose demand is still to come where history_end lies before it. Callers want plan_materials.';
COMMENT ON FUNCTION replenish.plan_text(jsonb, jsonb, text) IS
'A plan in sentences, one a line, with the formulas behind the numbers.';
COMMENT ON FUNCTION replenish.plan_materials(uuid, uuid, uuid[], date, numeric) IS
'Plans of materials as of a day: the policy they follow, the facts they come from, and the plan itself. Stores nothing.';
COMMENT ON FUNCTION replenish.closed_dates(uuid, uuid, date) IS
'Days on which a facility neither orders nor receives: its closed_weekdays and holidays.';
COMMENT ON FUNCTION replenish.project_stock(uuid, uuid, uuid, date, integer) IS
'Stock of a material day by day without a new order: expected demand (overrides first), expected receipts (overdue ones on the first day), closing stock in units. A NULL as_of is today; its demand is still to come while the facility has recorded none for it.';
COMMENT ON FUNCTION replenish.fit_budget(float8[], float8[], float8) IS
'Which proposals a budget pays for: those with the most benefit for the money that still fit (Dantzig 1957).';
COMMENT ON FUNCTION replenish.apply_budget(uuid, uuid, numeric) IS
'Marks in is_within_budget which pending suggestions of a facility a budget (default: the facility''s replenishment_budget) pays for: most shortage cost avoided for the money first. Returns the rows that changed; runs call it.';
COMMENT ON FUNCTION replenish.simulate_material(jsonb, bytea, date, integer, float8[], float8, float8, boolean, integer, bigint) IS
'Replays the last days of one packed series against its policy at several service levels. Callers want simulate_policy.';
COMMENT ON FUNCTION replenish.simulate_policy(uuid, uuid, uuid[], float8[], integer, float8, float8, text, text[], text, integer, boolean, integer, bigint, date) IS
'What a policy would have done: replays the last days of the materials'' own demand (all of the facility, or some, an ABC class, demand classes) at each service level, with forecasts that know only the days before and drawn lead times (NULL: as receipts show). Service, stock in units and in days of demand, orders and costs: the service-cost curve. The same seed gives the same numbers. use_forecast false replays the textbook formula z sd sqrt(L).';
COMMENT ON FUNCTION replenish.abc_classes(float8[], float8, float8) IS
'Class A, B or C of each value, in the order given: A for the largest that hold a_share of the total, B up to b_share.';
COMMENT ON FUNCTION replenish.xyz_class(float8[], float8, float8) IS
'Class X, Y or Z of a history by its coefficient of variation: X up to x_limit, Y up to y_limit.';
COMMENT ON FUNCTION replenish.demand_profile(bytea, date) IS
'How a packed series sold over its last 52 weeks: annual demand, variation of the weeks with class X, Y or Z, average demand interval in days, squared coefficient of variation and class of its sizes.';
COMMENT ON FUNCTION replenish.classify_materials(uuid, uuid, date) IS
'Classes of materials at a facility (NULL: all): ABC by value of a year''s demand, XYZ by variability of its weeks, pattern by demand interval and CV squared, and the service level that follows.';
COMMENT ON FUNCTION replenish.update_material_classes(uuid, date) IS
'Writes the classes of classify_materials into materials; returns the number of materials that changed.';
COMMENT ON FUNCTION replenish.note_demand_change() IS
'Trigger: notes in demand_changes which series changed in days that their model has seen, or may be looking at.';
COMMENT ON FUNCTION replenish.is_unsure(text, text, uuid, interval) IS
'Announces what this transaction does with a tenant''s series (demand or forecasts), and tells whether a transaction that does the other may pass it unseen; waits so long for those at work to end.';
COMMENT ON FUNCTION replenish.watch_demand() IS
'Puts the triggers that notice changed demand on demand_history. install() calls it.';
COMMENT ON FUNCTION replenish.demand_facilities(uuid) IS
'Facilities of a tenant that have demand.';
COMMENT ON FUNCTION replenish.forecast_value_added(uuid, uuid, uuid[], date, date) IS
'Who improves the forecast: mean absolute errors, in units a day, of the naive forecast, of the model and of the final forecast with overrides, over a period (default: the last 90 recorded days), and the percentage by which each step lowers the error.';
COMMENT ON FUNCTION replenish.migrations() IS
'Steps of the schema that this library knows; install() applies them.';
COMMENT ON FUNCTION replenish.install() IS
'Creates the tables, views and policies, or brings them up to date, as the calling role, which will own them. Safe to run again and from several sessions at once. Returns the steps that were applied.';
COMMENT ON FUNCTION replenish.repair() IS
'Brings back policies, triggers, views and constraints that DROP EXTENSION with CASCADE took along. install() calls it.';
COMMENT ON FUNCTION replenish.uninstall(boolean) IS
'Drops tables and views. Refuses while they hold data, unless drop_data is true.';
COMMENT ON FUNCTION replenish.create_roles() IS
'Creates replenish_reader, replenish_writer, replenish_batch (may choose the tenant) and replenish_owner where they are missing, and grants them what they need. For a superuser; safe to run again.';
COMMENT ON FUNCTION replenish.install_api() IS
'Creates the schema replenish_api, views and functions for PostgREST and GraphQL, with its roles, or makes it anew. For a superuser; safe to run again. Returns what the API offers.';
COMMENT ON FUNCTION replenish.api_scripts() IS
'Text of the API that install_api() makes.';
COMMENT ON FUNCTION replenish.create_api_roles() IS
'Creates the roles of the API where they are missing: replenish_authenticator (login of the servers), replenish_anonymous, replenish_api_user and replenish_tenant_chooser. install_api() calls it.';
COMMENT ON FUNCTION replenish.grant_api() IS
'Grants each role of the API what it may see and call. install_api() calls it.';
COMMENT ON FUNCTION replenish.drop_api() IS
'Drops the schemas replenish_api and replenish_auth, unless others have built upon them. Roles stay. uninstall() calls it.';
COMMENT ON FUNCTION replenish.closed_routines() IS
'Functions that PUBLIC may not call, and the role that may.';
COMMENT ON FUNCTION replenish.grant_to_roles() IS
'Grants tables and views to the roles of create_roles(). install() and create_roles() call it.';
COMMENT ON FUNCTION replenish.isolate_tenant(regclass) IS
'Enables and forces row-level security on a table with the policy of the current tenant.';
COMMENT ON FUNCTION replenish.comment_common_columns(regclass) IS
'Comments the columns that many tables share.';
COMMENT ON FUNCTION replenish.touch_row() IS
'Trigger: keeps updated_at and updated_by.';
COMMENT ON FUNCTION replenish.assert_tenant(uuid) IS
'Raises 42501 unless the argument is the current tenant.';
COMMENT ON FUNCTION replenish.tenant_today(uuid) IS
'Today in the tenant''s time zone.';
COMMENT ON FUNCTION replenish.last_recorded_day(uuid, uuid, date) IS
'Last day with recorded demand at a facility, not after a day.';
COMMENT ON FUNCTION replenish.observed_until(uuid, uuid, date) IS
'Last day that counts as observed: as_of, or the facility''s last recorded day up to today.';
COMMENT ON FUNCTION replenish.packed_history(uuid, uuid, uuid[], date) IS
'Recorded demand of many materials through a day, packed as pack_demand does, with the stock-outs of materials that mask them.';
COMMENT ON FUNCTION replenish.record_demand(uuid, uuid, uuid, date, numeric, text, numeric, numeric, numeric, numeric, numeric, numeric, boolean) IS
'Adds demand to the day''s row, or makes the row; quantities in the material''s unit, any other demand_uom is refused. Returns the row.';
COMMENT ON FUNCTION replenish.record_stockouts(uuid, uuid, date) IS
'Marks a day (default: the last recorded one) as a stock-out for every material of the facility that has nothing on hand now and masks stock-outs; makes the day''s row where there is none. Call it when the day''s demand is in. Returns the number of rows that changed.';
COMMENT ON FUNCTION replenish.backfill_demand_history(uuid, uuid, date, date) IS
'Derives demand from inventory_transactions (ISSUE, SCRAP, TRANSFER), days in the tenant''s time zone, both ends included. Sets the days it finds, so running it again changes nothing. Returns the number of rows that changed.';
COMMENT ON FUNCTION replenish.assert_period(date, date) IS
'Raises 22023 unless both days are given, within 1900 to 2999 and in order.';
COMMENT ON FUNCTION replenish.assert_forecast_arguments(integer, text, date) IS
'Raises 22023 for a horizon, algorithm or day that no forecast can have.';
COMMENT ON FUNCTION replenish.generate_forecasts(uuid, uuid, uuid[], integer, text, boolean, date) IS
'Forecasts materials (NULL: all with demand at the facility) for the days after the last observation, or after as_of, stores what changed as a new version and returns the forecasts in force. A dry run stores nothing.';
COMMENT ON FUNCTION replenish.active_forecasts(uuid, uuid, uuid[]) IS
'Forecasts in force of some materials.';
COMMENT ON FUNCTION replenish.forecastable(uuid, uuid, uuid[]) IS
'The materials asked for, checked, or all that have demand at the facility and are to be forecast.';
COMMENT ON FUNCTION replenish.refresh_forecasts(uuid, uuid, uuid[], integer, text, date) IS
'Forecasts and stores in chunks within this transaction. Callers want generate_forecasts.';
COMMENT ON FUNCTION replenish.begin_series(uuid, uuid, uuid[]) IS
'Makes a head for every series to be forecast that has none, in the order of the key. Writers of forecasts call it before they lock any.';
COMMENT ON FUNCTION replenish.lock_facility(uuid, uuid) IS
'Writers of one facility take turns until the end of the transaction.';
COMMENT ON FUNCTION replenish.override_forecast(uuid, uuid, uuid, date, numeric, text, timestamptz, text) IS
'Puts the planner''s number for a day in place of the model''s, with a reason, until expires_at or for good; it survives new forecasts. A NULL quantity takes the override back. Returns the day''s forecast.';
COMMENT ON FUNCTION replenish.measured_days(uuid, uuid, uuid[], date, date) IS
'Actual demand and the last forecast made before each day of a period.';
COMMENT ON FUNCTION replenish.measure_accuracy(uuid, uuid, uuid[], date, date, text) IS
'Accuracy over a period, computed and not stored.';
COMMENT ON FUNCTION replenish.calculate_forecast_accuracy(uuid, uuid, uuid[], date, date, text, boolean) IS
'Measures forecasts against demand over a period (default: the last 30 recorded days) at level DAILY, WEEKLY, MONTHLY or QUARTERLY, and keeps one row per material, period and level. Only forecasts made before a day count for it.';
COMMENT ON FUNCTION replenish.store_accuracy(uuid, uuid, uuid[], date, date, text) IS
'Measures and stores; returns the rows that changed. Callers want calculate_forecast_accuracy.';
COMMENT ON FUNCTION replenish.store_measured_days(uuid, uuid, uuid[], date, date) IS
'Writes into demand_history what had been forecast for each day; returns the days that changed. Callers want calculate_forecast_accuracy.';
COMMENT ON FUNCTION replenish.get_demand_history(uuid, uuid, uuid, date, date) IS
'Demand of a material at a facility, oldest first; both days included, NULL for open ends.';
COMMENT ON FUNCTION replenish.get_material_forecasts(uuid, uuid, uuid, date, date, text) IS
'Forecasts of a material at a facility: those in force, or of another status, or all when it is NULL.';
COMMENT ON FUNCTION replenish.get_forecast_accuracy_metrics(uuid, uuid, uuid, date, date) IS
'Stored accuracy of a material for periods within two days, newest first.';
COMMENT ON FUNCTION replenish.get_forecast_accuracy_summary(uuid, uuid, uuid[]) IS
'MAPE and bias of materials over the last 30, 60 and 90 days, and how they are forecast.';
COMMENT ON FUNCTION replenish.get_replenishment_recommendations(uuid, uuid, text, uuid) IS
'Suggestions of a facility, of one status or all, of one material or all, most urgent first.';
COMMENT ON FUNCTION replenish.explain_forecast(uuid, uuid, uuid) IS
'Why the forecast in force is what it is: what was tried, the scores, the choice, its parameters, its history and its backtest.';
COMMENT ON FUNCTION replenish.explain_suggestion(uuid) IS
'Every number of a suggestion with its formula and the rows it comes from.';
COMMENT ON FUNCTION replenish.calculate_safety_stock(uuid, uuid, uuid, numeric, date) IS
'Safety stock, reorder point and economic order quantity of a material from its own history (last 365 days), costs and actual lead times. service_level NULL takes the material''s.';
COMMENT ON FUNCTION replenish.propose_replenishment(uuid, uuid, uuid[], date) IS
'What should be ordered as of a day; computed and not stored.';
COMMENT ON FUNCTION replenish.generate_replenishment_recommendations(uuid, uuid, uuid[], text, boolean, date) IS
'Proposes orders for materials (NULL: all with a stock record) and keeps at most one open suggestion each: pending ones are updated or expire, approved ones stay as approved. A NULL as_of is today; its demand is still to come while the facility has recorded none for it. The filter limits what is stored and returned to one urgency level.';
COMMENT ON FUNCTION replenish.stocked(uuid, uuid, uuid[]) IS
'The materials asked for, checked, or all that have a stock record at the facility.';
COMMENT ON FUNCTION replenish.store_suggestions(uuid, uuid, uuid[], date, text) IS
'Stores proposals; returns the rows that changed. Callers want generate_replenishment_recommendations.';
COMMENT ON FUNCTION replenish.review_suggestion(uuid, text, text, uuid, text, timestamptz) IS
'Decides on an open suggestion: APPROVED, REJECTED, or CONVERTED_TO_PO with the purchase order it became. Each once. With the suggestion_generation_timestamp that was read, to the microsecond, it decides on those numbers only: 55000 where a run has put others in their place.';
COMMENT ON FUNCTION replenish.enter_tenant(uuid) IS
'Begins a transaction of a run: sets tenant and search_path until its end.';
COMMENT ON FUNCTION replenish.assert_batch_size(integer) IS
'Raises 22023 for a batch size out of range.';
COMMENT ON FUNCTION replenish.tenants_to_visit(uuid) IS
'The tenant asked for, or all active ones.';
COMMENT ON FUNCTION replenish.open_run(text, uuid, integer, jsonb, boolean) IS
'The open run of a job with these settings, to share or to go on with, or else a new one.';
COMMENT ON FUNCTION replenish.job_lock(text, text) IS
'Key of an advisory lock: of a job by its tenant while a run opens, of a run while sessions are at work on it.';
COMMENT ON FUNCTION replenish.add_chunks(uuid, uuid) IS
'Lists the series that are due and not listed in a run yet; returns their number.';
COMMENT ON FUNCTION replenish.claim_chunk(uuid, uuid) IS
'Locks a chunk that is still to be done until the end of the transaction; NULL where there is none.';
COMMENT ON FUNCTION replenish.run_chunk(uuid, uuid, integer) IS
'Does a claimed chunk and notes what became of it.';
COMMENT ON FUNCTION replenish.survive_failure(uuid, uuid, integer, text, text, text) IS
'Decides on a chunk that ended with an error: halve it to find the series, try again, or end the run (false).';
COMMENT ON FUNCTION replenish.halve_chunk(uuid, uuid, integer) IS
'Splits a chunk in two.';
COMMENT ON FUNCTION replenish.fail_chunk(uuid, uuid, integer, text, text, text) IS
'Notes that the series of a chunk cannot be done.';
COMMENT ON FUNCTION replenish.close_run(uuid, uuid) IS
'Closes a run with a status by completeness; true where series that came since have to be done first.';
COMMENT ON FUNCTION replenish.announce_run(text, uuid, integer) IS
'Says in a NOTICE what a run would do.';
COMMENT ON FUNCTION replenish.due_series(text, uuid) IS
'Series that a job has to do.';
COMMENT ON FUNCTION replenish.do_chunk(text, uuid, uuid, uuid[], jsonb) IS
'The work of a job on a chunk of series.';
COMMENT ON FUNCTION replenish.do_forecast_chunk(uuid, uuid, uuid[], integer, text, boolean) IS
'The work of run_daily_forecasts on a chunk of series.';
COMMENT ON FUNCTION replenish.do_accuracy_chunk(uuid, uuid, uuid[], date) IS
'The work of run_forecast_accuracy on a chunk of series: the 30, 60 and 90 days through the last recorded day, and through the days of nights that were missed.';
COMMENT ON FUNCTION replenish.conclude_job(text, uuid) IS
'What is done once at the end of a run: replenishment marks what the budgets pay for.';
COMMENT ON FUNCTION replenish.schedule_jobs(text, text, text, text, name) IS
'Puts the jobs into pg_cron: forecasts at 02:00, accuracy at 03:00, replenishment at 04:00, alerts every 15 minutes, or as the arguments say, run by role run_as (default: replenish_night where a superuser calls, else the caller). Safe to run again: what is scheduled for that role keeps its time, and stays paused, where no argument says otherwise. pg_cron reads schedules in GMT, from its version 1.6 on in cron.timezone. A night takes each tenant''s last recorded day, up to today in the tenant''s own time zone, as whole: choose an hour at which that day is over.';
COMMENT ON FUNCTION replenish.unschedule_jobs() IS
'Takes the nightly jobs out of pg_cron: the caller''s, for a superuser everybody''s.';
COMMENT ON FUNCTION replenish.nightly_jobs() IS
'The nightly jobs with their schedules, and as lines for a crontab and Kubernetes CronJobs.';
COMMENT ON FUNCTION replenish.assert_night_role(name) IS
'Raises 42501 for a role that may not run the nights.';
COMMENT ON FUNCTION replenish.assert_pg_cron() IS
'Raises 55000 where pg_cron is not installed.';
COMMENT ON FUNCTION replenish.verify_deployment() IS
'One row a check, OK, WARNING or FAILED, with what to do: versions of library and schema, tables, indexes, row-level security, policies, grants, functions, partitions, roles, jobs and data.';
COMMENT ON FUNCTION replenish.verdict(text, text, text, text, text) IS
'A row of verify_deployment(): OK where the finding is NULL.';
COMMENT ON FUNCTION replenish.verify_library() IS
'Checks that the files on disk, the running library and the SQL are of one version.';
COMMENT ON FUNCTION replenish.verify_migrations() IS
'Checks that the tables are of the library''s version.';
COMMENT ON FUNCTION replenish.verify_relations(interval) IS
'Checks of tables, views, constraints and indexes. An index counts as unused when no scan has touched it while statistics were gathered for unused_after and its table has at least 10,000 rows.';
COMMENT ON FUNCTION replenish.verify_partitions() IS
'Checks that coming months have their partition, where demand_history is partitioned.';
COMMENT ON FUNCTION replenish.verify_security() IS
'Checks of row-level security, policies, keys and privileges.';
COMMENT ON FUNCTION replenish.verify_routines() IS
'Checks of functions: all there, answered by the library, search_path pinned, writers closed to PUBLIC.';
COMMENT ON FUNCTION replenish.verify_server() IS
'Checks of settings, roles, the guard and jobs.';
COMMENT ON FUNCTION replenish.verify_data() IS
'Checks of the rows that the caller sees.';
COMMENT ON FUNCTION replenish.expected_objects() IS
'Tables, views, indexes and constraints that the migrations leave in place.';
COMMENT ON FUNCTION replenish.library_version() IS
'Version of the library that runs. Other than the extension''s after new files came in: ALTER EXTENSION pg_replenish UPDATE.';
COMMENT ON FUNCTION replenish.known_routines() IS
'Signatures of the routines that belong to this version.';
COMMENT ON FUNCTION replenish.role_names() IS
'Roles that create_roles() makes.';
COMMENT ON FUNCTION replenish.table_grants() IS
'Who may do what with which table or view.';
COMMENT ON FUNCTION replenish.recreate_views() IS
'Makes all views anew from their migrations. repair() calls it.';
COMMENT ON FUNCTION replenish.guard_schema() IS
'Puts an event trigger in place that refuses DROP SCHEMA, DROP OWNED and DROP EXTENSION while tables of pg_replenish would go with it. For a superuser; safe to run again.';
COMMENT ON FUNCTION replenish.partition_demand_history(date, integer) IS
'Splits demand_history by months, from its first day or first_month through months_ahead from now, in one transaction under lock; older and later days share demand_history_other. For the owner of the tables. Returns the partitions.';
COMMENT ON FUNCTION replenish.maintain_demand_partitions(integer) IS
'Adds the partitions of coming months and of months whose rows had to go to demand_history_other. For the owner of the tables, once a month. Returns the new ones.';
COMMENT ON FUNCTION replenish.create_demand_partition(date) IS
'Makes the partition of a month, or demand_history_other for NULL. Callers want maintain_demand_partitions.';
COMMENT ON FUNCTION replenish.lock_demand() IS
'Locks demand_history with what it refers to until the end of the transaction, without a deadlock; 55P03 where that is not to be had within half a minute.';
COMMENT ON FUNCTION replenish.force_row_security(boolean) IS
'Forces row-level security on demand_history, its partitions and what it refers to, or lets their owner see every row until the end of the transaction.';
COMMENT ON FUNCTION replenish.demand_is_partitioned() IS
'Whether demand_history is partitioned.';
COMMENT ON FUNCTION replenish.assert_demand_owner() IS
'Raises 42501 unless the caller owns demand_history; returns its owner.';
COMMENT ON FUNCTION replenish.assert_months_ahead(integer) IS
'Raises 22023 for a number of months out of range.';
COMMENT ON FUNCTION replenish.table_definition(regclass) IS
'Statements that give another table of the same name the same constraints, indexes, policies, triggers, privileges and comment.';
COMMENT ON FUNCTION replenish.view_definitions(regclass) IS
'Statements that bind the views that read a table to another table of the same name.';
COMMENT ON FUNCTION replenish.rename_indexes(regclass) IS
'Takes the names of a table''s indexes out of the way. partition_demand_history calls it.';
COMMENT ON FUNCTION replenish.health_check() IS
'State of the services as json, for monitors.';
COMMENT ON FUNCTION replenish.load_demo_data(date) IS
'Loads three materials with 90 days of demand each (stable, trending, seasonal), stock and orders for a demo tenant. Safe to run again.';
COMMENT ON PROCEDURE replenish.run_job(text, uuid, integer, jsonb, boolean, boolean) IS
'What the three nightly procedures have in common. Callers want those.';
COMMENT ON PROCEDURE replenish.run_daily_forecasts(uuid, text, integer, integer, boolean, boolean) IS
'The nightly forecasts: every active tenant (or one), each material with its own settings (or the given ones), a COMMIT per batch_size series. A series with unusable data goes to job_errors and does not stop the others. resume = false fits unchanged series anew. CALL it outside a transaction.';
COMMENT ON PROCEDURE replenish.run_forecast_accuracy(uuid, date, integer, boolean) IS
'The nightly accuracy: the 30, 60 and 90 days through the last recorded day (or period_end), a COMMIT per batch_size series. CALL it outside a transaction.';
COMMENT ON PROCEDURE replenish.run_replenishment(uuid, date, integer, boolean) IS
'The nightly suggestions as of today (or as_of), a COMMIT per batch_size materials. CALL it outside a transaction.';
COMMENT ON FUNCTION replenish.accuracy_accum(internal, float8, float8) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.accuracy_combine(internal, internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.accuracy_serialize(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.accuracy_deserialize(bytea, internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.mase_scaled_accum(internal, float8, float8, float8) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.mase_ordered_accum(internal, float8, float8) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.mase_ordered_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.mape_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.smape_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.wape_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.rmse_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.mae_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.bias_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.bias_pct_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.tracking_signal_final(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.demand_accum(internal, date, float8) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.demand_stockout_accum(internal, date, float8, boolean) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.demand_combine(internal, internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.demand_serialize(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.demand_deserialize(bytea, internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.demand_pack(internal) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.forecast_agg_accum(internal, date, float8) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.forecast_agg_horizon_accum(internal, date, float8, integer) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.forecast_agg_algorithm_accum(internal, date, float8, integer, text) IS 'Support of an aggregate.';
COMMENT ON FUNCTION replenish.forecast_agg_final(internal) IS 'Support of an aggregate.';

-- The plans of foreign keys' checks are kept for a session: made while forecast_heads is small, they look by key all the same.
ALTER FUNCTION replenish.forecast_chunk(uuid, uuid[], date, integer, text, text) SET enable_seqscan = off;
ALTER FUNCTION replenish.forecast_chunk(uuid, uuid[], date, integer, text, text) SET jit = off;

-- Rows that the planner may expect.
ALTER FUNCTION replenish.forecast_drift(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_ets(float8[], integer, integer, text) ROWS 30;
ALTER FUNCTION replenish.forecast_theta(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.forecast_optimized_theta(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.forecast_dynamic_optimized_theta(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.forecast_croston(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_sba(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_tsb(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_adida(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_imapa(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_mstl(float8[], integer, integer[]) ROWS 30;
ALTER FUNCTION replenish.forecast_with(float8[], integer, text, integer) ROWS 30;
ALTER FUNCTION replenish.forecast_quantiles(float8[], integer, float8[], integer, text) ROWS 30;
ALTER FUNCTION replenish.backtest(float8[], integer, text, integer, integer, boolean, integer) ROWS 1;
ALTER FUNCTION replenish.forecast_moving_average(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.forecast_exponential_smoothing(float8[], integer, float8) ROWS 30;
ALTER FUNCTION replenish.forecast_holt(float8[], integer, boolean, float8, float8, float8) ROWS 30;
ALTER FUNCTION replenish.forecast_holt_winters(float8[], integer, integer, text, boolean, float8, float8, float8, float8) ROWS 30;
ALTER FUNCTION replenish.forecast_naive(float8[], integer) ROWS 30;
ALTER FUNCTION replenish.forecast_seasonal_naive(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.forecast_auto(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.fit_exponential_smoothing(float8[], integer, float8) ROWS 30;
ALTER FUNCTION replenish.fit_holt(float8[], integer, boolean, float8, float8, float8) ROWS 30;
ALTER FUNCTION replenish.fit_holt_winters(float8[], integer, integer, text, boolean, float8, float8, float8, float8) ROWS 30;
ALTER FUNCTION replenish.fit_ets(float8[], integer, integer, text) ROWS 30;
ALTER FUNCTION replenish.fit_auto(float8[], integer, integer) ROWS 30;
ALTER FUNCTION replenish.detect_seasonality(float8[]) ROWS 1;
ALTER FUNCTION replenish.classify_demand(float8[]) ROWS 1;
ALTER FUNCTION replenish.demand_profile(bytea, date) ROWS 1;
ALTER FUNCTION replenish.simulate_material(jsonb, bytea, date, integer, float8[], float8, float8, boolean, integer, bigint) ROWS 6;
ALTER FUNCTION replenish.lead_time_statistics(float8[], float8) ROWS 1;
ALTER FUNCTION replenish.demand_statistics(bytea, date, integer) ROWS 1;
ALTER FUNCTION replenish.migrations() ROWS 10;
ALTER FUNCTION replenish.api_scripts() ROWS 6;
ALTER FUNCTION replenish.daily_demand(bytea, date, text, text) ROWS 365;
-- Whoever writes is chosen by create_roles(); PUBLIC may not.
DO $revoke$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN SELECT c.signature FROM replenish.closed_routines() AS c
    LOOP
        EXECUTE pg_catalog.format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', routine);
    END LOOP;
    REVOKE EXECUTE ON FUNCTION replenish.create_roles(), replenish.guard_schema(), replenish.install_api(),
        replenish.create_api_roles(), replenish.grant_api() FROM PUBLIC;
END
$revoke$;
