"""Saving the curves as a table or a picture."""

import csv
from xml.etree import ElementTree

import numpy as np
import pytest
from pyqtgraph import AxisItem
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox, QPushButton

from app.monitor import Monitor
from app.training.curves import RunCurves
from app.widgets.theme.theme import current_theme
from tinyml.learner import BatchFinished, EpochFinished


def text_of(monitor: Monitor, name: str) -> str:
    return monitor.findChild(QLabel, name).text()


def test_a_focused_plot_has_a_border_but_not_in_a_saved_picture(qtbot, monitor, session, tmp_path) -> None:
    session.begin()
    session.learn([1.0] * 20)
    monitor.refresh()
    qtbot.waitExposed(monitor)
    monitor.activateWindow()
    area = monitor.loss_plot.area

    def border(image: QImage) -> set[str]:
        return {image.pixelColor(x, 0).name() for x in range(image.width())}

    monitor.plots.tools.log_button.setFocus()
    before = area.grab().toImage()
    area.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(area.hasFocus)
    accent = QColor(current_theme().accent).name()
    assert accent in border(area.grab().toImage()) - border(before)
    monitor.plots.export_to(tmp_path / "curves.png")
    qtbot.waitUntil((tmp_path / "curves.png").exists)
    saved = QImage(str(tmp_path / "curves.png"))
    colors = {saved.pixelColor(x, y).name() for x in range(0, saved.width(), 3) for y in range(saved.height())}
    assert accent not in colors
    assert accent in border(area.grab().toImage())


def test_the_table_holds_every_number(qtbot, monitor, session, tmp_path) -> None:
    session.begin(batches=10)
    losses = np.random.default_rng(0).random(25)
    session.learn(losses)
    session.end_epoch(0.1, None)
    path = tmp_path / "curves.csv"
    monitor.plots.export_to(path)
    qtbot.waitUntil(lambda: text_of(monitor, "monitor_export_report") == "Saved curves.csv.")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["training_loss"]) for row in rows if row["kind"] == "batch"] == losses.tolist()
    assert [row["validation_loss"] for row in rows if row["kind"] == "epoch"] == [""]
    assert rows[0]["epoch"] == "0.1"


def test_the_table_holds_the_time_and_the_learning_rate_of_each_batch(qtbot, monitor, session, tmp_path) -> None:
    session.begin(batches=10)
    events = [BatchFinished(1, n, 10, n, 64, 1.0, 0.5, rate) for n, rate in ((1, 0.1), (2, 0.05))]
    session.run.curves.add_batches(events, seconds=3.0)
    session.run.add_epochs([EpochFinished(1, 20, 1.0, 0.5, None, None, 4.0, 0.05)])
    monitor.plots.export_to(tmp_path / "curves.csv")
    qtbot.waitUntil(lambda: text_of(monitor, "monitor_export_report") == "Saved curves.csv.")
    with (tmp_path / "curves.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["seconds"], row["learning_rate"]) for row in rows] == [
        ("1.5", "0.1"),
        ("3.0", "0.05"),
        ("4.000", "0.05"),
    ]


def test_a_drawing_holds_lines_and_texts_and_no_pixels(qtbot, monitor, session, tmp_path) -> None:
    session.begin(epochs=4, batches=10)
    session.learn(np.random.default_rng(0).random(25))
    session.end_epoch(0.5, 0.6)
    monitor.refresh()
    monitor.plots.export_to(tmp_path / "curves.svg")
    qtbot.waitUntil(lambda: text_of(monitor, "monitor_export_report") == "Saved curves.svg.")
    root = ElementTree.parse(tmp_path / "curves.svg").getroot()
    names = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert "image" not in names
    assert names.count("path") + names.count("polyline") > 10
    texts = {(element.text or "").strip() for element in root.iter() if element.tag.endswith("text")}
    assert {"Loss", "Accuracy", "epoch", "best, epoch 1"} <= texts
    assert any(text.startswith("validation") for text in texts)


def test_lines_are_as_wide_in_the_dots_of_a_picture_and_of_a_fine_screen(monitor, session, monkeypatch) -> None:
    session.begin(epochs=4, batches=10)
    session.learn([1.0] * 20)
    session.end_epoch(1.0, 1.0)
    other = RunCurves(4)
    other.add_epochs([EpochFinished(1, 4, 1.0, 0.5, 1.0, 0.5, 1.0)])
    monitor.set_overlays([("run 1", 0, other)])
    monitor.refresh()
    area = monitor.loss_plot.area

    def widths() -> list[float]:
        return [round(curve.opts["pen"].widthF(), 2) for curve in (area._smoothed, area._validation, *area._overlays)]

    usual = widths()
    area.set_saving_picture(2.0)
    assert widths() == pytest.approx([2 * width / area.devicePixelRatioF() for width in usual])
    area.set_saving_picture(0.0)
    assert widths() == usual
    monkeypatch.setattr(area, "devicePixelRatioF", lambda: 3.0)
    QApplication.sendEvent(monitor.loss_plot, QEvent(QEvent.Type.DevicePixelRatioChange))
    assert widths() == pytest.approx([6.0, 6.0, 3.9])


def test_ctrl_c_copies_a_picture(qtbot, monitor, session) -> None:
    session.begin()
    session.learn([1.0] * 20)
    monitor.refresh()
    qtbot.waitExposed(monitor)
    monitor.activateWindow()
    monitor.loss_plot.area.setFocus()
    qtbot.waitUntil(monitor.loss_plot.area.hasFocus)
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(monitor.loss_plot.area, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().image().width() > 2 * monitor.loss_plot.width()
    assert text_of(monitor, "monitor_export_report") == "Copied the curves as a picture."


def test_the_export_button_saves_a_picture(qtbot, monitor, session, tmp_path, monkeypatch) -> None:
    session.begin()
    session.learn([1.0] * 20)
    monitor.refresh()
    monkeypatch.setattr(QFileDialog, "exec", lambda dialog: dialog.selectNameFilter("Curves as a picture (*.png)") or 1)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "curves")])
    qtbot.mouseClick(monitor.findChild(QPushButton, "monitor_export"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil((tmp_path / "curves.png").exists)
    qtbot.waitUntil(lambda: "Saved" in text_of(monitor, "monitor_export_report"))
    image = QImage(str(tmp_path / "curves.png"))
    assert image.width() > 2 * monitor.loss_plot.width()


def test_the_numbers_of_a_picture_are_not_those_of_the_screen_enlarged(monitor, session, tmp_path, monkeypatch) -> None:
    session.begin()
    session.learn([1.0] * 20)
    monitor.refresh()
    monitor.grab()
    scales = []
    paint = AxisItem.paint

    def spy(axis: AxisItem, painter: QPainter, *rest: object) -> None:
        scales.append((axis.orientation, painter.deviceTransform().m11()))
        paint(axis, painter, *rest)

    monkeypatch.setattr(AxisItem, "paint", spy)
    monitor.plots.export_to(tmp_path / "curves.png")
    monitor.shutdown()
    assert ("left", 2) in scales


def test_a_failed_export_is_explained_beside_the_button(qtbot, monitor, session, tmp_path) -> None:
    session.begin()
    monitor.refresh()
    monitor.plots.export_to(tmp_path / "missing" / "curves.csv")
    qtbot.waitUntil(lambda: "Could not save" in text_of(monitor, "monitor_export_report"))
    assert monitor.findChild(QLabel, "monitor_export_report").property("danger")


def test_no_file_is_replaced_whose_suffix_was_not_typed(qtbot, monitor, session, tmp_path, monkeypatch) -> None:
    (tmp_path / "curves.csv").write_text("precious")
    answers = iter([1, 0])
    asked = []
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: next(answers))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "curves")])
    monkeypatch.setattr(QMessageBox, "exec", lambda question: asked.append(question.text()))
    monitor.plots.export()
    monitor.shutdown()
    assert asked == ["curves.csv already exists."]
    assert (tmp_path / "curves.csv").read_text() == "precious"


def test_a_cancelled_file_dialog_saves_nothing(qtbot, monitor, session, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 0)
    monitor.plots.export()
    assert not monitor.findChild(QLabel, "monitor_export_report").isVisible()
