"""Which files hold which language, by name alone: shared by discovery, which must not load a parser, and parsing."""

from __future__ import annotations

import re

_SUFFIXES = {
    "python": (".py", ".pyw", ".pyi"),
    "javascript": (".js", ".jsx", ".mjs", ".cjs"),
    "typescript": (".ts", ".mts", ".cts"),
    "tsx": (".tsx",),
    "html": (
        ".html", ".htm", ".xhtml", ".shtml", ".jinja", ".jinja2", ".j2", ".njk", ".ejs", ".erb", ".eex", ".heex", ".leex", ".hbs",
        ".handlebars", ".mustache", ".twig", ".liquid", ".phtml", ".cshtml", ".jsp", ".eta",
    ),
    "vue": (".vue",),
    "svelte": (".svelte",),
    "astro": (".astro",),
}  # fmt: skip
BY_SUFFIX = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes}
MARKUP = frozenset(("html", "vue", "svelte", "astro"))
_LOCKFILES = {
    "package-lock.json": "package-lock", "npm-shrinkwrap.json": "package-lock", "yarn.lock": "yarn-lock",
    "pnpm-lock.yaml": "pnpm-lock", "uv.lock": "toml-lock", "poetry.lock": "toml-lock",
}  # fmt: skip
MANIFESTS = {**_LOCKFILES, "package.json": "package-json", "pyproject.toml": "pyproject"}

# Files that set variables of the environment for a deployment.
_DOCKERFILE = re.compile(r"(?:^|/)(?:Dockerfile(?:\.[\w.-]+)?|[\w.-]+\.[Dd]ockerfile)$")
_ENV = re.compile(r"(?:^|/)(?:\.env(?:\.[\w-]+)?|[\w-]+\.env)$")
_COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose[\w.-]*\.ya?ml$")
_NOT_LIVE = re.compile(r"dev|test|local|example|sample|template|dist|ci\b", re.I)
_LIVE = re.compile(r"prod|live|deploy", re.I)


def language_of(name: str) -> str | None:
    """The source language of a file by its name's ending, or None where there is none to analyse."""
    lowered = name.lower()
    if lowered.endswith((".d.ts", ".d.mts", ".d.cts", ".blade.php")):
        return "html" if lowered.endswith(".blade.php") else None
    dot = lowered.rfind(".")
    return BY_SUFFIX.get(lowered[dot:]) if dot >= 0 else None


def manifest_of(name: str) -> str | None:
    """The kind of manifest or lockfile that a file's base name stands for, or None."""
    kind = MANIFESTS.get(name)
    if kind is None and name.startswith("requirements") and name.endswith((".txt", ".in")):
        return "requirements"
    return kind


def is_lockfile(kind: str) -> bool:
    """Whether a manifest kind names exact, installed versions."""
    return kind.endswith("-lock")


def deployment_of(path: str) -> str | None:
    """How a file sets variables for a deployment, by its name: ``env``, ``dockerfile``, ``compose``; None where it does not."""
    name = path.rpartition("/")[2]
    if _COMPOSE.search(path):
        return "compose" if _LIVE.search(path) and not _NOT_LIVE.search(name) else None
    if _NOT_LIVE.search(name):
        return None
    return "dockerfile" if _DOCKERFILE.search(path) else "env" if _ENV.search(path) else None
