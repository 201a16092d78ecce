"""pyproject.toml, the constraints and ARCHITECTURE.md list the packages that the code imports."""

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.test_imports import imported_names
from tests.renew_constraints import NEWEST, OLDEST, direct_requirements, oldest, pins

ROOT = Path(__file__).parents[2]
OWN = {"app", "tinyml", "tests"}
OPTIONAL = {"torch", "captum", "onnx"}
"""Packages of the extras; the code imports them only if they are installed."""


def declared(group: str = "") -> set[str]:
    """Return the names of the packages that an installation needs, or that the extra `group` adds."""
    texts = project()["optional-dependencies"][group] if group else project()["dependencies"]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def project() -> dict[str, Any]:
    """Return the table of the project in pyproject.toml."""
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def imported_modules() -> set[str]:
    """Return the top-level names of all other packages that the program imports."""
    modules = set()
    for folder in ("app", "tinyml"):
        for path in (ROOT / folder).rglob("*.py"):
            package = ".".join(path.relative_to(ROOT).parent.parts)
            modules |= {name.split(".")[0] for name in imported_names(path.read_text(encoding="utf-8"), package)}
    return modules - OWN - set(sys.stdlib_module_names)


def distribution_of(module: str) -> str:
    (distribution, *others) = {canonicalize_name(name) for name in importlib.metadata.packages_distributions()[module]}
    # All of PySide6 may be installed too. PySide6 pins shiboken6, which knows if Qt has deleted an object, and pydantic
    # pins pydantic-core, which is its interface for custom types.
    known = {"PySide6": "pyside6-essentials", "shiboken6": "pyside6-essentials", "pydantic_core": "pydantic"}
    return known.get(module) or (module if others else distribution)


def test_the_imported_packages_are_the_declared_ones() -> None:
    imported = {distribution_of(module) for module in imported_modules() - OPTIONAL}
    assert imported == declared()


def test_the_extras_are_for_tests_for_comparisons_and_for_a_format() -> None:
    assert set(project()["optional-dependencies"]) == {"test", "compare", "onnx"}
    assert declared("compare") >= OPTIONAL
    assert declared("onnx") == {"onnx"}


@pytest.mark.parametrize("requirement", direct_requirements(), ids=str)
def test_the_limits_of_a_requirement_match_the_pins_of_the_constraints(requirement: Requirement) -> None:
    name = canonicalize_name(requirement.name)
    pinned = [Requirement(line) for line in NEWEST.read_text().splitlines() if line.startswith(f"{name}==")]
    assert pinned
    for pin in pinned:
        if requirement.marker is None or pin.marker is None or str(pin.marker) == str(requirement.marker):
            assert requirement.specifier.contains(next(iter(pin.specifier)).version)
    (lowest,) = (Requirement(line) for line in OLDEST.read_text().splitlines() if line.startswith(f"{name}=="))
    assert lowest.specifier.contains(oldest(requirement))


@pytest.mark.parametrize("path", [NEWEST, OLDEST], ids=lambda path: path.name)
def test_the_constraints_hold_pins_without_an_address(path: Path) -> None:
    for line in path.read_text().splitlines():
        assert re.fullmatch(r"#.*|[a-z0-9-]+==[0-9.]+(; python_version [<>=]+ '3\.\d+')*", line), line
        assert "://" not in line


def test_a_package_that_some_pythons_do_not_need_has_a_marker() -> None:
    assert pins({"3.11": {"a": "1"}, "3.12": {}, "3.13": {"a": "2"}}) == [
        "a==1; python_version < '3.12'",
        "a==2; python_version >= '3.13'",
    ]


def test_the_architecture_has_a_row_for_every_dependency() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("## Dependencies")[1]
    rows = {canonicalize_name(line.split("|")[1].strip()) for line in table.splitlines() if line.startswith("| ")}
    assert rows - {"package"} == declared()


def test_the_version_has_one_source() -> None:
    import tinyml

    assert importlib.metadata.version("tinyml-studio") == tinyml.__version__
    assert tinyml.__version__ not in (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("dependencies")[0]
