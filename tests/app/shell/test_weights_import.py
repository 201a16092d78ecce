"""The import of foreign weights in the window: from the page Models and from the menu, and what follows."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox

from app.forms.weight_import import ImportDialog
from app.forms.weight_import.mapping_model import SOURCE
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


def label_of_target(qtbot, window) -> str:
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(ImportDialog)))
    shown = next(each for each in window.findChildren(ImportDialog) if each.isVisible())
    return shown.findChild(QLabel, "import_about").text()


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
    project = window.document.project
    # With such small steps the weights stay what they were before the first epoch.
    window.document.replace(
        project.model_copy(update={"training": project.training.model_copy(update={"learning_rate": 1e-9})})
    )
    qtbot.waitUntil(lambda: not window.document.data_pending)
    window.files.weights_import.import_file(foreign)
    apply(qtbot, window)
    imported = window.session.snapshot
    window.training.continue_training()
    qtbot.waitUntil(lambda: len(window.session.history) >= 1)
    window.session.stop()
    qtbot.waitUntil(lambda: not window.session.state.active)
    assert window.session.snapshot is not imported
    for name, tensor in window.session.snapshot.tensors.items():
        assert np.allclose(tensor, imported.tensors[name], rtol=0, atol=1e-4)


def test_imported_and_kept_weights_are_in_no_file(qtbot, window, foreign, dialog) -> None:
    window.files.weights_import.import_file(foreign)
    model = dialog_of(qtbot, window).model
    assert model.setData(model.index(0, SOURCE), model.choices(0)[0])
    apply(qtbot, window)
    assert window.session.run.exported is None
    words = window.status.findChild(QLabel, "status_weights").text()
    assert words == "weights of foreign.safetensors and kept ones"
    window.pages.show_page("models")
    window.files.open_path(foreign)
    qtbot.waitUntil(lambda: window.models_page.contents is not None)
    assert not any(entry.line.startswith("in use") for entry in window.models_page.file_panel.files.entries)
    window.files.weights_import.import_file(foreign)
    question = dialog(window, "weights_dialog")
    assert question.text() == "No file holds these weights: some are imported, and some were kept."
    next(button for button in question.buttons() if button.text() == "Discard").click()
    assert "the weights of foreign.safetensors and kept ones" in label_of_target(qtbot, window)
    window.session.run.exported = window.session.snapshot
    window.files.weights_import.import_file(foreign)
    assert not any(box.isVisible() for box in window.findChildren(QMessageBox, "weights_dialog"))


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
