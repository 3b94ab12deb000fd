"""Typed values for calls of any function: plain ones, bad ones and other people's. All are SQL text."""

import random
import struct
from dataclasses import dataclass, field

FLOATS = ["0", "1", "-1", "0.5", "30", "1e300", "-1e300", "5e-324", "'NaN'", "'Infinity'", "'-Infinity'",
          "1.7976931348623157e308", "0.95", "1e-9", "36526", "2147483648"]
INTEGERS = ["0", "1", "-1", "2", "7", "30", "365", "999", "1000", "1001", "3659", "3660", "3661", "36525",
            "36526", "10000", "10001", "2147483647", "-2147483648"]
BIGINTS = INTEGERS + ["9223372036854775807", "-9223372036854775808"]
NUMERICS = ["0", "1", "-1", "0.95", "12.5", "999999999999", "1e12", "1e300", "-1e300", "1e-300", "'NaN'",
            "'Infinity'", "'-Infinity'"]
DATES = ["'2025-01-01'", "'2025-02-28'", "'2025-03-01'", "'1900-01-01'", "'1899-12-31'", "'2999-12-31'",
         "'3000-01-01'", "'4713-01-01 BC'", "'5874897-12-31'", "'infinity'", "'-infinity'", "'2024-02-29'"]
STAMPS = ["'2025-01-01 00:00Z'", "'4713-01-01 00:00Z BC'", "'294276-12-31 23:59Z'", "'infinity'", "'-infinity'"]
# Words that functions know, and what nobody should pass.
WORDS = ["AUTO", "ETS", "HOLT", "NAIVE", "THETA", "CROSTON", "MSTL", "additive", "multiplicative", "auto", "basic",
         "combined", "ACTIVE", "SUPERSEDED", "PENDING", "APPROVED", "CONVERTED_TO_PO", "REJECTED", "CRITICAL", "DAILY",
         "WEEKLY", "MONTHLY", "QUARTERLY", "FORECASTS", "ACCURACY", "REPLENISHMENT", "ZERO", "INTERPOLATE", "UPDATE",
         "FIT", "REFIT", "CYCLE_SERVICE", "MIN_MAX", "SMOOTH", "EA"]
TEXTS = ["", " ", "x", "'; DROP TABLE replenish.materials; --", "%s%n%I%L", "\\", "été 漢字 🙂", "A" * 10000, "NULL",
         "../../etc/passwd", "{}", "$1", "\t\n"]
SERIES = ["'{}'", "'{NULL}'", "ARRAY[1]", "ARRAY[1,2]", "ARRAY[1,2,3,4,5,6,7,8,9,10,11,12,13,14]",
          "ARRAY[0,0,0,0,0,0,0,0,0,0]", "ARRAY[5,5,5,5,5,5,5,5,5,5,5,5]", "ARRAY[-1,-2,-3,-4,-5]", "ARRAY[1,NULL,3]",
          "ARRAY[1,'NaN',3]", "ARRAY[1,'Infinity',3]", "ARRAY[1e300,1e300,-1e300,1e300]", "ARRAY[5e-324,0,5e-324,1]",
          "array_fill(3::float8, ARRAY[2,2])", "array_fill(7::float8, ARRAY[30], ARRAY[-5])",
          "ARRAY[0,0,3,0,0,0,1,0,0,0,0,2,0,0,0,5]", "ARRAY[1.7976931348623157e308,1,2,3,4,5,6]",
          "ARRAY(SELECT 50 + i % 7 FROM generate_series(1, 60) AS i)", "ARRAY[0.5,0.8,0.95]"]
JSON = ["'{}'", "'[]'", "'null'", "'1'", "'\"x\"'", "'{\"a\": {\"b\": [1, 2, {\"c\": null}]}}'",
        "('[' || repeat('[', 200) || repeat(']', 200) || ']')",
        "'{\"period_end\": \"2025-02-01\", \"as_of\": \"infinity\", \"horizon_days\": 1e9, \"algorithm\": 7}'"]
BYTES = ["''", "'\\x00'", "'\\xdeadbeef'", "decode(repeat('ff', 4096), 'hex')", "decode(repeat('00', 64), 'hex')",
         "(SELECT replenish.pack_demand(date '2025-01-01' OPERATOR(pg_catalog.+) i, i) FROM generate_series(1, 40) AS i)",
         "(SELECT substring(replenish.pack_demand(date '2025-01-01' OPERATOR(pg_catalog.+) i, i) FOR 17) FROM generate_series(1, 40) AS i)"]


@dataclass
class World:
    """Ids and names that a caller may come to know, its own and other tenants'."""
    tenant: str = "aaaaaaaa-0000-4000-8000-000000000000"
    facility: str = "ffffffff-0000-4000-8000-000000000001"
    material: str = "00000000-0000-4000-8000-000000000001"
    suggestion: str = "00000000-0000-4000-8000-00000000dead"
    foreign_ids: list = field(default_factory=list)
    relations: list = field(default_factory=list)
    unknown_id: str = "0badc0de-0000-4000-8000-00000000dead"

    def uuids(self):
        return [f"'{i}'" for i in [self.tenant, self.facility, self.material, self.suggestion, *self.foreign_ids, self.unknown_id]]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def pool(type_name, world):
    """Every value of a type that a call may be tried with, as SQL expressions of that type."""
    uuids = world.uuids()
    pools = {
        "double precision": FLOATS, "real": FLOATS[:5], "integer": INTEGERS, "smallint": INTEGERS[:11],
        "bigint": BIGINTS, "numeric": NUMERICS, "date": DATES, "timestamp with time zone": STAMPS,
        "timestamp without time zone": STAMPS, "boolean": ["true", "false"],
        "text": [quoted(t) for t in WORDS + TEXTS], "character varying": [quoted(t) for t in WORDS + TEXTS],
        "name": [quoted(t[:63]) for t in ["tenant_id", "material_id", "demand_date", "actual_demand_quantity", "x", '"', "", "no such"]],
        "uuid": uuids, "double precision[]": SERIES, "jsonb": JSON, "json": JSON, "bytea": BYTES,
        "uuid[]": ["'{}'", "'{NULL}'", f"ARRAY[{','.join(uuids)}]"] + [f"ARRAY[{u}]" for u in uuids],
        "integer[]": ["'{}'", "'{NULL}'", "ARRAY[7]", "ARRAY[7,365]", "ARRAY[0,-1]", "ARRAY[2147483647]", "ARRAY[1,1,1]"],
        "date[]": ["'{}'", "'{NULL}'", "ARRAY['2025-01-01']", "ARRAY['infinity','-infinity']", "ARRAY['4713-01-01 BC']"],
        "text[]": ["'{}'", "'{NULL}'", "ARRAY['SMOOTH','ERRATIC']", "ARRAY['']", "ARRAY[repeat('x', 10000)]"],
        "numeric[]": ["'{}'", "'{NULL}'", "ARRAY[1,2,3]", "ARRAY['NaN']"],
        "regclass": [quoted(r) for r in world.relations + ["pg_catalog.pg_authid", "pg_catalog.pg_statistic"]],
        "interval": ["'1 day'", "'-1 day'", "'0'", "'178000000 years'", "'1 microsecond'"],
        "oid": ["0", "1", "4294967295"],
        "internal": ["NULL"], "trigger": ["NULL"],
    }
    values = pools.get(type_name)
    if values is None:
        return ["NULL"]
    if type_name == "internal":
        return values
    return [f"({v})::{type_name}" for v in values] + [f"NULL::{type_name}"]


def plain(name, kind, world):
    """The value with which a call gets far, as SQL."""
    named = {"tenant_id": f"'{world.tenant}'::uuid", "facility_id": f"'{world.facility}'::uuid", "material_id": f"'{world.material}'::uuid",
             "suggestion_id": f"'{world.suggestion}'::uuid", "algorithm": "'AUTO'::text", "forecast_algorithm": "'AUTO'::text",
             "aggregation_level": "'DAILY'::text", "mode": "'FIT'::text", "job_name": "'FORECASTS'::text", "decision": "'APPROVED'::text",
             "drop_data": "false", "keys": f"ARRAY['{world.facility}','{world.material}']::uuid[]", "batch_size": "100",
             "masked_demand": "'NONE'::text", "unit": "'EA'::text", "name": "'AUTO'::text",
             "method": "'auto'::text", "seasonal": "'additive'::text", "missing_demand": "'ZERO'::text", "series": f"({BYTES[-2]})::bytea",
             "source": "'replenish.demand_history'::regclass", "key_column": "'material_id'::name", "date_column": "'demand_date'::name",
             "quantity_column": "'actual_demand_quantity'::name", "table_name": "'materials'::text", "run_as": "'replenish_night'::name",
             "override_reason": "'fair'::text", "season_lengths": "ARRAY[7]::integer[]", "service_levels": "ARRAY[0.9]::double precision[]",
             "quantiles": "ARRAY[0.1,0.5,0.9]::double precision[]", "purchase_order_id": "NULL::uuid",
             "expires_at": "'2100-01-01 00:00Z'::timestamp with time zone", "suggestion_generation_timestamp": "NULL::timestamp with time zone"}
    # What a suggestion of the tenant was made from, with what a simulation reads besides; by operators of no other path.
    settings = '{"forecast_algorithm": "AUTO", "season_length": null, "minimum_forecast_history_days": 30}'
    named |= {part: f"(SELECT calculation OPERATOR(pg_catalog.->) '{part}' OPERATOR(pg_catalog.||) '{settings}' "
                    f"FROM replenish.replenishment_suggestions WHERE tenant_id OPERATOR(pg_catalog.=) '{world.tenant}' ORDER BY suggestion_id LIMIT 1)::jsonb"
              for part in ("policy", "facts", "plan")}
    typed = {"integer": "7", "double precision": "0.5::float8", "numeric": "0.9::numeric", "text": "NULL::text", "date": "'2025-03-01'::date",
             "boolean": "true", "double precision[]": "ARRAY[1,2,3,4,5,6,7,8,9,10,11,12,13,14]::float8[]", "uuid": f"'{world.material}'::uuid",
             "uuid[]": f"ARRAY['{world.material}']::uuid[]"}
    value = named.get(name)
    # An argument of that name but of another type has no use for it.
    if value is None or ("::" in value and value.rsplit("::", 1)[1] not in (kind, {"double precision": "float8"}.get(kind))):
        value = typed.get(kind) or pool(kind, world)[0]
    return value


def chance_values(kind, seed, count=60):
    """Values of a type that nobody thought of."""
    chance = random.Random(f"{seed} {kind}")

    def number():
        style = chance.random()
        if style < 0.3:
            return repr(struct.unpack("d", chance.randbytes(8))[0]).replace("nan", "'NaN'").replace("-inf", "'-Infinity'").replace("inf", "'Infinity'")
        return repr(chance.choice([chance.uniform(-2, 2), chance.uniform(0, 1000), chance.gauss(0, 1) * 10 ** chance.randint(-8, 12), float(chance.randint(0, 20))]))

    def whole(bits):
        return str(chance.choice([1, -1]) * int(2 ** chance.uniform(0, bits - 1)) - chance.randint(0, 1))

    def series():
        style, length = chance.random(), int(2 ** chance.uniform(0, 7))
        if style < 0.3:
            values = [str(chance.choice([0, 0, 0, chance.randint(1, 9)])) for _ in range(length)]
        elif style < 0.7:
            values = [repr(50 + 20 * (i % chance.choice([2, 7, 12])) + chance.gauss(0, 5)) for i in range(length)]
        else:
            values = [number() for _ in range(length)]
        return f"ARRAY[{','.join(values)}]"

    makers = {"double precision": number, "integer": lambda: whole(32), "bigint": lambda: whole(63), "numeric": number, "double precision[]": series,
              "date": lambda: f"date '2025-01-01' + {chance.randint(-4000, 4000)}", "bytea": lambda: f"'\\x{chance.randbytes(chance.randint(0, 80)).hex()}'",
              "text": lambda: quoted("".join(chr(chance.choice([*range(1, 128), 233, 0x4E2D, 0x1F600])) for _ in range(chance.randint(0, 30)))),
              "integer[]": lambda: f"ARRAY[{','.join(whole(12) for _ in range(chance.randint(1, 6)))}]"}
    maker = makers.get(kind)
    return [f"({maker()})::{kind}" for _ in range(count)] if maker else []


def unknown_types(routines, world):
    """Argument types for which there are no values yet: a test that met one would test nothing."""
    return sorted({t for r in routines for _, t in r.arguments if t != "internal" and pool(t, world) == ["NULL"]})


def call(routine, arguments):
    """A statement that calls a routine with SQL expressions and returns all that it returns."""
    listed = ", ".join(arguments)
    if routine.kind == "p":
        return f"CALL {routine.name}({listed})"
    if routine.kind == "a":
        return f"SELECT {routine.name}({listed}) FROM generate_series(1, 3)"
    return f"SELECT * FROM {routine.name}({listed}) AS r"
