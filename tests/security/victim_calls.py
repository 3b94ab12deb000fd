"""Prints calls of every function and reads of every view, as tenant B would make them."""

from catalog import relations, routines
from logins import connect
from values import World, call, plain

B, FACILITY, MATERIAL = "ca9a47ee-b000-4000-8000-000000000000", "ca9a47ee-b000-4000-8000-0000000000f1", "ca9a47ee-b000-4000-8000-000000000003"


def main():
    superuser = connect(options="-c search_path=pg_catalog")
    suggestion = superuser.execute("SELECT suggestion_id FROM replenish.replenishment_suggestions WHERE tenant_id = %s AND suggestion_status = 'PENDING' LIMIT 1", (B,)).fetchone()[0]
    world = World(tenant=B, facility=FACILITY, material=MATERIAL, suggestion=str(suggestion))
    for relation in relations(superuser):
        print(f"SELECT * FROM {relation.name};")
    for routine in routines(superuser):
        if "internal" not in [t for _, t in routine.arguments] and routine.name.split(".")[1] != "uninstall":
            print(call(routine, [plain(*a, world) for a in routine.arguments]) + ";")


if __name__ == "__main__":
    main()
