import gc
import weakref

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QScrollArea, QToolTip, QWidget

from app.widgets.images.colormaps import grey_image
from app.widgets.images.image_grid import GridImage, ImageGrid
from app.widgets.theme.theme import current_theme


def checkers(height: int = 4, width: int = 6) -> QImage:
    return grey_image(np.indices((height, width)).sum(axis=0) % 2)


def make_grid(qtbot, count: int = 10, **arguments) -> ImageGrid:
    grid = ImageGrid(**arguments)
    qtbot.addWidget(grid)
    grid.set_images([GridImage(checkers(), f"map {index}", f"map {index}, dead") for index in range(count)])
    grid.resize(240, grid.heightForWidth(240))
    grid.show()
    return grid


def click(qtbot, grid: ImageGrid, position: QPointF) -> None:
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=position.toPoint())


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


def test_a_click_between_pictures_picks_nothing(qtbot) -> None:
    grid = make_grid(qtbot)
    with qtbot.assertNotEmitted(grid.picked):
        click(qtbot, grid, QPointF(grid.image_rect(0).right() + 2, 4))
    assert grid.current == -1


def test_arrow_keys_walk_and_stop_at_the_ends(qtbot) -> None:
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
    pixels = grid.grab(rect.toRect()).toImage()
    seen = {pixels.pixelColor(x, y).name() for x in range(2, pixels.width() - 2) for y in range(2, pixels.height() - 2)}
    assert seen == {"#000000", "#ffffff"}


def test_large_pictures_are_shrunk(qtbot) -> None:
    grid = ImageGrid(image_size=100)
    qtbot.addWidget(grid)
    grid.set_images([GridImage(checkers(400, 200))])
    assert (grid.image_rect(0).width(), grid.image_rect(0).height()) == (50, 100)
    assert grid.cell_at(0, grid.image_rect(0).bottomRight()) == (399, 199)


def test_rows_wrap_at_the_width(qtbot) -> None:
    grid = make_grid(qtbot, count=12)
    assert grid.heightForWidth(10_000) < grid.heightForWidth(240) < grid.heightForWidth(60)
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(grid)
    area.resize(240, 120)
    area.show()
    qtbot.waitUntil(lambda: grid.height() == grid.heightForWidth(grid.width()) > 120)
    grid.set_images(grid.images * 20)
    qtbot.waitUntil(lambda: grid.height() == grid.heightForWidth(grid.width()) > 1000)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert area.verticalScrollBar().value() > 900


def test_only_what_is_visible_is_painted(qtbot, monkeypatch) -> None:
    grid = make_grid(qtbot, count=5000)
    painted = []
    monkeypatch.setattr(grid, "_paint_image", lambda _painter, _theme, index: painted.append(index))
    pitch = grid.image_rect(100).top() - grid.image_rect(0).top()
    grid.grab(QRect(0, int(pitch), 240, 60))
    assert 100 in painted
    assert len(painted) < 30


def test_selection_survives_new_pictures_while_it_can(qtbot) -> None:
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
    assert grid.accessibleDescription() == "map 1"


def test_hovering_frames_a_picture_and_leaving_takes_it_back(qtbot) -> None:
    grid = make_grid(qtbot)
    spot = QPoint(grid.image_rect(2).toRect().left() - 1, grid.image_rect(2).toRect().center().y())
    before = grid.grab().toImage().pixelColor(spot)
    qtbot.mouseMove(grid, grid.image_rect(2).center().toPoint())
    assert grid.grab().toImage().pixelColor(spot) == QColor(current_theme().muted)
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert grid.grab().toImage().pixelColor(spot) == before


def test_a_picture_explains_itself(qtbot) -> None:
    grid = make_grid(qtbot)
    spot = grid.image_rect(4).center().toPoint()
    QApplication.sendEvent(grid, QHelpEvent(QEvent.Type.ToolTip, spot, grid.mapToGlobal(spot)))
    assert QToolTip.text() == "map 4, dead"
    QToolTip.hideText()


def test_added_pictures_come_behind_the_others(qtbot) -> None:
    grid = make_grid(qtbot, 3)
    grid.set_current(2)
    height = grid.heightForWidth(240)
    grid.add_images([GridImage(checkers(8, 8), f"map {index}") for index in range(3, 12)])
    assert [item.caption for item in grid.images] == [f"map {index}" for index in range(12)]
    assert grid.current == 2
    assert grid.heightForWidth(240) > height
    whole = make_grid(qtbot, 3)
    whole.set_images(grid.images)
    assert whole.sizeHint() == grid.sizeHint()


def test_an_empty_grid_says_why(qtbot) -> None:
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
