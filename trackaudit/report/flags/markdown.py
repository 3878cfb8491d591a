"""The flags as a Markdown table, for a pull request or a clean-up list."""

from __future__ import annotations

from trackaudit.flags import VERDICTS
from trackaudit.report.flags import Listed, days, places, summary


def render(listed: Listed) -> str:
    rows = ["| verdict | flag | asked for in | falls back to | changed | by | why |", "|---|---|---|---|---|---|---|"]
    for project in listed.projects:
        for flag in listed.of(project):
            cells = (
                VERDICTS[flag.verdict], f"`{flag.key}`", places(project.root, flag), ", ".join(flag.fallbacks), days(flag), flag.owner,
                "; ".join(flag.reasons),
            )  # fmt: skip
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    failures = [f"- {failure.path}: {failure.message}" for project in listed.projects for failure in project.failures]
    blocks = [
        "# Feature flags",
        "\n".join(rows),
        f"{summary(listed)}.",
        *(["Not analysed:", "\n".join(failures)] if failures else []),
    ]
    return "\n\n".join(blocks) + "\n"
