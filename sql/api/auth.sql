-- Who asks. Outside the API schema, so that no client can call any of it.

CREATE FUNCTION replenish_auth.claims() RETURNS jsonb
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RETURN nullif(current_setting('request.jwt.claims', true), '')::jsonb;
EXCEPTION
    WHEN invalid_text_representation THEN
        RAISE EXCEPTION 'the token''s claims are not json'
            USING ERRCODE = 'PT401', HINT = 'Sign in again.';
END
$$;
COMMENT ON FUNCTION replenish_auth.claims() IS
'Claims of the token that the server verified, or NULL.';

CREATE FUNCTION replenish_auth.subject() RETURNS text
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(replenish_auth.claims() ->> 'sub', session_user)
$$;
COMMENT ON FUNCTION replenish_auth.subject() IS
'Who is noted for a decision: the token''s subject, else the login role.';

-- Belongs to a role that may choose the tenant. It takes the tenant from the claims alone, once a
-- transaction, and serves nobody but the servers that verified them.
CREATE FUNCTION replenish_auth.enter_tenant_of_token() RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    claims jsonb := replenish_auth.claims();
    tenant uuid;
BEGIN
    IF NOT pg_has_role(session_user, 'replenish_authenticator', 'MEMBER') THEN
        RAISE EXCEPTION 'role % may not choose a tenant by claims', session_user
            USING ERRCODE = 'insufficient_privilege',
                HINT = 'Servers that verify tokens log in as replenish_authenticator.';
    ELSIF claims IS NULL OR NOT claims ? 'tenant_id' THEN
        RETURN;
    END IF;
    BEGIN
        tenant := claims ->> 'tenant_id';
    EXCEPTION
        WHEN invalid_text_representation THEN
            tenant := NULL;
    END;
    IF tenant IS NULL THEN
        RAISE EXCEPTION 'the token''s tenant_id is not a uuid'
            USING ERRCODE = 'PT401', HINT = 'Sign in again.';
    ELSIF jsonb_typeof(claims -> 'exp') IS DISTINCT FROM 'number' THEN
        RAISE EXCEPTION 'the token does not say when it expires'
            USING ERRCODE = 'PT401', HINT = 'Whoever signs tokens gives them a numeric exp.';
    ELSIF (claims ->> 'exp')::numeric <= extract(epoch FROM now()) THEN
        RAISE EXCEPTION 'the token has expired'
            USING ERRCODE = 'PT401', HINT = 'Sign in again.';
    ELSIF replenish.current_tenant_id() <> tenant THEN
        RAISE EXCEPTION 'this transaction has a tenant already'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Begin a new one.';
    END IF;
    PERFORM set_config('app.current_tenant_id', tenant::text, true);
END
$$;
COMMENT ON FUNCTION replenish_auth.enter_tenant_of_token() IS
'Sets the tenant of the transaction from the verified claims. pre_request() calls it.';

CREATE FUNCTION replenish_auth.pre_request() RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM replenish_auth.enter_tenant_of_token();
    -- A token without a role is a user's all the same.
    IF current_user = 'replenish_anonymous' AND replenish.current_tenant_id() IS NOT NULL THEN
        PERFORM set_config('role', 'replenish_api_user', true);
    END IF;
END
$$;
COMMENT ON FUNCTION replenish_auth.pre_request() IS
'What PostgREST calls before each request (db-pre-request): sets the tenant, and the role where the token names none.';
