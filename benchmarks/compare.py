"""Times trackaudit beside its peers over one tree of files. README.md says how to get the peers and read this.

python benchmarks/compare.py TREE [--runs N] [--only rg,trackaudit] [--sections tree,warm,flags,file]
python benchmarks/compare.py --synthetic 4000
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
RULES = HERE / "rules"
SCRIPTS = (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts")
SUFFIXES = (*SCRIPTS, ".vue", ".svelte", ".astro", ".html", ".htm", ".py")
TOOLS = ("rg", "trackaudit", "ast-grep", "semgrep", "eslint")
IMPORT = re.compile(rb"^[ \t]*(?:import|from)\b[^\r\n]*\b(?:posthog|mixpanel|sentry|snowplow)", re.M)
PLAIN = ("list and read", "python -c pass")  # what no report is expected of
SECTIONS = ("tree", "warm", "flags", "file")
MEMORY_UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024  # of ru_maxrss, in a megabyte
LIST = ["git", "ls-files", "-z", "-co", "--exclude-standard"]

# The least that a run which knows every answer already would still have to do.
LIST_AND_READ = f"""
import os, subprocess
for name in subprocess.run({LIST!r}, stdout=subprocess.PIPE, check=True).stdout.split(b"\\0"):
    if name.endswith({tuple(suffix.encode() for suffix in SUFFIXES)!r}) and os.path.isfile(name):
        with open(name, "rb", buffering=0) as file:
            file.readall()
"""


class Run(NamedTuple):
    """One run of one command: seconds on the clock and of both processors, peak memory in MB, exit code."""

    wall: float
    cpu: float
    memory: float
    code: int


def run(command: list[str], cwd: Path, output: Path) -> Run:
    """Run a command to its end; what it prints goes to a file, so that no pipe slows it down.

    The memory is that of the largest single process among the command and those it waited for.
    """
    with output.open("wb") as stdout, output.with_suffix(".err").open("wb") as stderr:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEMORY_UNIT, process.returncode)


def hits(tool: str, output: str) -> int:
    """How much a tool reported: files for rg, findings for the others. Raises ValueError on no report."""
    if tool in ("rg", "ast-grep"):
        return len(output.splitlines())
    if tool == "eslint":
        return sum(len(file["messages"]) for file in json.loads(output))
    if tool == "semgrep":
        return len(json.loads(output)["results"])
    if tool in PLAIN:
        return 0
    report = json.loads(output)
    return len(report["findings"] if "findings" in report else report["flags"])


def measure(title: str, commands: dict[str, list[str]], tree: Path, runs: int, scratch: Path) -> None:
    """Run the commands in turn, A B C A B C, after one round that is not counted, and print two tables."""
    print(f"\n## {title}\n")
    results: dict[str, list[Run]] = {name: [] for name in commands}
    found: dict[str, int] = {}
    output = scratch / "output"
    for turn in range(runs + 1):
        for name in list(results):
            result = run(commands[name], tree, output)
            if turn:
                results[name].append(result)
                continue
            try:
                found[name] = hits(name, output.read_text("utf-8", "replace"))
                if result.code > 1 - (name in PLAIN) and not found[name]:
                    raise ValueError(f"exit code {result.code}")
            except (ValueError, KeyError, TypeError) as error:
                said = output.with_suffix(".err").read_text("utf-8", "replace").strip().splitlines()
                print(f"skipped {name}: gave no report ({said[-1] if said else error})")
                del results[name]
    show(results, found)


def show(results: dict[str, list[Run]], found: dict[str, int]) -> None:
    """One line per tool, then how many times longer (median of the rounds) the row takes than the column."""
    if not results:
        return
    width = max(len(name) for name in results) + 2
    heads = ("median s", "min s", "max s", "cpu s", "peak MB", "reports", "exit")
    print(" " * width + "".join(f"{head:>10}" for head in heads))
    for name, taken in results.items():
        walls = [one.wall for one in taken]
        cells = [f"{value:10.3f}" for value in (median(walls), min(walls), max(walls))]
        cells.append(f"{median(one.cpu for one in taken):10.3f}{max(one.memory for one in taken):10.0f}")
        codes = ",".join(map(str, sorted({one.code for one in taken})))
        print(f"{name:<{width}}" + "".join(cells) + f"{found[name]:10d}{codes:>10}")
    column = max(10, width)
    print("\n" + f"{'row / column':<{width + 2}}" + "".join(f"{name:>{column}}" for name in results))
    for name, mine in results.items():
        ratios = [median(a.wall / b.wall for a, b in zip(mine, theirs, strict=True)) for theirs in results.values()]
        print(f"{name:<{width + 2}}" + "".join(f"{ratio:{column}.2f}" for ratio in ratios))


def audit(base: list[str], *more: str) -> list[str]:
    return [*base, "check", "--format", "json", "--exit-zero", *more]


def peers(target: str, tokens: Path, base: list[str]) -> dict[str, list[str]]:
    """The command of every tool for a directory or a file."""
    kinds = [part for suffix in SUFFIXES for part in ("-g", "*" + suffix)]
    semgrep = ["semgrep", "scan", "--metrics=off", "--disable-version-check", "--json", "-q", "--config"]
    return {
        "rg": ["rg", "-liF", "--hidden", "--no-ignore-dot", *kinds, "-g", "!.git", "-f", str(tokens), target],
        "trackaudit": audit(base, "--no-cache", target),
        "ast-grep": ["ast-grep", "scan", "-c", str(RULES / "sgconfig.yml"), "--json=stream", target],
        "semgrep": [*semgrep, str(RULES / "semgrep.yml"), target],
        "eslint": ["eslint", "-c", str(RULES / "eslint.config.mjs"), "-f", "json", target],
    }


def read_tokens() -> tuple[list[str], str]:
    """trackaudit's own words to look for, and where they came from."""
    command = [sys.executable, "-m", "trackaudit.prefilter", "--tokens"]
    answer = subprocess.run(command, check=False, cwd=HERE.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    words = [line for line in answer.stdout.splitlines() if line.strip()]
    if answer.returncode or not words:
        return ["snowplow", "mixpanel", "posthog", "sentry"], "trackaudit could not be asked: four names"
    return words, "trackaudit's own"


def candidates(tree: Path) -> list[Path]:
    """Every file that trackaudit might read, by the same listing as LIST_AND_READ; outside git, a walk."""
    listed = subprocess.run(LIST, check=False, cwd=tree, stdin=subprocess.DEVNULL, capture_output=True)
    if listed.returncode == 0:
        names = [os.fsdecode(name) for name in listed.stdout.split(b"\0")]
    else:
        names = [str(path.relative_to(tree)) for path in tree.rglob("*") if "node_modules" not in path.parts]
    return [tree / name for name in sorted(names) if name.endswith(SUFFIXES) and (tree / name).is_file()]


def typical(files: list[Path]) -> Path | None:
    """The file of median size, None where there are none."""
    ranked = sorted(files, key=lambda path: (path.stat().st_size, path))
    return ranked[len(ranked) // 2] if ranked else None


def synthesize(tree: Path, count: int) -> None:
    """Write ``count`` small files, the same ones for the same count; one in forty sets a tracker up."""
    shop = tomllib.loads((HERE / "shop.toml").read_text("utf-8"))
    chance = random.Random(count)
    words = shop["words"].split()
    kinds = [kind for kind in shop["kind"] for _ in range(kind["share"])]
    turns = {name: cycle(setups) for name, setups in shop["setups"].items()}
    for number in range(count):
        kind, word = chance.choice(kinds), chance.choice(words)
        text = kind["head"] + (next(turns[kind["setups"]]) if number % 40 == 7 else "")
        for part in range(chance.choice((1, 2, 2, 3, 4, 6, 9))):
            field, other = chance.sample(words, 2)
            block = kind["block"].replace("COUNT", str(chance.randrange(100)))
            names = {
                "CAP": f"{word}{part}".capitalize(),
                "WORD": f"{word}{part}",
                "FIELD": field,
                "OTHER": other,
            }
            for name, value in names.items():
                block = block.replace(name, value)
            text += block
        write(tree / kind["folder"] / word / f"{word}{number}{kind['suffix']}", text)
    for manifest in shop["manifest"]:
        write(tree / manifest["path"], manifest["text"])
    subprocess.run(["git", "init", "-q", "."], cwd=tree, check=True, stdin=subprocess.DEVNULL)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.lstrip("\n"), "utf-8")


def one_of(known: tuple[str, ...]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        if unknown := set(text.split(",")) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: not one of {', '.join(known)}")
        return [name for name in known if name in text.split(",")]

    return parse


def main() -> None:
    parser = argparse.ArgumentParser(description="Time trackaudit beside its peers over one tree of files.")
    parser.add_argument("tree", nargs="?", type=Path, help="a directory; with --synthetic, a new or empty one")
    parser.add_argument("--synthetic", type=int, metavar="N", help="write a tree of N small files and use that")
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="counted rounds (default: 5)")
    parser.add_argument("--only", type=one_of(TOOLS), default=TOOLS, metavar="TOOLS", help=",".join(TOOLS))
    parser.add_argument("--sections", type=one_of(SECTIONS), default=SECTIONS, help=",".join(SECTIONS))
    parser.add_argument("--trackaudit", default="trackaudit", metavar="COMMAND", help="how to start trackaudit")
    options = parser.parse_args()
    if not options.tree and not options.synthetic:
        parser.error("give a directory or --synthetic N")
    if options.tree and options.synthetic and options.tree.exists() and any(options.tree.iterdir()):
        parser.error(f"{options.tree} is not empty")
    if options.tree and not options.synthetic and not options.tree.is_dir():
        parser.error(f"{options.tree} is no directory")
    if options.runs < 1 or (options.synthetic is not None and options.synthetic < 1):
        parser.error("--runs and --synthetic need a number above 0")
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        tree = (options.tree or scratch / "shop").resolve()
        if options.synthetic:
            tree.mkdir(parents=True, exist_ok=True)
            synthesize(tree, options.synthetic)
        os.environ["XDG_CACHE_HOME"] = str(scratch / "cache")  # no run meets an older one's cache
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or a source tree would be compiled anew in every run
        compare(tree, options, scratch)


def compare(tree: Path, options: argparse.Namespace, scratch: Path) -> None:
    base = shlex.split(options.trackaudit)
    words, source = read_tokens()
    tokens = scratch / "tokens"
    tokens.write_text("\n".join(words) + "\n", "utf-8")
    files = candidates(tree)
    size = sum(path.stat().st_size for path in files)
    print(f"{len(files)} files, {size / 1e6:.1f} MB; {len(words)} tokens ({source}); {options.runs} rounds")
    floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEMORY_UNIT
    print(f"memory below {floor:.0f} MB is this script's own and cannot be told apart")
    tools = {name: base[0] if name == "trackaudit" else name for name in options.only}
    for name in [name for name, program in tools.items() if not shutil.which(program)]:
        print(f"skipped {name}: {tools.pop(name)} is not installed")

    def chosen(target: str) -> dict[str, list[str]]:
        commands = peers(target, tokens, base)
        return {name: commands[name] for name in tools if name != "eslint" or not target.endswith(".py")}

    if "tree" in options.sections:
        measure("Whole tree", chosen("."), tree, options.runs, scratch)
    if "warm" in options.sections and "trackaudit" not in tools:
        print("\nskipped the second run: it is trackaudit's")
    elif "warm" in options.sections:
        commands = {"list and read": [sys.executable, "-c", LIST_AND_READ], "trackaudit": audit(base, ".")}
        commands["trackaudit, no cache"] = audit(base, "--no-cache", ".")
        measure("Second run, with a warm cache", commands, tree, options.runs, scratch)
    if "flags" in options.sections and "trackaudit" in tools:
        listing = [*base, "flags", "--format", "json"]
        commands = {name: command for name, command in chosen(".").items() if name == "rg"}
        commands["flags, no cache"] = [*listing, "--no-cache"]
        commands["flags, no cache, no history"] = [*listing, "--no-cache", "--no-history"]
        commands["flags, warm cache"] = listing
        measure("The list of flags, with what git says of their lines", commands, tree, options.runs, scratch)
    if "file" in options.sections and "trackaudit" in tools:
        lowered = [word.lower().encode() for word in words]
        clean = [path for path in files if not any(word in path.read_bytes().lower() for word in lowered)]
        using = [path for path in files if IMPORT.search(path.read_bytes())]
        scripts, python = ([path for path in using if path.suffix in kind] for kind in (SCRIPTS, (".py",)))
        for title, group in (("no tracker", clean), ("a tracker in a script", scripts), ("a tracker in Python", python)):
            path = typical(group)
            if path is None:
                print(f"\nskipped one file, {title}: the tree has none")
                continue
            alone = scratch / "alone" / path.name
            write(alone, path.read_text("utf-8", "replace"))
            commands = {"python -c pass": [sys.executable, "-c", "pass"], **chosen(path.name)}
            measure(f"One file: {title} ({path.stat().st_size} bytes)", commands, alone.parent, options.runs, scratch)
            if group is not clean:
                commands = {
                    "list and read": [sys.executable, "-c", LIST_AND_READ],
                    "trackaudit": audit(base, str(path.relative_to(tree))),
                }
                measure("The same file in its project, with a warm cache", commands, tree, options.runs, scratch)


if __name__ == "__main__":
    main()
