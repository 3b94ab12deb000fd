-- Findings of plpgsql_check on every plpgsql function, without the explained ones.
WITH explained (function_name, finding, reason) AS (
    VALUES
        ('forecast_by', 'text type variable is not sanitized', 'the table is a regclass, the columns go through %I'),
        ('forecast_by', 'OUT variable "%" is maybe unmodified', 'RETURN QUERY EXECUTE fills the row'),
        ('install', 'text type variable is not sanitized', 'runs the migrations of the library itself'),
        ('enter_tenant_of_token', 'target type is different type than source type', 'the cast is what is tried'),
        ('install_api', 'text type variable is not sanitized', 'runs the scripts of the library itself'),
        ('drop_api', 'text type variable is not sanitized', 'schema names of the library itself'),
        ('repair', 'the expression is not SQL injection safe', 'runs a migration of the library itself'),
        ('recreate_views', 'text type variable is not sanitized', 'runs a migration of the library itself'),
        ('partition_demand_history', 'relation "replenish.demand_history_%" does not exist', 'the function makes that table itself'),
        ('maintain_demand_partitions', 'relation "replenish.demand_history_%" does not exist', 'that table is there once demand is partitioned'),
        ('statement_metrics', 'OUT variable "%" is maybe unmodified', 'RETURN QUERY EXECUTE fills the row'),
        ('verify_routines', 'target type is different type than source type', 'an empty array, as a literal'),
        ('watch_demand', 'text type variable is not sanitized', 'the words come from a VALUES list beside it'),
        ('load_demo_data', 'target type is different type than source type', 'integer literals for numeric columns'),
        ('uninstall', 'target type is different type than source type', 'regclass printed as text')
)
SELECT p.oid::regprocedure || ': ' || f.level || ' ' || f.sqlstate || ' ' || f.message || coalesce(' (' || f.detail || ')', '')
FROM pg_proc AS p
JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
CROSS JOIN LATERAL plpgsql_check_function_tb(
    p.oid,
    relid => coalesce((SELECT t.tgrelid FROM pg_trigger AS t WHERE t.tgfoid = p.oid LIMIT 1), 0),
    oldtable => (SELECT max(t.tgoldtable) FROM pg_trigger AS t WHERE t.tgfoid = p.oid),
    newtable => (SELECT max(t.tgnewtable) FROM pg_trigger AS t WHERE t.tgfoid = p.oid),
    security_warnings => true,
    extra_warnings => true,
    performance_warnings => false
) AS f
WHERE p.pronamespace IN (SELECT n.oid FROM pg_namespace AS n WHERE n.nspname ~ '^_?replenish')
    AND NOT EXISTS (SELECT FROM explained AS e WHERE e.function_name = p.proname AND f.message LIKE e.finding)
ORDER BY 1;
