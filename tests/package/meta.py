"""META.json by the rules of PGXN's meta spec 1.0.0 (pgxn.org/meta/spec.txt), and true to the tree.

Arguments: the path of a META.json, the version that Cargo.toml states.
"""

import json
import pathlib
import re
import sys

REQUIRED = {"abstract", "license", "maintainer", "meta-spec", "name", "provides", "version"}
OPTIONAL = {"description", "generated_by", "no_index", "prereqs", "release_status", "resources", "tags"}
LICENSES = {"agpl_3", "apache_1_1", "apache_2_0", "artistic_1", "artistic_2", "bsd", "freebsd", "gfdl_1_2", "gfdl_1_3",
            "gpl_1", "gpl_2", "gpl_3", "lgpl_2_1", "lgpl_3_0", "mit", "mozilla_1_0", "mozilla_1_1", "openssl", "perl_5",
            "postgresql", "qpl_1_0", "ssleay", "sun", "zlib", "open_source", "restricted", "unrestricted", "unknown"}
PHASES = {"configure", "build", "test", "runtime", "develop"}
RELATIONS = {"requires", "recommends", "suggests", "conflicts"}
SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-?[a-zA-Z][0-9A-Za-z-]*)?")
TERM = re.compile(r"[^\s/\\\x00-\x1f\x7f]{2,}")


def problems(meta, folder, stated):
    """What breaks a rule, one sentence each."""
    for key in sorted(REQUIRED - meta.keys()):
        yield f"{key} is missing"
    for key in meta.keys() - REQUIRED - OPTIONAL:
        if not key.lower().startswith("x_"):
            yield f"{key} is not a key of the spec"
    if not TERM.fullmatch(meta.get("name", "")):
        yield "name is not a term"
    if meta.get("license") not in LICENSES:
        yield f"license {meta.get('license')!r} is unknown"
    if meta.get("release_status", "stable") not in {"stable", "testing", "unstable"}:
        yield f"release_status {meta['release_status']!r} is unknown"
    if meta.get("meta-spec", {}).get("version") != "1.0.0":
        yield "meta-spec.version is not 1.0.0"
    for text in ("abstract", "maintainer"):
        if not isinstance(meta.get(text), str) or not meta[text].strip():
            yield f"{text} is empty"
    if not meta.get("provides"):
        yield "provides nothing"
    for name, provided in meta.get("provides", {}).items():
        for key in ("file", "version"):
            if key not in provided:
                yield f"provides.{name}.{key} is missing"
        for key in ("file", "docfile"):
            if key in provided and not (folder / provided[key]).is_file():
                yield f"provides.{name}.{key}: there is no {provided[key]}"
        if not (folder / f"{name}.control").is_file():
            yield f"provides.{name}: there is no {name}.control"
        if provided.get("version") != stated:
            yield f"provides.{name}.version is not {stated}"
    if meta.get("version") != stated or not SEMVER.fullmatch(meta.get("version", "")):
        yield f"version {meta.get('version')!r} is not {stated}"
    for phase, relations in meta.get("prereqs", {}).items():
        if phase not in PHASES or set(relations) - RELATIONS:
            yield f"prereqs.{phase} is not of the spec"
        for needs in relations.values():
            for name, version in needs.items():
                if version != 0 and not SEMVER.fullmatch(version):
                    yield f"prereqs.{phase}: {name} {version!r} is no version"
    tags = meta.get("tags", [])
    if len(set(tags)) != len(tags) or any(not 0 < len(tag) < 256 or re.search(r"[/\\\x00-\x1f\x7f]", tag) for tag in tags):
        yield "tags are not distinct tags"


path, stated = pathlib.Path(sys.argv[1]), sys.argv[2]
found = list(problems(json.loads(path.read_text()), path.parent, stated))
for problem in found:
    print(f"{path}: {problem}", file=sys.stderr)
sys.exit(bool(found))
