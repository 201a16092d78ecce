"""The hints in the form of a layer: the reason, the fix, and Dismiss."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from app.builder.forms.hint_list import HintBox
from tests.app.builder.forms.form_driver import find


@pytest.fixture
def hinted(document, document_of):
    """The document with two Linear layers without a nonlinearity between them."""
    layers = (("Flatten", "flatten_1"), ("Linear", "linear_1"), ("Linear", "linear_2", {"outputs": 10}))
    document.replace(document_of(*layers).project)
    (hint,) = [hint for hint in document.hints if hint.layer]
    document.select((hint.layer,))
    return hint


def boxes(form) -> list[HintBox]:
    return [box for box in form.findChildren(HintBox) if box.isVisible()]


def button(form, hint, name: str) -> QPushButton:
    return find(form, QPushButton, f"hint_{hint.rule}_{name}")


def test_a_hint_is_shown_with_its_reason_for_its_layer_only(form, document, hinted) -> None:
    assert len(boxes(form)) == 1
    assert find(form, QLabel, f"hint_{hinted.rule}_sentence").text() == hinted.sentence
    assert find(form, QLabel, f"hint_{hinted.rule}_why").text() == hinted.why
    assert button(form, hinted, "fix").text() == hinted.fix.label
    document.select(("flatten_1",))
    assert boxes(form) == []


def test_the_fix_is_one_undo_step(form, document, hinted) -> None:
    QTest.mouseClick(button(form, hinted, "fix"), Qt.MouseButton.LeftButton)
    assert hinted.rule not in [hint.rule for hint in document.hints]
    assert document.undo_stack.count() == 1
    document.select((hinted.layer,))
    assert boxes(form) == []
    document.undo_stack.undo()
    document.select((hinted.layer,))
    assert len(boxes(form)) == 1


def test_a_dismissed_hint_stays_away_until_undo(form, document, hinted) -> None:
    QTest.mouseClick(button(form, hinted, "dismiss"), Qt.MouseButton.LeftButton)
    assert boxes(form) == []
    document.select(("flatten_1",))
    document.select((hinted.layer,))
    assert boxes(form) == []
    document.undo_stack.undo()
    assert len(boxes(form)) == 1


def test_the_keyboard_reaches_the_buttons_and_stays_in_the_form(form, document, hinted) -> None:
    fix = button(form, hinted, "fix")
    form.focus_first_field()
    for _ in range(8):
        if form.focusWidget() is fix:
            break
        QTest.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
    assert form.focusWidget() is fix
    QTest.keyClick(fix, Qt.Key.Key_Tab)
    assert form.focusWidget() is button(form, hinted, "dismiss")
    QTest.keyClick(form.focusWidget(), Qt.Key.Key_Space)
    assert boxes(form) == []
    assert form.isAncestorOf(form.focusWidget())
