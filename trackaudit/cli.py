"""The command line: the commands that read a project are in :mod:`trackaudit.commands`. Everything here is about the terminal."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from trackaudit import __version__
from trackaudit.commands.check import check
from trackaudit.commands.merge import merge
from trackaudit.commands.others import baseline, flags, init, inventory
from trackaudit.terminal import Problem, show_page


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="trackaudit", message="%(prog)s %(version)s")
def cli() -> None:
    """Audit what tracking SDKs are configured to collect.

    trackaudit reads set-up code in Python, JavaScript, TypeScript, HTML and templates, works out what each tracker will collect at
    the version you have pinned, and flags what should not pass a review. It never opens a network connection.
    """


for command in (check, merge, baseline, inventory, flags, init):
    cli.add_command(command)


@cli.command()
@click.argument("rule")
def explain(rule: str) -> None:
    """Say what RULE finds, why it matters and how to fix it, with examples."""
    from trackaudit.documentation import help_markdown
    from trackaudit.rules import BY_ID
    from trackaudit.validate import suggestion

    if rule not in BY_ID:
        raise Problem(f"there is no rule {rule!r}{suggestion(rule, BY_ID)}; `trackaudit rules` lists them")
    show_page(f"# {rule}\n\n{help_markdown(BY_ID[rule])}")


@cli.command("rules")
def list_rules() -> None:
    """List every rule with its category and what it finds."""
    from trackaudit.rules import RULES

    width = max(len(rule.id) for rule in RULES)
    category_width = max(len(rule.category) for rule in RULES)
    for rule in RULES:
        click.echo(f"{rule.id:{width}}  {rule.category:{category_width}}  {rule.summary}")


@cli.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the whole record, or all of them, as JSON.")
def sdks(name: str | None, as_json: bool) -> None:
    """List the SDKs that are known, or show what is known of NAME: options, defaults, risky values, masks and sources."""
    from trackaudit.report.sdks import overview, page
    from trackaudit.sdks.catalogue import Catalogue
    from trackaudit.validate import suggestion

    catalogue = Catalogue()
    if name is not None and name not in catalogue.tokens:
        raise Problem(f"there is no SDK {name!r}{suggestion(name, catalogue.tokens)}; `trackaudit sdks` lists them")
    records = [catalogue.record(sdk) for sdk in ([name] if name is not None else sorted(catalogue.tokens))]
    if as_json:
        import json

        click.echo(json.dumps(records[0] if name is not None else records, indent=2, ensure_ascii=False))
    elif name is not None:
        show_page(page(records[0], catalogue.names(name)))
    else:
        click.echo(overview(records), nl=False)


@cli.command()
def lsp() -> None:
    """Serve editors over standard input and output: findings as you type, what options do, fixes and suppressions."""
    import gc

    try:
        from trackaudit.lsp import serve
    except ModuleNotFoundError:
        raise Problem("the language server needs pygls: pip install 'trackaudit-lint[lsp]'") from None
    gc.enable()  # unlike a run of a command, it stays
    serve()


def main() -> NoReturn:
    """The entry point. A closed pipe or an interrupt ends the run quietly."""
    import gc

    gc.disable()  # nothing here makes cycles worth collecting, and imports alone cost a tenth more with it
    code: object = 0
    try:
        cli(prog_name="trackaudit")
    except SystemExit as end:
        code = end.code
    except BrokenPipeError:
        code = 1
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BrokenPipeError:
        code = 1
    except ValueError:  # the language server has closed them
        pass
    # Everything is written and every process is ended. To free what ends with this process would take a tenth of a second run.
    os._exit(code if isinstance(code, int) else int(bool(code)))
