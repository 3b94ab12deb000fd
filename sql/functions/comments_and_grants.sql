-- Whoever writes is chosen by create_roles(); PUBLIC may not.
DO $revoke$
DECLARE
    routine regprocedure;
BEGIN
    FOR routine IN SELECT c.signature FROM replenish.closed_routines() AS c
    LOOP
        EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', routine);
    END LOOP;
    REVOKE EXECUTE ON FUNCTION replenish.create_roles() FROM PUBLIC;
END
$revoke$;
