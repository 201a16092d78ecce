"""The keyboard focus of the pages: the first one, and where it was when a page is shown again."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.document import edits
from app.shell.page_focus import focus_page
from app.widgets.unfold_strip import UnfoldStrip


def activate(qtbot, window: QWidget) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def test_the_first_focus_is_on_the_canvas(qtbot, window) -> None:
    activate(qtbot, window)
    assert window.canvas.isAncestorOf(QApplication.focusWidget())


def test_a_key_moves_the_focus_from_the_rail_into_the_page_to_where_it_was(qtbot, window) -> None:
    activate(qtbot, window)
    window.pages.show_page("models")
    button = window.models_page.findChild(QWidget, "models_empty_open")
    button.setFocus()
    for key, name in ((Qt.Key.Key_1, "data"), (Qt.Key.Key_2, "build"), (Qt.Key.Key_5, "models")):
        window.pages.rail.buttons["train"].setFocus()
        qtbot.keyClick(QApplication.focusWidget(), key, Qt.KeyboardModifier.ControlModifier)
        assert window.pages._pages[name].isAncestorOf(QApplication.focusWidget()), name
        if name == "build":
            assert window.canvas.isAncestorOf(QApplication.focusWidget())
    assert QApplication.focusWidget() is button


def test_a_restart_puts_the_focus_into_the_page(qtbot, window, make_window) -> None:
    window.pages.show_page("train")
    window.close()
    window = make_window()
    activate(qtbot, window)
    assert window.train_page.isAncestorOf(QApplication.focusWidget())


def test_the_first_focus_is_never_on_the_strip_of_a_folded_panel(qtbot, window) -> None:
    activate(qtbot, window)
    window.resize(720, 450)
    for name in ("data", "inspect", "models"):
        window.pages.show_page(name)
        focused = QApplication.focusWidget()
        assert window.pages._pages[name].isAncestorOf(focused), name
        assert not isinstance(focused, UnfoldStrip), name


def test_a_page_in_a_window_of_its_own_has_the_focus(qtbot, window) -> None:
    window.pages.tear_off("models")
    qtbot.waitUntil(lambda: window.models_page.window().isActiveWindow())
    focused = QApplication.focusWidget()
    assert window.models_page.isAncestorOf(focused)
    assert not isinstance(focused, UnfoldStrip)


def test_a_search_for_the_focus_leaves_undo_alive_when_a_widget_is_deleted(qtbot, window) -> None:
    page = QWidget(window)  # like a page whose controls come with its data: the search goes through the whole window
    page.show()
    focus_page(page)
    page.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    layer = window.document.project.network.layers[0].name
    window.document.apply(edits.rename_layer(window.document.project, layer, "first"))
    assert "first" in window.actions_by_name["undo"].text()
