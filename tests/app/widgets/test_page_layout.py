"""The layout of a page: sizes, folding by the user and for lack of room, focus, and what a session restores."""

import pytest
from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QLineEdit, QSplitter, QSplitterHandle, QVBoxLayout, QWidget

from app.widgets.page_layout import PageLayout
from app.widgets.scroll_panel import ScrollPanel
from app.widgets.unfold_strip import STRIP, UnfoldStrip


def panel(name: str, width: int, height: int) -> QWidget:
    """Return a panel with a minimum and with two fields."""
    widget = QWidget()
    widget.setObjectName(name)
    widget.setMinimumSize(width, height)
    layout = QVBoxLayout(widget)
    for number in (1, 2):
        field = QLineEdit()
        field.setObjectName(f"{name}_{number}")
        layout.addWidget(field)
    return widget


@pytest.fixture
def make_page(qtbot):
    """Return a function that opens a page with panels on all sides."""

    def make(width: int = 1200, height: int = 800) -> PageLayout:
        parts = {"left": panel("choice", 150, 100), "right": panel("form", 200, 100), "below": panel("code", 100, 120)}
        page = PageLayout("build", panel("cards", 300, 200), **parts)
        qtbot.addWidget(page)
        page.resize(width, height)
        page.show()
        qtbot.waitExposed(page)
        return page

    return make


def part(page: PageLayout, name: str) -> QWidget:
    widget = page.findChild(QWidget, name)
    assert widget is not None
    return widget


def size_of(page: PageLayout, side: str) -> int:
    scroll = page.findChild(ScrollPanel, f"build_{side}")
    return scroll.height() if side == "below" else scroll.width()


def folded(page: PageLayout) -> set[str]:
    return {side for side in page.sides if page.is_folded(side)}


def handle(page: PageLayout, splitter: str, index: int) -> QSplitterHandle:
    return page.findChild(QSplitter, splitter).handle(index)


def drag(qtbot, handle: QSplitterHandle, by: QPoint) -> None:
    start = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(handle, start + by)
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start + by)


def test_the_panels_have_their_first_sizes_and_the_middle_has_the_rest(make_page) -> None:
    page = make_page()
    assert (size_of(page, "left"), size_of(page, "right"), size_of(page, "below")) == (216, 300, 240)
    assert part(page, "cards").width() == 1200 - 216 - 300 - 2
    assert part(page, "cards").height() == 800 - 240 - 1
    page.resize(1500, 900)
    assert (size_of(page, "left"), size_of(page, "right"), size_of(page, "below")) == (216, 300, 240)


def test_a_withdrawn_panel_is_neither_shown_nor_offered_until_it_has_something_to_show(make_page) -> None:
    page = make_page()
    page.set_offered("below", offered=False)
    assert page.sides == ("left", "right")
    assert not part(page, "code").isVisible()
    assert not part(page, "build_unfold_below").isVisible()
    page.toggle("below")
    assert not part(page, "code").isVisible()
    page.set_offered("below", offered=True)
    assert part(page, "code").isVisible()
    assert size_of(page, "below") == 240


def test_a_page_without_panels_shows_only_its_middle(qtbot) -> None:
    page = PageLayout("models", QLineEdit())
    qtbot.addWidget(page)
    page.show()
    assert page.sides == ()
    page.toggle("left")
    page.reset()
    assert page.findChild(QLineEdit).isVisible()


@pytest.mark.parametrize("side", ["left", "right", "below"])
def test_a_panel_folds_and_its_strip_brings_it_back(qtbot, make_page, side) -> None:
    page = make_page()
    with qtbot.waitSignal(page.changed):
        page.toggle(side)
    assert folded(page) == {side}
    strip = page.findChild(UnfoldStrip, f"build_unfold_{side}")
    assert strip.isVisible()
    assert strip.accessibleName()
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton)
    assert folded(page) == set()
    assert not strip.isVisible()
    assert (size_of(page, "left"), size_of(page, "right"), size_of(page, "below")) == (216, 300, 240)


@pytest.mark.parametrize(
    ("splitter", "index", "side"),
    [("build_columns", 1, "left"), ("build_columns", 2, "right"), ("build_rows", 1, "below")],
)
def test_a_double_click_on_a_handle_folds_the_panel_beside_it(qtbot, make_page, splitter, index, side) -> None:
    page = make_page()
    qtbot.mouseDClick(handle(page, splitter, index), Qt.MouseButton.LeftButton)
    assert folded(page) == {side}


def test_a_dragged_handle_resizes_its_panel_but_not_below_the_minimum(qtbot, make_page) -> None:
    page = make_page()
    drag(qtbot, handle(page, "build_columns", 1), QPoint(80, 0))
    assert abs(size_of(page, "left") - (216 + 80)) <= 3
    drag(qtbot, handle(page, "build_columns", 1), QPoint(-290, 0))
    assert size_of(page, "left") == 150
    page.resize(1000, 800)
    assert size_of(page, "left") == 150


def test_panels_fold_for_lack_of_room_and_come_back(make_page) -> None:
    page = make_page()
    page.resize(660, 800)
    assert folded(page) == set()
    assert part(page, "cards").width() >= 300
    page.resize(600, 800)
    assert folded(page) == {"left"}
    page.resize(500, 800)
    assert folded(page) == {"right"}
    page.resize(440, 800)
    assert folded(page) == {"left", "right"}
    page.resize(440, 300)
    assert folded(page) == {"left", "right", "below"}
    page.resize(1200, 800)
    assert folded(page) == set()
    assert (size_of(page, "left"), size_of(page, "right"), size_of(page, "below")) == (216, 300, 240)


def test_a_panel_that_the_user_folded_does_not_come_back(make_page) -> None:
    page = make_page()
    page.toggle("right")
    page.resize(400, 800)
    page.resize(1200, 800)
    assert folded(page) == {"right"}


def test_a_panel_unfolded_in_a_narrow_page_takes_the_place_of_the_other(make_page) -> None:
    page = make_page(600)
    assert folded(page) == {"left"}
    page.toggle("left")
    assert folded(page) == {"right"}
    page.resize(1200, 800)
    assert folded(page) == set()


@pytest.mark.parametrize("width", range(280, 1300, 37))
@pytest.mark.parametrize("side", [None, "left", "right", "below"])
def test_nothing_is_laid_out_below_its_minimum(make_page, width, side) -> None:
    page = make_page(width, width * 2 // 3)
    if side is not None and page.is_folded(side):
        page.toggle(side)
        assert not page.is_folded(side)
    for name in ("cards", "choice", "form", "code"):
        widget = part(page, name)
        if widget.isVisible():
            assert widget.width() >= widget.minimumWidth()
            assert widget.height() >= widget.minimumHeight()
    assert page.size().width() == width


def test_a_page_is_arranged_again_when_a_minimum_changes(qtbot, make_page) -> None:
    page = make_page(700)
    part(page, "form").setMinimumWidth(320)
    qtbot.waitUntil(lambda: folded(page) == {"left"})


def test_tab_never_enters_a_folded_panel(qtbot, make_page) -> None:
    page = make_page()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    part(page, "form_1").setFocus()
    page.toggle("right")
    assert not part(page, "form").isAncestorOf(page.focusWidget())
    entered = set()
    for _ in range(20):
        qtbot.keyClick(page.focusWidget(), Qt.Key.Key_Tab)
        entered.add(page.focusWidget().objectName())
    assert {"cards_1", "choice_1", "code_1", "build_unfold_right"} <= entered
    assert not {"form_1", "form_2"} & entered


def test_a_session_restores_sizes_and_folded_panels_and_reset_forgets_them(qtbot, make_page) -> None:
    page = make_page()
    drag(qtbot, handle(page, "build_columns", 2), QPoint(-60, 0))
    drag(qtbot, handle(page, "build_rows", 1), QPoint(0, 30))
    sizes = size_of(page, "right"), size_of(page, "below")
    assert sizes[0] > 350
    assert sizes[1] < 220
    page.toggle("left")
    again = make_page()
    assert again.restore_state(page.save_state())
    assert folded(again) == {"left"}
    assert (size_of(again, "right"), size_of(again, "below")) == sizes
    again.reset()
    assert folded(again) == set()
    assert (size_of(again, "left"), size_of(again, "right"), size_of(again, "below")) == (216, 300, 240)


@pytest.mark.parametrize(
    "state",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b'{"sizes": {"left": 1}}',
        b'{"sizes": {"left": -5, "right": 1, "below": 1}, "folded": []}',
    ],
)
def test_a_damaged_state_changes_nothing(make_page, state) -> None:
    page = make_page()
    page.toggle("left")
    assert not page.restore_state(QByteArray(state))
    assert folded(page) == {"left"}
    assert size_of(page, "right") == 300


def test_panels_fold_rather_than_make_the_middle_smaller_than_asked(qtbot) -> None:
    page = PageLayout("build", panel("cards", 10, 10), right=panel("form", 200, 100), smallest=(500, 10))
    qtbot.addWidget(page)
    page.show()
    page.resize(701, 300)
    assert folded(page) == set()
    assert part(page, "cards").width() >= 500
    page.resize(700, 300)
    assert folded(page) == {"right"}
    page.resize(400, 300)
    assert part(page, "cards").width() == 400 - STRIP


def test_the_panel_below_has_a_share_of_a_high_page_until_the_user_resizes_it(qtbot) -> None:
    below, cards = panel("code", 100, 120), panel("cards", 300, 200)
    page = PageLayout("build", cards, below=below, below_height=200, below_share=0.4, smallest=(300, 250))
    qtbot.addWidget(page)
    page.show()
    page.resize(800, 400)
    assert size_of(page, "below") < 200, "the middle keeps its smallest height"
    page.resize(800, 500)
    assert size_of(page, "below") == 200
    page.resize(800, 1000)
    assert size_of(page, "below") == 400
    drag(qtbot, handle(page, "build_rows", 1), QPoint(0, -50))
    chosen = size_of(page, "below")
    assert chosen > 420
    page.resize(800, 1300)
    assert size_of(page, "below") == chosen
    page.reset()
    assert size_of(page, "below") == 520


def test_a_growing_panel_takes_a_share_of_a_wide_page_until_the_user_resizes_it(qtbot) -> None:
    sides = {"left": panel("choice", 150, 100), "right": panel("form", 200, 100)}
    page = PageLayout("build", panel("cards", 300, 200), **sides, growing=("right",))
    qtbot.addWidget(page)
    page.show()
    page.resize(1376, 600)
    assert (size_of(page, "left"), size_of(page, "right")) == (216, 300)
    page.resize(1976, 600)
    assert (size_of(page, "left"), size_of(page, "right")) == (216, 500)
    drag(qtbot, handle(page, "build_columns", 1), QPoint(-30, 0))
    page.resize(1376, 600)
    assert size_of(page, "right") == 300
    page.resize(1976, 600)
    drag(qtbot, handle(page, "build_columns", 2), QPoint(100, 0))
    chosen = size_of(page, "right")
    assert chosen < 500
    page.resize(1376, 600)
    assert size_of(page, "right") == chosen
    page.reset()
    page.resize(1976, 600)
    assert size_of(page, "right") == 500
