"""The docstrings of the framework are complete: first sentence, arguments, errors, examples, formulas and sources.

`test_docstring_gaps.py` checks what framework and window have in common.
"""

import ast
import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel

from tests.architecture import docstring_gaps
from tests.architecture.docstring_gaps import named_in, parameters
from tinyml.layers import Layer, layer_types
from tinyml.losses import losses

SOURCE = re.compile(r"specification \d{3}|\b(19|20)\d\d\b")
"""A source: the number of a seed, or the year of a paper."""

MERELY_REARRANGE = {"Flatten", "Reshape"}
"""Layers that compute nothing and so have no source."""

NO_SHORT_EXAMPLE = {
    *(
        "iterate_tensors",
        "load_into",
        "load_model",
        "model_from_header",
        "read_header",
        "read_model",
        "read_project",
        "read_tensors",
    ),
    *("read_checkpoint", "save_checkpoint", "save_model", "save_project", "summarise_history"),
}
"""Functions whose example needs a file or a finished run; the tests show their use."""


@cache
def modules() -> list[ModuleType]:
    """Return every module of the framework that can be imported."""
    return docstring_gaps.modules("tinyml")


def defined_in(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Yield the public classes and functions that a module defines, and the public methods of these classes."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if name.startswith("_") or not own or not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        yield f"{module.__name__}.{name}", value
        if inspect.isclass(value):
            for attribute, member in vars(value).items():
                function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
                if not attribute.startswith("_") and inspect.isfunction(function):
                    yield f"{module.__name__}.{name}.{attribute}", getattr(value, attribute)


def offered() -> dict[str, Any]:
    """Return the classes and functions in `__all__` of the packages, by the full names of their definitions."""
    found = {}
    for package in modules():
        for name in package.__all__ if hasattr(package, "__path__") and hasattr(package, "__all__") else ():
            value = getattr(package, name)
            if inspect.isclass(value) or inspect.isfunction(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return found


def is_protocol(value: Any) -> bool:
    return bool(getattr(value, "_is_protocol", False))


def raises(function: Callable[..., Any]) -> bool:
    """Return True if a function contains a `raise` statement."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) for node in ast.walk(tree))


every_module = pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
every_offer = pytest.mark.parametrize("name", offered())


@every_module
def test_the_first_line_is_a_sentence(module: ModuleType) -> None:
    documents = {name: document for name, value in defined_in(module) if (document := inspect.getdoc(value))}
    # The first sentence of a dataclass or an exception may have two lines.
    unfinished = [name for name, text in documents.items() if not re.match(r"[^\n]+(\n[^\n]+)?[.:](\s|$)", text)]
    assert unfinished == []


@every_offer
def test_arguments_and_attributes_are_explained(name: str) -> None:
    value = offered()[name]
    document = inspect.getdoc(value) or ""
    explained = named_in("Arguments", document) | named_in("Attributes", document)
    if inspect.isfunction(value):
        needed = parameters(value)
        # A sentence may explain one or two arguments.
        assert len(needed) < 3 or explained, "needs a section Arguments"
        assert not explained or set(needed) <= explained
    elif dataclasses.is_dataclass(value):
        assert {field.name for field in dataclasses.fields(value)} <= explained
    elif (
        inspect.isfunction(vars(value).get("__init__")) and not issubclass(value, BaseModel) and not is_protocol(value)
    ):
        assert set(parameters(value.__init__)) <= explained


@every_offer
def test_errors_are_documented(name: str) -> None:
    value = offered()[name]
    if inspect.isfunction(value) and raises(value):
        assert re.search(r"\b[Rr]aises?\b", inspect.getdoc(value) or "")


@every_offer
def test_a_function_has_an_example(name: str) -> None:
    value = offered()[name]
    if inspect.isfunction(value) and value.__name__ not in NO_SHORT_EXAMPLE:
        assert ">>>" in (inspect.getdoc(value) or "")


@pytest.mark.parametrize("layer_type", layer_types())
def test_a_layer_is_documented_in_full(layer_type: str) -> None:
    layer: type[Layer] = layer_types()[layer_type]
    document = inspect.getdoc(layer) or ""
    assert "Formula: " in document
    assert "Shapes: " in document
    assert ">>> " in document
    constructor = set(parameters(layer.__init__))
    assert constructor == named_in("Arguments", document)
    assert constructor == {"name"} or "Raises " in document
    assert layer_type in MERELY_REARRANGE or SOURCE.search(document)


@pytest.mark.parametrize("loss", losses())
def test_a_loss_is_documented_in_full(loss: str) -> None:
    document = inspect.getdoc(losses()[loss]) or ""
    assert "Formula: " in document
    assert named_in("Arguments", document) == {"predicted", "ground_truth"}
    assert re.search(r"^Returns ", document, re.MULTILINE)
    assert "Raises " in document
    assert ">>> " in document
