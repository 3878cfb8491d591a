"""Versions: how each kind of manifest and lockfile is read, which of several counts for a file, and what a range makes certain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.command import check, project
from trackaudit.effective.pins import Pins
from trackaudit.languages import manifest_of
from trackaudit.parse.manifests import Pin, scan
from trackaudit.versions import UNKNOWN, Pinned, fits

JS = "npm:posthog-js"
PY = "pypi:sentry-sdk"


def pins(name: str, text: str, *packages: str) -> list[Pin]:
    kind = manifest_of(name.rpartition("/")[2])
    assert kind is not None
    return scan(kind, text, list(packages or (JS, PY)))


def short(found: list[Pin]) -> list[tuple[str, str, bool]]:
    return [(pin.package, pin.version, pin.exact) for pin in found]


def place(name: str, text: str, pin: Pin) -> str:
    """The text that a pin's span covers."""
    return text.encode()[pin.span.start : pin.span.end].decode()


def both_line_ends(cases: dict[str, Any]) -> list[Any]:
    """Windows checks files out with CRLF."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), end, id=f"{name}{'' if end == chr(10) else ', CRLF'}")
        for name, case in cases.items()
        for end in ("\n", "\r\n")
    ]


# --- npm ------------------------------------------------------------------------------------------------------

PACKAGE_JSON = {
    "dependencies": ('{\n  "dependencies": {\n    "react": "18.0.0",\n    "posthog-js": "^1.2.3"\n  }\n}\n', ["^1.2.3"]),
    "devDependencies": ('{"devDependencies":{"posthog-js":"1.2.3"}}', ["1.2.3"]),
    "optionalDependencies": ('{"name": "posthog-js-wrapper", "optionalDependencies": {\n"posthog-js" : "~1.2"}}', ["~1.2"]),
    "peers, overrides and resolutions pin nothing": ('{"peerDependencies": {"posthog-js": ">=1"}, "overrides": {"posthog-js": "1.0.0"}, "resolutions": {"posthog-js": "1.0.0"}, "pnpm": {"overrides": {"posthog-js": "1.0.0"}}}', []),
    "after other sections": ('{"scripts": {"a": "b"}, "overrides": {"x": "1"}, "dependencies": {"posthog-js": "1.2.3"}}', ["1.2.3"]),
    "names that only begin alike": ('{"dependencies": {"posthog-js-lite": "1.0.0", "@acme/posthog-js": "2.0.0", "posthog": "3.0.0"}}', []),
    "names of other things": ('{"name": "posthog-js", "keywords": ["posthog-js"], "scripts": {"posthog-js": "node x"}, "bundleDependencies": ["posthog-js"]}', []),
    "workspace": ('{"dependencies": {"posthog-js": "workspace:^1.2.3"}}', ["workspace:^1.2.3"]),
    "catalogs and tags": ('{"dependencies": {"posthog-js": "catalog:"}}', ["catalog:"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "versions", "end"), both_line_ends(PACKAGE_JSON))
def test_package_json(text: str, versions: list[str], end: str) -> None:
    text = text.replace("\n", end)
    found = pins("package.json", text)
    assert short(found) == [(JS, version, False) for version in versions]
    for pin in found:
        assert place("package.json", text, pin).startswith('"posthog-js"')
        assert pin.version in place("package.json", text, pin)


def test_spans_are_bytes() -> None:
    text = '{"description": "é日🙂", "dependencies": {"posthog-js": "1.2.3"}}'
    [pin] = pins("package.json", text)
    assert place("package.json", text, pin) == '"posthog-js": "1.2.3"'
    text = "# é日🙂\nsentry-sdk==1.5.0  # é\n"
    [pin] = pins("requirements.txt", text)
    assert place("requirements.txt", text, pin) == "sentry-sdk==1.5.0"


LOCK_1 = """{
  "name": "app",
  "lockfileVersion": 1,
  "requires": true,
  "dependencies": {
    "a-wrapper": {
      "version": "3.0.0",
      "requires": {
        "posthog-js": "^0.9.0"
      },
      "dependencies": {
        "posthog-js": {
          "version": "0.9.1",
          "resolved": "https://registry.example.com/posthog-js/-/posthog-js-0.9.1.tgz"
        }
      }
    },
    "posthog-js": {
      "version": "1.2.3",
      "resolved": "https://registry.example.com/posthog-js/-/posthog-js-1.2.3.tgz"
    }
  }
}
"""
LOCK_2 = """{
  "lockfileVersion": 2,
  "packages": {
    "": {
      "dependencies": {
        "posthog-js": "^1.2.0"
      }
    },
    "node_modules/a-wrapper/node_modules/posthog-js": {
      "version": "0.9.1"
    },
    "node_modules/posthog-js": {
      "version": "1.2.3",
      "dependencies": {
        "fflate": "^0.4.1"
      }
    },
    "packages/web": {
      "name": "web",
      "version": "0.0.1",
      "dependencies": {
        "posthog-js": "^1.4.0"
      }
    },
    "packages/web/node_modules/posthog-js": {
      "version": "1.4.5"
    }
  },
  "dependencies": {
    "a-wrapper": {
      "version": "3.0.0",
      "dependencies": {
        "posthog-js": {
          "version": "0.9.1"
        }
      }
    },
    "posthog-js": {
      "version": "1.2.3"
    }
  }
}
"""
LOCK_3 = LOCK_2[: LOCK_2.index('  },\n  "dependencies"')].replace('"lockfileVersion": 2', '"lockfileVersion": 3') + "  }\n}\n"
YARN_1 = """# THIS IS AN AUTOGENERATED FILE. DO NOT EDIT THIS FILE DIRECTLY.
# yarn lockfile v1


posthog-js-lite@^2.0.0:
  version "2.0.9"

"posthog-js@>= 1.0.0", posthog-js@^1.2.0, posthog-js@^1.2.1:
  version "1.2.3"
  resolved "https://registry.example.com/posthog-js/-/posthog-js-1.2.3.tgz#abc"
  dependencies:
    fflate "^0.4.1"

posthog-js@^0.9.0:
  version "0.9.1"
"""
YARN_BERRY = """__metadata:
  version: 8
  cacheKey: 10c0

"app@workspace:.":
  version: 0.0.0-use.local
  resolution: "app@workspace:."
  dependencies:
    posthog-js: "npm:^1.2.0"
  languageName: unknown
  linkType: soft

"posthog-js@npm:^0.9.0":
  version: 0.9.1
  resolution: "posthog-js@npm:0.9.1"
  languageName: node

"posthog-js@npm:>= 1.0.0, posthog-js@npm:^1.2.0, posthog-js@npm:^1.2.1":
  version: 1.2.3
  resolution: "posthog-js@npm:1.2.3"
  languageName: node
"""
PNPM_5 = """lockfileVersion: 5.4

specifiers:
  posthog-js: ^1.2.0
  react: ^18.0.0

dependencies:
  posthog-js: 1.2.3_react@18.0.0
  react: 18.0.0

packages:

  /posthog-js/0.9.1:
    resolution: {integrity: sha512-x}

  /posthog-js/1.2.3_react@18.0.0:
    resolution: {integrity: sha512-x}
"""
PNPM_5_EXACT = PNPM_5.replace("posthog-js: ^1.2.0", "posthog-js: 1.x")
PNPM_6 = """lockfileVersion: '6.0'

settings:
  autoInstallPeers: true

dependencies:
  posthog-js:
    specifier: ^1.2.0
    version: 1.2.3(react@18.0.0)
  react:
    specifier: ^18.0.0
    version: 18.0.0

packages:

  /posthog-js@1.2.3(react@18.0.0):
    resolution: {integrity: sha512-x}
"""
PNPM_9 = """lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      'posthog-js':
        specifier: ^1.2.0
        version: 1.2.3(react@18.0.0)

  packages/web:
    dependencies:
      '@acme/own':
        specifier: workspace:*
        version: link:../own
      posthog-js:
        specifier: ^1.4.0
        version: 1.4.5

  packages/own: {}

packages:

  posthog-js@0.9.1:
    resolution: {integrity: sha512-x}

snapshots:

  posthog-js@0.9.1: {}
"""


def locked(name: str, text: str, manifests: dict[str, str], path: str) -> Pinned:
    """What a file gets where a lockfile at the root stands beside these manifests."""
    table = {
        file: (str(manifest_of(file.rpartition("/")[2])), pins(file, content))
        for file, content in {name: text, **manifests}.items()
    }
    return Pins(table).resolve(path, JS).pinned


def asking(spec: str) -> str:
    return f'{{"dependencies": {{"posthog-js": "{spec}"}}}}'


LOCKS = {
    "package-lock 1": ("package-lock.json", LOCK_1, "^1.2.0", "1.2.3"), "package-lock 2": ("package-lock.json", LOCK_2, "^1.2.0", "1.2.3"), "package-lock 3": ("package-lock.json", LOCK_3, "^1.2.0", "1.2.3"),
    "shrinkwrap": ("npm-shrinkwrap.json", LOCK_3, "^1.2.0", "1.2.3"),
    "yarn classic, first of three": ("yarn.lock", YARN_1, ">= 1.0.0", "1.2.3"), "yarn classic, second": ("yarn.lock", YARN_1, "^1.2.0", "1.2.3"), "yarn classic, third": ("yarn.lock", YARN_1, "^1.2.1", "1.2.3"),
    "yarn classic, another entry": ("yarn.lock", YARN_1, "^0.9.0", "0.9.1"),
    "yarn berry, first of three": ("yarn.lock", YARN_BERRY, ">= 1.0.0", "1.2.3"), "yarn berry, second": ("yarn.lock", YARN_BERRY, "^1.2.0", "1.2.3"), "yarn berry, third": ("yarn.lock", YARN_BERRY, "^1.2.1", "1.2.3"),
    "yarn berry, another entry": ("yarn.lock", YARN_BERRY, "^0.9.0", "0.9.1"),
    "pnpm 5": ("pnpm-lock.yaml", PNPM_5, "^1.2.0", "1.2.3"), "pnpm 5, specifier in digits": ("pnpm-lock.yaml", PNPM_5_EXACT, "1.x", "1.2.3"), "pnpm 6": ("pnpm-lock.yaml", PNPM_6, "^1.2.0", "1.2.3"), "pnpm 9": ("pnpm-lock.yaml", PNPM_9, "^1.2.0", "1.2.3"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text", "spec", "version", "end"), both_line_ends(LOCKS))
def test_lockfile_beats_the_range(name: str, text: str, spec: str, version: str, end: str) -> None:
    text = text.replace("\n", end)
    assert locked(name, text, {"package.json": asking(spec)}, "src/app.js") == Pinned("npm", version, spec)


@pytest.mark.parametrize(
    ("name", "text", "end"),
    both_line_ends({"package-lock 3": ("package-lock.json", LOCK_3), "pnpm 9": ("pnpm-lock.yaml", PNPM_9)}),
)
def test_workspaces(name: str, text: str, end: str) -> None:
    """Each workspace gets its own copy, or else the root's."""
    manifests = {"package.json": asking("^1.2.0"), "packages/web/package.json": asking("^1.4.0")}
    text = text.replace("\n", end)
    assert locked(name, text, manifests, "packages/web/src/app.js").exact == "1.4.5"
    assert locked(name, text, manifests, "packages/own/src/app.js").exact == "1.2.3"
    assert locked(name, text, manifests, "app.js").exact == "1.2.3"


@pytest.mark.parametrize(
    ("name", "text", "end"), both_line_ends({"classic": ("yarn.lock", YARN_1), "berry": ("yarn.lock", YARN_BERRY)})
)
def test_workspaces_of_yarn(name: str, text: str, end: str) -> None:
    """The entry that answers the workspace's own requirement."""
    manifests = {
        "package.json": asking("^1.2.0"),
        "packages/old/package.json": asking("^0.9.0"),
        "packages/new/package.json": asking("^1.2.1"),
    }
    text = text.replace("\n", end)
    for path, version in (("app.js", "1.2.3"), ("packages/old/app.js", "0.9.1"), ("packages/new/app.js", "1.2.3")):
        assert locked(name, text, manifests, path).exact == version


def test_workspace_hoisted_to_the_root() -> None:
    """npm installs one copy at the root where all agree."""
    text = LOCK_3.replace('"packages/web/node_modules/posthog-js"', '"packages/web/node_modules/other"')
    assert (
        locked("package-lock.json", text, {"packages/web/package.json": asking("^1.2.0")}, "packages/web/app.js").exact == "1.2.3"
    )


@pytest.mark.parametrize(("name", "text", "end"), both_line_ends({name: (lock[0], lock[1]) for name, lock in LOCKS.items()}))
def test_a_lockfiles_pin_points_at_its_version(name: str, text: str, end: str) -> None:
    text = text.replace("\n", end)
    found = pins(name, text)
    assert found
    assert all(pin.exact and pin.version in place(name, text, pin) for pin in found)


@pytest.mark.parametrize(("name", "text"), [(lock[0], lock[1]) for lock in LOCKS.values()], ids=LOCKS)
def test_other_packages_are_not_taken_for_it(name: str, text: str) -> None:
    renamed = text.replace("posthog-js-lite", "other").replace("posthog-js", "xposthog-jsx")
    assert pins(name, renamed) == []
    assert pins(name, text, "npm:posthog", "npm:js", "npm:posthog-j") == []


def test_lockfile_alone() -> None:
    assert locked("package-lock.json", LOCK_3, {}, "src/app.js") == Pinned("npm", "1.2.3", None)


def test_lockfile_of_another_project_is_not_asked() -> None:
    manifests = {"package.json": asking("^1.2.0"), "other/package-lock.json": LOCK_3}
    table = {file: (str(manifest_of(file.rpartition("/")[2])), pins(file, content)) for file, content in manifests.items()}
    assert Pins(table).resolve("src/app.js", JS).pinned == Pinned("npm", None, "^1.2.0")


# --- Python ---------------------------------------------------------------------------------------------------

REQUIREMENTS = {
    "exact": ("sentry-sdk==1.5.0\n", [("1.5.0", True)]), "arbitrary equality": ("sentry-sdk===1.5.0\n", [("1.5.0", True)]), "range": ("sentry-sdk>=1.5,<2\n", [(">=1.5,<2", False)]),
    "compatible": ("sentry-sdk ~= 1.5.0\n", [("~= 1.5.0", False)]), "spaces": ("  sentry-sdk == 1.5.0  \n", [("1.5.0", True)]), "nothing": ("sentry-sdk\n", [("", False)]), "extras": ("sentry-sdk[flask,django]==1.5.0\n", [("1.5.0", True)]),
    "spaced extras": ("sentry-sdk [flask] == 1.5.0\n", [("1.5.0", True)]), "marker": ("sentry-sdk==1.5.0 ; python_version < '3.8'\n", [("1.5.0", True)]), "close marker": ("sentry-sdk==1.5.0;python_version<'3.8'\n", [("1.5.0", True)]),
    "comment": ("sentry-sdk==1.5.0  # as agreed\n", [("1.5.0", True)]), "hashes": ("sentry-sdk==1.5.0 \\\n    --hash=sha256:abc \\\n    --hash=sha256:def\n", [("1.5.0", True)]), "hash on the line": ("sentry-sdk==1.5.0 --hash=sha256:abc\n", [("1.5.0", True)]),
    "spelling": ("Sentry_SDK==1.5.0\n", [("1.5.0", True)]), "dots": ("sentry.sdk==1.5.0\n", [("1.5.0", True)]), "wildcard": ("sentry-sdk==1.5.*\n", [("==1.5.*", False)]), "last line": ("x==1\nsentry-sdk==1.5.0", [("1.5.0", True)]),
    "commented out": ("# sentry-sdk==1.5.0\n", []), "another one": ("sentry-sdk-extras==1.5.0\nmy-sentry-sdk==1\n-r sentry-sdk.txt\n", []), "as a dependency's comment": ("urllib3==2.0\n    # via sentry-sdk\n", []),
    "URL": ("sentry-sdk @ git+https://github.com/getsentry/sentry-python@1.5.0\n", [("", False)]), "pre-release": ("sentry-sdk==2.0.0rc1\n", [("2.0.0rc1", True)]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "end"), both_line_ends(REQUIREMENTS))
@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements.in"])
def test_requirements(name: str, text: str, expected: list[tuple[str, bool]], end: str) -> None:
    text = text.replace("\n", end)
    found = pins(name, text)
    assert [(pin.version.replace(" ", ""), pin.exact) for pin in found] == [
        (version.replace(" ", ""), exact) for version, exact in expected
    ]
    for pin in found:
        assert "\n" not in place(name, text, pin)
        assert "\r" not in place(name, text, pin)


PYPROJECT = {
    "PEP 621": ('[project]\ndependencies = [\n  "requests",\n  "sentry-sdk>=1.5,<2",\n]\n', [(">=1.5,<2", False)]), "exact": ('[project]\ndependencies = ["sentry-sdk==1.5.0"]\n', [("1.5.0", True)]),
    "single quotes": ("[project]\ndependencies = ['sentry-sdk == 1.5.0']\n", [("1.5.0", True)]), "extras and marker": ('[project]\ndependencies = ["sentry-sdk[flask]==1.5.0 ; python_version > \'3\'"]\n', [("1.5.0", True)]),
    "unpinned": ('[project]\ndependencies = ["sentry-sdk"]\n', [("", False)]), "optional": ('[project.optional-dependencies]\nweb = ["sentry-sdk~=1.5"]\n', [("~=1.5", False)]), "group": ('[dependency-groups]\nweb = ["sentry-sdk~=1.5"]\n', [("~=1.5", False)]),
    "poetry": ('[tool.poetry.dependencies]\nsentry-sdk = "^1.5"\n', [("^1.5", False)]), "poetry table": ('[tool.poetry.dependencies]\nsentry-sdk = { version = "^1.5", extras = ["flask"] }\n', [("^1.5", False)]),
    "poetry table, extras first": ('[tool.poetry.group.web.dependencies]\nsentry-sdk = {extras = ["flask"], version = "~1.5"}\n', [("~1.5", False)]), "other spelling": ('[project]\ndependencies = ["Sentry_Sdk>=1"]\n', [(">=1", False)]),
    "another one": ('[project]\ndependencies = ["sentry-sdk-extras>=1", "my-sentry-sdk", "sentry"]\n', []), "commented out": ('[project]\ndependencies = [\n  # "sentry-sdk==1.5.0",\n]\n', []),
    "keywords": ('[project]\nkeywords = ["sentry-sdk"]\ndependencies = []\n', []), "type checker": ('[[tool.mypy.overrides]]\nmodule = ["sentry_sdk.*", "sentry_sdk"]\nignore_missing_imports = true\n', []),
    "sources": ('[tool.uv.sources]\nsentry-sdk = { git = "https://example.com/sentry.git" }\n', []), "lint rules": ('[tool.ruff.lint.isort]\nknown-third-party = ["sentry_sdk"]\n', []),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "end"), both_line_ends(PYPROJECT))
def test_pyproject(text: str, expected: list[tuple[str, bool]], end: str) -> None:
    text = text.replace("\n", end)
    found = pins("pyproject.toml", text)
    assert [(pin.version.replace(" ", ""), pin.exact) for pin in found] == expected
    for pin in found:
        assert "sentry" in place("pyproject.toml", text, pin).lower()


UV_LOCK = """version = 1
requires-python = ">=3.11"

[[package]]
name = "sentry-sdk"
version = "1.5.0"
source = { registry = "https://pypi.org/simple" }
dependencies = [
    { name = "urllib3" },
]

[[package]]
name = "app"
version = "0.1.0"
dependencies = [
    { name = "sentry-sdk", extra = ["flask"] },
]

[package.metadata]
requires-dist = [{ name = "sentry-sdk", specifier = ">=1" }]
"""
POETRY_LOCK = """# This file is automatically @generated by Poetry.

[[package]]
name = "sentry-sdk"
version = "1.5.0"
description = "Python client for Sentry"
optional = false

[package.dependencies]
urllib3 = ">=1.26.11"

[[package]]
name = "sentry-sdk-extras"
version = "9.0.0"
"""


@pytest.mark.parametrize(
    ("name", "text", "end"), both_line_ends({"uv": ("uv.lock", UV_LOCK), "poetry": ("poetry.lock", POETRY_LOCK)})
)
def test_locks_of_python(name: str, text: str, end: str) -> None:
    text = text.replace("\n", end)
    [pin] = pins(name, text)
    assert (pin.package, pin.version, pin.exact) == (PY, "1.5.0", True)
    assert "1.5.0" in place(name, text, pin)
    table = {
        name: ("toml-lock", [pin]),
        "pyproject.toml": ("pyproject", pins("pyproject.toml", '[project]\ndependencies = ["sentry-sdk>=1"]\n')),
    }
    resolved = Pins(table).resolve("src/app.py", PY)
    assert resolved.pinned == Pinned("pypi", "1.5.0", ">=1")
    assert (resolved.declared and resolved.declared.path, resolved.locked and resolved.locked.path) == ("pyproject.toml", name)


# --- which one counts -----------------------------------------------------------------------------------------


def resolve(path: str, package: str = JS, **files: str) -> Pinned:
    table = {name.replace("__", "/"): text for name, text in files.items()}
    return (
        Pins({name: (str(manifest_of(name.rpartition("/")[2])), pins(name, text)) for name, text in table.items()})
        .resolve(path, package)
        .pinned
    )


def test_nearest_manifest_wins() -> None:
    files = {
        "package.json": asking("1.0.0"),
        "apps__web__package.json": asking("2.0.0"),
        "apps__web__admin__package.json": '{"dependencies": {"react": "18.0.0"}}',
    }
    assert resolve("apps/web/src/x.js", **files).exact == "2.0.0"
    assert resolve("apps/web/admin/x.js", **files).exact == "2.0.0", "a manifest that does not name the package says nothing"
    assert resolve("apps/other/x.js", **files).exact == "1.0.0"
    assert resolve("apps/website/x.js", **files).exact == "1.0.0"
    assert resolve("x.js", **files).exact == "1.0.0"


def test_nothing_is_known_without_a_manifest() -> None:
    assert resolve("x.js") == UNKNOWN
    assert resolve("x.js", **{"apps__package.json": asking("1.0.0")}) == UNKNOWN


@pytest.mark.parametrize(
    ("spec", "exact"),
    [
        ("1.2.3", "1.2.3"),
        ("=1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("1.2.3-beta.1", "1.2.3-beta.1"),
        ("^1.2.3", None),
        ("1.2.x", None),
        ("1", None),
        ("latest", None),
        (">=1.2.3", None),
        ("1.2.3 || 2.0.0", None),
        ("*", None),
    ],
)
def test_exact_requirements_of_npm(spec: str, exact: str | None) -> None:
    assert resolve("x.js", **{"package.json": asking(spec)}) == Pinned("npm", exact, spec)


@pytest.mark.parametrize("files", [
    {"requirements.in": "sentry-sdk>=1\n", "requirements.txt": "sentry-sdk==1.5.0\n"}, {"pyproject.toml": '[project]\ndependencies = ["sentry-sdk>=1"]\n', "requirements.txt": "sentry-sdk==1.5.0\n"},
    {"requirements-base.txt": "sentry-sdk\n", "requirements.txt": "sentry-sdk==1.5.0 \\\n    --hash=sha256:x\n"},
], ids=["pip-compile", "pip-compile from pyproject", "base"])  # fmt: skip
def test_an_exact_requirement_beats_a_range_beside_it(files: dict[str, str]) -> None:
    """What pip-compile writes is what gets installed, as a lockfile's entry is."""
    assert resolve("app.py", PY, **files).exact == "1.5.0"


@pytest.mark.parametrize("spec", ["1.5.0", "==1.5.0"])
def test_an_exact_requirement_of_poetry(spec: str) -> None:
    pinned = resolve("app.py", PY, **{"pyproject.toml": f'[tool.poetry.dependencies]\nsentry-sdk = "{spec}"\n'})
    assert fits("<1.14.0", pinned) == (True, True)
    assert fits(">=1.14.0", pinned) == (False, True)


def test_ecosystems_are_kept_apart() -> None:
    """The package called posthog on PyPI is not the one on npm."""
    text = '{"dependencies": {"mixpanel": "0.18.0"}}'
    assert scan("package-json", text, ["npm:mixpanel", "pypi:mixpanel"]) == scan("package-json", text, ["npm:mixpanel"])
    assert [pin.package for pin in scan("requirements", "mixpanel==4.10.0\n", ["npm:mixpanel", "pypi:mixpanel"])] == [
        "pypi:mixpanel"
    ]


# --- ranges ---------------------------------------------------------------------------------------------------

FITS: list[tuple[str, Pinned, tuple[bool, bool]]] = [
    # A record without a range holds whatever is known.
    ("", UNKNOWN, (True, True)), ("", Pinned("npm", None, "^1.0.0"), (True, True)),
    # An exact version is certain.
    (">=1.2.0 <2.0.0", Pinned("npm", "1.2.0", None), (True, True)), (">=1.2.0 <2.0.0", Pinned("npm", "2.0.0", "^1.0.0"), (False, True)), ("==1.2.3", Pinned("npm", "1.2.3", None), (True, True)), (">1.2.3", Pinned("npm", "1.2.3", None), (False, True)),
    ("<2.0.0", Pinned("npm", "2.0.0-beta.1", None), (True, True)), (">=2.0.0", Pinned("npm", "2.0.0-beta.1", None), (False, True)), ("<2.0.0", Pinned("pypi", "2.0.0rc1", None), (True, True)), ("<1.10.0", Pinned("npm", "1.9.0", None), (True, True)),
    # A requirement is certain where all that it allows agrees.
    (">=1.0.0", Pinned("npm", None, "^1.2.0"), (True, True)), ("<2.0.0", Pinned("npm", None, "^1.2.0"), (True, True)), ("<1.2.0", Pinned("npm", None, "^1.2.0"), (False, True)), ("<1.3.0", Pinned("npm", None, "~1.2.0"), (True, True)),
    ("<2.0.0", Pinned("npm", None, "1.x"), (True, True)), (">=1.0.0 <2.0.0", Pinned("npm", None, "1 - 1.9"), (True, True)), ("<3.0.0", Pinned("npm", None, "^1.0.0 || ^2.0.0"), (True, True)), (">=0.9.0", Pinned("npm", None, "^0.9.5"), (True, True)), ("<0.10.0", Pinned("npm", None, "^0.9.5"), (True, True)),
    ("<2.0", Pinned("pypi", None, ">=1.5,<2"), (True, True)), ("<2.0", Pinned("pypi", None, "~=1.5"), (True, True)), ("<1.6", Pinned("pypi", None, "~=1.5.0"), (True, True)), ("<2.0", Pinned("pypi", None, "==1.5.*"), (True, True)), ("<2.0", Pinned("pypi", None, "^1.5"), (True, True)), ("<1.6", Pinned("pypi", None, "~1.5"), (True, True)),
    ("<1.5", Pinned("pypi", None, ">=1.5"), (False, True)), ("<2.0.0", Pinned("npm", None, "workspace:^1.2.0"), (True, True)), ("<2.0.0", Pinned("npm", None, ">1.2.0 <1.5.0"), (True, True)), (">=1.2.0", Pinned("npm", None, ">1.2.0 <1.5.0"), (True, True)),
    # Otherwise the newest it allows decides, and that is less certain.
    (">=1.21.0", Pinned("npm", None, "^1.0.0"), (True, False)), ("<1.21.0", Pinned("npm", None, "^1.0.0"), (False, False)), ("<1.21.0", Pinned("npm", None, ">=1.0.0 <1.22.0"), (False, False)), ("<1.21.5", Pinned("npm", None, "~1.21.0"), (False, False)),
    (">=2.0", Pinned("pypi", None, ">=1.5"), (True, False)), ("<2.0", Pinned("pypi", None, ">=1.5"), (False, False)), ("<2.0", Pinned("pypi", None, ">=1.5,<3"), (False, False)), (">=2.0 <2.5", Pinned("pypi", None, ">=1.5,<3"), (False, False)), (">=2.0 <2.5", Pinned("pypi", None, ">=1.5,<2.3"), (True, False)),
    (">=2.0.0", Pinned("npm", None, "*"), (True, False)), (">=2.0.0", Pinned("pypi", None, "*"), (True, False)),
    # What is not known counts as the newest, and is not certain.
    (">=1.21.0", UNKNOWN, (True, False)), ("<1.21.0", UNKNOWN, (False, False)), (">=1.0.0 <2.0.0", UNKNOWN, (False, False)), (">=1.0.0", Pinned("npm", None, "latest"), (True, False)), ("<1.0.0", Pinned("npm", None, "github:a/b"), (False, False)), (">=1.0", Pinned("pypi", None, ""), (True, False)), (">=1.0", Pinned("npm", None, "catalog:"), (True, False)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "pinned", "expected"),
    FITS,
    ids=lambda value: f"{value.exact} of {value.spec}" if isinstance(value, Pinned) else str(value),
)
def test_fits(text: str, pinned: Pinned, expected: tuple[bool, bool]) -> None:
    assert fits(text, pinned) == expected


@pytest.mark.parametrize(
    "spec", ["not a version", "||", "^", ">=", "1.2.3.4.5", "💥", " ", "npm:other@^1.0.0", "file:../x", "^1.2.3 ^^"]
)
@pytest.mark.parametrize("ecosystem", ["npm", "pypi"])
def test_a_requirement_that_makes_no_sense_is_uncertain(spec: str, ecosystem: str) -> None:
    assert fits("<0.0.1", Pinned(ecosystem, None, spec))[0] is False


# --- confidence -----------------------------------------------------------------------------------------------

# Inputs are masked from 2.74.0 on by another option than before; nothing a server could still switch.
REPLAY = "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', { record_sessions_percent: 10, record_mask_all_inputs: false });\n"


def confidence(folder: Path, **files: str) -> tuple[str, set[str]]:
    table = {name.replace("__", "/"): text for name, text in files.items()}
    outcome = check(project(folder, {"src/app.js": REPLAY, "trackaudit.toml": "", **table}), "--profile", "strict")
    [item] = [item for item in outcome.findings if item["rule"] == "unmasked-inputs"]
    return item["confidence"], {related["path"] for related in item["related"]}


def wanting(spec: str) -> str:
    return f'{{\n  "dependencies": {{\n    "mixpanel-browser": "{spec}"\n  }}\n}}\n'


def test_confidence_of_versions(tmp_path: Path) -> None:
    assert confidence(tmp_path / "exact", **{"package.json": wanting("2.75.0")}) == ("high", {"package.json"})
    assert confidence(tmp_path / "same", **{"package.json": wanting("^2.74.0")}) == ("high", {"package.json"})
    assert confidence(tmp_path / "newest", **{"package.json": wanting("^2.70.0")})[0] == "medium"
    assert confidence(tmp_path / "tag", **{"package.json": wanting("latest")})[0] == "medium"
    assert confidence(tmp_path / "unknown")[0] == "medium"
    lock = '{\n  "packages": {\n    "node_modules/mixpanel-browser": {\n      "version": "2.75.0"\n    }\n  }\n}\n'
    assert confidence(tmp_path / "locked", **{"package.json": wanting("^2.70.0"), "package-lock.json": lock}) == (
        "high",
        {"package-lock.json"},
    )


def test_a_leaking_version_must_be_certain(tmp_path: Path) -> None:
    """vulnerable-sdk speaks where the lockfile, or all that the range allows, leaks."""
    code = "import mixpanel from 'mixpanel-browser';\nmixpanel.init('T', {});\n"

    def leaks(name: str, spec: str, lock: str = "") -> list[tuple[str, int, str]]:
        folder = project(tmp_path / name, {"app.js": code, "package.json": wanting(spec)})
        if lock:
            project(folder, {"yarn.lock": f'mixpanel-browser@{spec}:\n  version "{lock}"\n'})
        return check(folder).places("vulnerable-sdk")

    at = [("package.json", 3, "vulnerable-sdk")]
    assert leaks("exact", "2.13.0") == at
    assert leaks("within", ">=2.9.0 <2.14.0") == at
    assert leaks("beyond", "^2.9.0") == []
    assert leaks("locked", "^2.9.0", "2.13.0") == at
    assert leaks("fixed", "^2.9.0", "2.41.0") == []
    assert leaks("tag", "latest") == []
