"""The pages: changing them, their own windows, folded panels, small windows, and what the next session restores."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton, QWidget

from app.document import edits
from app.shell.page_table import PAGES
from app.shell.window_layout import FIRST_SIZE
from app.widgets.page_layout import PageLayout

NAMES = [page.name for page in PAGES]


def activate(qtbot, window: QWidget) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)


def shown_pages(window) -> list[str]:
    """Return the pages whose content is visible."""
    return [name for name in NAMES if window.pages._pages[name].isVisible()]


def own_window(window, name: str) -> QWidget:
    return window.pages._pages[name].window()


def is_checked(window, command: str) -> bool:
    return window.actions_by_name[command].isChecked()


# ------------------------------------------------------------------------------------------------------ changing pages


def test_build_is_the_first_page_and_only_one_page_is_visible(window) -> None:
    assert window.pages.current == "build"
    for name in NAMES:
        window.pages.show_page(name)
        assert shown_pages(window) == [name]
        assert is_checked(window, f"show_page_{name}")
        assert [page for page in NAMES if is_checked(window, f"show_page_{page}")] == [name]


def test_ctrl_and_a_number_shows_a_page(qtbot, window) -> None:
    activate(qtbot, window)
    for number, name in reversed(list(enumerate(NAMES, start=1))):
        qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
        assert window.pages.current == name


def test_menus_toolbar_and_status_bar_stay_on_all_pages(window) -> None:
    for name in NAMES:
        window.pages.show_page(name)
        assert all(part.isVisible() for part in (window.menuBar(), window.tool_bar, window.status))


def test_a_page_keeps_selection_sample_scroll_place_and_focus(qtbot, window) -> None:
    activate(qtbot, window)
    window.resize(1024, 500)
    window.canvas.setFocus()
    window.document.select(("relu_3",))
    bar = window.canvas.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() > 0)
    focus, place = QApplication.focusWidget(), bar.value()
    qtbot.waitUntil(lambda: window.inspection.samples is not None)
    window.inspection.select_sample(5)
    for name in ("inspect", "train", "models", "data", "build"):
        window.pages.show_page(name)
        QApplication.processEvents()
    assert (window.document.selection, window.inspection.index) == (("relu_3",), 5)
    assert bar.value() == place
    assert QApplication.focusWidget() is focus


def test_tab_never_enters_a_hidden_page(qtbot, window) -> None:
    activate(qtbot, window)
    window.pages.show_page("inspect")
    qtbot.waitUntil(lambda: window.inspection.sample_trace is not None)  # before, there may be nothing to enter
    for name in NAMES:
        window.pages.show_page(name)
        hidden = [window.pages._pages[other] for other in NAMES if other != name]
        entered = []
        for _ in range(120):
            qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_Tab)
            entered.append(QApplication.focusWidget())
        assert not [widget for widget in entered if any(page.isAncestorOf(widget) for page in hidden)]
        assert any(window.pages._pages[name].isAncestorOf(widget) for widget in entered), name
        assert "rail_build" in {widget.objectName() for widget in entered}


# ------------------------------------------------------------------------------------------ what brings a page forward


def test_train_shows_the_train_page_but_not_to_a_user_who_inspects(qtbot, window) -> None:
    window.document.apply(edits.change_training(window.document.project, epochs=10_000))
    activate(qtbot, window)
    for page, then in (("build", "train"), ("inspect", "inspect"), ("models", "train")):
        window.pages.show_page(page)
        qtbot.keyClick(window, Qt.Key.Key_F5)
        assert window.session.state.active
        assert window.pages.current == then
        window.session.stop()
        qtbot.waitUntil(lambda: not window.session.state.active)


def test_inspect_follows_a_run_live(qtbot, window) -> None:
    window.document.apply(edits.change_training(window.document.project, epochs=10_000))
    window.pages.show_page("inspect")
    window.training.train()
    seen = []
    window.inspection.sample_trace_changed.connect(lambda: seen.append(window.inspection.sample_trace))
    qtbot.waitUntil(lambda: len({id(trace.snapshot) for trace in seen if trace}) > 3)


def test_f8_shows_the_card_of_the_problem_on_build(qtbot, window) -> None:
    window.resize(1024, 500)
    window.document.apply(edits.remove_layers(window.document.project, ["flatten_1"]))
    window.canvas.verticalScrollBar().setValue(0)
    activate(qtbot, window)
    window.pages.show_page("models")
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert window.pages.current == "build"
    card = window.canvas.card(window.document.problems[0].layer)
    qtbot.waitUntil(card.hasFocus)
    viewport = window.canvas.viewport()
    assert viewport.rect().contains(card.mapTo(viewport, card.rect().center()))


def test_f8_shows_the_data_page_if_the_data_have_a_problem(qtbot, window, tmp_path) -> None:
    window.document.apply(edits.change_data(window.document.project, source=str(tmp_path / "missing")))
    qtbot.waitUntil(lambda: bool(window.document.data_problem))
    window.actions_by_name["next_problem"].trigger()
    assert window.pages.current == "data"


def test_find_a_layer_type_unfolds_the_palette(qtbot, window) -> None:
    activate(qtbot, window)
    window.actions_by_name["fold_left"].trigger()
    window.pages.show_page("train")
    window.actions_by_name["find_layer"].trigger()
    assert window.pages.current == "build"
    qtbot.waitUntil(window.palette_view.findChild(QLineEdit, "palette_search").hasFocus)


# ------------------------------------------------------------------------------------------------------- folded panels


def test_panels_fold_by_their_keys_and_the_menu_shows_it(qtbot, window) -> None:
    window.resize(1200, 800)
    activate(qtbot, window)
    control, alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
    for key, modifiers, command, widget in (
        (Qt.Key.Key_B, control, "fold_left", window.palette_view),
        (Qt.Key.Key_B, control | alt, "fold_right", window.settings_tabs),
    ):
        assert is_checked(window, command)
        qtbot.keyClick(window, key, modifiers)
        assert not widget.isVisible()
        assert not is_checked(window, command)
        qtbot.keyClick(window, key, modifiers)
        assert widget.isVisible()
    window.pages.show_page("models")
    assert not window.actions_by_name["fold_left"].isEnabled() or window.models_page.findChildren(PageLayout)


# --------------------------------------------------------------------------------------------------------- own windows


def test_a_torn_off_page_gets_a_window_and_comes_back_when_it_is_closed(qtbot, window) -> None:
    window.pages.show_page("train")
    window.actions_by_name["tear_off"].trigger()
    own = own_window(window, "train")
    qtbot.waitExposed(own)
    assert own is not window
    assert own.windowTitle() == f"Train — {window.windowTitle()}"
    assert window.pages.current == "build"
    assert shown_pages(window) == ["build", "train"]
    window.document.apply(edits.insert_layer(window.document.project, 0, "ReLu"))
    assert own.isWindowModified()
    own.close()
    assert own_window(window, "train") is window
    assert shown_pages(window) == ["build"]
    window.pages.show_page("train")
    assert shown_pages(window) == ["train"]


def test_the_page_of_a_torn_off_window_is_raised_by_its_button(qtbot, window) -> None:
    window.pages.tear_off("train")
    activate(qtbot, window)
    qtbot.mouseClick(window.findChild(QToolButton, "rail_train"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(own_window(window, "train").isActiveWindow)
    assert window.pages.current == "build"
    assert window.findChild(QToolButton, "rail_build").isChecked()
    assert not window.findChild(QToolButton, "rail_train").isChecked()


def test_the_shortcuts_work_in_the_window_of_a_page(qtbot, window) -> None:
    window.document.apply(edits.change_training(window.document.project, epochs=10_000))
    window.resize(1200, 800)
    window.pages.tear_off("build")
    own = own_window(window, "build")
    activate(qtbot, own)
    control = Qt.KeyboardModifier.ControlModifier
    count = len(window.document.project.network.layers)
    window.canvas.setFocus()
    window.document.select(("relu_3",))
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_D, control)
    assert len(window.document.project.network.layers) == count + 1
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, control)
    assert len(window.document.project.network.layers) == count
    qtbot.keyClick(own, Qt.Key.Key_B, control)
    assert not window.palette_view.isVisible()
    qtbot.keyClick(own, Qt.Key.Key_F5)
    assert window.session.state.active
    assert window.pages.current == "train"
    assert own.isActiveWindow()
    qtbot.keyClick(own, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: not window.session.state.active)
    qtbot.keyClick(own, Qt.Key.Key_5, control)
    qtbot.waitUntil(window.isActiveWindow)
    assert window.pages.current == "models"


def test_ctrl_s_saves_from_the_window_of_a_page(qtbot, window, tmp_path) -> None:
    path = tmp_path / "network.tinyml.json"
    window.files.save_to(path)
    window.document.apply(edits.change_training(window.document.project, epochs=3))
    window.pages.tear_off("train")
    own = own_window(window, "train")
    activate(qtbot, own)
    qtbot.keyClick(own, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not window.document.modified
    assert '"epochs": 3' in path.read_text()


def test_the_last_page_of_the_main_window_stays_there(window) -> None:
    for name in NAMES:
        window.pages.tear_off(name)
    assert len(window.pages.torn_off) == len(NAMES) - 1
    assert window.pages.current == NAMES[-1]
    assert not window.actions_by_name["tear_off"].isEnabled()


def test_the_page_is_put_back_by_the_menu(qtbot, window) -> None:
    window.pages.tear_off("models")
    activate(qtbot, own_window(window, "models"))
    action = window.actions_by_name["tear_off"]
    assert "back" in action.text()
    action.trigger()
    assert window.pages.torn_off == frozenset()
    assert window.pages.current == "models"


def test_closing_the_main_window_closes_the_windows_of_the_pages(qtbot, window) -> None:
    window.pages.tear_off("train")
    own = own_window(window, "train")
    window.close()
    assert not own.isVisible()


# ------------------------------------------------------------------------------------------------------ saved layouts


def test_a_restart_restores_pages_windows_splitters_and_folded_panels(qtbot, window, make_window) -> None:
    window.pages.tear_off("train")
    own = own_window(window, "train")
    own.setGeometry(QRect(40, 60, 600, 420))
    window.pages.show_page("build")
    window.findChild(PageLayout, "build_layout").set_folded("left", folded=True)
    handle = window.findChild(QWidget, "build_columns").handle(2)
    start = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(handle, start - QPoint(30, 0))
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start - QPoint(30, 0))
    width = window.settings_tabs.width()
    assert width > 320
    window.canvas.zoom.set_factor(0.6)
    window.pages.show_page("inspect")
    size = window.size()
    window.close()
    again = make_window()
    assert again.pages.torn_off == {"train"}
    qtbot.waitExposed(own_window(again, "train"))
    assert own_window(again, "train").geometry() == QRect(40, 60, 600, 420)
    assert again.pages.current == "inspect"
    assert again.size() == size
    again.pages.show_page("build")
    assert not again.palette_view.isVisible()
    assert again.settings_tabs.width() == width
    assert again.canvas.zoom.factor == 0.6
    assert own_window(again, "train").windowTitle().startswith("Train — LeNet on digits")


def test_a_page_gets_its_next_window_where_its_last_one_was(window, make_window) -> None:
    place = QRect(50, 70, 610, 430)
    window.pages.tear_off("train")
    own_window(window, "train").setGeometry(place)
    own_window(window, "train").close()
    window.pages.tear_off("train")
    assert own_window(window, "train").geometry() == place
    own_window(window, "train").close()
    window.close()
    again = make_window()
    assert again.pages.torn_off == frozenset()
    again.pages.tear_off("train")
    assert own_window(again, "train").geometry() == place
    again.pages.reset()
    again.pages.tear_off("train")
    assert own_window(again, "train").size() != place.size()


def test_a_restart_lists_the_users_data_on_the_data_page(window, make_window, tmp_path) -> None:
    folders = [str(tmp_path / name) for name in ("first", "second")]
    for count in (1, 2):
        window.document.apply(edits.change_data(window.document.project, source=folders[count - 1]))
        again = make_window()
        assert again.data_page.recent == tuple(reversed(folders[:count]))


def test_a_window_from_a_screen_that_is_gone_opens_on_one_that_exists(qtbot, window, make_window) -> None:
    window.pages.tear_off("train")
    screen = QGuiApplication.primaryScreen().availableGeometry()
    for one in (window, own_window(window, "train")):
        one.move(screen.right() + 5000, screen.bottom() + 3000)
    window.close()
    again = make_window()
    for one in (again, own_window(again, "train")):
        assert screen.intersects(one.geometry())


@pytest.mark.parametrize(
    ("key", "value"),
    [("torn_off", "nothing,build"), ("page", "gone"), ("page_layouts/build", "x"), ("layout_version", 99)],
)
def test_wrong_settings_are_ignored(window, make_window, tmp_path, key, value) -> None:
    window.close()
    window._settings.setValue(key, value)
    window._settings.sync()
    again = make_window()
    assert again.pages.current in NAMES
    assert again.settings_tabs.isVisible()


def test_reset_puts_everything_back_and_keeps_the_window_on_its_screen(qtbot, window) -> None:
    screen = window.screen().availableGeometry()
    window.pages.tear_off("train")
    window.pages.show_page("build")
    window.actions_by_name["fold_right"].trigger()
    window.resize(screen.width() + 900, screen.height() + 500)
    window.actions_by_name["reset_layout"].trigger()
    assert window.pages.torn_off == frozenset()
    assert window.settings_tabs.isVisible()
    assert window.width() <= screen.width()
    assert window.height() <= screen.height()
    assert screen.contains(window.geometry())


# ----------------------------------------------------------------------------------------------------------- small ones


def test_the_first_size_fits_the_screen(window) -> None:
    screen = window.screen().availableGeometry()
    assert window.width() <= min(FIRST_SIZE.width(), screen.width())
    assert window.height() <= min(FIRST_SIZE.height(), screen.height())


@pytest.mark.parametrize("size", [(1024, 700), (720, 450)])
def test_no_page_widens_a_small_window(qtbot, window, size) -> None:
    window.resize(*size)
    for name in NAMES:
        window.pages.show_page(name)
        QApplication.processEvents()
        assert (window.width(), window.height()) == size
        assert window.minimumSizeHint().width() <= size[0]
        assert window.minimumSizeHint().height() <= size[1]


@pytest.mark.parametrize("size", [(1024, 700), (720, 450)])
def test_build_shows_at_least_five_cards_in_a_small_window(window, size) -> None:
    window.hide()
    window.resize(*size)
    window.show()
    assert (window.width(), window.height()) == size
    viewport = window.canvas.viewport()
    cards = window.canvas.card_stack.cards
    visible = [card for card in cards if viewport.rect().contains(QRect(card.mapTo(viewport, QPoint()), card.size()))]
    assert len(visible) >= 5
    assert window.canvas.width() >= 360


def test_full_screen_is_entered_and_left(qtbot, window) -> None:
    action = window.actions_by_name["full_screen"]
    action.trigger()
    qtbot.waitUntil(window.isFullScreen)
    assert action.isChecked()
    action.trigger()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert not action.isChecked()
