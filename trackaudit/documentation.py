"""A rule's documentation, from its module's docstring and examples: the one source for ``explain``, the docs and SARIF help."""

from __future__ import annotations

import re
from typing import NamedTuple

from trackaudit.findings import Example, RuleInfo
from trackaudit.rules import RULES, load


class Document(NamedTuple):
    """The sections of a rule's documentation, line breaks inside paragraphs removed. ``incident`` is empty where none became public."""

    summary: str
    what: str
    why: str
    incident: str
    fix: str
    references: tuple[str, ...]
    risky: tuple[Example, ...]
    safe: tuple[Example, ...]


def document(rule: RuleInfo) -> Document:
    """Read a rule's documentation. Raises KeyError where a section is missing."""
    module = load(rule)
    summary, *parts = re.split(r"^## (.+)$", (module.__doc__ or "").strip(), flags=re.M)
    sections = {title: " ".join(body.split()) for title, body in zip(parts[::2], parts[1::2], strict=True)}
    references = tuple(word for word in sections["References"].split() if word != "-")
    return Document(
        summary.strip(),
        sections["What it does"],
        sections["Why is this bad?"],
        sections.get("Incident", ""),
        sections["How to fix"],
        references,
        module.RISKY,
        module.SAFE,
    )


def help_markdown(rule: RuleInfo) -> str:
    """A rule's page, without its heading."""
    doc = document(rule)
    lines = [
        f"**{rule.summary}** Category `{rule.category}`.",
        "",
        doc.what,
        "",
        f"**Why is this bad?** {doc.why}",
        "",
        *([f"**It happened.** {doc.incident}", ""] if doc.incident else []),
        f"**How to fix.** {doc.fix}",
        "",
    ]
    for title, examples in (("Risky", doc.risky), ("Safe", doc.safe)):
        lines += [f"**{title}**", ""]
        for example in examples:
            lines += _block(example)
    lines += ["**References**", "", *(f"- <{reference}>" for reference in doc.references), ""]
    return "\n".join(lines)


def _block(example: Example) -> list[str]:
    language = {"py": "python", "js": "js", "jsx": "jsx", "html": "html"}.get(example.file.rpartition(".")[2], "")
    versions = [f"With `{example.versions}`:", ""] if example.versions else []
    beside = [
        line
        for name, text in example.beside
        for line in (f"With `{name}`:", "", f"```{name.rpartition('.')[2]}", text.rstrip("\n"), "```", "")
    ]
    return [*versions, *beside, f"```{language}", example.code.rstrip("\n"), "```", ""]


def rules_page() -> str:
    """``docs/rules.md``: every rule on one page, by category."""
    lines = [
        "# Rules",
        "",
        "Generated from the rules' own documentation by `python -m trackaudit.documentation`; do not edit.",
        "",
    ]
    for rule in RULES:
        lines += [f"## {rule.id}", "", help_markdown(rule)]
    return "\n".join(lines).rstrip() + "\n"


def rules_table() -> str:
    """The table for the README."""
    rows = [f"| [`{rule.id}`](docs/rules.md#{rule.id}) | `{rule.category}` | {rule.summary} |" for rule in RULES]
    return "\n".join(["| rule | category | what it finds |", "|---|---|---|", *rows])


def sdks_list() -> str:
    """The sentence for the README that names every SDK."""
    from trackaudit.sdks.catalogue import Catalogue

    catalogue = Catalogue()
    titles = sorted((catalogue.record(sdk)["title"] for sdk in catalogue.tokens), key=str.lower)
    return f"{', '.join(titles[:-1])} and {titles[-1]}."


_GENERATED = re.compile(r"(<!-- (rules|sdks): begin -->\n).*?(<!-- \2: end -->)", re.S)


def main(arguments: list[str]) -> int:
    """Write the generated pages, or with ``--check`` say which ones differ."""
    import sys
    from pathlib import Path

    root = Path(__file__).resolve().parent.parent
    readme = root / "README.md"
    wanted = {
        root / "docs" / "rules.md": rules_page(),
        readme: _GENERATED.sub(
            lambda match: f"{match[1]}{rules_table() if match[2] == 'rules' else sdks_list()}\n{match[3]}",
            readme.read_text(encoding="utf-8"),
        ),
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(root)} differs; run python -m trackaudit.documentation", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
