"""What every attack needs: the catalog, logins, canaries, and what must look the same afterwards."""

from canary import Canaries
from catalog import may_choose_tenant, product_roles, relations, routines
from logins import HOST, PORT, connect
from values import World

A = "aaaaaaaa-0000-4000-8000-000000000000"
B = "ca9a47ee-b000-4000-8000-000000000000"
KNOWN = [B, "ca9a47ee-b000-4000-8000-0000000000f1", "ca9a47ee-b000-4000-8000-000000000003", "ca9a47ee-b000-4000-8000-0000000000e1"]
FACILITY = "ffffffff-0000-4000-8000-000000000001"
MATERIAL = "00000000-0000-4000-8000-000000000001"
B_LOGIN = "canary_login"

# What keeps tenants apart, as the catalog has it. No attack may change any of it.
OURS = "(SELECT oid FROM pg_namespace WHERE nspname ~ '^_?replenish')"
PROTECTION = {
    "relations": f"SELECT c.oid::regclass, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.relacl, c.reloptions FROM pg_class AS c WHERE c.relnamespace IN {OURS}",
    "policies": "SELECT p.polrelid::regclass, p.polname, p.polcmd, p.polroles, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_policy AS p",
    "functions": f"SELECT p.oid::regprocedure, p.proowner, p.prosecdef, p.provolatile, p.proconfig, p.proacl, md5(p.prosrc) FROM pg_proc AS p WHERE p.pronamespace IN {OURS}",
    "schemas": f"SELECT n.nspname, n.nspowner, n.nspacl FROM pg_namespace AS n WHERE n.oid IN {OURS}",
    "triggers": f"SELECT t.tgrelid::regclass, t.tgname, t.tgenabled FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid WHERE c.relnamespace IN {OURS}",
    "rules": f"SELECT r.ev_class::regclass, r.rulename FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class WHERE c.relnamespace IN {OURS}",
    "roles": "SELECT r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolbypassrls FROM pg_roles AS r",
    "memberships": "SELECT m.roleid::regrole, m.member::regrole, m.admin_option FROM pg_auth_members AS m",
    "settings of roles": "SELECT s.setdatabase, s.setrole, s.setconfig FROM pg_db_role_setting AS s",
    "privileges on parameters": "SELECT p.parname, p.paracl FROM pg_parameter_acl AS p",
    "extensions": "SELECT e.extname, e.extowner, e.extversion FROM pg_extension AS e",
}


class Siege:
    """All attacks of all roles, and what they brought to light."""

    def __init__(self, preloaded=True):
        self.preloaded = preloaded
        self.trial = False  # whether each statement is rolled back
        self.superuser = connect()
        self.relations = relations(self.superuser)
        self.routines = routines(self.superuser)
        self.roles = ["in_" + r for r in product_roles(self.superuser)] + ["in_none"]
        self.canaries = Canaries(self.superuser, B, KNOWN)
        self.database = self.superuser.info.dbname
        self.leaks, self.wrong, self.statements = [], [], 0
        suggestion = self.one("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s LIMIT 1", B)
        run = self.one("SELECT job_run_id FROM replenish.job_runs WHERE tenant_id = %s LIMIT 1", B)
        self.canaries.known |= {suggestion, run}
        self.world = World(foreign_ids=[*KNOWN, suggestion, run],
                           relations=[r.name for r in self.relations])
        self.extensions = {name for (name,) in self.superuser.execute("SELECT extname FROM pg_extension")}
        self.primary_keys = dict(self.superuser.execute("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'p'").fetchall())
        # Asked once: a membership that comes later is a breach, not a membership.
        self.strangers = {user: self.column("SELECT rolname FROM pg_roles WHERE NOT pg_has_role(%s, oid, 'MEMBER') ORDER BY rolname", user)
                          for user in self.roles}

    def one(self, query, *arguments):
        return str(self.superuser.execute(query, arguments).fetchone()[0])

    def column(self, query, *arguments):
        return [row[0] for row in self.superuser.execute(query, arguments).fetchall()]

    def fingerprint(self):
        """Of everything that B has, table by table."""
        return {r.name: self.superuser.execute(
            f"SELECT count(*), md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {r.name} AS t WHERE tenant_id = %s", (B,)).fetchone()
            for r in self.relations if r.tenant_column and r.kind in "rp"}

    def surroundings(self, user):
        """Of what keeps tenants apart, and of other people's jobs."""
        found = {name: self.one(f"SELECT md5(coalesce(string_agg(x::text, ',' ORDER BY x::text), '')) FROM ({query}) AS x") for name, query in PROTECTION.items()}
        if "pg_cron" in self.extensions:
            for table in ("cron.job", "cron.job_run_details"):
                found[table] = self.one(f"SELECT md5(string_agg(j::text, ',' ORDER BY j::text)) FROM {table} AS j WHERE j.username <> %s", user)
        return found

    def compare(self, user, what, before, after):
        for name in before:
            if before[name] != after[name]:
                self.wrong.append((user, what, name, "is not what it was"))

    def may(self, user, privilege):
        """Whether an attack is that role's lawful privilege. It is then left out."""
        if privilege == "BATCH":
            return may_choose_tenant(self.superuser, user)
        return self.superuser.execute("SELECT pg_has_role(%s, 'replenish_owner', 'USAGE')", (user,)).fetchone()[0]

    def names(self, user, relation=None):
        found = dict(a=A, b=B, me=user, db=self.database, b_login=B_LOGIN, facility=FACILITY, material=MATERIAL,
                     host=HOST, port=PORT, steal="SELECT m::text FROM replenish.materials AS m")
        if relation:
            columns = [c for c, _ in relation.columns]
            found.update(rel=relation.name, columns=", ".join(columns), columns_as_b=", ".join(f"'{B}'" if c == "tenant_id" else c for c in columns))
        return found

    def send(self, login, what, statement, by_design=()):
        self.statements += 1
        if self.trial:
            login.run("BEGIN")
        state, heard, rows = login.run(statement)
        if self.trial:
            login.run("ROLLBACK")
        leaked = set(self.canaries.find(statement, heard)) - set(by_design)
        # The batch role reads the registry, and so the id of B (docs/security.md); no other row shows that alone.
        if leaked and not (leaked == {B} and may_choose_tenant(self.superuser, login.user)):
            self.leaks.append((login.user, what, statement[:300], sorted(leaked)[:5]))
        # pg_cron reports a job that the caller may not see as an internal error; that is its own matter.
        if state and state.startswith("XX") and "cron." not in statement:
            self.wrong.append((login.user, what, statement[:300], f"{state} {heard[:300]}"))
        if "rust_begin_unwind" in heard or "stack backtrace" in heard:
            self.wrong.append((login.user, what, statement[:300], "a backtrace"))
        return state, heard, rows

    def forget_own_rows_with_foreign_ids(self):
        """A may record demand at a facility that has B's id as its own; it would look like a leak ever after."""
        with self.superuser.transaction():
            self.superuser.execute("SET LOCAL session_replication_role = replica")
            for relation in self.relations:
                if relation.tenant_column and relation.kind in "rp":
                    self.superuser.execute(f"DELETE FROM {relation.name} AS t WHERE tenant_id = %s AND t::text LIKE ANY (%s)",
                                           (A, [f"%{i}%" for i in [*self.world.foreign_ids, self.world.unknown_id]]))
