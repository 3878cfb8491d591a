"""The distribution: rules/ lies at the top of the repository and is trackaudit.rules wherever the code is used.

These tests build and install for real, with pip and its index, in copies of the tree.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from tests.command import POSTHOG, ROOT, UNMASKED, environment, project, run_git
from trackaudit import __version__
from trackaudit.rules import RULES

NAME: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"]
IGNORED = shutil.ignore_patterns(
    ".git",
    "*.egg-info",
    "build",
    "dist",
    "__pycache__",
    ".*_cache",
    ".hypothesis",
    ".venv*",
    "node_modules",
    "tests",
    "benchmarks",
)


def succeed(*command: str | Path, cwd: Path) -> str:
    """Run a program without this source tree on its path; its output."""
    environ = {name: value for name, value in environment().items() if not name.startswith("PYTHON") and name != "VIRTUAL_ENV"}
    environ["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def copy_tree(target: Path) -> Path:
    shutil.copytree(ROOT, target, symlinks=True, ignore=IGNORED)
    return target


class Environment:
    """A fresh virtual environment."""

    def __init__(self, folder: Path, *requirements: str | Path) -> None:
        succeed(sys.executable, "-m", "venv", folder, cwd=folder.parent)
        self.programs = folder / ("Scripts" if os.name == "nt" else "bin")
        succeed(self.programs / "python", "-m", "pip", "install", "-q", *requirements, cwd=folder)

    def python(self, code: str, cwd: Path) -> str:
        return succeed(self.programs / "python", "-c", code, cwd=cwd).strip()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_tree(tmp_path_factory.mktemp("tree") / "trackaudit")


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, tree, cwd=folder)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("installed") / "venv", wheel)


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> tuple[Environment, Path]:
    source = copy_tree(tmp_path_factory.mktemp("source") / "trackaudit")
    return Environment(tmp_path_factory.mktemp("editable") / "venv", "-e", source), source


def assert_works(environ: Environment, folder: Path) -> None:
    """The installed program finds what is wrong with a small project."""
    project(folder, {"package.json": POSTHOG, "src/app.js": UNMASKED})
    done = subprocess.run(
        [environ.programs / "trackaudit", "check", "--no-cache"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert "unmasked-inputs" in done.stdout
    listed = succeed(environ.programs / "python", "-m", "trackaudit", "rules", cwd=folder)
    assert [line.split()[0] for line in listed.splitlines()] == [rule.id for rule in RULES]
    assert succeed(environ.programs / "trackaudit", "explain", "unmasked-inputs", cwd=folder)


# --- the wheel ------------------------------------------------------------------------------------------------


def contents(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_holds_one_package(wheel: Path) -> None:
    names = contents(wheel)
    assert len(names) == len(set(names))
    info = wheel.name.partition("-py3")[0] + ".dist-info"
    assert {name.split("/")[0] for name in names} == {"trackaudit", info}


def test_the_wheel_holds_every_module_and_all_data(wheel: Path, tree: Path) -> None:
    package = tree / "trackaudit"
    wanted = {path.relative_to(tree).as_posix() for path in package.rglob("*.py") if "rules" not in path.parts}
    wanted |= {f"trackaudit/rules/{path.name}" for path in (tree / "rules").glob("*.py")}
    wanted |= {
        path.relative_to(tree).as_posix() for pattern in ("*.json", "*.toml", "py.typed") for path in package.rglob(pattern)
    }
    found = {name for name in contents(wheel) if name.startswith("trackaudit/")}
    assert {name for name in found if name.endswith((".py", ".json", ".toml", "py.typed"))} == wanted
    assert {rule.module for rule in RULES} <= {Path(name).stem for name in found if name.startswith("trackaudit/rules/")}


def test_the_wheel_names_the_licence_and_the_program(wheel: Path) -> None:
    names = contents(wheel)
    assert any(name.endswith("LICENSE") for name in names)
    with zipfile.ZipFile(wheel) as archive:
        [entry] = [archive.read(name).decode() for name in names if name.endswith("entry_points.txt")]
        [metadata] = [archive.read(name).decode() for name in names if name.endswith(".dist-info/METADATA")]
    assert "trackaudit = trackaudit.cli:main" in entry
    assert f"\nName: {NAME}\n" in metadata
    assert f"\nVersion: {__version__}\n" in metadata


def test_the_source_distribution_makes_the_same_wheel(tree: Path, wheel: Path, tmp_path: Path) -> None:
    builder = Environment(tmp_path / "venv", "build")
    succeed(builder.programs / "python", "-m", "build", "-q", "--sdist", "--outdir", tmp_path / "sdist", tree, cwd=tmp_path)
    [sdist] = (tmp_path / "sdist").glob("*.tar.gz")
    succeed(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", tmp_path / "wheel", sdist, cwd=tmp_path)
    [again] = (tmp_path / "wheel").glob("*.whl")
    assert again.name == wheel.name
    assert set(contents(again)) == set(contents(wheel))


# --- installed ------------------------------------------------------------------------------------------------


def test_installed_wheel(installed: Environment, tmp_path: Path) -> None:
    assert_works(installed, tmp_path)


def test_the_rules_are_part_of_the_package_only(installed: Environment, tmp_path: Path) -> None:
    code = "import importlib.util as u, trackaudit.rules as r; print(u.find_spec('rules'), u.find_spec('tests'), r.__file__)"
    bare, tests, path = installed.python(code, tmp_path).split(" ", 2)
    assert (bare, tests) == ("None", "None")
    assert Path(path).parent.name == "rules"
    assert Path(path).parent.parent.name == "trackaudit"
    assert "site-packages" in path
    assert not (Path(path).parent.parent.parent / "rules").exists()


def test_metadata(installed: Environment, tmp_path: Path) -> None:
    code = f"from importlib.metadata import metadata, packages_distributions as p; m = metadata({NAME!r}); print(m['Name'], m['Version'], p()['trackaudit'])"
    assert installed.python(code, tmp_path) == f"{NAME} {__version__} [{NAME!r}]"
    succeed(installed.programs / "python", "-m", "pip", "check", cwd=tmp_path)
    assert succeed(installed.programs / "trackaudit", "--version", cwd=tmp_path).split() == ["trackaudit", __version__]


def test_both_parsers_come_along(installed: Environment, tmp_path: Path) -> None:
    """Everything that is imported only when it is needed is among the dependencies."""
    files = {
        "a.js": UNMASKED,
        "b.py": "import sentry_sdk\nsentry_sdk.init(send_default_pii=True)\n",
        "c.vue": f"<script>\n{UNMASKED}</script>\n",
        "requirements.txt": "sentry-sdk>=1,<3\n",
        ".gitignore": "x\n",
    }
    project(tmp_path, {"package.json": POSTHOG.replace("1.449.2", "^1.0.0"), **files, "trackaudit.toml": 'exclude = ["x/"]\n'})
    for parser in ("tree-sitter", "esprima"):
        command = [installed.programs / "trackaudit", "check", "--no-cache", "--format", "github", "--javascript-parser", parser]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (1, "")
        assert all(f"file={name}," in done.stdout for name in ("a.js", "b.py", "c.vue"))


# --- editable, and from the tree ------------------------------------------------------------------------------


def test_editable_install(editable: tuple[Environment, Path], tmp_path: Path) -> None:
    environ, source = editable
    assert_works(environ, tmp_path)
    path = environ.python("import trackaudit.rules.autocapture as r; print(r.__file__)", tmp_path)
    assert Path(path).resolve() == (source / "rules/autocapture.py").resolve()
    assert environ.python("import importlib.util as u; print(u.find_spec('rules'))", tmp_path) == "None"
    assert environ.python(f"from importlib.metadata import version; print(version({NAME!r}))", tmp_path) == __version__


def test_editable_install_follows_changes(editable: tuple[Environment, Path], tmp_path: Path) -> None:
    environ, source = editable
    (source / "rules/newcomer.py").write_text("WORD = 'seen'\n", encoding="utf-8")
    assert environ.python("from trackaudit.rules.newcomer import WORD; print(WORD)", tmp_path) == "seen"


def test_from_the_root_of_the_tree() -> None:
    out = succeed(sys.executable, "-m", "trackaudit", "rules", cwd=ROOT)
    assert [line.split()[0] for line in out.splitlines()] == [rule.id for rule in RULES]


def test_the_link_is_a_link(tmp_path: Path) -> None:
    link = ROOT / "trackaudit" / "rules"
    assert link.is_symlink()
    assert os.readlink(link) == "../rules"
    assert (link / "__init__.py").samefile(ROOT / "rules" / "__init__.py")
    copied = copy_tree(tmp_path / "copy")
    run_git(copied, "init", "-q")
    run_git(copied, "add", ".")
    listed = run_git(copied, "ls-files", "-s", "trackaudit/rules", "rules/__init__.py").splitlines()
    assert [line.split()[0] for line in listed] == ["100644", "120000"]


# --- the checks see the rules ---------------------------------------------------------------------------------


def failing(*command: str | Path, tree: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {**environment(), "PYTHONPATH": str(tree), "PATH": path}
    done = subprocess.run([str(part) for part in command], cwd=tree, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode != 0, done.stdout
    return done.stdout + done.stderr


def test_the_layer_check_sees_the_rules(tmp_path: Path) -> None:
    """A rule that parses, or prints, breaks the build."""
    tree = copy_tree(tmp_path / "tree")
    (tree / "rules/spoiled.py").write_text(
        "from trackaudit.parse import javascript\nfrom trackaudit import cli\n", encoding="utf-8"
    )
    told = failing("lint-imports", "--no-cache", tree=tree)
    for imported in ("trackaudit.parse.javascript", "trackaudit.cli"):
        assert f"trackaudit.rules.spoiled -> {imported}" in told


def test_the_type_checker_sees_the_rules(tmp_path: Path) -> None:
    """As continuous integration calls it: a rule's own mistakes, and its wrong use of what other modules declare."""
    tree = copy_tree(tmp_path / "tree")
    code = "from trackaudit.rules import RULES\nfrom trackaudit.rules.common import weakest\n\nwrong: int = RULES[0].id\nalso: int = weakest('high')\n"
    (tree / "rules/spoiled.py").write_text(code, encoding="utf-8")
    command = re.search(r'^echo "== types"\n(.+)$', (ROOT / ".ci/run").read_text(encoding="utf-8"), re.M)
    assert command
    told = failing("bash", "-c", command[1], tree=tree)
    for line in (4, 5):
        assert re.search(rf"rules/spoiled\.py:{line}:.*error", told), told
