"""The strip of own images and the form for own numbers."""

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListWidget, QPushButton, QWidget

from app.inspector.samples.number_table import NumberTable
from app.inspector.samples.own_row_panel import MOST_FIELDS
from app.inspector.samples.score_list import ScoreList
from app.training import OwnImage
from app.training.drawing import OwnDrawing
from app.training.own_examples import row_of
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.picture_table import PictureTable
from app.widgets.number_box import NumberBox
from tinyml.data import Dataset
from tinyml.data.preprocessing import ColumnEncoding, TableEncoding


def image(grey: int, name: str) -> OwnImage:
    buffer = io.BytesIO()
    Image.new("L", (30, 20), grey).save(buffer, "png")
    return OwnImage(name, buffer.getvalue())


def wait_for_own(harness) -> None:
    inspection = harness.inspection
    harness.wait(lambda: inspection.own is not None and inspection.sample_trace.sample.own is inspection.own)


def test_own_images_are_kept_in_a_strip(digits) -> None:
    strip, inspection = digits.find(ImageGrid, "own_images"), digits.inspection
    remove = digits.find(QPushButton, "remove_own")
    assert not strip.isVisible()
    assert not remove.isVisible()
    assert "drop an image anywhere" in digits.find(QPushButton, "open_image").toolTip()
    first, second = image(0, "black.png"), image(255, "white.png")
    for each in (first, second):
        inspection.own_examples.read_image(lambda each=each: each)
        digits.wait(lambda each=each: inspection.own is each)
    digits.wait(lambda: len(strip.images) == 2)
    wait_for_own(digits)
    assert strip.current == 1
    assert [each.tooltip for each in strip.images] == ["black.png", "white.png"]
    assert strip.images[1].image.pixelColor(0, 0).lightness() == 255
    assert digits.find(PictureTable, "samples").current == -1
    assert not digits.find(QLabel, "filtered_out").isVisible()
    assert digits.text("verdict").startswith("predicted ")
    assert digits.find(QLabel, "verdict").property("danger") is not True
    assert digits.find(ScoreList, "scores").isVisible()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=strip.image_rect(0).center().toPoint())
    assert inspection.own is first
    QTest.keyClick(strip, Qt.Key.Key_Delete)
    assert inspection.own_examples.examples == (second,)
    digits.wait(lambda: digits.text("verdict").startswith("true "))
    assert not remove.isVisible()


def written(name: str) -> OwnImage:
    """An image with a dark bar on white, 30×20 pixels."""
    picture = Image.new("L", (30, 20), 255)
    picture.paste(0, (4, 3, 8, 17))
    buffer = io.BytesIO()
    picture.save(buffer, "png")
    return OwnImage(name, buffer.getvalue())


def test_an_image_of_another_size_can_be_placed_as_the_data_do(digits) -> None:
    inspection, fit = digits.inspection, digits.find(QPushButton, "fit_image")
    assert not fit.isVisible()
    inspection.own_examples.read_image(lambda: written("bar.png"))
    digits.wait(fit.isVisible)
    assert digits.text("own_size") == "bar.png has 30×20 pixels: cut to its middle, scaled to 8×8."
    fit.click()
    digits.wait(lambda: isinstance(inspection.own, OwnDrawing))
    wait_for_own(digits)
    picture = inspection.sample_trace.sample.picture[0]
    assert picture[:, 3:5].mean() > 0.5
    assert picture[:, 0].max() == 0
    digits.wait(lambda: not fit.isVisible())
    assert not digits.find(QLabel, "own_size").isVisible()


def test_an_image_of_one_colour_cannot_be_placed(digits) -> None:
    digits.inspection.own_examples.read_image(lambda: image(70, "grey.png"))
    fit = digits.find(QPushButton, "fit_image")
    digits.wait(fit.isVisible)
    wait_for_own(digits)
    fit.click()
    digits.wait(lambda: "has one colour only" in digits.text("own_size"))


def test_a_sample_can_be_chosen_again_after_an_own_image(digits) -> None:
    digits.inspection.select_own(image(0, "black.png"))
    wait_for_own(digits)
    grid = digits.find(PictureTable, "samples")
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.image_rect(0).center().toPoint())
    assert digits.inspection.own is None
    digits.wait(lambda: digits.inspection.sample_trace.index == 0)
    assert grid.current == 0


def test_own_numbers_start_from_the_sample_and_predict_at_once(circle) -> None:
    inspection = circle.inspection
    fields = [circle.find(NumberBox, f"own_value_{place}") for place in range(2)]
    point = inspection.samples.inputs[inspection.index]
    assert [field.value for field in fields] == pytest.approx(point.tolist())
    # The prediction stands right below the numbers.
    verdict = circle.find(QLabel, "verdict")
    gap = verdict.mapToGlobal(QPoint(0, 0)).y() - fields[1].mapToGlobal(QPoint(0, fields[1].height())).y()
    assert 0 <= gap < 2 * fields[1].height()
    QTest.keyClicks(fields[0], "0.25")
    fields[0].selectAll()
    QTest.keyClicks(fields[0], "0.25")
    QTest.keyClick(fields[0], Qt.Key.Key_Return)
    wait_for_own(circle)
    assert inspection.sample_trace.trace.input[0].tolist() == pytest.approx([0.25, float(point[1])])
    assert circle.text("verdict").startswith("predicted ")
    fields[1].edited.emit(0.5, False)
    wait_for_own(circle)
    assert len(inspection.own_examples.examples) == 1
    circle.find(QPushButton, "keep_row").click()
    fields[1].edited.emit(-0.5, False)
    wait_for_own(circle)
    rows = circle.find(QListWidget, "own_rows")
    assert [rows.item(row).text() for row in range(rows.count())] == ["0.25, 0.5", "0.25, -0.5"]
    rows.setCurrentRow(0)
    wait_for_own(circle)
    assert [field.value for field in fields] == [0.25, 0.5]
    circle.find(QPushButton, "remove_row").click()
    assert rows.count() == 1
    inspection.select_sample(4)
    circle.wait(lambda: inspection.sample_trace.index == 4)
    assert [field.value for field in fields] == pytest.approx(inspection.samples.inputs[4].tolist())


def test_a_refused_number_is_explained(circle) -> None:
    field = circle.find(NumberBox, "own_value_1")
    field.selectAll()
    QTest.keyClicks(field, "much")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert circle.text("own_error").startswith("input 2 is")
    assert circle.inspection.own is None


def with_columns(samples: Dataset, columns: tuple[ColumnEncoding, ...], numbers: np.ndarray) -> Dataset:
    description = replace(
        samples.description, encoding=TableEncoding(columns=columns), example_shape=(numbers.shape[1],)
    )
    return replace(samples, description=description, stored_inputs=numbers, rows=None)


def test_categories_are_choices_and_a_missing_number_is_an_empty_field(circle) -> None:
    columns = (ColumnEncoding(name="<b>size</b>"), ColumnEncoding(name="colour", categories=("blue", "red")))
    numbers = np.array([[np.nan, 0, 1]] * len(circle.inspection.samples), np.float32)
    circle.inspection.samples = with_columns(circle.inspection.samples, columns, numbers)
    circle.inspection.snapshot = None  # the network does not fit these columns
    circle.inspection.samples_changed.emit()
    size, colour = circle.find(NumberBox, "own_value_0"), circle.find(ChoiceBox, "own_value_1")
    assert size.text() == ""
    assert colour.currentText() == "red"
    assert [colour.itemText(index) for index in range(colour.count())] == ["(missing)", "blue", "red"]
    colour.setCurrentIndex(1)
    size.edited.emit(2.0, False)
    assert circle.inspection.own.values == ("2.0", "blue")
    assert row_of(circle.inspection.samples, 0).values == ("", "red")


def test_too_many_columns_have_no_form(circle) -> None:
    count = MOST_FIELDS + 1
    columns = tuple(ColumnEncoding(name=f"c{place}") for place in range(count))
    numbers = np.zeros((len(circle.inspection.samples), count), np.float32)
    circle.inspection.samples = with_columns(circle.inspection.samples, columns, numbers)
    circle.inspection.snapshot = None
    circle.inspection.samples_changed.emit()
    assert circle.text("too_many_columns") == f"The data has {count} columns, too many for a form."
    assert circle.inspector.findChild(QWidget, "inspector_own_value_0") is None


def test_a_table_lists_the_numbers_of_several_outputs(qtbot) -> None:
    table = NumberTable()
    qtbot.addWidget(table)
    table.show_numbers(("price", "<i>size</i>"), np.array([1.0, 2.0]), np.array([1.5, -2.0]))
    texts = [[table.item(row, column).text() for column in range(3)] for row in range(2)]
    assert texts == [["price", "1", "1.5"], ["<i>size</i>", "2", "−2"]]
    table.show_numbers((), None, np.array([1.5, -2.0, 3.0]))
    assert table.isColumnHidden(1)
    assert table.item(2, 0).text() == "3"
    assert NumberTable.suits(np.zeros(2))
    assert not NumberTable.suits(np.zeros(1))


def test_the_page_says_what_is_wrong_with_an_image_and_goes_on(digits) -> None:
    digits.inspection.own_examples.read_image(lambda: OwnImage("broken.png", b"no image"))
    note = digits.find(QLabel, "own_size")
    digits.wait(lambda: note.text().startswith("'broken.png' is "))
    assert note.isVisible()
    assert note.property("danger")
    assert digits.inspector.shows_own_images
    digits.inspection.own_examples.read_image(lambda: image(0, "black.png"))
    wait_for_own(digits)
    digits.wait(lambda: note.text() == "black.png has 30×20 pixels: cut to its middle, scaled to 8×8.")
    assert not note.property("danger")
