"""What one tenant (B, unless said otherwise) alone knows, and whether any of it came back to somebody else."""

import re

from catalog import relations

# Recognisable numbers and words that tests/security/world.sql gives to tenant B. Forecasts of a
# constant series repeat its number, so derived figures carry it too.
PATTERN = re.compile(r"735184629|735184628\.9|2058516961|CANARY", re.I)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Canaries:
    def __init__(self, superuser, tenant, known, pattern=PATTERN):
        """Every uuid of a tenant's rows but those that a caller may know; superuser sees them all."""
        self.tenant, self.known, self.pattern = tenant, set(known), pattern
        theirs, others, self.empty = set(), set(), []
        for relation in relations(superuser):
            columns = [name for name, kind in relation.columns if kind == "uuid"]
            if not relation.tenant_column or relation.kind not in "rp":
                continue
            listed = ", ".join(columns)
            rows = superuser.execute(f"SELECT {listed} FROM {relation.name} WHERE tenant_id = %s", (tenant,)).fetchall()
            if not rows:
                self.empty.append(relation.name)
            theirs |= {str(v) for row in rows for v in row if v is not None}
            rows = superuser.execute(f"SELECT {listed} FROM {relation.name} WHERE tenant_id <> %s", (tenant,)).fetchall()
            others |= {str(v) for row in rows for v in row if v is not None}
        # What somebody else has as well, in whatever table, tells nothing.
        self.uuids = theirs - others - self.known

    def find(self, sent, received):
        """Tokens of the tenant in what came back that were not in what was sent."""
        found = {m.group(0) for m in self.pattern.finditer(received)}
        found |= {u for u in UUID.findall(received) if u in self.uuids or u in self.known}
        return sorted(t for t in found if t not in sent)
