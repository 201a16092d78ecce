"""The panel: tabs, the number of problems, and no work while a page is hidden."""

from PySide6.QtWidgets import QLabel, QTabBar, QWidget

from app.document import edits


def tabs_of(panel):
    return panel.findChild(QTabBar, "build_panel_tabs")


def test_the_badge_counts_the_problems(panel, document):
    tabs, badge = tabs_of(panel), panel.findChild(QLabel, "problem_count")
    assert tabs.accessibleTabName(0) in ("", "Problems")
    assert not badge.isVisible()
    document.apply(edits.remove_layers(document.project, ["flatten_1"]))
    count = len(document.problems)
    assert count > 0
    assert badge.isVisible()
    assert badge.text() == str(count)
    assert tabs.accessibleTabName(0).startswith(f"Problems, {count} problem")
    document.undo_stack.undo()
    assert not badge.isVisible()
    document.undo_stack.redo()
    assert badge.isVisible()


def test_a_hidden_page_does_no_work_and_is_up_to_date_when_shown(panel, document):
    pages = panel.problems, panel.summary, panel.history
    before = [page.refreshes for page in pages]
    assert before == [1, 0, 0]
    document.apply(edits.remove_layers(document.project, ["flatten_1"]))
    document.select(("conv_1",))
    assert [page.refreshes for page in pages][1:] == [0, 0]
    panel.hide()
    visible = panel.problems.refreshes
    document.undo_stack.undo()
    assert panel.problems.refreshes == visible
    panel.show_page(panel.summary)
    assert panel.summary.refreshes == 0
    panel.show()
    assert panel.summary.refreshes == 1
    assert panel.problems.refreshes == visible


def test_the_buttons_move_below_the_tabs_if_there_is_too_little_room(qtbot, panel):
    panel.show_page(panel.summary)
    tools, tabs = panel.findChild(QWidget, "summary_tools"), tabs_of(panel)
    qtbot.waitUntil(tools.isVisible)
    qtbot.waitUntil(lambda: tools.x() >= tabs.sizeHint().width())
    assert tools.y() < tabs.height()
    panel.resize(420, 240)
    qtbot.waitUntil(lambda: tools.y() >= tabs.height())
    assert tools.width() <= 420
    panel.show_page(panel.history)
    assert not tools.isVisible()


def test_a_page_can_be_added_between_others(panel):
    page, tools = QWidget(), QWidget()
    panel.add_page("New", page, tools, place=1)
    titles = [tabs_of(panel).tabText(index) for index in range(5)]
    assert titles == ["Problems", "New", "Code", "Summary", "History"]
    panel.show_page(page)
    assert page.isVisible()
    assert tools.isVisible()
    panel.show_page(panel.problems)
    assert not page.isVisible()
    assert not tools.isVisible()


def test_the_panel_needs_little_room(panel):
    assert panel.minimumSizeHint().width() <= 240
    assert panel.minimumSizeHint().height() <= 160
