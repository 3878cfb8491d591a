"""The pages of the documentation that are made of the rules and the records; run by MkDocs while it builds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import mkdocs_gen_files

from trackaudit.documentation import help_markdown
from trackaudit.findings import CATEGORIES
from trackaudit.report.sdks import page
from trackaudit.report.vendors import vendors
from trackaudit.rules import RULES
from trackaudit.sdks.catalogue import Catalogue

_WIDE = "---\nhide: [toc]\n---\n\n"  # the table of vendors needs the room


def main() -> None:
    catalogue = Catalogue()
    records = [catalogue.record(sdk) for sdk in catalogue.tokens]
    lines = ["# Rules\n"]
    for category in CATEGORIES:
        lines.append(f"\n## {category}\n")
        for rule in RULES:
            if rule.category == category:
                lines.append(f"- [`{rule.id}`](rules/{rule.id}.md): {rule.summary}")
                known = vendors(rule.id, records)
                write(
                    f"rules/{rule.id}.md",
                    f"{_WIDE}# {rule.id}\n\n{help_markdown(rule)}" + (f"\n## Vendors and versions\n\n{known}" if known else ""),
                )
    write("all-rules.md", "\n".join(lines) + "\n")
    days = changed()
    for record in records:
        head, text = page(record, catalogue.names(record["sdk"])).split("\n\n", 1)
        day = f"The record was last changed on {days[record['sdk']]}.\n\n" if record["sdk"] in days else ""
        write(f"sdks/{record['sdk']}.md", f"{head}\n\n{day}{text}")
    listed = [
        f"- [{record['title']}](sdks/{record['sdk']}.md)" for record in sorted(records, key=lambda item: item["title"].lower())
    ]
    write(
        "all-sdks.md",
        "# SDKs\n\nEach with its options, defaults by version, and where they were read.\n\n" + "\n".join(listed) + "\n",
    )


def changed() -> dict[str, str]:
    """The day on which each record was last changed, as far as git tells."""
    command = ["git", "log", "--format=%as", "--name-only", "--", "trackaudit/sdks/records"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    days: dict[str, str] = {}
    day = ""
    for line in done.stdout.splitlines():
        if line.endswith(".toml"):
            days.setdefault(Path(line).stem, day)
        elif line:
            day = line
    return days


def write(path: str, text: str) -> None:
    with mkdocs_gen_files.open(path, "w") as file:
        file.write(text)


main()
