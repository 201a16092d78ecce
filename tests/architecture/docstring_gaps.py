"""Finds what a module's docstrings leave out: purposes, arguments, attributes and signals."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from pydantic import BaseModel

SELF_EVIDENT = {"self", "cls", "parent", "painter", "event"}
"""Arguments that need no explanation: Python's and Qt's own."""
SECTIONS = ("Arguments", "Attributes", "Signals")


def modules(package: str) -> list[ModuleType]:
    """Import every module of a package, except for programs (`__main__`) and modules that need PyTorch."""
    root = importlib.import_module(package)
    found = [root]
    for info in pkgutil.walk_packages(root.__path__, f"{package}."):
        if not info.name.endswith("__main__"):
            try:
                found.append(importlib.import_module(info.name))
            except ModuleNotFoundError as error:
                if error.name != "torch":
                    raise
    return found


def module_names(package: str) -> list[str]:
    """Return the names of all modules of a package without importing them (but for the packages themselves)."""
    root = importlib.import_module(package)
    return [package, *(info.name for info in pkgutil.walk_packages(root.__path__, f"{package}."))]


def named_in(section: str, document: str) -> set[str]:
    """Return the names that a section such as "Arguments" explains; an empty set if there is no such section."""
    block = re.search(rf"^{section}:\n((?:    .*\n?|\n)+)", document, re.MULTILINE)
    if block is None:
        return set()
    lines = re.findall(r"^    (\S[^:\n]*):", block.group(1), re.MULTILINE)
    return {re.sub(r"\(.*", "", name).strip(" *`") for line in lines for name in re.split(r",\s*(?![^(]*\))", line)}


def explained_in(document: str) -> set[str]:
    """Return the names that any section of a docstring explains."""
    return set().union(*(named_in(section, document) for section in SECTIONS))


def parameters(function: Callable[..., Any]) -> list[str]:
    """Return the names of a function's parameters that need an explanation."""
    return [name for name in inspect.signature(function).parameters if name not in SELF_EVIDENT]


def is_named(name: str, document: str) -> bool:
    """Return True if a docstring names an argument: in a section, in backticks, or word by word in a sentence.

    >>> is_named("max_indices", "Unpool with the indices of the max."), is_named("rng", "Draw a number.")
    (True, False)
    """
    if name in explained_in(document) or re.search(rf"`\*{{0,2}}{name}`", document):
        return True
    words = [word.removesuffix("s") for word in name.strip("_").split("_")]
    text = re.sub(r"[^a-z0-9]+", " ", document.lower())
    return all(re.search(rf"\b{word}", text) for word in words)


def unnamed(names: list[str], document: str) -> list[str]:
    """Return the names that a docstring should explain and does not. Three or more names need a section."""
    if len(names) > 2:
        return [name for name in names if name not in explained_in(document)]
    return [name for name in names if not is_named(name, document)]


def own_document(value: Any) -> str:
    """Return the docstring that somebody wrote for this class or function, not one that Python made or inherited."""
    document = inspect.cleandoc(value.__doc__ or "")
    is_generated = dataclasses.is_dataclass(value) and document.startswith(f"{getattr(value, '__name__', '')}(")
    return "" if is_generated else document


def find_gaps(module: ModuleType) -> Iterator[str]:
    """Yield a line for each thing that the docstrings of a module leave out."""
    if not module.__doc__:
        yield f"{module.__name__}: no docstring"
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value):
            yield from _class_gaps(value)
        elif inspect.isfunction(value):
            yield from _function_gaps(name, value)


def _function_gaps(name: str, function: Callable[..., Any]) -> Iterator[str]:
    document = own_document(function)
    if not document:
        yield f"{name}: no docstring"
    elif missing := unnamed(parameters(function), document):
        yield f"{name}: explain the arguments {', '.join(missing)}"


def _class_gaps(owner: type) -> Iterator[str]:
    name, document = owner.__name__, own_document(owner)
    if not document:
        yield f"{name}: no docstring"
        return
    inherited = set().union(*(explained_in(own_document(base)) for base in owner.__mro__[1:]))
    if missing := [field for field in unnamed(_fields(owner), document) if field not in inherited]:
        yield f"{name}: explain {', '.join(missing)}"
    for attribute, member in vars(owner).items():
        if attribute.startswith("_"):
            continue
        if type(member).__name__ == "Signal":
            if not re.search(rf"\b{attribute}\b", document):
                yield f"{name}: explain the signal {attribute}"
        elif not _inherits(owner, attribute):
            yield from _member_gaps(f"{name}.{attribute}", member, owner.__module__, document)


def _member_gaps(name: str, member: Any, module: str, document: str) -> Iterator[str]:
    """Yield the gaps of a method or property; `document` is the docstring of its class."""
    function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    function = getattr(function, "func", function)  # of a cached property
    if not inspect.isfunction(function) or function.__module__ != module:
        return
    if function is member or isinstance(member, classmethod | staticmethod):
        yield from _function_gaps(name, function)
    elif not own_document(function) and name.rpartition(".")[2] not in explained_in(document):
        yield f"{name}: no docstring"


def _fields(owner: type) -> list[str]:
    """Return what the constructor of a class takes; a pydantic model describes its fields by itself."""
    if issubclass(owner, BaseModel) or getattr(owner, "_is_protocol", False):
        return []
    if dataclasses.is_dataclass(owner):
        return [field.name for field in dataclasses.fields(owner) if field.init and not field.name.startswith("_")]
    constructor = vars(owner).get("__init__")
    return parameters(constructor) if inspect.isfunction(constructor) else []


def _inherits(owner: type, attribute: str) -> bool:
    """Return True if a base class documents a method: one of ours with a docstring, or Qt's, or another package's."""
    package = owner.__module__.partition(".")[0]
    bases = (base for base in owner.__mro__[1:] if attribute in vars(base))
    return any(base.__module__.partition(".")[0] != package or vars(base)[attribute].__doc__ for base in bases)
