import gc
import threading
import weakref
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton

from app.models import ModelsPage
from app.models.reading import reader
from app.models.reading.tensor_columns import COLUMNS
from app.widgets.theme.theme import DARK, LIGHT, palette_for
from tinyml.core.tensor_file import write_tensors
from tinyml.net import LayerSpecification, NetworkSpecification, build
from tinyml.storage import EpochSummary, SavedModel, save_model, summarise

RANDOM = np.random.default_rng(0)


@pytest.fixture
def foreign(tmp_path) -> Path:
    """Weights of another program: unsorted names, a NaN, a scalar."""
    path = tmp_path / "foreign.safetensors"
    tensors = {
        "block.10.weight": RANDOM.normal(size=(6, 4)).astype(np.float32),
        "block.2.weight": np.array([1.0, np.nan, 3.0], np.float64),
        "conv.kernel": RANDOM.normal(size=(5, 2, 3, 3)).astype(np.float32),
        "scale": np.array(0.5, np.float32),
    }
    write_tensors(path, tensors)
    return path


@pytest.fixture
def model(tmp_path) -> Path:
    """A model file of this program."""
    path = tmp_path / "model.safetensors"
    network = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc_1", settings={"outputs": 3}),))
    history = (
        EpochSummary(epoch=1, training_loss=1.0, training_accuracy=0.5, validation_loss=0.8, validation_accuracy=0.6),
        EpochSummary(epoch=2, training_loss=0.5, training_accuracy=0.7, validation_loss=0.9, validation_accuracy=0.55),
    )
    about = SavedModel(
        network=network, input_shape=(4,), class_names=("a", "b", "c"), history=history, test_accuracy=0.625
    )
    save_model(path, build(network, (4,)), about)
    return path


@pytest.fixture
def view(qtbot):
    view = ModelsPage()
    view.resize(1200, 400)
    view.show()
    yield view
    view.shutdown()
    view.close()
    view.deleteLater()


def open_file(qtbot, view: ModelsPage, path: Path) -> None:
    view.open_file(path)
    qtbot.waitUntil(
        lambda: view.contents is not None and view.contents.path == path and view.pane.cancel_button.isHidden()
    )


def column_texts(view: ModelsPage, title: str) -> list[str]:
    column = next(number for number, known in enumerate(COLUMNS) if known.title == title)
    table = view.pane.table.model()
    return [table.index(row, column).data() for row in range(table.rowCount())]


def test_before_the_first_file_it_says_what_to_do(view) -> None:
    empty = view.findChild(QLabel, "models_empty")
    assert empty.isVisible()
    assert empty.text().startswith("Open a file of weights, or drop one here")
    assert view.file_panel.open_button.isVisible()
    assert not view.heading.buttons["build"].isVisible()


def test_the_recent_files_are_listed_and_open_with_enter(qtbot, view, foreign, model) -> None:
    view.show_recent([model, foreign, model])
    assert [Path(entry.key) for entry in view.file_panel.files.entries] == [model, foreign]
    view.file_panel.files.setFocus()
    QTest.keyClick(view.file_panel.files, Qt.Key.Key_Down)  # to the first
    QTest.keyClick(view.file_panel.files, Qt.Key.Key_Down)
    QTest.keyClick(view.file_panel.files, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.contents is not None and view.contents.path == foreign)
    assert [Path(entry.key) for entry in view.file_panel.files.entries] == [foreign, model]
    assert Path(view.file_panel.files.chosen_key) == foreign


def test_a_recent_file_that_is_gone_is_a_sentence(qtbot, view, foreign, tmp_path) -> None:
    open_file(qtbot, view, foreign)
    view.show_recent([tmp_path / "gone.safetensors"])
    view.file_panel.files.setCurrentRow(3)  # below the headings
    view.file_panel.files.choose_current()
    qtbot.waitUntil(lambda: "There is no file" in view.message.text)
    assert view.contents.path == foreign


def test_the_empty_page_has_a_button_to_open_a_file(qtbot, view, foreign, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(foreign)], ""))
    button = view.findChild(QPushButton, "models_empty_open")
    assert button.isVisible()
    button.click()
    qtbot.waitUntil(lambda: view.contents is not None)
    assert not button.isVisible()


@pytest.mark.parametrize("size", [(640, 400), (1024, 700), (1440, 900), (2000, 1200)])
def test_every_size_is_usable(qtbot, view, foreign, size) -> None:
    open_file(qtbot, view, foreign)
    view.resize(*size)
    QApplication.processEvents()
    assert view.size() == QSize(*size)
    assert view.pane.table.viewport().height() >= 3 * view.pane.table.rowHeight(0)
    parts = [
        view.pane.table,
        view.pane.filter_field,
        view.pane.copy_button,
        view.heading.buttons["build"],
        view.details.histogram,
        view.details.title,
    ]
    for part in (part for part in parts if part.isVisible()):
        # A text that wraps asks for its height after the page has its width.
        qtbot.waitUntil(lambda part=part: part.height() >= part.minimumSizeHint().height())
        assert view.rect().contains(part.rect().translated(part.mapTo(view, part.rect().topLeft()))), part.objectName()


def test_a_file_becomes_a_table(qtbot, view, foreign) -> None:
    with qtbot.waitSignal(view.opened) as opened:
        open_file(qtbot, view, foreign)
    assert opened.args == [foreign]
    assert column_texts(view, "Name") == ["block.2.weight", "block.10.weight", "conv.kernel", "scale"]
    assert column_texts(view, "Shape") == ["3", "6×4", "5×2×3×3", ""]
    assert column_texts(view, "Type") == ["float64", "float32", "float32", "float32"]
    assert column_texts(view, "Min")[0] == "1.000"
    assert column_texts(view, "Mean")[0] == "2.000"
    assert column_texts(view, "Non-finite") == ["1", "0", "0", "0"]
    assert view.pane.total_label.text().startswith("4 tensors · 118 numbers · ")
    assert view.heading.file_label.text() == "foreign.safetensors"


def test_columns_sort_by_number(qtbot, view, foreign) -> None:
    open_file(qtbot, view, foreign)
    view.pane.table.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert column_texts(view, "Count") == ["90", "24", "3", "1"]
    view.pane.table.sortByColumn(4, Qt.SortOrder.AscendingOrder)
    smallest = [float(text.replace("−", "-")) for text in column_texts(view, "Min")]
    assert smallest == sorted(smallest)


def test_the_filter_leaves_rows_out_and_counts_the_others(qtbot, view, foreign) -> None:
    open_file(qtbot, view, foreign)
    qtbot.keyClicks(view.pane.filter_field, "WEIGHT")
    qtbot.waitUntil(lambda: view.pane.table.model().rowCount() == 2)
    assert column_texts(view, "Name") == ["block.2.weight", "block.10.weight"]
    assert view.pane.total_label.text().startswith("2 of 4 tensors")
    qtbot.keyClicks(view.pane.filter_field, "zzz")
    qtbot.waitUntil(lambda: view.pane.table.model().rowCount() == 0)
    assert column_texts(view, "Name") == []


def test_a_convolution_shows_its_filters(qtbot, view, foreign) -> None:
    open_file(qtbot, view, foreign)
    view.pane.table.selectRow(2)
    grid = view.details.grid
    qtbot.waitUntil(lambda: len(grid.images) == 10)
    assert grid.images[3].caption == "1, 1"
    assert view.details.histogram.isVisible()
    assert view.details.facts.text() == "5×2×3×3 · float32 · 360 bytes"
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(3).center().toPoint())
    assert view.details.cell.text().startswith("conv.kernel[1, 1, 1, 1] = ")


def test_a_matrix_is_one_picture_and_a_vector_none(qtbot, view, foreign) -> None:
    open_file(qtbot, view, foreign)
    qtbot.waitUntil(lambda: len(view.details.grid.images) == 1)
    image = view.details.grid.images[0].image
    assert (image.width(), image.height()) == (4, 6)
    qtbot.keyClick(view.pane.table, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: "A vector has no picture" in view.details.explanation.text())
    assert view.details.statistics.texts[2][0] == "0 · 1"
    view.pane.table.selectRow(3)
    qtbot.waitUntil(lambda: view.details.explanation.text() == "A single number.")


def test_a_model_file_is_described(qtbot, view, model, foreign) -> None:
    open_file(qtbot, view, model)
    described = view.heading.about_label.text()
    assert "Data: digits, 4, 3 classes." in described
    assert "Trained for 2 epochs" in described
    assert "validation loss 0.900, accuracy 55.0\N{NO-BREAK SPACE}%; best in epoch 1." in described
    assert "Test accuracy 62.5\N{NO-BREAK SPACE}%." in described
    assert view.heading.buttons["build"].isEnabled()
    with qtbot.waitSignal(view.use_requested) as requested:
        qtbot.mouseClick(view.heading.buttons["build"], Qt.MouseButton.LeftButton)
    assert requested.args == [model, "build"]
    open_file(qtbot, view, foreign)
    assert not view.heading.buttons["build"].isEnabled()
    assert "so it is no whole model" in view.heading.buttons["build"].toolTip()
    assert "without a description" in view.heading.about_label.text()


def test_a_damaged_file_gives_one_sentence_and_changes_nothing(qtbot, view, foreign, tmp_path) -> None:
    open_file(qtbot, view, foreign)
    damaged = tmp_path / "damaged.safetensors"
    damaged.write_bytes(foreign.read_bytes()[:-8])
    view.open_file(damaged)
    qtbot.waitUntil(lambda: "is not a whole safetensors file" in view.message.text)
    assert view.contents.path == foreign
    assert len(column_texts(view, "Name")) == 4
    view.pane.table.setFocus()
    qtbot.keyClick(view.pane.table, Qt.Key.Key_Escape)
    assert view.message.text == ""
    view.open_file(tmp_path / "missing.safetensors")
    qtbot.waitUntil(lambda: "There is no file" in view.message.text)
    qtbot.keyClick(view.pane.filter_field, Qt.Key.Key_Escape)
    assert not view.message.isVisible()


def test_a_damaged_file_at_the_beginning_leaves_the_hint(qtbot, view, tmp_path) -> None:
    path = tmp_path / "nothing.safetensors"
    path.write_bytes(b"")
    view.open_file(path)
    qtbot.waitUntil(view.message.isVisible)
    assert view._body.currentIndex() == 0
    assert not view.pane.progress.isVisible()


def test_the_button_asks_for_a_file(qtbot, view, foreign, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_arguments: ([str(foreign)], ""))
    qtbot.mouseClick(view.file_panel.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.contents is not None)
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_arguments: ([], ""))
    qtbot.mouseClick(view.file_panel.open_button, Qt.MouseButton.LeftButton)
    assert view.contents.path == foreign


def test_the_table_is_copied_for_a_spreadsheet(qtbot, view, foreign) -> None:
    open_file(qtbot, view, foreign)
    view.pane.filter_field.setText("block")
    qtbot.waitUntil(lambda: view.pane.table.model().rowCount() == 2)
    view.pane.table.setFocus()
    qtbot.keyClick(view.pane.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: view.message.text.startswith("Copied 2 rows"))
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0].split("\t") == [column.title for column in COLUMNS]
    assert lines[1].split("\t") == ["block.2.weight", "3", "float64", "3", "1.0", "3.0", "2.0", "1.0", "1"]
    assert len(lines) == 3


def test_a_long_reading_shows_progress_and_can_be_cancelled(qtbot, view, tmp_path, monkeypatch) -> None:
    path = tmp_path / "large.safetensors"
    write_tensors(path, {f"t{number}": np.ones(3, np.float32) for number in range(8)})
    proceed = threading.Event()

    def slow(_path, **_options):
        for number in range(8):
            if number == 3:
                proceed.wait(60)
            yield summarise(f"t{number}", np.ones(3))

    monkeypatch.setattr(reader, "summarise_tensors", slow)
    monkeypatch.setattr(reader, "_REPORT_SECONDS", 0.0)
    view.open_file(path)
    qtbot.waitUntil(lambda: view.pane.progress.value() == 3)
    assert view.pane.progress.maximum() == 8
    assert view.pane.cancel_button.isVisible()
    assert column_texts(view, "Min") == ["1.000"] * 3 + [""] * 5
    qtbot.mouseClick(view.pane.cancel_button, Qt.MouseButton.LeftButton)
    assert not view.pane.progress.isVisible()
    assert view.message.text.startswith("Stopped. 3 of 8 tensors were read")
    proceed.set()
    view.shutdown()
    QApplication.processEvents()
    assert view.pane.table_model.known == 3
    qtbot.keyClick(view.pane.table, Qt.Key.Key_Escape)
    assert not view.message.isVisible()


def test_the_file_that_was_opened_last_is_shown(qtbot, view, foreign, model) -> None:
    view.open_file(foreign)
    view.open_file(model)
    qtbot.waitUntil(lambda: view.contents is not None and view.pane.cancel_button.isHidden())
    assert view.contents.path == model
    assert column_texts(view, "Name") == ["fc_1.weight", "fc_1.bias"]


def test_pictures_follow_the_theme(qtbot, qapp, view, foreign) -> None:
    before = qapp.palette()
    try:
        # Earlier tests may have left other colours.
        qapp.setPalette(palette_for(LIGHT))
        open_file(qtbot, view, foreign)
        grid, histogram = view.details.grid, view.details.histogram
        qtbot.waitUntil(lambda: len(grid.images) == 1 and histogram.isVisible())
        light = grid.images[0].image
        qapp.setPalette(palette_for(DARK))
        qtbot.waitUntil(lambda: grid.images and grid.images[0].image != light)
        assert histogram.grab().toImage().pixelColor(1, 1).name() == DARK.surface
    finally:
        qapp.setPalette(before)
        qapp.processEvents()


def test_every_control_has_a_name(qtbot, view, model) -> None:
    open_file(qtbot, view, model)
    for widget in (
        view.file_panel.open_button,
        view.heading.buttons["build"],
        view.pane.copy_button,
        view.pane.cancel_button,
        view.pane.filter_field,
        view.pane.table,
    ):
        assert widget.objectName().startswith("models_")
        assert widget.accessibleName() or widget.text()


def test_nothing_keeps_a_dropped_view_alive(qtbot, foreign) -> None:
    def use_a_view() -> list[weakref.ref]:
        view = ModelsPage()
        view.show()
        open_file(qtbot, view, foreign)
        qtbot.waitUntil(lambda: len(view.details.grid.images) == 1)
        view.grab()
        view.shutdown()
        view.close()
        view.deleteLater()
        return [weakref.ref(view), weakref.ref(view.details), weakref.ref(view.details.histogram)]

    gone = use_a_view()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [reference() for reference in gone] == [None, None, None]
