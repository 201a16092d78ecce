"""Import rules that import-linter does not check: circles through a package, files of layers, and main.py."""

import ast
import sys
from collections.abc import Mapping, Set
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
LAYERS = ROOT / "tinyml" / "layers"
SHARED = {"__init__"}
"""Files of that folder without a layer. A layer file may import the package `base`."""
LAYER_FILES = sorted(path for path in LAYERS.glob("*.py") if path.stem not in SHARED)


def imported_names(source: str, package: str) -> set[str]:
    """Return the dotted names of all imports in `source`, a module of `package`, at any place in it."""
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
    """Return the names that `source`, a file of tinyml/layers, imports from that folder, without those of `base`."""
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


def modules_in_circles(imports: Mapping[str, Set[str]]) -> set[str]:
    """Return the modules that import themselves, directly or through others.

    Arguments:
        imports: for each module, the modules that it imports.
    """
    found = set()
    for start in imports:
        reached, pending = set(), [start]
        while pending:
            for module in imports.get(pending.pop(), set()) - reached:
                reached.add(module)
                pending.append(module)
        if start in reached:
            found.add(start)
    return found


def test_no_module_imports_itself_through_others() -> None:
    """import-linter compares siblings; here a package's `__init__` counts as a module too."""
    graph = grimp.build_graph("app", "tinyml", cache_dir=None)
    assert modules_in_circles({name: graph.find_modules_directly_imported_by(name) for name in graph.modules}) == set()


def test_a_circle_is_found() -> None:
    imports = {"main": {"net"}, "net": {"net.layer"}, "net.layer": {"net"}, "core": set()}
    assert modules_in_circles(imports) == {"net", "net.layer"}
