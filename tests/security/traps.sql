-- Planted in public by an attacker: for every function of pg_catalog that takes any type (so that an
-- exact signature wins wherever it stands on the path) one for each common type, for every operator
-- between common types one of hers, and the usual functions under their own names. Each notes who called it.
CREATE FUNCTION public.note(what text) RETURNS void LANGUAGE plpgsql AS
$$ BEGIN RAISE WARNING 'sprung %', what; INSERT INTO public.trap VALUES (current_user, what); EXCEPTION WHEN OTHERS THEN NULL; END $$;

SELECT format('CREATE FUNCTION public.%I(VARIADIC %s[]) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM public.note(%L); RETURN NULL; END $f$',
    f.name, t.type, CASE f.name WHEN 'format' THEN 'text' WHEN 'concat' THEN 'text' ELSE 'jsonb' END, f.name)
FROM (VALUES ('format'), ('concat'), ('jsonb_build_object'), ('jsonb_build_array')) AS f (name), (VALUES ('text'), ('date'), ('numeric'), ('jsonb')) AS t (type) \gexec

SELECT format('CREATE FUNCTION public.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM public.note(%L); RETURN NULL; END $f$', f.name, a.arguments, f.result, f.name)
FROM (VALUES ('to_jsonb', 'jsonb'), ('cardinality', 'integer'), ('array_length', 'integer'), ('round', 'numeric'), ('trim_scale', 'numeric'),
    ('date_trunc', 'timestamp'), ('extract', 'numeric'), ('abs', 'numeric'), ('lower', 'text'), ('coalesce', 'text'), ('now', 'timestamptz'),
    ('set_config', 'text'), ('current_setting', 'text'), ('hashtextextended', 'bigint'), ('pg_advisory_xact_lock', 'void'), ('jsonb_typeof', 'text')) AS f (name, result),
    (VALUES ('uuid'), ('date'), ('text'), ('numeric'), ('float8'), ('uuid[]'), ('date[]'), ('float8[]'), ('jsonb'), ('uuid[], integer'),
        ('numeric, integer'), ('float8, integer'), ('text, date'), ('text, text, boolean'), ('text, integer'), ('')) AS a (arguments)
WHERE NOT (f.result = 'void' AND a.arguments <> 'numeric') \gexec

SELECT format('CREATE FUNCTION public.%s_step(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM public.note(%L); RETURN $1; END $f$; '
    'CREATE AGGREGATE public.%s(%s) (SFUNC = public.%s_step, STYPE = %s)',
    a.name, a.state, a.type, a.state, a.name, a.name, a.type, a.name, a.state)
FROM (VALUES ('count', 'bigint', 'uuid'), ('count', 'bigint', 'date'), ('array_agg', 'uuid[]', 'uuid'), ('array_agg', 'date[]', 'date'), ('array_agg', 'float8[]', 'float8'),
    ('array_agg', 'text[]', 'text'), ('jsonb_agg', 'jsonb', 'jsonb'), ('jsonb_agg', 'jsonb', 'record'), ('max', 'uuid', 'uuid'), ('max', 'text', 'text'), ('sum', 'numeric', 'text'),
    ('jsonb_object_agg', 'jsonb', 'jsonb')) AS a (name, state, type) \gexec

SELECT format('CREATE FUNCTION public.unnest(%s[]) RETURNS SETOF %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM public.note(%L); RETURN; END $f$', t, t, 'unnest')
FROM unnest(ARRAY['uuid', 'date', 'float8', 'text', 'jsonb']) AS t \gexec
CREATE FUNCTION public.jsonb_to_record(jsonb) RETURNS SETOF record LANGUAGE plpgsql AS $$ BEGIN PERFORM public.note('jsonb_to_record'); RETURN; END $$;

SELECT format('CREATE FUNCTION public.op_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN PERFORM public.note(%L); RETURN NULL; END $f$; '
    'CREATE OPERATOR public.%s (FUNCTION = public.op_%s, LEFTARG = %s, RIGHTARG = %s)', row_number() OVER (), o.l, o.r, o.result, 'operator ' || o.sign, o.sign, row_number() OVER (), o.l, o.r)
FROM (VALUES ('=', 'uuid', 'uuid', 'boolean'), ('<>', 'uuid', 'uuid', 'boolean'), ('=', 'text', 'text', 'boolean'), ('=', 'date', 'date', 'boolean'), ('<=', 'date', 'date', 'boolean'),
    ('-', 'date', 'date', 'integer'), ('-', 'date', 'integer', 'date'), ('+', 'date', 'integer', 'date'), ('||', 'text', 'text', 'text'), ('||', 'uuid', 'uuid[]', 'uuid[]'), ('->', 'jsonb', 'text', 'jsonb'), ('->>', 'jsonb', 'text', 'text'),
    ('*', 'numeric', 'numeric', 'numeric'), ('/', 'numeric', 'numeric', 'numeric'), ('=', 'integer', 'integer', 'boolean'), ('>', 'numeric', 'numeric', 'boolean')) AS o (sign, l, r, result) \gexec

-- Tables under our tables' names, in the attacker's schema.
CREATE TABLE public.materials (tenant_id uuid);
CREATE TABLE public.tenants (tenant_id uuid);
CREATE TABLE public.demand_history (tenant_id uuid);
