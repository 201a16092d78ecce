"""A private method that one signal of another object calls, and nothing else, is named after that signal: `_on_…`."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "app").rglob("*.py"))


def private_slot(node: ast.AST) -> ast.Attribute | None:
    """Return `self._slot` of a call `other.signal.connect(self._slot)`, else None."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "connect":
        return None
    slot = node.args[0] if node.args else None
    if isinstance(slot, ast.Attribute) and ast.unparse(slot.value) == "self" and slot.attr.startswith("_"):
        return slot
    return None


def misnamed_slots(source: str) -> Iterator[str]:
    """Yield `Class._slot` for each slot that has one use, a connection, and another name."""
    for owner in ast.walk(ast.parse(source)):
        if isinstance(owner, ast.ClassDef):
            uses = Counter(node.attr for node in ast.walk(owner) if isinstance(node, ast.Attribute))
            slots = {slot.attr for node in ast.walk(owner) if (slot := private_slot(node))}
            yield from (f"{owner.name}.{slot}" for slot in sorted(slots) if uses[slot] == 1 and slot[:4] != "_on_")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_slot_is_named_after_its_signal(path: Path) -> None:
    assert list(misnamed_slots(path.read_text(encoding="utf-8"))) == []


def test_a_slot_with_another_name_is_found() -> None:
    source = "class Panel:\n    def __init__(self, box):\n        box.toggled.connect(self._{})\n"
    assert list(misnamed_slots(source.format("take_it"))) == ["Panel._take_it"]
    assert list(misnamed_slots(source.format("on_toggled"))) == []
    # A method that the class also calls by itself is named after what it does.
    assert list(misnamed_slots(source.format("redraw") + "        self._redraw()\n")) == []
