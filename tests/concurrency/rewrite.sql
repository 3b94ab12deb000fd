-- For tests that break something first, to be seen to fail: a routine with one phrase of its text in place of
-- another.
CREATE SCHEMA variant;
CREATE FUNCTION variant.rewrite(routine regproc, former text, present text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    definition CONSTANT text := pg_get_functiondef(routine);
BEGIN
    IF position(former IN definition) = 0 THEN
        RAISE EXCEPTION '% no longer says "%"', routine, former;
    END IF;
    EXECUTE replace(definition, former, present);
END
$$;
