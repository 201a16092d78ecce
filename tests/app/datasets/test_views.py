"""The views of the examples: by class, all, mean, columns, rows, one example large."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app.datasets.class_table import ClassTable
from app.datasets.column_table import ColumnTable
from app.datasets.example_grid import ExampleGrid
from app.datasets.example_view import ExampleView, describe_pixel
from app.datasets.row_table import RowTable
from app.document.edits import change_training
from app.widgets.choice_box import ChoiceBox
from app.widgets.images.image_grid import ImageGrid
from tinyml.data import load


def find(page, kind, name):
    found = page.findChild(kind, f"data_page_{name}")
    assert found is not None, name
    return found


@pytest.fixture
def digits(qtbot, page):
    """The page with the digits, analysed."""
    qtbot.waitUntil(lambda: page._loader.panel.details is not None)
    return page


def show(page, view):
    find(page, QPushButton, f"view_{view}").click()
    assert page._loader.panel.view == view


def test_the_arrow_keys_change_the_view(digits) -> None:
    button = find(digits, QPushButton, "view_class")
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Right)
    assert digits._loader.panel.view == "all"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert digits._loader.panel.view == "mean"
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert digits._loader.panel.view == "class"


def test_all_examples_scroll_and_are_painted_when_they_are_visible(qtbot, digits) -> None:
    show(digits, "all")
    grid = find(digits, ExampleGrid, "all")
    assert grid.count == 1797
    qtbot.waitUntil(lambda: grid.model().picture(grid.model().index_at(0)) is not None)
    grid.scrollToBottom()
    last = grid.model().index_at(1796)
    assert grid.viewport().rect().intersects(grid.visualRect(last))
    qtbot.waitUntil(lambda: grid.model().picture(last) is not None)
    image = grid.model().picture(last)
    expected = np.rint(255 * load("digits").examples(np.array([1796]))[0, 0])
    shown = [[image.pixelColor(x, y).red() for x in range(8)] for y in range(8)]
    assert np.abs(expected - shown).max() <= 1


def test_the_filters_choose_part_and_class(digits) -> None:
    show(digits, "all")
    grid = find(digits, ExampleGrid, "all")
    part, label = find(digits, ChoiceBox, "part_filter"), find(digits, ChoiceBox, "class_filter")
    part.setCurrentText("test")
    assert grid.count == 359
    label.setCurrentText("3")
    index = digits._loader.panel._examples._all.index
    assert {index[place].class_name for place in range(len(index))} == {"3"}
    assert find(digits, QLabel, "all_count").text() == f"{len(index)} examples"
    part.setCurrentIndex(0)
    label.setCurrentIndex(0)
    assert grid.count == 1797


def test_the_keyboard_picks_opens_and_goes_back(digits) -> None:
    show(digits, "all")
    grid, view = find(digits, ExampleGrid, "all"), find(digits, ExampleView, "example")
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_Home)
    columns = grid.model().columns
    for key, place in (
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_Down, columns + 1),
        (Qt.Key.Key_Left, columns),
        (Qt.Key.Key_Left, columns - 1),
        (Qt.Key.Key_End, 1796),
        (Qt.Key.Key_Right, 1796),
    ):
        QTest.keyClick(grid, key)
        assert grid.current == place
    QTest.keyClick(grid, Qt.Key.Key_Return)
    assert view.isVisible()
    assert view.position == 1796
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.position == 1795
    assert find(digits, QLabel, "example_title").text() == str(load("digits").labels[1795])
    assert "number 1795" in find(digits, QLabel, "example_place").text()
    QTest.keyClick(view, Qt.Key.Key_Home)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.position == 0
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert grid.isVisible()
    assert grid.current == 1
    assert grid.hasFocus()


def test_a_click_on_an_example_of_a_class_opens_it(digits) -> None:
    table, view = find(digits, ClassTable, "classes"), find(digits, ExampleView, "example")
    strip = table.visualRect(table.model().index(4, 2))
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=strip.topLeft() + QPoint(round(strip.height() * 2.4), 9)
    )
    assert view.isVisible()
    assert view.example.class_name == "4"
    assert view.example.number == digits.preview.classes[4].numbers[2]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert table.isVisible()


def test_a_class_leads_to_all_its_examples(digits) -> None:
    table, grid = find(digits, ClassTable, "classes"), find(digits, ExampleGrid, "all")
    table.setFocus()
    table.setCurrentCell(2, 0)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert grid.isVisible()
    assert grid.count == digits.preview.classes[2].count
    assert find(digits, QPushButton, "view_all").isChecked()


def test_the_pixel_under_the_mouse_has_its_value(digits) -> None:
    show(digits, "all")
    digits._loader.panel._examples._on_example_opened(0)
    picture, numbers = find(digits, QLabel, "example_picture"), load("digits").examples(slice(0, 1))[0]
    QApplication.processEvents()
    rect = picture._rect()
    place = rect.topLeft() + (rect.bottomRight() - rect.topLeft()) * 0.51
    QTest.mouseMove(picture, place.toPoint())
    QApplication.processEvents()
    assert find(digits, QLabel, "pixel").text() == describe_pixel(numbers, 4, 4)
    assert describe_pixel(np.stack([np.eye(2), np.zeros((2, 2)), np.full((2, 2), 0.25)]), 1, 1) == (
        "row 1, column 1: red 1.00, green 0, blue 0.250"
    )


def test_the_mean_images_have_the_names_of_their_classes(digits) -> None:
    show(digits, "mean")
    means = find(digits, ImageGrid, "means")
    assert [image.caption for image in means.images] == [str(digit) for digit in range(10)]
    train = load("digits")
    mean = train.examples(train.labels == 0).mean(axis=0)[0]
    image = means.images[0].image
    shown = [[image.pixelColor(x, y).red() for x in range(8)] for y in range(8)]
    assert np.abs(255 * mean - shown).max() <= 1


def test_columns_have_ranges_and_histograms(qtbot, page, use) -> None:
    use("circle")
    qtbot.waitUntil(lambda: page._loader.panel.details is not None)
    show(page, "columns")
    table = find(page, ColumnTable, "columns")
    assert [(row.name, row.role) for row in table.rows] == [
        ("input 1", "input"),
        ("input 2", "input"),
        ("class", "target"),
    ]
    assert table.rows[0].bars.shape[0] == 2
    assert table.rows[0].bars.sum() == 1000
    assert table.model().index(0, 1).data(Qt.ItemDataRole.AccessibleTextRole).startswith("mean 0.")
    assert table.rows[2].values == "2 categories"
    assert table.columnWidth(1) >= 18 * 8


def test_rows_are_read_when_they_are_shown(page, use) -> None:
    use("circle")
    show(page, "rows")
    table, circle = find(page, RowTable, "rows"), load("circle")
    model = table.model()
    assert (model.rowCount(), model.columnCount()) == (1000, 4)
    assert float(model.index(999, 1).data()) == pytest.approx(circle.inputs[999, 1], rel=1e-4)
    assert model.index(999, 2).data() == circle.description.class_names[circle.labels[999]]
    assert model.index(0, 3).data() in ("training", "validation", "test")
    use("sine")
    assert page._loader.panel.view == "rows"
    show(page, "points")
    assert find(page, QWidget, "points").isVisible()


def test_regression_has_a_histogram_of_its_targets(qtbot, page, use) -> None:
    use("sine")
    qtbot.waitUntil(lambda: page._loader.panel.details is not None)
    rows = find(page, ColumnTable, "columns").rows
    assert [row.role for row in rows] == ["input", "target"]
    assert rows[1].bars.sum() == 1000


def test_augmented_samples_follow_the_settings(qtbot, digits, document) -> None:
    panel = digits._loader.panel._augmentation
    assert panel.isVisible()
    assert "No augmentation" in find(digits, QLabel, "augmentation_about").text()
    assert panel.images == ()
    document.apply(change_training(document.project, augment_shift=2))
    qtbot.waitUntil(lambda: len(panel.images) == 12)
    first = panel.images
    find(digits, QPushButton, "draw_again").click()
    qtbot.waitUntil(lambda: panel.images != first)
    document.undo_stack.undo()
    assert panel.images == ()


def test_points_have_no_augmented_images(digits, use) -> None:
    use("circle")
    assert not digits._loader.panel._augmentation.isVisible()


def test_a_new_split_keeps_the_view(qtbot, digits, document) -> None:
    from app.document.edits import change_data

    show(digits, "all")
    before = digits.preview
    document.apply(change_data(document.project, test=0.4))
    assert digits.preview is before
    qtbot.waitUntil(lambda: digits.preview is not before)
    assert digits._loader.panel.view == "all"
    find(digits, ChoiceBox, "part_filter").setCurrentText("test")
    assert find(digits, ExampleGrid, "all").count == 719


def test_the_summary_moves_below_the_title_of_a_narrow_page(qtbot, page, use) -> None:
    use("digits")
    title, summary = find(page, QLabel, "title"), find(page, QLabel, "summary")
    for width, beside in ((1500, True), (900, False), (1500, True)):
        page.resize(width, 760)
        qtbot.waitUntil(lambda beside=beside: (summary.y() < title.geometry().bottom()) == beside)
        assert summary.fontMetrics().horizontalAdvance(summary.text()) <= summary.width()
