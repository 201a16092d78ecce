"""The Train page: settings, curves and summary."""

import pytest
from PySide6.QtCore import QSettings, QSize, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.monitor import TrainPage
from app.widgets.number_box import NumberBox

SIZES = [(640, 400), (1024, 700), (1440, 900), (2000, 1200)]


def find(page: TrainPage, name: str) -> QWidget:
    found = page.findChild(QWidget, name)
    assert found is not None, name
    return found


def test_before_the_first_run_it_says_what_to_do(page, session) -> None:
    empty = page.findChild(QLabel, "monitor_empty")
    assert empty.isVisible()
    assert "Press Train (F5)" in empty.text()
    assert not page.findChild(QPushButton, "monitor_export").isEnabled()
    session.begin()
    session.learn([1.0] * 5)
    page.monitor.refresh()
    assert not empty.isVisible()
    assert page.findChild(QPushButton, "monitor_export").isEnabled()
    assert find(page, "run_summary").isVisible()


@pytest.mark.parametrize("name", ["epochs", "batch_size", "optimizer", "learning_rate"])
def test_a_chip_of_the_toolbar_leads_to_its_setting(qtbot, page, name) -> None:
    page.page_layout.set_folded("left", folded=True)
    page.focus_setting(name)
    editor = find(page, f"train_page_form_{name}")
    qtbot.waitUntil(editor.hasFocus)
    assert editor.isVisible()


def test_settings_are_edits_of_the_document(page, document) -> None:
    box = page.findChild(NumberBox, "train_page_form_epochs")
    box.setFocus()
    box.selectAll()
    QTest.keyClicks(box, "37")
    assert document.project.training.epochs != 37
    assert page.commit() == ""
    assert document.project.training.epochs == 37
    box.selectAll()
    QTest.keyClicks(box, "1e9")
    assert "1 to 100000" in page.commit()


def test_a_hidden_page_paints_nothing_and_is_up_to_date_when_shown(qtbot, page, session) -> None:
    page.hide()
    session.begin(epochs=5, batches=10)
    session.learn([1.0] * 10)
    session.end_epoch(1.0, 1.5)
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in page.findChildren(QTimer)))
    assert page.monitor.summary.texts["validation_loss"] != "1.50"
    page.show()
    assert page.monitor.summary.texts["validation_loss"] == "1.50"


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_usable(page, session, size) -> None:
    session.begin()
    session.learn([1.0] * 5)
    page.monitor.refresh()
    page.resize(*size)
    QApplication.processEvents()
    assert page.size() == QSize(*size)
    for plot in (page.monitor.loss_plot, page.monitor.accuracy_plot):
        assert plot.width() >= plot.minimumSizeHint().width()
        assert plot.height() >= plot.minimumSizeHint().height()
        assert page.rect().contains(plot.rect().translated(plot.mapTo(page, plot.rect().topLeft())))
        assert plot.area.width() > plot.area.height() / 2


def test_plots_are_side_by_side_in_a_low_page_and_below_each_other_in_a_high_one(page, session) -> None:
    session.begin()
    page.monitor.refresh()
    loss, accuracy = page.monitor.loss_plot, page.monitor.accuracy_plot
    page.resize(1900, 420)
    QApplication.processEvents()
    assert loss.mapTo(page, loss.rect().topLeft()).y() == accuracy.mapTo(page, accuracy.rect().topLeft()).y()
    page.resize(1100, 1400)
    QApplication.processEvents()
    assert loss.mapTo(page, loss.rect().topLeft()).x() == accuracy.mapTo(page, accuracy.rect().topLeft()).x()


def test_a_tab_without_content_takes_no_room_and_the_panels_remember_their_sizes(page) -> None:
    page.layers.hide()
    assert not page.below.isVisible()
    middle = page.monitor.height()
    page.predictions.setVisible(True)
    assert page.below.isVisible()
    assert page.monitor.height() < middle
    state = page.page_layout.save_state()
    page.page_layout.set_folded("below", folded=True)
    assert not page.below.isVisible()
    assert page.page_layout.restore_state(state)
    assert page.below.isVisible()


def test_another_room_adds_a_tab_or_a_section_by_one_call(page) -> None:
    runs, table, control = QLabel("runs"), QLabel("table"), QLabel("control")
    page.left.add_tab(runs, "Runs", place=0)
    page.below.add_tab(table, "Table", place=0)
    page.right.add_section(control, place=0)
    assert page.left.titles == ("Runs", "Settings")
    assert page.below.titles == ("Table", "Layers", "Predictions", "Decision map")
    QApplication.processEvents()
    assert runs.isVisible()
    assert table.isVisible()
    assert control.isVisible()
    page.focus_setting("epochs")
    assert not runs.isVisible()
    assert find(page, "train_page_form_epochs").isVisible()


def test_the_next_session_shows_the_same_tabs_and_the_same_kind_of_curves(page, document, session, tmp_path) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    page.below.show_tab(page.decisions)
    page.monitor.plots.tools.slider.setValue(8)
    find(page, "monitor_unit_batch").click()
    find(page, "monitor_log").click()
    session.begin()
    page.monitor.refresh()
    splitter = find(page, "monitor_splitter")
    splitter.moveSplitter(round(0.7 * splitter.width()), 1)
    shares = [size / splitter.width() for size in splitter.sizes()]
    assert shares[0] > 0.6
    page.save(settings)
    settings.sync()
    again = TrainPage(document, session)
    again.restore(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    assert again.below._chosen is again.decisions
    assert again.monitor.plots.tools.slider.value() == 8
    assert again.monitor.loss_plot.area.getPlotItem().getAxis("bottom").labelText == "batch"
    assert again.monitor.loss_plot.log
    again.resize(page.size())
    again.monitor.refresh()
    again.show()
    QApplication.processEvents()
    splitter = find(again, "monitor_splitter")
    assert [size / splitter.width() for size in splitter.sizes()] == pytest.approx(shares, abs=0.01)
    for key in ("train_page_lower/tab", "curves/unit", "curves/smoothing", "curves/log", "curves/loss_share"):
        settings.setValue(key, "10000")
    again.restore(settings)
    assert again.monitor.loss_plot.log
    assert [size / splitter.width() for size in splitter.sizes()] == pytest.approx(shares, abs=0.01)
    assert again.monitor.plots.tools.unit == "batch"
    assert again.monitor.plots.tools.slider.value() == 8
    again.shutdown()
    again.close()
    again.deleteLater()


def test_every_control_has_a_name_of_its_own(page) -> None:
    names = []
    for widget in page.findChildren(QWidget):
        if widget.window() is not page.window():  # in a menu
            continue
        name = widget.objectName()
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and name and not name.startswith("qt_"):
            names.append(name)
            assert widget.accessibleName() or widget.property("text"), widget.objectName()
    assert len(names) == len(set(names))
