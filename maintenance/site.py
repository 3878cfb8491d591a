"""The pages of the documentation that are made of the rules and the records; run by MkDocs while it builds."""

from __future__ import annotations

import mkdocs_gen_files

from trackaudit.documentation import help_markdown
from trackaudit.findings import CATEGORIES
from trackaudit.report.sdks import page
from trackaudit.rules import RULES
from trackaudit.sdks.catalogue import Catalogue


def main() -> None:
    lines = ["# Rules\n"]
    for category in CATEGORIES:
        lines.append(f"\n## {category}\n")
        for rule in RULES:
            if rule.category == category:
                lines.append(f"- [`{rule.id}`](rules/{rule.id}.md): {rule.summary}")
                write(f"rules/{rule.id}.md", f"# {rule.id}\n\n{help_markdown(rule)}")
    write("all-rules.md", "\n".join(lines) + "\n")
    catalogue = Catalogue()
    titles = {sdk: catalogue.record(sdk)["title"] for sdk in catalogue.tokens}
    for sdk in titles:
        write(f"sdks/{sdk}.md", page(catalogue.record(sdk), catalogue.names(sdk)))
    listed = [f"- [{title}](sdks/{sdk}.md)" for sdk, title in sorted(titles.items(), key=lambda item: item[1].lower())]
    write(
        "all-sdks.md",
        "# SDKs\n\nEach with its options, defaults by version, and where they were read.\n\n" + "\n".join(listed) + "\n",
    )


def write(path: str, text: str) -> None:
    with mkdocs_gen_files.open(path, "w") as file:
        file.write(text)


main()
