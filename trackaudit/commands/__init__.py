"""The commands that read a project, and the options that they share."""

from __future__ import annotations

from collections.abc import Callable

import click

TRACEBACK = click.option("--traceback", is_flag=True, help="Show a traceback for an internal error.")


def reporting(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say where a report goes, and in what form."""
    options = (
        click.option(
            "--format", "formats", multiple=True, metavar="FORMAT[=FILE]",
            help="text (default), json, sarif, github, gitlab, junit, markdown or html; FORMAT=FILE writes one more to a file. Repeatable.",
        ),
        click.option("--output", "-o", metavar="FILE", help="Write the report to FILE instead of standard output."),
        click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found."),
    )  # fmt: skip
    return _with(options, command)


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say what is read, and how."""
    options = (
        click.option("--include", multiple=True, metavar="PATTERN", help="Read files that are skipped by default (git-ignore pattern). Repeatable."),
        click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave files out (git-ignore pattern). Repeatable."),
        click.option("--no-force-exclude", is_flag=True, help="Read explicitly named files even where they would be left out."),
        click.option("--max-size", type=int, metavar="BYTES", help="Skip larger source files (default: 1000000)."),
        click.option("--config", "config_file", metavar="FILE", help="Read the configuration from FILE."),
        click.option("--javascript-parser", type=click.Choice(("auto", "tree-sitter", "esprima")), help="How plain JavaScript is read."),
        click.option("--no-cache", is_flag=True, help="Neither read nor write the cache of analysed files."),
        click.option("--jobs", "-j", type=int, default=0, metavar="N", help="Worker processes (default: one per processor)."),
        TRACEBACK,
    )  # fmt: skip
    return _with(options, command)


def _with(options: tuple[Callable[..., Callable[..., None]], ...], command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(options):
        command = option(command)
    return command
