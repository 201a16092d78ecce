"""Names from files are shown as plain text everywhere, with every character visible, and widen nothing."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PySide6 import QtGui
from PySide6.QtCore import QAbstractListModel, QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QPlainTextEdit,
    QTabBar,
    QToolTip,
    QWidget,
)

from app.builder.templates.new_project_dialog import NewProjectDialog
from app.document import edits
from app.inspector.maps.bar_chart import BarChart
from app.inspector.samples.score_list import ScoreList
from app.shell.page_table import PAGES
from app.training import SessionState
from app.training import worker as worker_module
from app.widgets.images.image_grid import ImageGrid
from tinyml.core import TinymlError
from tinyml.data import DataChoice, describe
from tinyml.net import LayerSpecification, NetworkSpecification, build
from tinyml.storage import EpochSummary, Project, SavedModel, save_model, save_project

MARKUP = '<img src="file:///etc/hostname"><b>bold</b> &lt;i&gt; R&D'
HOSTILE = f"{MARKUP} \0 a\nb\t c\u202ed e\u200bf"
LONG = "W" * 10_000
LONG_LAYER = LONG[:100]
"""Layers may not have longer names."""
INVISIBLE = ("\0", "\u202e", "\u200b")


@pytest.fixture
def data_folder(tmp_path) -> Path:
    """A folder with a hostile name, and images of three classes with hostile names."""
    folder = tmp_path / MARKUP.replace("/", "⁄")
    folder.mkdir()
    images = np.random.default_rng(0).integers(0, 255, (60, 8, 8), dtype=np.uint8)
    labels = (np.arange(60) % 3).astype(np.uint8)
    (folder / "images-idx3-ubyte").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 60, 8, 8) + images.tobytes())
    (folder / "labels-idx1-ubyte").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 60) + labels.tobytes())
    (folder / "classes.txt").write_text(f"{MARKUP} rlo\u202eolr\n{LONG}\nzero\u200bwidth\n", encoding="utf-8")
    assert describe(str(folder)).count == 60
    return folder


def network(*extra: LayerSpecification) -> NetworkSpecification:
    return NetworkSpecification(
        layers=(
            LayerSpecification(type="Conv2D", name=HOSTILE, settings={"filters": 2}),
            LayerSpecification(type="ReLu", name="relu"),
            LayerSpecification(type="Flatten", name="flatten"),
            *extra,
            LayerSpecification(type="Linear", name=LONG_LAYER, settings={"outputs": 3}),
        )
    )


@pytest.fixture
def project_file(tmp_path, data_folder) -> Path:
    path = tmp_path / f"{MARKUP.replace('/', '⁄')}\u202e.tinyml.json"
    save_project(path, Project(network=network(), data=DataChoice(source=str(data_folder))))
    return path


@pytest.fixture
def foreign(tmp_path) -> Path:
    """Weights with hostile names."""
    path = tmp_path / f"{MARKUP.replace('/', '⁄')}.safetensors"
    header = {"__metadata__": {HOSTILE: HOSTILE, "long": LONG}}
    for number, name in enumerate((HOSTILE, LONG, f"{HOSTILE}.2")):
        header[name] = {"dtype": "F32", "shape": [4, 4], "data_offsets": [64 * number, 64 * number + 64]}
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + np.arange(48, dtype=np.float32).tobytes())
    return path


@pytest.fixture
def model(tmp_path, data_folder) -> Path:
    path = tmp_path / "model.safetensors"
    paper = network()
    history = (EpochSummary(epoch=1, training_loss=1.0, training_accuracy=0.5),)
    names = describe(str(data_folder)).class_names
    about = SavedModel(
        network=paper,
        input_shape=(1, 8, 8),
        class_names=names,
        history=history,
        data=DataChoice(source=str(data_folder)),
    )
    save_model(path, build(paper, (1, 8, 8)), about)
    return path


def shown_texts():
    """Yield all texts that the windows show now, or would show under the mouse, with their places."""
    for top in QApplication.topLevelWidgets():
        for widget in (top, *top.findChildren(QWidget)):
            place = f"{type(widget).__name__} {widget.objectName()}"[:60]
            for kind in ("toolTip", "statusTip", "whatsThis", "windowTitle", "accessibleName", "accessibleDescription"):
                yield f"{kind} of {place}", getattr(widget, kind)()
            for action in widget.actions():
                yield f"action in {place}", action.text()
                yield f"tool tip of an action in {place}", action.toolTip()
            yield from texts_of(widget, place)
        for action in top.findChildren(QAction):
            yield "action", action.text()
            yield "tool tip of an action", action.toolTip()


def texts_of(widget: QWidget, place: str):
    if isinstance(widget, QLabel | QAbstractButton):
        yield place, widget.text()
    if isinstance(widget, QGroupBox):
        yield place, widget.title()
    if isinstance(widget, QPlainTextEdit):
        yield place, widget.toPlainText()[:4000]
    if isinstance(widget, QTabBar):
        for index in range(widget.count()):
            yield place, widget.tabText(index)
            yield place, widget.tabToolTip(index)
    model = widget.model() if isinstance(widget, QAbstractItemView | QComboBox) else None
    if model is not None:
        for row in range(min(model.rowCount(), 100)):
            for column in range(1 if isinstance(model, QAbstractListModel) else model.columnCount()):
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                    yield f"item in {place}", str(model.index(row, column).data(role) or "")


def hovered_texts(window: QWidget):
    """Yield the tool tips that widgets make when the mouse rests on them."""
    for widget in window.findChildren(QWidget):
        if isinstance(widget, ImageGrid | BarChart) and widget.isVisible():
            at = QPoint(12, widget.height() // 3)
            target = widget.viewport() if isinstance(widget, ImageGrid) else widget
            QToolTip.hideText()
            QApplication.sendEvent(target, QHelpEvent(QEvent.Type.ToolTip, at, target.mapToGlobal(at)))
            yield f"tool tip over {widget.objectName()}", QToolTip.text()


def check_everything(window: QWidget) -> int:
    """Check that no shown text is rich text or has an invisible character; return the number of hostile texts."""
    hostile = 0
    for top in QApplication.topLevelWidgets():
        for label in top.findChildren(QLabel):
            if label.objectName().endswith("_formula"):
                continue  # our own text, with subscripts
            automatic = label.textFormat() == Qt.TextFormat.AutoText
            rich = label.textFormat() == Qt.TextFormat.RichText or (
                automatic and QtGui.Qt.mightBeRichText(label.text())
            )
            assert not rich, f"{label.objectName()} shows rich text: {label.text()[:100]}"
    for place, text in (*shown_texts(), *hovered_texts(window)):
        if "tip" in place.lower():
            assert not QtGui.Qt.mightBeRichText(text), f"{place} is rich text: {text[:200]}"
        for character in INVISIBLE:
            assert character not in text, f"{place} hides a character: {text[:200]!r}"
        assert len(text) < 5000, f"{place} is {len(text)} characters long"
        hostile += "<img" in text or "W" * 20 in text or r"\u202e" in text
    return hostile


def check_width(window: QWidget) -> None:
    QApplication.processEvents()
    assert window.minimumSizeHint().width() <= 1024
    assert window.minimumSizeHint().height() <= 700
    assert window.width() == 1024


@pytest.fixture
def small_window(make_window):
    window = make_window()
    window.resize(1024, 700)
    return window


def show_each_page(qtbot, window) -> int:
    hostile = 0
    for page in PAGES:
        window.pages.show_page(page.name)
        QApplication.processEvents()
        window.grab()
        hostile += check_everything(window)
        check_width(window)
    return hostile


def test_a_project_with_hostile_names(qtbot, small_window, project_file) -> None:
    window = small_window
    window.pages.show_page("inspect")
    window.files.open_path(project_file)
    assert window.document.path == project_file
    qtbot.waitUntil(lambda: window.document.data is not None)
    qtbot.waitUntil(lambda: window.inspection.sample_trace is not None)
    names = [layer.name for layer in window.document.project.network.layers]
    assert names[0] == HOSTILE
    for selection in ((HOSTILE,), (LONG_LAYER,), tuple(names)):
        window.document.select(selection)
        assert show_each_page(qtbot, window) > 10
    scores = window.findChild(ScoreList)
    assert r"\u202e" in scores.toolTip()
    assert window.canvas.findChildren(QWidget)
    window.document.apply(edits.rename_layer(window.document.project, HOSTILE, HOSTILE[:-1] + "&"))
    undo = window.actions_by_name["undo"].text()
    assert undo.startswith("&Undo: rename <img")
    assert undo.endswith("&&")
    assert "R&&D" in window.findChild(QMenu, "menu_recent").actions()[0].text()
    assert show_each_page(qtbot, window) > 10


def test_the_panel_below_the_canvas_and_quick_insert(qtbot, small_window, project_file) -> None:
    window, panel = small_window, small_window.build_panel
    window.files.open_path(project_file)
    qtbot.waitUntil(lambda: window.document.data is not None)
    window.pages.show_page("build")
    window.pages.unfold("build", "below")
    inside = {"layers": [{"type": "ReLu", "name": f"inner {HOSTILE}"}, {"type": "Linear", "name": LONG_LAYER}]}
    block = LayerSpecification(type="Residual", name=f"block {HOSTILE}"[:100], settings=inside)
    layers = (*window.document.project.network.layers, block)
    changed = window.document.project.model_copy(update={"network": NetworkSpecification(layers=layers)})
    window.document.apply(edits.Edit(f"add {HOSTILE} {LONG}", changed))
    for page in (panel.problems, panel.code, panel.summary, panel.history):
        panel.show_page(page)
        assert page.isVisible()
        if page is panel.code:
            qtbot.waitUntil(lambda: "img" in panel.code.view.toPlainText())
        QApplication.processEvents()
        assert check_everything(window) > 10
        check_width(window)
    window.document.select((f"inner {HOSTILE}",), block=(block.name,))
    window.canvas.request_insert()
    assert window.quick_insert.isVisible()
    assert "<img" in window.quick_insert.findChild(QLabel, "quick_insert_place").text()
    check_everything(window)
    window.canvas.rename()
    field = window.canvas.findChild(QLineEdit, "rename_field")
    field.setText(LONG_LAYER)
    assert "WW" in window.canvas.findChild(QLabel, "rename_error").text()
    check_everything(window)
    check_width(window)


def test_the_gallery_over_hostile_names(small_window, project_file) -> None:
    window = small_window
    window.files.open_path(project_file)
    window.files.new_project()
    assert window.findChild(NewProjectDialog).isVisible()
    check_everything(window)


def test_problems_that_quote_hostile_names(qtbot, small_window, tmp_path) -> None:
    unknown = LayerSpecification(type=HOSTILE, name=f"unknown {MARKUP}", settings={HOSTILE: LONG})
    wide = LayerSpecification(type="Linear", name=LONG_LAYER[:-1] + "2", settings={"outputs": -1, HOSTILE: HOSTILE})
    path = tmp_path / "p.tinyml.json"
    missing = tmp_path / HOSTILE.replace("\0", "").replace("/", "⁄") / LONG[:200] / LONG[:250]
    save_project(path, Project(network=network(unknown, wide), data=DataChoice(source=str(missing))))
    window = small_window
    window.files.open_path(path)
    qtbot.waitUntil(lambda: bool(window.document.data_problem))
    for name in [layer.name for layer in window.document.project.network.layers]:
        window.document.select((name,))
        assert show_each_page(qtbot, window) > 5
    window.settings_tabs.setCurrentIndex(1)
    assert show_each_page(qtbot, window) > 5


@pytest.mark.parametrize("kind", ["foreign", "model"])
def test_weights_with_hostile_names(qtbot, small_window, request, kind) -> None:
    window, path = small_window, request.getfixturevalue(kind)
    window.files.open_path(path)
    models = window.models_page
    qtbot.waitUntil(lambda: models.contents is not None and models.pane.cancel_button.isHidden())
    for row in range(models.pane.table.model().rowCount()):
        models.pane.table.selectRow(row)
        qtbot.waitUntil(lambda: models.details.title.text() != "")
        QApplication.processEvents()
        assert check_everything(window) > 5
        check_width(window)
    title = models.details.title
    assert title.textFormat() == Qt.TextFormat.PlainText


def test_dialogs_that_quote_hostile_names(qtbot, small_window, project_file, dialog) -> None:
    window = small_window
    window.files.open_path(project_file)
    window.document.apply(edits.change_training(window.document.project, epochs=7))
    window.files.new_project()
    box = dialog(window, "unsaved_dialog")
    assert box.textFormat() == Qt.TextFormat.PlainText
    assert "<img" in box.text()
    check_everything(window)
    box.reject()
    window.files.open_path(Path(f"/no such folder/{HOSTILE}"))
    box = dialog(window, "problem_dialog")
    check_everything(window)
    assert box.width() <= 1024


def test_a_long_failure_widens_nothing(qtbot, small_window, monkeypatch, dialog) -> None:
    window = small_window

    def fail(*_arguments, **_options):
        raise TinymlError(f"The layer '{HOSTILE} {LONG}' failed. " + "A long explanation follows. " * 100)

    monkeypatch.setattr(worker_module, "set_up_training", fail)
    window.training.train()
    qtbot.waitUntil(lambda: window.session.state is SessionState.FAILED)
    for box in window.findChildren(QMessageBox):
        assert box.width() <= 1024
    assert show_each_page(qtbot, window) > 0
    window.status.show_message(f"{HOSTILE} {LONG}")
    check_width(window)
    window.models_page.message.show_error(f"{HOSTILE} {LONG}")
    assert show_each_page(qtbot, window) > 0
