"""The import of foreign weights in the window: from the page Models and from the menu, and what follows."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox

from app.forms.weight_import import ImportDialog
from app.training import SessionState
from tinyml.core.tensor_file import write_tensors
from tinyml.net import build


@pytest.fixture
def foreign(qtbot, window, tmp_path: Path) -> Path:
    """A file of weights for the network of the window, with the names of another program."""
    qtbot.waitUntil(lambda: window.document.data is not None)
    net = build(window.document.project.network, window.document.data.example_shape, np.random.default_rng(1))
    tensors = {
        f"module.{number // 2}.{('weight', 'bias')[number % 2]}": tensor
        for number, tensor in enumerate(net.named_tensors.values())
    }
    write_tensors(tmp_path / "foreign.safetensors", tensors)
    return tmp_path / "foreign.safetensors"


def dialog_of(qtbot, window) -> ImportDialog:
    qtbot.waitUntil(lambda: window.findChild(ImportDialog) is not None)
    dialog = window.findChild(ImportDialog)
    qtbot.waitUntil(lambda: not dialog.busy)
    return dialog


def apply(qtbot, window) -> None:
    dialog = dialog_of(qtbot, window)
    with qtbot.waitSignal(dialog.imported):
        dialog.apply()


def test_the_open_file_is_imported_and_named_everywhere(qtbot, window, foreign) -> None:
    window.files.open_path(foreign)
    qtbot.waitUntil(lambda: window.models_page.contents is not None)
    button = window.models_page.heading.buttons["import"]
    assert button in window.models_page.heading.actions_row.offered
    before = window.document.project
    button.click()
    apply(qtbot, window)
    assert window.document.project is before
    assert window.session.snapshot.source == foreign
    assert window.pages.current == "build"
    assert window.status.findChild(QLabel, "status_weights").text() == "weights of foreign.safetensors"
    lines = {entry.key: entry.line for entry in window.models_page.file_panel.files.entries}
    assert lines[str(foreign)].startswith("in use · ")
    assert window.session.obstacle == ""


def test_imported_weights_are_trained_further(qtbot, window, foreign) -> None:
    window.files.weights_import.import_file(foreign)
    apply(qtbot, window)
    window.training.continue_training()
    qtbot.waitUntil(lambda: len(window.session.history) >= 1)
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state is not SessionState.STOPPING)


def test_the_menu_asks_for_a_file(qtbot, window, foreign, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(foreign), ""))
    window.actions_by_name["import_weights"].trigger()
    assert dialog_of(qtbot, window).isVisible()
    window.findChild(ImportDialog).reject()
    assert window.session.snapshot is None or not window.session.snapshot.trained


def test_a_network_with_a_problem_gets_nothing(qtbot, window, foreign, dialog) -> None:
    project = window.document.project
    empty = project.model_copy(update={"network": project.network.model_copy(update={"layers": ()})})
    window.document.replace(empty)
    qtbot.waitUntil(lambda: not window.document.data_pending)
    window.files.weights_import.import_file(foreign)
    assert "cannot be trained yet" in dialog(window, "problem_dialog").text()
    assert window.findChild(ImportDialog) is None


def test_a_running_training_is_stopped_only_with_an_answer(qtbot, window, foreign, dialog) -> None:
    window.session.start()
    window.files.weights_import.import_file(foreign)
    question = dialog(window, "stop_dialog")
    assert window.findChild(ImportDialog) is None
    stop = next(button for button in question.buttons() if button.text() == "Stop training")
    stop.click()
    assert dialog_of(qtbot, window).isVisible()
    assert not window.session.state.active
    assert not window.findChildren(QMessageBox, "unsaved_dialog")
