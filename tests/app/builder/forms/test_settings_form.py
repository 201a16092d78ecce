"""The form for the selection, and what all forms have in common."""

import gc
import weakref

import pytest
from PySide6.QtWidgets import QLabel

from app.builder import SettingsForm
from app.document import Document
from app.document.edits import insert_layer
from app.forms import DataForm, TrainingForm
from app.widgets.number_box import NumberBox
from tests.app.builder.forms.form_driver import find, type_number
from tinyml.storage import Project


def test_without_a_selection_the_form_says_what_to_do(form) -> None:
    assert find(form, QLabel, "nothing_selected_text").isVisible()
    assert "Click a card" in find(form, QLabel, "nothing_selected_text").text()


def test_without_a_selection_the_form_lists_the_keys_of_the_canvas(form, document) -> None:
    keys = find(form, QLabel, "canvas_keys")
    assert keys.isVisible()
    for key in ("↑", "Shift+", "Ctrl+A", "Esc", "Enter", "Alt+↑", "Ctrl+D", "Del", "Ctrl+X", "Ctrl+C", "Ctrl+V", "F1"):
        assert key in keys.text()
    document.select(("conv_1",))
    assert not keys.isVisible()


def test_refused_values_are_dropped_when_another_project_opens(qtbot, document) -> None:
    training, data = TrainingForm(document), DataForm(document)
    for each in (training, data):
        qtbot.addWidget(each)
        each.show()
    rate, share = find(training, NumberBox, "training_learning_rate"), find(data, NumberBox, "data_test")
    before = rate.value, share.value
    type_number(rate, "-5")
    type_number(share, "7")
    errors = find(training, QLabel, "training_learning_rate_error"), find(data, QLabel, "data_test_error")
    assert all(error.text() for error in errors)
    document.replace(document.project)
    assert (rate.value, share.value) == before
    assert not any(error.isVisible() for error in errors)


@pytest.mark.parametrize("kind", [SettingsForm, DataForm, TrainingForm])
def test_a_closed_form_is_deleted(qapp, kind) -> None:
    document = Document(Project())
    document.apply(insert_layer(document.project, 0, "Conv2D"))
    form = kind(document)
    form.show()
    gone = weakref.ref(form)
    form.close()
    del form
    gc.collect()
    assert gone() is None
    document.undo_stack.undo()
