"""Compile the records people review (TOML) to what a run loads: one index, and one file per SDK.

``python -m trackaudit.sdks.compile`` writes, ``--check`` only compares and fails on a difference. Not used in a run.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from pprint import pformat
from typing import Any

from trackaudit.sdks.schema import validate

HERE = Path(__file__).parent
RECORDS = HERE / "records"
COMPILED = HERE / "compiled"


def tokens_of(record: dict[str, Any]) -> list[str]:
    """The words of which a file must hold at least one to be about this SDK."""
    found: set[str] = set(record["tokens"])
    for client in record["client"]:
        symbols = [*client["symbols"], *(component["symbol"] for component in client["component"])]
        symbols += [assignment["target"] for assignment in client["assignment"]]
        for symbol in symbols:
            origin, _, path = symbol.partition("#")
            kind, _, name = origin.partition(":")
            if kind == "global" and name in ("window", "Object"):
                name = path.split(".")[0]
            found.add(name.removesuffix("/*"))
        for package in client["packages"]:
            name = package.partition(":")[2]
            found |= {name, name.replace("-", "_")} if package.startswith("pypi:") else {name}
        found.update(entry["token"] for kind in ("script", "request") for entry in client[kind])
        found.update(plugin["name"] for plugin in client["plugin"])
        found.update(client["environment"])
        found.update(entry["name"] for entry in client["file"])
    return _without_covered(found - set(record["broad"]))


def _without_covered(tokens: set[str]) -> list[str]:
    """Leave out a token that a shorter one finds anyway, at the same word boundaries."""
    kept: list[str] = []
    for token in sorted(tokens, key=lambda word: (len(word), word)):
        if not any(token.startswith(short) and not (token[len(short)] + short[-1]).replace("_", "a").isalnum() for short in kept):
            kept.append(token)
    return sorted(kept)


def roots_of(record: dict[str, Any]) -> dict[str, list[Any]]:
    """The symbols a client is known by, each with the SDK's name and the client's place in the record."""
    roots: dict[str, list[Any]] = {}
    for place, client in enumerate(record["client"]):
        for symbol in client["symbols"]:
            roots[symbol] = [record["sdk"], place]
        for component in client["component"]:
            roots.setdefault(component["symbol"], [record["sdk"], place])
    return roots


def files_of(record: dict[str, Any]) -> dict[str, list[Any]]:
    """The configuration files that set an SDK up by their names alone, each with the places of their entries in the record."""
    found: dict[str, list[Any]] = {}
    for place, client in enumerate(record["client"]):
        for index, entry in enumerate(client["file"]):
            found.setdefault(entry["name"], []).append([record["sdk"], place, index])
    return found


def variables_of(record: dict[str, Any]) -> dict[str, list[Any]]:
    """The variables of the environment that an SDK reads: each with the client's place in the record, the option and its type."""
    found: dict[str, list[Any]] = {}
    for place, client in enumerate(record["client"]):
        types = {option["path"]: option["type"] for option in client["option"]}
        for name, path in client["environment"].items():
            found.setdefault(name, []).append([record["sdk"], place, path, types.get(path, "any")])
    return found


def packages_of(record: dict[str, Any]) -> list[str]:
    """Every distribution a manifest may name, for the line scan."""
    found = {package for client in record["client"] for package in client["packages"]}
    found |= {package for client in record["client"] for leak in client["leak"] for package in leak["packages"]}
    for client in record["client"]:
        for symbol in client["symbols"]:
            origin = symbol.partition("#")[0]
            if origin.startswith("npm:"):
                parts = origin[4:].removesuffix("/*").split("/")
                found.add("npm:" + "/".join(parts[: 2 if parts[0].startswith("@") else 1]))
    return sorted(found)


def compile_records(folder: Path = RECORDS) -> tuple[dict[str, str], list[str]]:
    """The compiled files by name, and every mistake in the records."""
    errors: list[str] = []
    index: dict[str, Any] = {"sdks": {}, "broad": {}, "constants": {}, "roots": {}, "packages": {}, "files": {}, "variables": {}}
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            errors.append(f"{path.name}: {error}")
            continue
        record, mistakes = validate(raw, path.stem)
        errors += mistakes
        if mistakes:
            continue
        if record["sdk"] != path.stem:
            errors.append(f"{path.stem}: the file's name and sdk = {record['sdk']!r} differ")
        index["sdks"][record["sdk"]] = tokens_of(record)
        if record["broad"]:
            index["broad"][record["sdk"]] = record["broad"]
        for client in record["client"]:
            index["constants"].update(client["constants"])
        index["roots"].update(roots_of(record))
        for name, places in files_of(record).items():
            index["files"].setdefault(name, []).extend(places)
        for name, places in variables_of(record).items():
            index["variables"].setdefault(name, []).extend(places)
        index["packages"].update(dict.fromkeys(packages_of(record), record["sdk"]))
        files[f"{record['sdk']}.json"] = _dump(record)
    names = tomllib.loads((HERE / "personal_data.toml").read_text(encoding="utf-8"))
    files["personal_data.json"] = _dump(names)
    # The index is a module: every run needs it, and a compiled module loads faster than any text.
    files["index.py"] = (
        f'"""Generated from the records by trackaudit.sdks.compile; do not edit."""\n\nfrom typing import Any\n\nINDEX: dict[str, Any] = {pformat(index, width=120)}\n'
    )
    return files, errors


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    files, errors = compile_records()
    if errors:
        print("\n".join(errors), file=sys.stderr)
        return 1
    stale = [
        name
        for name, text in files.items()
        if not (COMPILED / name).exists() or (COMPILED / name).read_text(encoding="utf-8") != text
    ]
    extra = [path.name for path in COMPILED.glob("*.*") if path.name not in files and path.name != "__init__.py"]
    if "--check" in arguments:
        if stale or extra:
            print(f"compiled records differ: {', '.join(stale + extra)}; run python -m trackaudit.sdks.compile", file=sys.stderr)
        return 1 if stale or extra else 0
    COMPILED.mkdir(exist_ok=True)
    for name in stale:
        (COMPILED / name).write_text(files[name], encoding="utf-8")
    for name in extra:
        (COMPILED / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
