"""A view is refreshed while it is visible, and else when it is shown the next time."""

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QLabel, QStackedWidget, QWidget

from app.widgets.visible_refresh import VisibleRefresh


class View(QLabel):
    def __init__(self) -> None:
        super().__init__()
        self.value, self.refreshes = 0, 0
        self.refresh = VisibleRefresh(self)
        self.refresh.due.connect(self._on_refresh_due)

    def _on_refresh_due(self) -> None:
        self.refreshes += 1
        self.setText(str(self.value))

    def change(self, value: int) -> None:
        self.value = value
        self.refresh.request()


class Painted(QWidget):
    """Tells when it is painted."""

    def __init__(self, parent: QWidget, seen: list[str]) -> None:
        super().__init__(parent)
        self._seen = seen

    def paintEvent(self, event: QPaintEvent) -> None:
        self._seen.append("painted")


@pytest.fixture
def pages(qtbot):
    """Return two pages with one view on each; the first page is shown."""
    pages = QStackedWidget()
    qtbot.addWidget(pages)
    for _ in range(2):
        pages.addWidget(View())
    pages.show()
    return pages


def test_a_visible_view_is_refreshed_at_once(pages) -> None:
    pages.widget(0).change(3)
    assert pages.widget(0).text() == "3"


def test_a_view_can_wait_until_another_one_is_painted(qtbot) -> None:
    page, seen = QWidget(), []
    qtbot.addWidget(page)
    first, second = Painted(page, seen), View()
    second.setParent(page)
    page.show()
    qtbot.waitUntil(lambda: "painted" in seen)
    second.refresh.due.connect(lambda: seen.append("refreshed"))
    seen.clear()
    second.refresh.request_after_paint()
    second.refresh.request_after_paint()
    first.update()
    assert seen == []
    qtbot.waitUntil(lambda: "refreshed" in seen)
    assert seen[:2] == ["painted", "refreshed"]
    assert seen.count("refreshed") == 1


def test_a_hidden_view_is_refreshed_once_when_it_is_shown(pages) -> None:
    hidden = pages.widget(1)
    for value in (1, 2, 3):
        hidden.change(value)
    assert hidden.refreshes == 0
    pages.setCurrentIndex(1)
    assert (hidden.text(), hidden.refreshes) == ("3", 1)
    pages.setCurrentIndex(0)
    pages.setCurrentIndex(1)
    assert hidden.refreshes == 1


def test_a_hidden_view_can_catch_up_before_it_is_asked_for_something(pages) -> None:
    hidden = pages.widget(1)
    hidden.change(5)
    hidden.refresh.catch_up()
    hidden.refresh.catch_up()
    assert (hidden.text(), hidden.refreshes) == ("5", 1)


def test_a_view_is_up_to_date_before_its_window_is_shown(qtbot) -> None:
    view = View()
    qtbot.addWidget(view)
    view.change(7)
    assert view.text() == "7"


def test_a_view_may_wait_for_its_window(qtbot) -> None:
    view = View()
    qtbot.addWidget(view)
    due: list[None] = []
    waiting = VisibleRefresh(view, before_window=False)
    waiting.due.connect(lambda: due.append(None))
    waiting.request()
    assert due == []
    view.show()
    assert len(due) == 1
