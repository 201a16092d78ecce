"""The Models page beside the other pages: using a model, recent files, whose weights are in use."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.forms.export import ExportDialog
from app.shell.recent_files import WEIGHT_SUFFIXES
from app.training import SessionState
from app.training.snapshot_files import export_snapshot
from tinyml.storage import example_path, read_project


@pytest.fixture
def trained(qtbot, window, tmp_path) -> Path:
    """A model file that the window has trained for one epoch."""
    window.session.start(one_epoch=True)
    qtbot.waitUntil(lambda: len(window.session.history) >= 1)
    window.session.stop()
    qtbot.waitUntil(lambda: not window.session.state.active)
    path = export_snapshot(tmp_path / "net.safetensors", window.session.snapshot)
    window.document.replace(read_project(example_path("circle")))
    window.document.undo_stack.setClean()
    window.files.open_path(path)
    qtbot.waitUntil(lambda: window.models_page.contents is not None)
    return path


@pytest.mark.parametrize("page", ["build", "inspect"])
def test_a_model_is_used_on_another_page_and_named_everywhere(qtbot, window, trained, page) -> None:
    window.models_page.heading.buttons[page].click()
    qtbot.waitUntil(lambda: window.pages.current == page)
    assert window.session.snapshot.source == trained
    assert window.status.findChild(QLabel, "status_weights").text() == "weights of net.safetensors"
    lines = {entry.key: entry.line for entry in window.models_page.file_panel.files.entries}
    assert lines[str(trained)].startswith("in use · ")
    window.document.replace(read_project(example_path("circle")))
    assert window.models_page.state.in_use is None


def test_an_evaluated_example_is_inspected(qtbot, window, trained) -> None:
    evaluation, about = window.models_page.evaluation, window.models_page.contents.about
    evaluation.start(about.data.model_copy(update={"expected": None}), "test", "Digits")
    qtbot.waitUntil(lambda: evaluation.evaluator.result is not None)
    gallery = window.models_page.evaluation_pane.lists[0].gallery
    assert gallery.grid.images[0].tooltip.endswith("Click to inspect it.")
    gallery.grid.clicked.emit(gallery.grid.model().index(0, 0))
    qtbot.waitUntil(lambda: window.pages.current == "inspect")
    inspection, position = window.inspection, int(gallery.positions[0])
    qtbot.waitUntil(lambda: inspection.part == "test" and inspection.samples is not None)
    qtbot.waitUntil(lambda: inspection.index == position)
    assert window.session.snapshot.source == trained


def test_the_training_of_a_model_continues(qtbot, window, trained) -> None:
    window.models_page.heading.buttons["train"].click()
    qtbot.waitUntil(lambda: window.session.config is not None and window.session.state.active)
    assert window.pages.current == "train"
    qtbot.waitUntil(lambda: len(window.session.history) >= 2)
    window.session.stop()
    qtbot.waitUntil(lambda: window.session.state is not SessionState.STOPPING)


def test_a_model_is_exported_without_being_used(qtbot, window, trained) -> None:
    before = window.document.project
    window.models_page.heading.buttons["export"].click()
    dialog = window.findChild(ExportDialog)
    assert dialog.isVisible()
    dialog.close()
    assert window.document.project is before


def test_several_weights_are_dropped_at_once(qtbot, window, trained, tmp_path) -> None:
    second = tmp_path / "second.safetensors"
    second.write_bytes(trained.read_bytes())
    window.files.open_paths([second, trained])
    qtbot.waitUntil(lambda: window.models_page.contents.path == second)
    assert set(window.models_page.state.files.open) == {trained, second}


def test_a_forgotten_file_is_no_longer_recent(qtbot, window, trained) -> None:
    assert window.files.recent_files.remembered(WEIGHT_SUFFIXES) == [trained]
    window.models_page.state.close_file(trained)
    assert window.models_page.state.files.recent == (trained,)
    window.models_page.state.close_file(trained)
    assert window.files.recent_files.remembered(WEIGHT_SUFFIXES) == []
    assert window.models_page.state.files.recent == ()


def test_the_name_of_a_file_is_no_markup(qtbot, window, trained, tmp_path) -> None:
    hostile = tmp_path / "<b>bold<img src=x>.safetensors"
    hostile.write_bytes(trained.read_bytes())
    window.files.use_weights(hostile)
    label = window.status.findChild(QLabel, "status_weights")
    qtbot.waitUntil(lambda: label.text() == "weights of <b>bold<img src=x>.safetensors")
    assert label.textFormat() == Qt.TextFormat.PlainText
