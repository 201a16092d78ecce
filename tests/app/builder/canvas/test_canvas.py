"""The canvas: focus, and what remains after it is closed."""

import gc
import weakref

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.builder import Canvas, SettingsForm
from app.document.edits import change_settings


def test_the_next_card_gets_the_focus_when_a_card_is_deleted(harness) -> None:
    harness.click("relu_1")
    harness.canvas.commands.delete()
    assert harness.document.selection == ("pool_1",)
    assert harness.window.focusWidget() is harness.card("pool_1")


def test_a_closed_canvas_is_deleted(document, inspection, qapp) -> None:
    canvas = Canvas(document, inspection)
    canvas.show()
    canvas.commands.insert("Tanh")
    card, gone = weakref.ref(canvas.card("conv_1")), weakref.ref(canvas)
    canvas.close()
    del canvas
    gc.collect()
    assert gone() is None
    assert card() is None
    document.apply(change_settings(document.project, "conv_1", {"filters": 6}))
    inspection.sample_trace_changed.emit()


def test_a_click_beside_the_cards_applies_a_draft(make_harness, document) -> None:
    harness = make_harness(document)
    form = SettingsForm(document, parent=harness.window)
    harness.window.layout().addWidget(form)
    form.show()
    document.select(("conv_1",))
    box = form.findChild(QWidget, "setting_filters")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "7")
    QTest.mouseClick(harness.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert document.inference_of("conv_1").settings.filters == 7
    assert document.selection == ()


def test_a_canvas_is_in_no_cycle_of_references(document, inspection, qapp) -> None:
    canvas = Canvas(document, inspection)
    canvas.show()
    canvas.commands.insert("Tanh")
    gone, stack_gone = weakref.ref(canvas), weakref.ref(canvas.card_stack)
    canvas.close()
    del canvas
    assert gone() is None
    assert stack_gone() is None
