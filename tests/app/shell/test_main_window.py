import gc
import json
import sys
import threading
import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QTabBar,
    QTableView,
    QWidget,
)

from app.document import edits
from app.forms.export import ExportDialog
from app.shell.application import ThemeManager, open_settings
from app.shell.command_table import COMMANDS
from app.shell.examples import FIRST_EXAMPLE
from app.shell.main_window import MainWindow
from app.shell.page_table import PAGES
from app.training import SessionState
from app.widgets.theme.theme import current_theme

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


def train_briefly(qtbot, window, epochs=1):
    window.document.apply(edits.change_training(window.document.project, epochs=epochs))
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.session.state in ENDED)


def start_endless(qtbot, window):
    window.document.apply(edits.change_training(window.document.project, epochs=10_000))
    window.document.undo_stack.setClean()
    qtbot.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: window.session.batches_done > 0)


def answer(dialog, name):
    dialog.findChild(QPushButton, name).click()


def test_the_first_start_opens_the_example_ready_to_train(window):
    assert [layer.type for layer in window.document.project.network.layers][:3] == ["Conv2D", "ReLu", "MaxPool2D"]
    assert window.document.problems == ()
    assert window.actions_by_name["train"].isEnabled()
    assert not window.document.modified
    assert "LeNet on digits (example)" in window.windowTitle()


def test_every_command_has_a_tip_and_its_own_name_and_keys():
    names = [command.name for command in COMMANDS if not command.name.startswith("-")]
    assert len(set(names)) == len(names)
    assert all(command.tip for command in COMMANDS if not command.name.startswith("-"))
    shortcuts = [command.shortcut for command in COMMANDS if command.shortcut]
    assert len(set(shortcuts)) == len(shortcuts)


def test_every_button_has_an_object_name_and_a_text_or_an_accessible_name(window):
    own = [
        widget
        for widget in window.findChildren(QAbstractButton)
        if not isinstance(widget.parent(), (QTabBar, QLineEdit, QTableView))
        and not widget.objectName().startswith("qt_")
    ]
    assert len(own) > 20
    assert [type(widget).__name__ for widget in own if not widget.objectName()] == []
    shown = [widget for widget in own if widget.isVisible()]
    unnamed = [widget for widget in shown if not (widget.text() or widget.accessibleName())]
    assert [widget.objectName() for widget in unnamed] == []


def test_f5_trains_and_the_status_bar_shows_the_result(qtbot, window):
    train_briefly(qtbot, window)
    assert window.session.state is SessionState.FINISHED
    assert window.status.findChild(QWidget, "status_state").text() == "Finished"
    assert window.actions_by_name["export_weights"].isEnabled()
    assert window.actions_by_name["continue_training"].isEnabled()


def test_pause_resume_step_and_stop_by_their_keys(qtbot, window):
    start_endless(qtbot, window)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: window.session.state is SessionState.PAUSED)
    assert window.actions_by_name["pause"].text() == "&Resume"
    done = window.session.batches_done
    qtbot.keyClick(window, Qt.Key.Key_F7)
    qtbot.waitUntil(lambda: window.session.state is SessionState.PAUSED and window.session.batches_done == done + 1)
    qtbot.keyClick(window, Qt.Key.Key_F6)
    qtbot.waitUntil(lambda: window.session.batches_done > done + 1)
    qtbot.keyClick(window, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: window.session.state is SessionState.STOPPED)


def test_closing_while_training_asks_once_and_leaves_no_thread(qtbot, window, dialog):
    start_endless(qtbot, window)
    window.close()
    question = dialog(window, "close_dialog")
    assert window.isVisible()
    answer(question, "answer_stop")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("background")] == []
    assert not window.session.state.active


def test_esc_keeps_the_window_open_and_the_training_running(qtbot, window, dialog):
    start_endless(qtbot, window)
    window.close()
    qtbot.keyClick(dialog(window, "close_dialog"), Qt.Key.Key_Escape)
    done = window.session.batches_done
    qtbot.waitUntil(lambda: window.session.batches_done > done)
    assert window.isVisible()


def test_the_window_asks_before_unsaved_changes_are_lost(qtbot, window, dialog):
    window.document.apply(edits.insert_layer(window.document.project, 0, "ReLu"))
    changed = window.document.project
    window.actions_by_name["new_project"].trigger()
    question = dialog(window, "unsaved_dialog")
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert window.document.project == changed
    window.actions_by_name["new_project"].trigger()
    qtbot.waitUntil(lambda: len(window.findChildren(QMessageBox, "unsaved_dialog")) == 1)
    answer(dialog(window, "unsaved_dialog"), "answer_discard")
    qtbot.waitUntil(lambda: window.findChild(QDialog, "new_project_dialog") is not None)
    assert window.document.project == changed
    qtbot.keyClick(window.findChild(QWidget, "template_gallery"), Qt.Key.Key_Return)
    assert window.document.project.network.layers == ()


@pytest.mark.parametrize("content", [b"", b"{", b"\x00\xff", json.dumps({"format": "other"}).encode()])
def test_a_bad_project_file_gives_one_sentence_and_changes_nothing(qtbot, window, dialog, tmp_path, content):
    path = tmp_path / "bad.tinyml.json"
    path.write_bytes(content)
    before = window.document.project
    window.files.open_path(path)
    problem = dialog(window, "problem_dialog")
    assert "bad.tinyml.json" in problem.text()
    assert window.document.project == before
    qtbot.keyClick(problem, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(QMessageBox, "problem_dialog"))


def export_to(window, path) -> None:
    """Choose the weights in the export dialog, and save them as `path`."""
    window.actions_by_name["export_weights"].trigger()
    dialog = window.findChild(ExportDialog)
    dialog.choose("safetensors")
    dialog.export_to(path)


def test_an_export_to_a_missing_folder_gives_one_sentence(qtbot, window, dialog, tmp_path):
    train_briefly(qtbot, window)
    export_to(window, tmp_path / "missing" / "w.safetensors")
    message = window.findChild(QLabel, "export_message")
    qtbot.waitUntil(lambda: "Could not save" in message.text())


def test_exported_weights_bring_their_network(qtbot, window, make_window, tmp_path):
    train_briefly(qtbot, window)
    path = tmp_path / "w.safetensors"
    export_to(window, path)
    qtbot.waitUntil(path.exists)
    other = make_window("circle")
    other.files.use_weights(path)
    qtbot.waitUntil(lambda: other.document.project.network == window.document.project.network)
    assert other.session.test_accuracy == window.session.test_accuracy
    qtbot.waitUntil(
        lambda: other.inspection.sample_trace is not None and other.inspection.sample_trace.snapshot.trained
    )
    assert other.actions_by_name["continue_training"].isEnabled()


def test_a_loss_that_is_not_a_number_is_explained(qtbot, window, dialog):
    window.document.apply(edits.change_training(window.document.project, learning_rate=1000.0))
    train_briefly(qtbot, window, epochs=20)
    assert window.session.state is SessionState.FAILED
    assert "Lower the learning rate" in dialog(window, "problem_dialog").text()


def test_f8_selects_the_layer_with_a_problem(qtbot, window):
    window.document.apply(edits.remove_layers(window.document.project, ["flatten_1"]))
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert not window.session.state.active
    assert window.document.selection == (window.document.problems[0].layer,)
    assert "Linear needs a vector" in window.status.findChild(QWidget, "status_message").text()
    window.document.select(())
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert window.document.selection == (window.document.problems[0].layer,)


def test_layout_and_theme_are_restored(qtbot, window, make_window):
    # On the small screen of the tests, the palette would be folded for lack of room.
    window.resize(1440, 900)
    qtbot.waitUntil(window.palette_view.isVisible)
    window.actions_by_name["fold_left"].trigger()
    assert not window.palette_view.isVisible()
    window.findChild(QAction, "action_theme_dark").trigger()
    assert current_theme().dark
    window.close()
    again = make_window()
    again.resize(1440, 900)
    assert not again.palette_view.isVisible()
    again.actions_by_name["reset_layout"].trigger()
    again.resize(1440, 900)
    qtbot.waitUntil(again.palette_view.isVisible)


def test_the_undo_entry_names_the_step(window):
    window.document.apply(edits.move_layers(window.document.project, ["conv_2"], 0))
    assert window.actions_by_name["undo"].text() == "&Undo: move conv_2"


def use_all_pages(qtbot, window):
    window.files.load_example(FIRST_EXAMPLE)
    with qtbot.waitExposed(window):
        window.show()
    window.document.apply(edits.change_training(window.document.project, epochs=1))
    window.actions_by_name["train"].trigger()
    qtbot.waitUntil(lambda: window.session.state in ENDED)
    for page in PAGES:
        window.pages.show_page(page.name)
        QApplication.processEvents()
    window.actions_by_name["quick_insert"].trigger()
    for page in PAGES:
        window.pages.tear_off(page.name)
    window.pages.put_back("build")
    window.document.undo_stack.setClean()


@pytest.mark.usefixtures("theme")
def test_a_used_and_closed_window_is_deleted(qtbot, tmp_path):
    settings_file = tmp_path / "settings.ini"
    theme_manager = ThemeManager(QApplication.instance(), "light")
    window = MainWindow(open_settings(settings_file), theme_manager)
    theme_manager.setParent(window)
    use_all_pages(qtbot, window)
    # A thread keeps the exception hook that it finds.
    thread = threading.Thread()
    reference = weakref.ref(window)
    gc.collect()
    window.close()
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del window, theme_manager
    # No widget is left to the garbage collector.
    assert [(type(widget), widget.objectName()) for widget in QApplication.topLevelWidgets()] == []
    gc.collect()
    assert reference() is None
    assert not thread.is_alive()
    # The run is kept, with no lock and no temporary file.
    files = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    (run,) = (tmp_path / "runs").glob("[!.]*")
    names = {path.name for path in files if path.parent.name == run.name}
    assert files == {Path(settings_file.name), Path("runs/.last-number"), *(Path("runs", run.name, n) for n in names)}
    assert names - {"last.safetensors"} == {
        "run.json",
        "curves.safetensors",
        "weights.safetensors",
        "end.safetensors",
    }


def test_opening_another_project_while_training_asks_first(qtbot, window, dialog):
    start_endless(qtbot, window)
    window.files.open_example("circle")
    question = dialog(window, "stop_dialog")
    assert window.session.state.active
    answer(question, "answer_stop")
    qtbot.waitUntil(lambda: window.document.project.data.source == "circle")
    assert window.session.state is SessionState.READY
    assert window.session.message == ""
    qtbot.waitUntil(lambda: window.train_page.monitor.empty)


def test_an_unexpected_error_is_shown_once_and_the_program_continues(window, dialog, monkeypatch):
    monkeypatch.setattr(window.exception_hook, "_previous_hook", lambda *_: None)
    for _ in range(3):
        try:
            raise RuntimeError("unexpected")
        except RuntimeError as error:
            sys.excepthook(type(error), error, error.__traceback__)
    problem = dialog(window, "problem_dialog")
    assert "unexpected" in problem.text()
    assert "Traceback" in problem.detailedText()
    assert len(window.findChildren(QMessageBox, "problem_dialog")) == 1
    assert len(window.exception_hook.tracebacks) == 1


def test_another_project_is_opened_while_all_layers_are_selected(window):
    window.files.load_example("circle")
    window.canvas.setFocus()
    window.canvas.select_all()
    window.files.load_example("lenet-digits")
    assert set(window.document.selection) <= {layer.name for layer in window.document.project.network.layers}
    assert window.exception_hook.tracebacks == []


@pytest.mark.parametrize(("typed", "written"), [("net", "net.tinyml.json"), ("net.tinyml.json", "net.tinyml.json")])
def test_save_as_adds_a_missing_suffix(window, tmp_path, typed, written):
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)

    def type_a_name():
        chooser = QApplication.activeModalWidget()
        if isinstance(chooser, QFileDialog):
            timer.stop()
            chooser.findChild(QLineEdit, "fileNameEdit").setText(str(tmp_path / typed))
            chooser.accept()

    timer = QTimer(window, interval=10)
    timer.timeout.connect(type_a_name)
    timer.start()
    window.files.save_project_as()
    assert [path.name for path in tmp_path.glob("net*")] == [written]
    assert not window.document.modified


def test_the_window_does_not_ask_about_the_weights_of_a_run_that_is_kept(qtbot, window, monkeypatch):
    monkeypatch.setattr("app.shell.unsaved_changes.WORTH_A_QUESTION_SECONDS", 0)
    train_briefly(qtbot, window)
    run = window.session.run
    window.document.undo_stack.setClean()
    window.files.open_example("circle")
    assert window.document.project.data.source == "circle"
    qtbot.waitUntil(lambda: run.identifier in window.keeper.kept)
    assert window.keeper.store.load(run.identifier).snapshot is not None


def test_the_window_asks_before_weights_of_a_long_run_are_lost(qtbot, window, dialog, tmp_path, monkeypatch):
    monkeypatch.setattr("app.shell.unsaved_changes.WORTH_A_QUESTION_SECONDS", 0)
    monkeypatch.setattr(window.keeper.saver, "has_kept", lambda _run: False)
    train_briefly(qtbot, window)
    window.document.undo_stack.setClean()
    window.files.open_example("circle")
    qtbot.keyClick(dialog(window, "weights_dialog"), Qt.Key.Key_Escape)
    assert window.document.project.data.source == "digits"
    export_to(window, tmp_path / "w.safetensors")
    qtbot.waitUntil((tmp_path / "w.safetensors").exists)
    qtbot.waitUntil(lambda: window.files.recent_files.paths() != [])
    window.files.open_example("circle")
    assert window.document.project.data.source == "circle"


def test_the_status_bar_says_when_the_result_is_of_another_network(qtbot, window):
    train_briefly(qtbot, window)
    words = window.status.findChild(QWidget, "status_message")
    assert "Test accuracy" in words.text()
    window.document.apply(edits.remove_layers(window.document.project, ["relu_3"]))
    assert "another network" in words.text()
    window.document.undo_stack.undo()
    assert "Test accuracy" in words.text()
