"""What import-linter cannot say: one layer file never imports another, and main.py hands over to app.shell only."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ROOT / "tinyml" / "layers"
SHARED = {"__init__"}
"""The files of that folder that hold no layer. A layer file may import the package `base`."""
LAYER_FILES = sorted(path for path in LAYERS.glob("*.py") if path.stem not in SHARED)


def imported_names(source: str, package: str) -> set[str]:
    """Return the dotted name of everything that `source`, a module of `package`, imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            start = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            names.update(f"{module}.{alias.name}" for alias in node.names)
    return names


def imported_layers(source: str) -> set[str]:
    """Return what `source`, a file of tinyml/layers, imports from that folder, apart from what layers share."""
    from_folder = {name for name in imported_names(source, "tinyml.layers") if f"{name}.".startswith("tinyml.layers.")}
    return {name for name in from_folder if not f"{name}.".startswith("tinyml.layers.base.")}


@pytest.mark.parametrize("path", LAYER_FILES, ids=lambda path: path.stem)
def test_a_layer_file_imports_no_other_layer_file(path: Path) -> None:
    assert imported_layers(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    "source",
    [
        "import tinyml.layers",
        "import tinyml.layers.relu",
        "from tinyml import layers",
        "from tinyml.layers import ReLu",
        "from tinyml.layers.relu import ReLu",
        "from . import relu",
        "from .relu import ReLu",
        "from ..layers.relu import ReLu",
        "def forward():\n    from tinyml.layers.relu import ReLu",
    ],
)
def test_an_import_of_another_layer_is_found_however_it_is_written(source: str) -> None:
    assert imported_layers(source)


@pytest.mark.parametrize(
    "source",
    [
        "import numpy",
        "from tinyml.core import Parameter",
        "from tinyml.layers.base import Layer",
        "from tinyml.layers.base.specification import LayerSpecification",
        "from .base import Layer",
        "from ..core import Parameter",
    ],
)
def test_the_base_and_the_core_are_free_to_import(source: str) -> None:
    assert not imported_layers(source)


def test_main_imports_the_shell_and_the_standard_library_only() -> None:
    names = imported_names((ROOT / "main.py").read_text(encoding="utf-8"), "")
    others = {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    assert others
    assert {name for name in others if not f"{name}.".startswith("app.shell.")} == set()
