import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QColor, QFocusEvent, QHelpEvent, QHoverEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from app.widgets.images.colormaps import grey_image
from app.widgets.images.image_delegate import ImageDelegate
from app.widgets.images.image_grid import ImageGrid
from app.widgets.images.image_list_model import GridImage
from app.widgets.plain_text import tool_tip
from app.widgets.theme.theme import current_theme


def checkers(height: int = 4, width: int = 6) -> QImage:
    return grey_image(np.indices((height, width)).sum(axis=0) % 2)


def make_grid(qtbot, count: int = 10, **arguments) -> ImageGrid:
    grid = ImageGrid(**arguments)
    qtbot.addWidget(grid)
    grid.set_images([GridImage(checkers(), f"map {index}", f"map {index}, dead") for index in range(count)])
    grid.resize(240, 200)
    grid.show()
    return grid


def click(qtbot, grid: ImageGrid, position: QPointF) -> None:
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=position.toPoint())


def test_a_grid_without_positions_leaves_no_mark(qtbot) -> None:
    grid = make_grid(qtbot)
    cells = []
    grid.cell_clicked.connect(lambda *cell: cells.append(cell))
    click(qtbot, grid, grid.image_rect(3).center())
    clean = grid.grab().toImage()
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert cells == []
    grid.set_current(3)
    assert grid.grab().toImage() == clean


def test_a_click_picks_and_names_the_pixel(qtbot) -> None:
    grid = make_grid(qtbot, positions=True)
    picked, cells = [], []
    grid.picked.connect(picked.append)
    grid.cell_clicked.connect(lambda *cell: cells.append(cell))
    rect = grid.image_rect(3)
    click(qtbot, grid, QPointF(rect.left() + rect.width() * 4.5 / 6, rect.top() + rect.height() * 2.5 / 4))
    click(qtbot, grid, rect.topLeft() + QPointF(1, 1))
    assert picked == [3]
    assert cells == [(3, 2, 4), (3, 0, 0)]
    assert grid.marked == (3, 0, 0)


def test_a_first_click_may_only_pick(qtbot) -> None:
    grid = make_grid(qtbot, positions=True, pick_before_position=True)
    picked, cells = [], []
    grid.picked.connect(picked.append)
    grid.cell_clicked.connect(lambda *cell: cells.append(cell))
    place = grid.image_rect(3).topLeft() + QPointF(1, 1)
    click(qtbot, grid, place)
    assert (picked, cells, grid.marked) == ([3], [], None)
    click(qtbot, grid, place)
    assert (picked, cells, grid.marked) == ([3], [(3, 0, 0)], (3, 0, 0))


@pytest.mark.parametrize("place", ["in the gap", "below all"])
def test_a_click_beside_the_pictures_picks_nothing(qtbot, place: str) -> None:
    grid = make_grid(qtbot)
    gap = QPointF(grid.image_rect(0).right() + 2, 4)
    with qtbot.assertNotEmitted(grid.picked):
        click(qtbot, grid, gap if place == "in the gap" else QPointF(120, grid.viewport().height() - 4))
    assert grid.current == -1


def test_arrow_keys_pick_neighbours_and_stop_at_the_ends(qtbot) -> None:
    grid = make_grid(qtbot, count=10)
    columns = next(index for index in range(1, 10) if grid.image_rect(index).top() > grid.image_rect(0).top())
    keys = Qt.Key
    walk = [
        (keys.Key_Right, 0),
        (keys.Key_Right, 1),
        (keys.Key_Down, 1 + columns),
        (keys.Key_Up, 1),
        (keys.Key_Up, 1),
        (keys.Key_Left, 0),
        (keys.Key_Left, 0),
        (keys.Key_End, 9),
        (keys.Key_Down, 9),
        (keys.Key_Home, 0),
    ]
    picked = []
    grid.picked.connect(picked.append)
    for key, expected in walk:
        qtbot.keyClick(grid, key)
        assert grid.current == expected
    assert picked == [0, 1, 1 + columns, 1, 0, 9, 0]


def test_shift_and_arrows_move_the_marked_position(qtbot) -> None:
    grid = make_grid(qtbot, positions=True)
    cells = []
    grid.cell_clicked.connect(lambda *cell: cells.append(cell))
    grid.set_current(2)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(grid, key, Qt.KeyboardModifier.ShiftModifier)
    assert cells == [(2, 2, 3), (2, 2, 4), (2, 3, 4), (2, 3, 4), (2, 3, 4)]
    assert grid.current == 2


def test_pictures_are_scaled_by_whole_numbers_and_stay_crisp(qtbot) -> None:
    grid = make_grid(qtbot, image_size=50)
    rect = grid.image_rect(0)
    assert (rect.width(), rect.height()) == (48, 32)
    pixels = grid.viewport().grab(rect.toRect()).toImage()
    seen = {pixels.pixelColor(x, y).name() for x in range(2, pixels.width() - 2) for y in range(2, pixels.height() - 2)}
    assert seen == {"#000000", "#ffffff"}


def test_large_pictures_are_shrunk(qtbot) -> None:
    grid = ImageGrid(image_size=100, positions=True)
    qtbot.addWidget(grid)
    grid.set_images([GridImage(checkers(400, 200))])
    grid.resize(240, 200)
    rect = grid.image_rect(0)
    assert (rect.width(), rect.height()) == (50, 100)
    click(qtbot, grid, rect.bottomRight())
    assert grid.marked == (0, 399, 199)


def test_a_picture_larger_than_the_grid_can_be_scrolled_both_ways(qtbot) -> None:
    grid = make_grid(qtbot, image_size=640)
    qtbot.waitUntil(lambda: grid.horizontalScrollBar().maximum() > 300 and grid.verticalScrollBar().maximum() > 300)


def test_rows_wrap_at_the_width(qtbot) -> None:
    grid = make_grid(qtbot, count=240)
    bar = grid.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 1000)
    narrow = bar.maximum()
    grid.resize(480, 200)
    qtbot.waitUntil(lambda: bar.maximum() < 0.6 * narrow)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert bar.value() > 0.9 * bar.maximum()
    assert grid.horizontalScrollBar().maximum() == 0


def test_arrows_continue_in_the_next_row(qtbot) -> None:
    grid = make_grid(qtbot, count=10)
    columns = next(index for index in range(1, 10) if grid.image_rect(index).top() > grid.image_rect(0).top())
    grid.set_current(columns - 1)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current == columns
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.current == columns - 1


def test_page_keys_move_by_a_page_and_stop_at_the_ends(qtbot) -> None:
    grid = make_grid(qtbot, count=100)
    grid.set_current(0)
    before = grid.image_rect(0).top()
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    first = grid.current
    assert first > 5
    for _ in range(40):
        qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert grid.current > 90
    assert grid.image_rect(0).top() < before
    for _ in range(40):
        qtbot.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.current < first


def test_only_what_is_visible_is_painted(qtbot, monkeypatch) -> None:
    grid = make_grid(qtbot, count=5000)
    grid.scroll_to(2500)
    painted = []
    paint = ImageDelegate.paint
    monkeypatch.setattr(
        ImageDelegate,
        "paint",
        lambda delegate, painter, option, index: painted.append(index.row()) or paint(delegate, painter, option, index),
    )
    grid.viewport().grab()
    assert 2500 in painted
    assert len(painted) < 40


def test_new_pictures_keep_the_scroll_position(qtbot) -> None:
    grid = make_grid(qtbot, count=500)
    grid.scroll_to(250)
    place = grid.verticalScrollBar().value()
    assert place > 0
    grid.set_images(grid.images[::-1])
    grid.set_current(3)
    grid.viewport().grab()
    assert grid.verticalScrollBar().value() == place


def test_focus_picks_nothing(qtbot) -> None:
    grid = make_grid(qtbot)
    with qtbot.assertNotEmitted(grid.picked):
        QApplication.sendEvent(grid, QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    assert grid.current == -1
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current == 0


def test_keys_that_the_grid_does_not_use_reach_its_parent(qtbot) -> None:
    seen = []

    class Parent(QWidget):
        def keyPressEvent(self, event: QKeyEvent) -> None:
            seen.append(event.key())

    parent = Parent()
    qtbot.addWidget(parent)
    grid = ImageGrid(parent)
    grid.set_images([GridImage(checkers())] * 3)
    for key in (Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Return, Qt.Key.Key_Down):
        qtbot.keyClick(grid, key)
    assert seen == [Qt.Key.Key_Escape, Qt.Key.Key_Delete, Qt.Key.Key_Return]


def test_control_and_a_click_keep_the_picture_picked(qtbot) -> None:
    grid = make_grid(qtbot)
    for _ in range(2):
        spot = grid.image_rect(3).center().toPoint()
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, spot)
    assert grid.current == 3
    assert [index.row() for index in grid.selectedIndexes()] == [3]


def test_a_click_on_a_half_hidden_picture_names_the_pixel_under_the_mouse(qtbot) -> None:
    grid = make_grid(qtbot, count=100, positions=True)
    rect = grid.image_rect(50)
    grid.verticalScrollBar().setValue(int(rect.center().y()))
    place = grid.verticalScrollBar().value()
    click(qtbot, grid, grid.image_rect(50).bottomRight() - QPointF(2, 2))
    assert grid.verticalScrollBar().value() < place
    assert grid.marked == (50, 3, 5)


def test_two_quick_clicks_choose_two_pixels(qtbot) -> None:
    grid = make_grid(qtbot, positions=True)
    cells = []
    grid.cell_clicked.connect(lambda *cell: cells.append(cell))
    click(qtbot, grid, grid.image_rect(3).topLeft() + QPointF(1, 1))
    spot = grid.image_rect(3).bottomRight().toPoint() - QPoint(2, 2)
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert cells[0] == (3, 0, 0)
    assert cells[-1] == (3, 3, 5)


def test_a_screen_reader_reads_every_picture(qtbot) -> None:
    grid = make_grid(qtbot)
    grid.set_current(4)
    interface = QAccessible.queryAccessibleInterface(grid)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 10
    item = interface.child(4)
    assert item.role() == QAccessible.Role.ListItem
    assert item.text(QAccessible.Text.Name) == "map 4"
    assert item.text(QAccessible.Text.Description) == "map 4, dead"
    assert item.state().selected
    assert not interface.child(3).state().selected


def test_the_picked_picture_stays_if_it_still_exists(qtbot) -> None:
    grid = make_grid(qtbot)
    grid.set_current(7)
    grid.set_marked((7, 3, 5))
    grid.set_images(grid.images)
    assert (grid.current, grid.marked) == (7, (7, 3, 5))
    grid.set_images([GridImage(checkers(2, 2))] * 8)
    assert (grid.current, grid.marked) == (7, None)
    grid.set_images(grid.images[:3])
    assert grid.current == -1
    grid.set_current(99)
    assert grid.current == -1


def test_the_picked_picture_has_a_frame_in_the_accent(qtbot) -> None:
    grid = make_grid(qtbot)
    grid.set_current(1)
    rect = grid.image_rect(1).toRect()
    image = grid.grab().toImage()
    assert image.pixelColor(rect.left() - 1, rect.center().y()) == QColor(current_theme().accent)


def test_a_picture_under_the_mouse_has_a_frame(qtbot) -> None:
    grid = make_grid(qtbot)
    spot = QPoint(grid.image_rect(2).toRect().left() - 1, grid.image_rect(2).toRect().center().y())
    before = grid.grab().toImage().pixelColor(spot)
    centre = grid.image_rect(2).center()
    QApplication.sendEvent(grid.viewport(), QHoverEvent(QEvent.Type.HoverMove, centre, centre, QPointF()))
    assert grid.grab().toImage().pixelColor(spot) == QColor(current_theme().muted)
    QApplication.sendEvent(grid.viewport(), QEvent(QEvent.Type.Leave))
    assert grid.grab().toImage().pixelColor(spot) == before


def test_a_picture_has_a_tool_tip(qtbot) -> None:
    grid = make_grid(qtbot)
    grid.set_images([*grid.images[:5], GridImage(checkers(), "map 5", "a <b>bold</b> name")])
    for index, expected in ((4, "map 4, dead"), (5, tool_tip("a <b>bold</b> name"))):
        spot = grid.image_rect(index).center().toPoint()
        show_tooltip = QHelpEvent(QEvent.Type.ToolTip, spot, grid.viewport().mapToGlobal(spot))
        QApplication.sendEvent(grid.viewport(), show_tooltip)
        assert QToolTip.text() == expected
        QToolTip.hideText()


def test_added_pictures_follow_the_others(qtbot) -> None:
    grid = make_grid(qtbot, 3)
    grid.set_current(2)
    grid.add_images([GridImage(checkers(8, 8), f"map {index}") for index in range(3, 12)])
    assert [item.caption for item in grid.images] == [f"map {index}" for index in range(12)]
    assert grid.current == 2
    whole = make_grid(qtbot, 3)
    whole.set_images(grid.images)
    assert whole.image_rect(11) == grid.image_rect(11)


def test_an_empty_grid_shows_its_placeholder(qtbot) -> None:
    grid = ImageGrid()
    qtbot.addWidget(grid)
    empty = grid.grab().toImage()
    grid.set_placeholder("Click a card to see its feature maps.")
    assert grid.grab().toImage() != empty
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current == -1


@pytest.mark.parametrize("shown", [False, True])
def test_nothing_keeps_a_dropped_grid_alive(qtbot, shown: bool) -> None:
    parent = QWidget()
    grid = ImageGrid(parent)
    grid.set_images([GridImage(checkers())] * 3)
    if shown:
        parent.show()
        parent.grab()
    gone = weakref.ref(grid)
    parent.close()
    del grid
    parent.deleteLater()
    del parent
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert gone() is None


def test_the_pixel_below_the_mouse_is_told_until_the_mouse_leaves(qtbot) -> None:
    grid = make_grid(qtbot, positions=True)
    cells = []
    grid.cell_hovered.connect(lambda *cell: cells.append(cell))
    rect = grid.image_rect(2)
    qtbot.mouseMove(grid.viewport(), (rect.topLeft() + QPointF(1, 1)).toPoint())
    qtbot.waitUntil(lambda: bool(cells))
    assert cells[-1] == (2, 0, 0)
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert cells[-1] == (-1, -1, -1)


def test_numbers_are_painted_on_large_pictures(qtbot) -> None:
    def paint(**arguments) -> QImage:
        grid = ImageGrid(image_size=60)
        qtbot.addWidget(grid)
        grid.set_images([GridImage(checkers(), **arguments)])
        grid.resize(240, 200)
        grid.show()
        return grid.grab().toImage()

    plain = paint()
    assert paint() == plain
    assert paint(number="7") != plain
    assert paint(number="8") != paint(number="7")
