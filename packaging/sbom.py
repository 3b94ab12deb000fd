"""Lists what is linked into the extension as a CycloneDX 1.5 bill of materials, on standard output.

Reads Cargo.lock by way of cargo metadata: only what a Linux build links, neither tests' nor build
scripts' dependencies. The same commit gives the same bytes. Arguments: the commit, its time in
seconds since 1970.
"""

import datetime
import json
import subprocess
import sys
import tomllib
import uuid

ROOT = "pg_replenish"


def metadata():
    command = ["cargo", "metadata", "--locked", "--format-version", "1",
               "--filter-platform", "x86_64-unknown-linux-gnu"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def linked(nodes, start):
    """Ids of all packages that `start` links, and the graph between them."""
    graph, todo = {}, [start]
    while todo:
        package = todo.pop()
        if package in graph:
            continue
        graph[package] = sorted(
            dep["pkg"] for dep in nodes[package]["deps"]
            if any(kind["kind"] is None for kind in dep["dep_kinds"]))
        todo += graph[package]
    return graph


def main(commit, seconds):
    data = metadata()
    packages = {p["id"]: p for p in data["packages"]}
    nodes = {n["id"]: n for n in data["resolve"]["nodes"]}
    start = next(i for i, p in packages.items() if p["name"] == ROOT)
    graph = linked(nodes, start)
    with open("Cargo.lock", "rb") as file:
        checksums = {(p["name"], p["version"]): p.get("checksum") for p in tomllib.load(file)["package"]}

    def reference(package):
        return f"pkg:cargo/{packages[package]['name']}@{packages[package]['version']}"

    def component(package):
        entry = packages[package]
        result = {
            "type": "library",
            "bom-ref": reference(package),
            "name": entry["name"],
            "version": entry["version"],
            "purl": reference(package),
        }
        if entry["license"]:
            # "MIT/Apache-2.0" is how older crates write OR.
            result["licenses"] = [{"expression": entry["license"].replace("/", " OR ")}]
        checksum = checksums[entry["name"], entry["version"]]
        if checksum:
            result["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        return result

    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    order = sorted(graph, key=reference)
    json.dump({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, commit)}",
        "version": 1,
        "metadata": {"timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": component(start)},
        "components": [component(p) for p in order if p != start],
        "dependencies": [
            {"ref": reference(p), "dependsOn": sorted(map(reference, graph[p]))} for p in order],
    }, sys.stdout, indent=2, sort_keys=True)
    print()


main(*sys.argv[1:])
