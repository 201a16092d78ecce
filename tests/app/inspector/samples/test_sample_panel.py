import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel

from app.document import edits
from app.inspector.samples.sample_filter import matching_samples
from app.inspector.samples.sample_panel import SamplePanel
from app.inspector.samples.score_list import ScoreList
from app.widgets.images.image_grid import ImageGrid


def test_every_sample_of_the_test_set_gets_a_thumbnail(digits):
    grid = digits.find(ImageGrid, "samples")
    digits.wait(lambda: len(grid.images) == len(digits.inspection.samples))
    assert digits.text("sample_count") == "test set · 359"
    assert grid.images[0].image.width() == 8
    assert grid.current == 0


def test_a_click_on_a_thumbnail_chooses_that_sample(digits):
    grid = digits.find(ImageGrid, "samples")
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(3).center().toPoint())
    assert digits.inspection.index == 3
    digits.wait(lambda: digits.inspection.sample_trace.index == 3)
    sample_trace = digits.inspection.sample_trace
    assert digits.text("verdict").startswith(f"true {sample_trace.label} · predicted {sample_trace.prediction} (")
    assert digits.find(ScoreList, "scores").accessibleDescription().count("%") == 10


def test_arrow_keys_step_through_the_samples(digits):
    grid = digits.find(ImageGrid, "samples")
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
    panel = digits.inspector.findChild(SamplePanel)
    classes = digits.find(QComboBox, "class_filter")
    assert [classes.itemText(index) for index in (0, 1, 10)] == ["all classes", "0", "9"]
    classes.setCurrentIndex(9)
    assert set(samples.labels[panel.shown]) == {8}
    digits.find(QCheckBox, "mistakes_only").click()
    expected = np.flatnonzero((samples.labels == 8) & (digits.inspection.predictions != 8))
    assert np.array_equal(panel.shown, expected)
    grid = digits.find(ImageGrid, "samples")
    assert len(grid.images) == len(expected)
    assert f"{len(expected)} of 359" in digits.text("sample_count")


def test_picking_among_filtered_samples_picks_the_right_one(digits):
    classes = digits.find(QComboBox, "class_filter")
    classes.setCurrentIndex(5)
    grid = digits.find(ImageGrid, "samples")
    assert grid.current == -1
    QTest.keyClick(grid, Qt.Key.Key_Home)
    QTest.keyClick(grid, Qt.Key.Key_End)
    index = digits.inspection.index
    assert digits.inspection.samples.labels[index] == 4
    assert index == digits.inspector.findChild(SamplePanel).shown[-1]
    classes.setCurrentIndex(0)
    digits.wait(lambda: len(grid.images) == 359)
    assert grid.current == index


def test_a_note_says_that_the_chosen_sample_does_not_pass_the_filters(digits):
    note = digits.find(QLabel, "filtered_out")
    classes = digits.find(QComboBox, "class_filter")
    label = int(digits.inspection.samples.labels[digits.inspection.index])
    assert note.isHidden()
    classes.setCurrentIndex(1 + (label + 1) % 10)
    assert note.isVisible()
    assert "Sample 0 is still shown" in note.text()
    QTest.keyClick(digits.find(ImageGrid, "samples"), Qt.Key.Key_Home)
    digits.wait(lambda: note.isHidden())


def test_unknown_mistakes_have_no_count_and_are_not_called_outdated(digits):
    digits.inspection.predictions = None
    digits.inspection.predictions_changed.emit()
    digits.find(QCheckBox, "mistakes_only").click()
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
    grid = digits.find(ImageGrid, "samples")
    digits.wait(lambda: len(grid.images) == 180)
    assert digits.text("sample_count") == "test set · 180"


def test_every_thumbnail_is_put_into_the_grid_once(digits, monkeypatch):
    digits.find(QComboBox, "class_filter").setCurrentIndex(5)
    handed_over = []
    for name in ("set_images", "add_images"):
        take = getattr(ImageGrid, name)
        monkeypatch.setattr(
            ImageGrid, name, lambda grid, images, take=take: handed_over.extend(images) or take(grid, images)
        )
    digits.inspection.samples_changed.emit()
    grid = digits.find(ImageGrid, "samples")
    digits.wait(lambda: len(grid.images) == 359)
    assert len(handed_over) == 359
