"""The places in the code that make problems, and those that a test has reached."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard
from unittest.mock import patch

import app
import tinyml
from tinyml.core import Problem, SettingsError, ShapeError

ROOT = Path(tinyml.__file__).parents[1]
PACKAGES = [Path(package.__file__).parent for package in (tinyml, app) if package.__file__]
ERRORS = ("ShapeError", "SettingsError")

NOT_OF_A_CLASS = ("read_settings", "require_maps", "require_fit", "window_output_shape")
"""Functions whose errors shape inference turns into problems. So does it with errors of all settings of layers."""

EXCUSED = {
    ("tinyml/layers/base/settings.py", "NoSettings"): "a user's own layer is not in a specification",
    ("tinyml/net/specification.py", "build_inferred"): "tells a program that it forgot the input shape",
    ("app/document/fitting.py", "_same_padding"): "gives a problem another fix",
    ("app/document/fitting.py", "with_fitting_loss"): "carries a fix to the edit",
    ("app/document/hints.py", "_is_enough"): "tries a fix",
    ("app/builder/canvas/card_model.py", "_make_block_model"): "points to the problem of a layer inside",
}
"""Places that make no problem of a document, with the reason."""


@dataclass(frozen=True)
class Site:
    """A call that makes a problem, or an error that becomes one."""

    path: str
    function: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.path}:{self.first} in {self.function}"


def find_sites() -> set[Site]:
    """Return all places that make problems of a document."""
    return {
        site
        for package in PACKAGES
        for path in package.rglob("*.py")
        for site in _sites_in(path)
        if not any((site.path, name) in EXCUSED for name in site.function.split("."))
    }


def _sites_in(path: Path) -> Iterator[Site]:
    relative = path.relative_to(ROOT).as_posix()

    def visit(node: ast.AST, names: tuple[str, ...]) -> Iterator[Site]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef):
                yield from visit(child, (*names, child.name))
                continue
            if _makes_problem(child, names):
                yield Site(relative, ".".join(names), child.lineno, child.end_lineno or child.lineno)
            yield from visit(child, names)

    yield from visit(ast.parse(path.read_text()), ())


def _makes_problem(node: ast.AST, names: tuple[str, ...]) -> TypeGuard[ast.Call]:
    """Return True if a node makes a problem, or an error that becomes one; `names` are the class and the function."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    becomes_problem = bool(names) and (names[0].endswith("Settings") or names[0] in NOT_OF_A_CLASS)
    return node.func.id == "Problem" or (node.func.id in ERRORS and becomes_problem)


@contextmanager
def record_lines() -> Iterator[set[tuple[str, int]]]:
    """Record the lines that make problems and errors."""
    lines: set[tuple[str, int]] = set()

    def recording(original: Any) -> Any:
        def wrapped(self: Any, *arguments: Any, **keywords: Any) -> None:
            caller = sys._getframe(1)
            lines.add((caller.f_code.co_filename, caller.f_lineno))
            original(self, *arguments, **keywords)

        return wrapped

    with (
        patch.object(Problem, "__init__", recording(Problem.__init__)),
        patch.object(ShapeError, "__init__", recording(ShapeError.__init__)),
        patch.object(SettingsError, "__init__", recording(SettingsError.__init__)),
    ):
        yield lines


def reached(site: Site, lines: set[tuple[str, int]]) -> bool:
    """Return True if one of the recorded lines belongs to a place."""
    return any(path == str(ROOT / site.path) and site.first <= line <= site.last for path, line in lines)
