"""Which file a Python module name means: absolute and relative imports, packages, ``src`` layouts, projects below the root."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from posixpath import dirname, join


class Pythons:
    """The Python side of a project. ``files`` are all project-relative paths."""

    def __init__(self, files: Collection[str]) -> None:
        self.files = files
        self.find = cache(self._not_itself)

    def _not_itself(self, module: str, importer: str) -> str | None:
        """A module called ``posthog`` that imports ``posthog`` does not mean itself."""
        found = self._find(module, importer)
        return found if found != importer else None

    def _find(self, module: str, importer: str) -> str | None:
        """The file of ``module`` (dots in front for a relative one) as the file ``importer`` sees it; None if it is no file here."""
        folder = dirname(importer)
        if module.startswith("."):
            rest = module.lstrip(".")
            for _ in range(len(module) - len(rest) - 1):
                if not folder:
                    return None
                folder = dirname(folder)
            return self._file(folder, rest)
        packages = []  # inside a package nothing is found by its bare name
        while True:
            if folder and join(folder, "__init__.py") in self.files:
                packages.append(folder)
            else:
                for home in (folder, join(folder, "src")):
                    if found := self._file(home, module):
                        return found
            if not folder:
                break
            folder = dirname(folder)
        # But a stray __init__.py makes a package of a source root: there "main.analytics" is below it, with nothing else to be.
        stray = (self._file(home, module) for home in reversed(packages) if "." in module)
        return next((found for found in stray if found is not None), None)

    def _file(self, home: str, module: str) -> str | None:
        base = join(home, *module.split(".")) if module else home
        for path in (base + ".py", join(base, "__init__.py")):
            if path in self.files:
                return path
        return None

    def split(self, path: tuple[str, ...], importer: str) -> tuple[str, tuple[str, ...]] | None:
        """The file that the longest beginning of a dotted path names, and the rest of the path."""
        plain = next((index for index, step in enumerate(path) if not step.isidentifier()), len(path))
        for end in range(plain, 0, -1):
            found = self.find(".".join(path[:end]), importer)
            if found is not None:
                return found, path[end:]
        return None
