"""Checks Dockerfiles, compose file and Kubernetes manifests, and prints the settings that PostgreSQL gets.

validate.py REPOSITORY COMPOSE-SCHEMA SECRETS [FILE with manifests …]: one "name = value" a line on standard output,
findings on standard error. COMPOSE-SCHEMA is the JSON schema of compose files, SECRETS the folder that first-run.sh made.
Kubernetes' schemas are those of kubernetes-validate.
"""

import io
import json
import pathlib
import re
import sys

import jsonschema
import kubernetes_validate
import yaml
from compose_spec import PyCompose
from dockerfile_parse import DockerfileParser

INSTRUCTIONS = {"FROM", "COPY", "ENV", "WORKDIR", "RUN", "USER", "HEALTHCHECK", "CMD", "COMMENT"}
KUBERNETES = "1.30"


def settings(arguments):
    """The -c name=value pairs of a postgres command line."""
    if arguments[:1] != ["postgres"]:
        raise SystemExit(f"the command does not start postgres: {arguments}")
    found = {}
    for flag, pair in zip(arguments[1::2], arguments[2::2], strict=True):
        if flag != "-c":
            raise SystemExit(f"unknown flag {flag}")
        name, value = pair.split("=", 1)
        found[name] = value
    return found


def check_dockerfile(root, name):
    """Every source that is copied exists, every stage that is named comes first, nothing is taken by ADD, and what
    runs at the end is no root. Answers its instructions."""
    parser = DockerfileParser(fileobj=io.BytesIO((root / "docker" / name).read_bytes()))
    stages, commands = set(), []
    for step in parser.structure:
        if step["instruction"] not in INSTRUCTIONS:
            raise SystemExit(f"{name}: {step['instruction']} is not expected: {step['value']}")
        words = step["value"].split()
        if step["instruction"] == "FROM":
            if ":" not in words[0]:
                raise SystemExit(f"{name}: {words[0]} names no version")
            stages |= {words[2]} if len(words) == 3 else set()
        elif step["instruction"] == "COPY":
            if words[0].startswith("--from="):
                if words[0].removeprefix("--from=") not in stages:
                    raise SystemExit(f"{name}: no stage for {step['value']}")
            else:
                for source in words[:-1]:
                    if not (root / source).exists():
                        raise SystemExit(f"{name}: {source} is not there")
        elif step["instruction"] == "RUN" and (script := re.match(r"(docker/\S+)", step["value"])):
            if not (root / script[1]).stat().st_mode & 0o100:
                raise SystemExit(f"{name}: {script[1]} cannot be run")
        commands.append((step["instruction"], step["value"]))
    last = commands[max(n for n, (instruction, _) in enumerate(commands) if instruction == "FROM"):]
    if "unprivileged" not in last[0][1] and not any(c == "USER" and v not in ("0", "root") for c, v in last):
        raise SystemExit(f"{name}: runs as root")
    if not any(c == "HEALTHCHECK" for c, _ in last):
        raise SystemExit(f"{name}: has no health check")
    return commands


def check_database_image(root):
    commands = check_dockerfile(root, "Dockerfile")
    for needed in (("COPY", "--from=build /out/usr /usr"), ("COPY", "docker/initdb.d /docker-entrypoint-initdb.d")):
        if needed not in commands:
            raise SystemExit(f"Dockerfile: lacks {needed}")
    return settings(yaml.safe_load(dict(commands)["CMD"]))


def check_compose(root, schema, secrets):
    path = root / "docker/compose.yaml"
    text = path.read_text(encoding="utf-8")
    PyCompose.from_yaml(text).validate()
    data = yaml.safe_load(text)
    # The schema is older than the name of a project; PyCompose knows it.
    without_name = {key: value for key, value in data.items() if key != "name"}
    jsonschema.validate(without_name, json.loads(pathlib.Path(schema).read_text(encoding="utf-8")))
    for name, secret in data["secrets"].items():
        if not (pathlib.Path(secrets) / pathlib.Path(secret["file"]).name).is_file():
            raise SystemExit(f"compose: first-run.sh makes no {name}")
    for name, service in data["services"].items():
        check_service(path.parent, name, service, data)
    service = data["services"]["db"]
    found = settings(service["command"])
    if found["cron.database_name"] != service["environment"]["POSTGRES_DB"]:
        raise SystemExit("compose: pg_cron is not in the database of pg_replenish")
    return found


def check_service(folder, name, service, data):
    if ":" not in service["image"].rsplit("/", 1)[-1] or service["image"].endswith(":latest"):
        raise SystemExit(f"compose: the image of {name} names no version")
    if "build" in service and not (folder / service["build"]["context"] / service["build"]["dockerfile"]).is_file():
        raise SystemExit(f"compose: the Dockerfile of {name} is not there")
    used = set(re.findall(r"/run/secrets/(\w+)", json.dumps(service)))
    for source in service.get("volumes", []):
        source = source.split(":")[0]
        if source.startswith("."):
            file = folder / source
            if not file.exists():
                raise SystemExit(f"compose: {name} mounts {source}, which is not there")
            if file.is_file():
                used |= set(re.findall(r"/run/secrets/(\w+)", file.read_text(encoding="utf-8")))
        elif source not in data["volumes"]:
            raise SystemExit(f"compose: {name} uses the volume {source}, which is not there")
    if used != set(service.get("secrets", [])):
        raise SystemExit(f"compose: {name} reads {sorted(used)} and is given {sorted(service.get('secrets', []))}")
    for port in service.get("ports", []):
        if not port.startswith("127.0.0.1:"):
            raise SystemExit(f"compose: {name} is open to the network: {port}")
    for other in service.get("depends_on", []):
        if other not in data["services"]:
            raise SystemExit(f"compose: {name} waits for {other}, which is not there")
    for variable, value in service.get("environment", {}).items():
        if "secrets/" not in value and (re.search("PASSWORD|SECRET|PASS", variable) or "URI" in variable and "@" in value):
            raise SystemExit(f"compose: {name} has a secret in {variable}")


def check_grafana(root):
    """The data sources that the dashboards choose from are provisioned, of each type one."""
    sources = yaml.safe_load((root / "docker/grafana/datasources.yaml").read_text(encoding="utf-8"))["datasources"]
    there = sorted(source["type"] for source in sources)
    wanted = set()
    for path in (root / "monitoring/grafana").glob("*.json"):
        variables = json.loads(path.read_text(encoding="utf-8"))["templating"]["list"]
        wanted |= {v["query"] for v in variables if v["type"] == "datasource"}
    if there != sorted(wanted):
        raise SystemExit(f"Grafana: dashboards want {sorted(wanted)}, provisioned are {there}")


def check_kubernetes(paths):
    manifests = []
    for path in paths:
        for manifest in yaml.safe_load_all(pathlib.Path(path).read_text(encoding="utf-8")):
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
            manifests.append(manifest)
    return manifests


def main(root, schema, secrets, *others):
    base = check_database_image(root)
    for name in ("Dockerfile.graphql", "Dockerfile.web"):
        check_dockerfile(root, name)
    compose = check_compose(root, schema, secrets)
    check_grafana(root)
    manifests = check_kubernetes([*sorted((root / "docker/kubernetes").glob("*.yaml")), *others])
    database = next(m for m in manifests if m["kind"] == "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
    for name, value in base.items():
        if compose.get(name) != value or settings(database["args"]).get(name) != value:
            raise SystemExit(f"{name}: Dockerfile, compose file and StatefulSet disagree")
    print(f"{len(manifests)} manifests, compose file and Dockerfiles are sound", file=sys.stderr)
    for name, value in compose.items():
        print(f"{name} = '{value}'")
    for job in (m for m in manifests if m["kind"] == "CronJob"):
        container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        if container["command"][0] == "replenish-job":
            print(f"# {job['metadata']['name']} {job['spec']['schedule']} {container['command'][1]}")


main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
