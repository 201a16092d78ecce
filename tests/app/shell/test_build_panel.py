"""The panel below the canvas as a part of the window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QListView, QSpinBox, QTableView, QWidget

from app.document import edits


@pytest.fixture
def panel(qtbot, window):
    """The panel, unfolded by its key."""
    window.pages.show_page("build")
    assert not window.build_panel.isVisible()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.build_panel.isVisible()
    return window.build_panel


def test_the_panel_is_folded_at_first_and_does_nothing(window):
    panel = window.build_panel
    window.document.apply(edits.remove_layers(window.document.project, ["flatten_1"]))
    assert not panel.isVisible()
    assert panel.problems.refreshes == panel.summary.refreshes == panel.history.refreshes == 0


def test_ctrl_j_folds_the_panel_and_the_window_remembers_it(qtbot, window, panel, make_window):
    window.close()
    again = make_window()
    again.pages.show_page("build")
    assert again.build_panel.isVisible()
    again.activateWindow()
    qtbot.waitUntil(again.isActiveWindow)
    qtbot.keyClick(again, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert not again.build_panel.isVisible()
    qtbot.keyClick(again, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    again.pages.reset()
    again.pages.show_page("build")
    assert not again.build_panel.isVisible()


def test_five_cards_are_visible_in_a_small_window(window):
    window.resize(1024, 700)
    window.pages.show_page("build")
    QApplication.processEvents()
    viewport = window.canvas.viewport()
    cards = window.canvas.card_stack.all_cards()
    whole = [
        card
        for card in cards
        if viewport.rect().contains(card.rect().translated(card.mapTo(viewport, card.rect().topLeft())))
    ]
    assert len(whole) >= 5


def test_a_number_that_was_typed_is_a_step_before_the_history_moves(qtbot, window, panel):
    document = window.document
    document.apply(edits.insert_layer(document.project, 0, "ReLu"))
    panel.show_page(panel.history)
    document.select(("conv_1",))
    box = next(each for each in window.settings_tabs.findChildren(QWidget) if each.objectName() == "setting_filters")
    box.setFocus()
    number = box if isinstance(box, QSpinBox) else box.findChild(QSpinBox) or box
    number.selectAll()
    qtbot.keyClicks(number, "31")
    view = panel.findChild(QListView, "history_list")
    place = view.visualRect(view.model().index(0, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    texts = [view.model().index(row, 0).data() for row in range(view.model().rowCount())]
    assert document.undo_stack.index() == 0
    assert texts[-1].startswith("Change filters of conv_1")
    document.undo_stack.setIndex(2)
    assert document.inference_of("conv_1").settings.filters == 31


def test_a_row_of_the_problems_selects_the_card(qtbot, window, panel):
    window.document.apply(edits.remove_layers(window.document.project, ["flatten_1"]))
    table = panel.findChild(QTableView, "problem_table")
    qtbot.waitUntil(table.isVisible)
    qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(table.model().index(0, 1)).center()
    )
    assert window.document.selection == (window.document.problems[0].layer,)
    assert window.canvas.card(window.document.selection[0]).selected


def test_a_save_that_fails_is_explained(window, panel, dialog, tmp_path):
    panel.summary.save_to(tmp_path / "missing" / "table.csv")
    assert "Could not save" in dialog(window, "problem_dialog").text()


def test_the_picture_has_one_command_for_menu_and_summary(qtbot, window, panel, monkeypatch, tmp_path):
    path = tmp_path / "network.svg"
    monkeypatch.setattr("app.builder.canvas.picture_export.ask_where_to_save", lambda *_: path)
    window.actions_by_name["export_picture"].trigger()
    qtbot.waitUntil(path.exists)
    path.unlink()
    panel.show_page(panel.summary)
    qtbot.mouseClick(panel.findChild(QWidget, "summary_picture"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(path.exists)


def test_f8_and_shift_f8_walk_in_both_directions(qtbot, window):
    project = edits.insert_layer(window.document.project, 0, "MaxPool2D", {"window": [99, 99]}).project
    project = edits.change_settings(project, "conv_2", {"filters": -1}).project
    window.document.apply(edits.Edit("break", project))
    names = [problem.layer for problem in window.document.problems]
    assert len(names) >= 2
    walked = []
    for key, modifier in ((Qt.Key.Key_F8, 0), (Qt.Key.Key_F8, 0), (Qt.Key.Key_F8, 1), (Qt.Key.Key_F8, 1)):
        shift = Qt.KeyboardModifier.ShiftModifier if modifier else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(window, key, shift)
        walked.append(window.document.selection[0])
    assert walked == [names[0], names[1], names[0], names[-1]]


def test_the_page_and_the_choice_of_the_code_are_remembered(window, panel, make_window):
    panel.show_page(panel.code)
    panel.code.show_kind("pytorch")
    window.close()
    again = make_window().build_panel
    assert again.code.kind == "pytorch"
    assert again.findChild(QWidget, "code_pytorch").isChecked()
    assert again.code.isVisibleTo(again)


def test_a_page_that_does_not_exist_changes_nothing(window, panel, make_window):
    window.close()
    window._settings.setValue("build_panel/page", "x")
    window._settings.setValue("build_panel/code", ["torch"])
    again = make_window().build_panel
    assert again.problems.isVisibleTo(again)
    assert again.code.kind == "tinyml"
