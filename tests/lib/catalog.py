"""What the product has, read from the catalog: nothing here is a list kept by hand."""

from dataclasses import dataclass, field

# The extension's own schema and whatever else begins with the product's name (the schema of the API).
SCHEMAS = "SELECT oid FROM pg_namespace WHERE nspname ~ '^_?replenish'"


@dataclass
class Relation:
    name: str
    kind: str
    columns: list = field(default_factory=list)  # (name, type), without generated ones
    tenant_column: bool = False


@dataclass
class Routine:
    oid: int
    signature: str
    name: str  # qualified
    kind: str  # f, a, p
    arguments: list  # (name, type)
    defaults: int
    result: str
    volatility: str
    language: str
    strict: bool


def relations(connection):
    rows = connection.execute(f"""
        SELECT c.oid::regclass::text, c.relkind::text,
            array_agg(ARRAY[a.attname::text, format_type(a.atttypid, a.atttypmod)] ORDER BY a.attnum)
                FILTER (WHERE a.attgenerated = ''),
            bool_or(a.attname = 'tenant_id')
        FROM pg_class AS c
        JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.relnamespace IN ({SCHEMAS}) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        GROUP BY c.oid ORDER BY 1
    """).fetchall()
    return [Relation(name, kind, [tuple(c) for c in columns], tenant) for name, kind, columns, tenant in rows]


def routines(connection, schemas=SCHEMAS):
    rows = connection.execute(f"""
        SELECT p.oid, p.oid::regprocedure::text, format('%I.%I', n.nspname, p.proname), p.prokind::text,
            coalesce((SELECT array_agg(ARRAY[
                    coalesce((p.proargnames)[1 + nth.at], ''), format_type(t.type, NULL)] ORDER BY nth.at)
                FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS t (type, place)
                CROSS JOIN LATERAL (SELECT (t.place - 1)::integer AS at) AS nth), '{{}}'),
            p.pronargdefaults, format_type(p.prorettype, NULL), p.provolatile::text, l.lanname, p.proisstrict
        FROM pg_proc AS p
        JOIN pg_namespace AS n ON n.oid = p.pronamespace
        JOIN pg_language AS l ON l.oid = p.prolang
        WHERE n.oid IN ({schemas}) AND p.prokind IN ('f', 'a', 'p')
        ORDER BY 2
    """).fetchall()
    return [Routine(r[0], r[1], r[2], r[3], [tuple(a) for a in r[4]], *r[5:]) for r in rows]


def product_roles(connection):
    """The product's roles that a login may be a member of."""
    return [name for (name,) in connection.execute(
        r"SELECT rolname FROM pg_roles WHERE rolname ~ '^replenish_' ORDER BY rolname")]


def may_choose_tenant(connection, role):
    """By the privilege, or as a server that verifies tokens and passes their claims on."""
    return connection.execute("""
        SELECT has_parameter_privilege(%(role)s, 'app.current_tenant_id', 'SET')
            OR coalesce(pg_has_role(%(role)s, to_regrole('replenish_authenticator'), 'MEMBER'), false)
    """, {"role": role}).fetchone()[0]
