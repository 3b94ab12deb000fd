-- One run in a backend of its own: materials, days, name, threads, seconds, CPU seconds, rows of demand a
-- second, megabytes of its own at most, megabytes of WAL; a tab between them.
SET app.current_tenant_id = :'tenant';
SET replenish.max_threads = :threads;
SELECT format('/proc/%s/', pg_backend_pid()) AS proc \gset
SELECT clock_timestamp() AS began, pg_current_wal_insert_lsn() AS wal \gset
:sql \g /dev/null
SELECT
    :materials, :days, :'name', :threads,
    round(extract(epoch FROM clock_timestamp() - :'began'), 3),
    round((stat.fields[14]::numeric + stat.fields[15]::numeric) / 100, 2),
    round(:materials::numeric * :days / extract(epoch FROM clock_timestamp() - :'began')),
    (
        substring(status.lines FROM 'VmHWM:\s*(\d+)')::integer
        - substring(status.lines FROM 'RssShmem:\s*(\d+)')::integer
    ) / 1024,
    round((pg_current_wal_insert_lsn() - :'wal'::pg_lsn) / 1048576.0, 1)
FROM (SELECT string_to_array(pg_read_file(:'proc' || 'stat'), ' ') AS fields) AS stat
CROSS JOIN (SELECT pg_read_file(:'proc' || 'status') AS lines) AS status
\g (format=unaligned fieldsep='\t')
