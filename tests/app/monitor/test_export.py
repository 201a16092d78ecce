"""Saving the curves as a table or a picture."""

import csv

import numpy as np
from pyqtgraph import AxisItem
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QPushButton

from app.monitor import Monitor
from app.widgets.theme.theme import current_theme


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

    monitor.loss_plot.log_box.setFocus()
    before = area.grab().toImage()
    area.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(area.hasFocus)
    accent = QColor(current_theme().accent).name()
    assert accent in border(area.grab().toImage()) - border(before)
    monitor.export_to(tmp_path / "curves.png")
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
    monitor.export_to(path)
    qtbot.waitUntil(lambda: text_of(monitor, "monitor_export_report") == "Saved curves.csv.")
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["training_loss"]) for row in rows if row["kind"] == "batch"] == losses.tolist()
    assert [row["validation_loss"] for row in rows if row["kind"] == "epoch"] == [""]
    assert rows[0]["epoch"] == "0.1"


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
    monitor.export_to(tmp_path / "curves.png")
    monitor.shutdown()
    assert ("left", 2) in scales


def test_a_failed_export_is_explained_beside_the_button(qtbot, monitor, session, tmp_path) -> None:
    session.begin()
    monitor.refresh()
    monitor.export_to(tmp_path / "missing" / "curves.csv")
    qtbot.waitUntil(lambda: "Could not save" in text_of(monitor, "monitor_export_report"))
    assert monitor.findChild(QLabel, "monitor_export_report").property("danger")


def test_no_file_is_replaced_whose_suffix_was_not_typed(qtbot, monitor, session, tmp_path, monkeypatch) -> None:
    (tmp_path / "curves.csv").write_text("precious")
    answers = iter([1, 0])
    asked = []
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: next(answers))
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _dialog: [str(tmp_path / "curves")])
    monkeypatch.setattr(QMessageBox, "exec", lambda question: asked.append(question.text()))
    monitor.export()
    monitor.shutdown()
    assert asked == ["curves.csv already exists."]
    assert (tmp_path / "curves.csv").read_text() == "precious"


def test_a_cancelled_file_dialog_saves_nothing(qtbot, monitor, session, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "exec", lambda _dialog: 0)
    monitor.export()
    assert not monitor.findChild(QLabel, "monitor_export_report").isVisible()
