import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton

from app.document import edits
from app.inspector.samples.sample_browser import SampleBrowser
from app.inspector.samples.sample_filter import matching_samples
from app.inspector.samples.sample_thumbnails import SampleThumbnails
from app.inspector.samples.score_list import ScoreList
from app.widgets.images.picture_table import PictureTable
from tinyml.data import Dataset


def test_every_sample_of_the_test_set_gets_a_thumbnail(digits):
    grid = digits.find(PictureTable, "samples")
    assert grid.count == len(digits.inspection.samples)
    assert digits.text("sample_count") == "test set · 359"
    assert grid.image_rect(0).width() == 32
    assert grid.current == 0


def test_a_click_on_a_thumbnail_chooses_that_sample(digits):
    grid = digits.find(PictureTable, "samples")
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(3).center().toPoint())
    assert digits.inspection.index == 3
    digits.wait(lambda: digits.inspection.sample_trace.index == 3)
    sample_trace = digits.inspection.sample_trace
    assert digits.text("verdict").startswith(f"true {sample_trace.label} · predicted {sample_trace.prediction} (")
    assert digits.find(ScoreList, "scores").accessibleDescription().count("%") == 10


def test_arrow_keys_step_through_the_samples(digits):
    grid = digits.find(PictureTable, "samples")
    QTest.keyClick(grid, Qt.Key.Key_Right)
    QTest.keyClick(grid, Qt.Key.Key_Right)
    assert digits.inspection.index == 2


def test_a_wrong_prediction_is_marked(digits):
    wrong = np.flatnonzero(digits.inspection.predictions != digits.inspection.samples.labels)
    digits.inspection.select_sample(int(wrong[-1]))
    digits.wait(lambda: digits.inspection.sample_trace.index == wrong[-1])
    assert digits.find(object, "verdict").property("danger") is True


def test_the_filters_leave_the_mistakes_of_one_class(digits):
    digits.train()
    samples = digits.inspection.samples
    digits.wait(lambda: digits.inspection.predictions is not None)
    panel = digits.inspector.findChild(SampleBrowser)
    classes = digits.find(QComboBox, "class_filter")
    assert [classes.itemText(index) for index in (0, 1, 10)] == ["all classes", "0", "9"]
    classes.setCurrentIndex(9)
    assert set(samples.labels[panel.shown]) == {8}
    digits.find(QPushButton, "mistakes_only").click()
    expected = np.flatnonzero((samples.labels == 8) & (digits.inspection.predictions != 8))
    assert np.array_equal(panel.shown, expected)
    grid = digits.find(PictureTable, "samples")
    assert grid.count == len(expected)
    assert f"{len(expected)} of 359" in digits.text("sample_count")


def test_picking_among_filtered_samples_picks_the_right_one(digits):
    classes = digits.find(QComboBox, "class_filter")
    classes.setCurrentIndex(5)
    grid = digits.find(PictureTable, "samples")
    assert grid.current == -1
    QTest.keyClick(grid, Qt.Key.Key_Home)
    QTest.keyClick(grid, Qt.Key.Key_End)
    index = digits.inspection.index
    assert digits.inspection.samples.labels[index] == 4
    assert index == digits.inspector.findChild(SampleBrowser).shown[-1]
    classes.setCurrentIndex(0)
    digits.wait(lambda: grid.count == 359)
    assert grid.current == index


def test_a_note_says_that_the_chosen_sample_does_not_pass_the_filters(digits):
    note = digits.find(QLabel, "filtered_out")
    classes = digits.find(QComboBox, "class_filter")
    label = int(digits.inspection.samples.labels[digits.inspection.index])
    assert note.isHidden()
    classes.setCurrentIndex(1 + (label + 1) % 10)
    assert note.isVisible()
    assert "Sample 0 is still shown" in note.text()
    QTest.keyClick(digits.find(PictureTable, "samples"), Qt.Key.Key_Home)
    digits.wait(lambda: note.isHidden())


def test_unknown_mistakes_have_no_count_and_are_not_called_outdated(digits):
    digits.inspection.predictions = None
    digits.inspection.predictions_changed.emit()
    digits.find(QPushButton, "mistakes_only").click()
    assert digits.text("sample_count") == "test set · 359"
    digits.inspection.sample_trace_changed.emit()
    assert digits.text("sample_count") == "test set · 359"


def test_unknown_predictions_are_no_mistakes():
    labels = np.array([0, 1, 2])
    assert matching_samples(labels, None, mistakes_only=True).size == 0
    assert matching_samples(labels, None).size == 3


def test_other_data_replaces_the_thumbnails(digits):
    digits.document.apply(edits.change_data(digits.document.project, test=0.1))
    digits.wait(lambda: digits.inspection.samples is not None and len(digits.inspection.samples) == 180)
    grid = digits.find(PictureTable, "samples")
    digits.wait(lambda: grid.count == 180)
    assert digits.text("sample_count") == "test set · 180"


def test_only_the_thumbnails_that_are_seen_are_painted(qtbot):
    pixels = np.linspace(0, 1, 10_000 * 9).reshape(10_000, 1, 3, 3)
    pictures = SampleThumbnails(Dataset.from_arrays(pixels, np.arange(10_000) % 2))
    pictures.shown = np.arange(10_000)
    grid = PictureTable()
    qtbot.addWidget(grid)
    grid.resize(200, 200)
    grid.show_pictures(pictures, pictures.cell)
    grid.show()
    qtbot.waitUntil(lambda: bool(pictures._painted))
    grid.set_current(9_999)
    grid.scroll_to(9_999)
    qtbot.waitUntil(lambda: 9_999 in pictures._painted)
    assert len(pictures._painted) < 100
    assert pictures.describe(9_999) == "sample 9999: 1"


def test_few_painted_thumbnails_are_kept(monkeypatch):
    monkeypatch.setattr("app.inspector.samples.sample_thumbnails._MOST_KEPT", 3)
    pictures = SampleThumbnails(Dataset.from_arrays(np.zeros((9, 1, 300, 200)), np.zeros(9, int)))
    pictures.shown = np.arange(9)
    assert all(pictures.picture(position).height() <= 96 for position in range(9))
    assert len(pictures._painted) == 3
    assert (pictures.cell.width(), pictures.cell.height()) == (22, 34)


def test_a_typed_number_goes_to_that_sample(digits):
    grid, number = digits.find(PictureTable, "samples"), digits.find(QLineEdit, "sample_number")
    digits.inspector.activateWindow()
    QTest.keyClicks(grid, "3")
    digits.wait(number.hasFocus)
    QTest.keyClicks(number, "57")
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert digits.inspection.index == 357
    assert grid.current == 357
    assert grid.viewport().rect().intersects(grid.image_rect(357).toRect())
    for text, answer in (
        ("#12", ""),
        ("400", "There is no sample 400. Those of the test set have the numbers 0 to 358."),
        ("seven", "Write the number of a sample, such as 12 or #12."),
    ):
        number.setText(text)
        QTest.keyClick(number, Qt.Key.Key_Return)
        assert digits.text("filtered_out") == answer
        assert digits.inspection.index == 12


def test_a_number_outside_the_filter_is_shown_all_the_same(digits):
    labels = digits.inspection.samples.labels
    digits.find(QComboBox, "class_filter").setCurrentIndex(1)
    wanted = int(np.flatnonzero(labels != 0)[5])
    number = digits.find(QLineEdit, "sample_number")
    number.setText(str(wanted))
    QTest.keyClick(number, Qt.Key.Key_Return)
    assert digits.inspection.index == wanted
    assert f"Sample {wanted} is still shown" in digits.text("filtered_out")


def test_the_chosen_sample_stays_marked_and_visible(digits):
    grid = digits.find(PictureTable, "samples")
    digits.inspection.select_sample(300)
    digits.wait(lambda: grid.current == 300)
    classes = digits.find(QComboBox, "class_filter")
    classes.setCurrentIndex(int(digits.inspection.samples.labels[300]) + 1)
    classes.setCurrentIndex(0)
    assert grid.current == 300
    assert grid.viewport().rect().intersects(grid.image_rect(300).toRect())
