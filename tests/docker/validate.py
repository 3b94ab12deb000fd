"""Checks Dockerfile, compose file and Kubernetes manifests, and prints the settings that PostgreSQL gets.

validate.py REPOSITORY [FILE with manifests …]: one "name = value" a line on standard output, findings on
standard error. Schemas are those of compose_spec and of kubernetes-validate.
"""

import pathlib
import re
import sys

import kubernetes_validate
import yaml
from compose_spec import PyCompose
from dockerfile_parse import DockerfileParser

INSTRUCTIONS = {"FROM", "COPY", "ENV", "WORKDIR", "RUN", "HEALTHCHECK", "CMD", "COMMENT"}
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


def check_dockerfile(root):
    """Every source that is copied exists, every stage that is named comes first, and nothing is taken by ADD."""
    parser = DockerfileParser(path=str(root / "docker/Dockerfile"))
    stages, commands = set(), []
    for step in parser.structure:
        if step["instruction"] not in INSTRUCTIONS:
            raise SystemExit(f"Dockerfile: {step['instruction']} is not expected: {step['value']}")
        words = step["value"].split()
        if step["instruction"] == "FROM":
            if ":" not in words[0]:
                raise SystemExit(f"Dockerfile: {words[0]} names no version")
            stages |= {words[2]} if len(words) == 3 else set()
        elif step["instruction"] == "COPY":
            if words[0].startswith("--from="):
                if words[0].removeprefix("--from=") not in stages:
                    raise SystemExit(f"Dockerfile: no stage for {step['value']}")
            else:
                for source in words[:-1]:
                    if not (root / source).exists():
                        raise SystemExit(f"Dockerfile: {source} is not there")
        elif step["instruction"] == "RUN" and (script := re.match(r"(docker/\S+)", step["value"])):
            if not (root / script[1]).stat().st_mode & 0o100:
                raise SystemExit(f"Dockerfile: {script[1]} cannot be run")
        commands.append((step["instruction"], step["value"]))
    for needed in (("COPY", "--from=build /out/usr /usr"), ("COPY", "docker/initdb.d /docker-entrypoint-initdb.d")):
        if needed not in commands:
            raise SystemExit(f"Dockerfile: lacks {needed}")
    return settings(yaml.safe_load(dict(commands)["CMD"]))


def check_compose(root):
    path = root / "docker/compose.yaml"
    text = path.read_text(encoding="utf-8")
    PyCompose.from_yaml(text).validate()
    data = yaml.safe_load(text)
    service = data["services"]["db"]
    build = service["build"]
    if not (path.parent / build["context"] / build["dockerfile"]).is_file():
        raise SystemExit("compose: the Dockerfile is not there")
    found = settings(service["command"])
    if found["cron.database_name"] != service["environment"]["POSTGRES_DB"]:
        raise SystemExit("compose: pg_cron is not in the database of pg_replenish")
    return found


def check_kubernetes(paths):
    manifests = []
    for path in paths:
        for manifest in yaml.safe_load_all(pathlib.Path(path).read_text(encoding="utf-8")):
            kubernetes_validate.validate(manifest, KUBERNETES, strict=True)
            manifests.append(manifest)
    return manifests


def main(root, *others):
    base = check_dockerfile(root)
    compose = check_compose(root)
    manifests = check_kubernetes([*sorted((root / "docker/kubernetes").glob("*.yaml")), *others])
    database = next(m for m in manifests if m["kind"] == "StatefulSet")["spec"]["template"]["spec"]["containers"][0]
    for name, value in base.items():
        if compose.get(name) != value or settings(database["args"]).get(name) != value:
            raise SystemExit(f"{name}: Dockerfile, compose file and StatefulSet disagree")
    print(f"{len(manifests)} manifests, compose file and Dockerfile are sound", file=sys.stderr)
    for name, value in compose.items():
        print(f"{name} = '{value}'")
    for job in (m for m in manifests if m["kind"] == "CronJob"):
        container = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        if container["command"][0] == "replenish-job":
            print(f"# {job['metadata']['name']} {job['spec']['schedule']} {container['command'][1]}")


main(pathlib.Path(sys.argv[1]), *sys.argv[2:])
