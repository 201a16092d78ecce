"""The list of runs: what it shows, and what its mouse, keys and menus do."""

import csv
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLabel, QLineEdit, QMenu, QPushButton

from app.monitor import TrainPage
from app.monitor.runs.run_list import star_area
from app.monitor.runs.run_model import ROW_ROLE
from app.monitor.runs.run_row import RunRow
from app.runs import KeptRun
from app.runs.record import record_of
from app.training import SessionState, worker
from tests.app.runs.conftest import ENDED, keep
from tests.app.training.conftest import circle_project
from tinyml.core import TinymlError
from tinyml.learner import TrainingSettings

RATES = ({"learning_rate": 0.5}, {"learning_rate": 0.1}, {"learning_rate": 0.05, "batch_size": 20})


def lines(panel) -> list[tuple[str, str, str]]:
    return [(row.name, row.line(), row.result) for row in panel.rows]


def area_of(panel, run):
    return panel.list.visualRect(panel.list.model().index_of(run.identifier))


def choose(panel, *runs) -> None:
    panel.list.select(tuple(run.identifier for run in runs))


def message(panel) -> str:
    return panel.findChild(QLabel, "message_words").text()


def test_before_the_first_run_the_list_says_what_to_do(panel) -> None:
    empty = panel.findChild(QLabel, "runs_empty")
    assert empty.isVisible()
    assert "Press Train" in empty.text()
    assert not panel.findChild(QPushButton, "runs_restore").isVisible()
    assert not panel.findChild(QPushButton, "runs_more").isEnabled()
    assert not panel.comparison.isVisible()


def test_each_run_says_what_differs_from_the_run_before_it(panel, keep_runs) -> None:
    keep_runs(*RATES)
    assert lines(panel) == [
        ("run 3", "lr 0.05, batch 20", "90.0\N{NO-BREAK SPACE}%"),
        ("run 2", "lr 0.1", "90.0\N{NO-BREAK SPACE}%"),
        ("run 1", "SGD 0.5", "90.0\N{NO-BREAK SPACE}%"),
    ]
    assert not panel.findChild(QLabel, "runs_empty").isVisible()
    assert panel.findChild(QLabel, "runs_size").text().startswith("3\N{NO-BREAK SPACE}runs, ") or panel.findChild(
        QLabel, "runs_size"
    ).text().startswith("3 runs, ")


def test_failed_and_interrupted_runs_say_so(panel, qtbot, keeper, make_run) -> None:
    diverged, failed, crashed = (make_run(number) for number in (1, 2, 3))
    diverged.state, diverged.failure = SessionState.FAILED, "divergence"
    failed.state, failed.message = SessionState.FAILED, "The folder is gone."
    crashed.state = SessionState.RUNNING
    for run in (diverged, failed, crashed):
        keep(keeper.store, run)
    keeper.reload()
    qtbot.waitUntil(lambda: len(panel.rows) == 3)
    assert [row.line() for row in panel.rows] == [
        "interrupted by a crash · same settings",
        "failed · same settings",
        "diverged · SGD 0.1",
    ]
    assert panel.rows[2].result == "–"
    assert "The folder is gone." in panel.rows[1].tooltip()


def test_a_validation_loss_of_zero_is_not_taken_for_an_unknown_one(make_run) -> None:
    run = make_run()
    results = {"training_loss": 0.5, "training_metric": None, "validation_metric": None, "test_accuracy": None}
    record = record_of(run, run.config, "")
    for validated, shown in ((0.0, "0"), (None, "0.500")):
        newest = record.results.model_copy(update={**results, "validation_loss": validated})
        row = RunRow(KeptRun(run.identifier, record.model_copy(update={"results": newest})))
        assert row.result == shown


def test_a_run_that_cannot_be_read_is_last_and_says_why(panel, qtbot, keeper, keep_runs) -> None:
    _, second = keep_runs(*RATES[:2])
    (keeper.folder / second.identifier / "run.json").write_text("{")
    keeper.reload()
    qtbot.waitUntil(lambda: keeper.kept[second.identifier].record is None)
    assert [row.name for row in panel.rows] == ["run 1", second.identifier[:8]]
    assert panel.rows[1].line() == "cannot be read"
    assert "damaged" in panel.rows[1].tooltip()
    choose(panel, second)
    assert not panel.findChild(QPushButton, "runs_restore").isEnabled()
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert [row.name for row in panel.rows] == ["run 1"]


def test_the_running_run_is_on_top_and_its_figures_follow(panel, qtbot, session, document, keep_runs) -> None:
    keep_runs(*RATES)
    document.show_project(circle_project(epochs=100_000))
    session.start()
    qtbot.waitUntil(lambda: panel.rows[0].active)
    assert panel.rows[0].state == "running"
    assert panel.rows[0].name == "run 4"
    qtbot.waitUntil(lambda: panel.rows[0].result != "–")
    session.stop()
    qtbot.waitUntil(lambda: session.state in ENDED)
    qtbot.waitUntil(lambda: not panel.rows[0].active)
    assert panel.rows[0].line().startswith("stopped")


def test_a_chosen_run_is_shown_on_the_page(panel, qtbot, session, keep_runs) -> None:
    runs = keep_runs(*RATES)
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=area_of(panel, runs[1]).center())
    qtbot.waitUntil(lambda: session.run.identifier == runs[1].identifier)
    assert session.run.history == runs[1].history
    assert next(row for row in panel.rows if row.identifier == runs[1].identifier).drawn
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: session.run.identifier == runs[0].identifier)
    session.show_next_run()
    assert panel.list.selected == (runs[1].identifier,), "the list follows the page"


def test_the_list_follows_the_page_to_a_new_run(panel, qtbot, train, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[0])
    run = train()
    qtbot.waitUntil(lambda: panel.list.selected == (run.identifier,))


def test_while_a_run_is_active_another_one_can_be_chosen_but_the_page_stays(
    panel, qtbot, session, document, keep_runs
) -> None:
    runs = keep_runs(*RATES)
    document.show_project(circle_project(epochs=100_000))
    session.start()
    qtbot.waitUntil(lambda: panel.rows[0].active)
    choose(panel, runs[0])
    before = len(session.history)
    qtbot.waitUntil(lambda: len(session.history) > before and not panel._show_timer.isActive())
    assert panel.list.selected == (runs[0].identifier,)
    assert session.run.identifier != runs[0].identifier


def test_hostile_names_from_files_are_shown_safely(panel, qtbot, keeper, make_run) -> None:
    hostile = "<b>x</b>\u202e\0" + "n" * 10_000
    plain, named = make_run(1), make_run(2)
    layers = named.config.project.network.layers
    layer = layers[0].model_copy(update={"name": hostile})
    network = named.config.project.network.model_copy(update={"layers": (layer, *layers[1:])})
    named.config = replace(named.config, project=named.config.project.model_copy(update={"network": network}))
    named.title, named.shown = hostile[:200], True
    record = record_of(named, named.config, hostile[:4000])
    keeper.kept = {
        run.identifier: KeptRun(run.identifier, each)
        for run, each in ((plain, record_of(plain, plain.config, "")), (named, record))
    }
    keeper.changed.emit()
    qtbot.waitUntil(lambda: len(panel.rows) == 2)
    index = panel.list.model().index_of(named.identifier)
    assert "<b>x</b>" in panel.rows[0].line()
    choose(panel, named)
    shown = [
        index.data(ROW_ROLE).line,
        index.data(Qt.ItemDataRole.DisplayRole),
        index.data(Qt.ItemDataRole.ToolTipRole),
        index.data(Qt.ItemDataRole.AccessibleTextRole),
        panel.findChild(QLabel, "runs_compared").text(),
        *(text for row in panel.comparison.table.texts for text in row),
    ]
    for text in shown:
        assert not {"\u202e", "\0"} & set(text)
        assert len(text) < 5000
    assert not Qt.mightBeRichText(index.data(Qt.ItemDataRole.ToolTipRole))
    panel.list.viewport().repaint()


def test_the_star_is_a_click(panel, qtbot, keeper, keep_runs) -> None:
    runs = keep_runs(*RATES)
    place = star_area(area_of(panel, runs[0])).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: keeper.store.read_record(runs[0].identifier).starred)


def test_f2_renames_in_place(panel, qtbot, keeper, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[1])
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    editor = panel.list.findChild(QLineEdit, "run_name_editor")
    assert editor.isVisible()
    QTest.keyClicks(editor, "best of all")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.rows[1].name == "best of all")
    qtbot.waitUntil(lambda: keeper.store.read_record(runs[1].identifier).title == "best of all")


def test_deleted_runs_come_back_with_the_button_and_with_the_key(panel, qtbot, document, keep_runs) -> None:
    runs = keep_runs(*RATES)
    undone = []
    document.changed.connect(lambda: undone.append(1))
    panel.list.setFocus()
    choose(panel, runs[0], runs[1])
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert [row.name for row in panel.rows] == ["run 3"]
    assert "2" in panel.findChild(QLabel, "runs_deleted").text()
    choose(panel, runs[2])
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert panel.rows == ()
    assert panel.findChild(QLabel, "runs_deleted").text() == "Deleted run 3."
    QTest.mouseClick(panel.findChild(QPushButton, "runs_undo"), Qt.MouseButton.LeftButton)
    assert [row.name for row in panel.rows] == ["run 3"]
    QTest.keyClick(panel.list, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(panel.rows) == 3
    assert not panel.findChild(QLabel, "runs_deleted").isVisible()
    assert undone == []


def test_the_running_run_stays_when_it_is_deleted(panel, qtbot, session, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    session.start()
    qtbot.waitUntil(lambda: len(panel.rows) == 1)
    choose(panel, session.run)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert "Stop it" in message(panel)
    assert len(panel.rows) == 1


def test_restore_is_one_edit_and_brings_the_weights(panel, qtbot, train, session, document) -> None:
    first = train()
    document.replace(circle_project(learning_rate=0.7))
    qtbot.waitUntil(lambda: len(panel.rows) == 1)
    choose(panel, first)
    QTest.mouseClick(panel.findChild(QPushButton, "runs_restore"), Qt.MouseButton.LeftButton)
    assert document.project == first.config.project
    assert document.undo_stack.undoText() == "restore run 1"
    assert "Undo brings back yours" in message(panel)
    qtbot.waitUntil(lambda: session.run.identifier == first.identifier)
    assert session.snapshot.fits(document.project.network, document.data)
    document.undo_stack.undo()
    assert document.project.training.learning_rate == 0.7
    document.undo_stack.redo()
    QTest.mouseClick(panel.findChild(QPushButton, "runs_restore"), Qt.MouseButton.LeftButton)
    assert "already" in message(panel)


def test_weights_are_shown_in_inspect_with_the_network_that_they_belong_to(
    panel, qtbot, train, session, document
) -> None:
    first = train()
    other = circle_project().model_copy(update={"network": circle_project().network.model_copy(update={"layers": ()})})
    document.replace(other)
    qtbot.waitUntil(lambda: len(panel.rows) == 1)
    with qtbot.waitSignal(panel.commands.inspect_requested):
        panel.commands.inspect(panel.rows[0].record)
    assert session.run.identifier == first.identifier
    assert document.project.network == first.config.project.network
    assert document.undo_stack.canUndo()


def test_a_run_without_weights_says_so(panel, qtbot, keep_runs) -> None:
    keep_runs({})
    panel.commands.inspect(panel.rows[0].record)
    qtbot.waitUntil(lambda: "has no weights" in message(panel))


def test_the_curves_of_a_run_are_a_table(panel, qtbot, keep_runs, tmp_path) -> None:
    keep_runs({})
    with qtbot.waitSignal(panel.commands.message):
        panel.commands.export_curves_to(panel.rows[0].record, tmp_path / "curves.csv")
    rows = list(csv.DictReader((tmp_path / "curves.csv").read_text().splitlines()))
    assert [row["kind"] for row in rows].count("batch") == 20
    assert [row["kind"] for row in rows].count("epoch") == 2


def test_all_runs_are_one_table_that_no_spreadsheet_executes(panel, qtbot, keeper, keep_runs, tmp_path) -> None:
    runs = keep_runs(*RATES)
    keeper.change(runs[0].identifier, title="=HYPERLINK(1)")
    with qtbot.waitSignal(panel.commands.message):
        panel.commands.export_all_to([row.record for row in panel.rows], tmp_path / "runs.csv")
    rows = list(csv.DictReader((tmp_path / "runs.csv").read_text().splitlines()))
    assert [float(row["learning_rate"]) for row in rows] == [0.05, 0.1, 0.5]
    assert [row["test_accuracy"] for row in rows] == ["0.9"] * 3
    assert rows[2]["name"] == "'=HYPERLINK(1)"
    assert set(TrainingSettings.model_fields) <= set(rows[0])


def test_an_export_that_cannot_be_written_is_one_sentence(panel, qtbot, keep_runs, tmp_path) -> None:
    keep_runs({})
    panel.commands.export_curves_to(panel.rows[0].record, tmp_path / "missing" / "curves.csv")
    qtbot.waitUntil(lambda: "Could not save" in message(panel))


def test_old_runs_are_deleted_but_not_the_newest_and_the_starred(panel, qtbot, keeper, keep_runs) -> None:
    runs = keep_runs({}, {}, {}, {})
    keeper.change(runs[1].identifier, starred=True)
    panel.commands.ask_and_delete_old()
    dialog = panel.findChild(QInputDialog, "delete_old_runs")
    assert "4\N{NO-BREAK SPACE}runs" in dialog.labelText() or "4 runs" in dialog.labelText()
    dialog.setIntValue(1)
    dialog.accept()
    assert [row.name for row in panel.rows] == ["run 4", "run 2"]
    panel.commands.delete_all_but_starred()
    assert [row.name for row in panel.rows] == ["run 2"]
    keeper.undo_delete()
    keeper.undo_delete()
    assert len(panel.rows) == 4


def test_the_menu_offers_what_fits_the_selection(panel, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[0])
    one = [action.text() for action in panel.make_menu().actions() if action.text()]
    assert "Restore into the builder" in one
    assert "Show its weights in Inspect" in one
    choose(panel, *runs)
    many = [action.text() for action in panel.make_menu().actions() if action.text()]
    assert many == ["Export all as CSV…", "Delete", "Delete all but starred"]


def test_the_menu_key_opens_the_menu(panel, qtbot, keep_runs) -> None:
    runs = keep_runs(*RATES)
    choose(panel, runs[0])
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(), QPoint())
    QApplication.sendEvent(panel.list.viewport(), event)
    qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    QApplication.activePopupWidget().close()


@pytest.mark.parametrize("number", [0, 2])
def test_screen_readers_hear_the_whole_row(panel, keep_runs, number) -> None:
    keep_runs(*RATES)
    index = panel.list.model().index(number, 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert panel.rows[number].name in spoken
    assert panel.rows[number].line() in spoken


def test_a_hidden_panel_does_nothing_until_it_is_shown(panel, qtbot, keeper, keep_runs) -> None:
    panel.hide()
    keep_runs(*RATES)
    assert panel.rows == ()
    panel.show()
    assert len(panel.rows) == 3


def test_the_page_opens_with_the_runs_if_there_are_some(qtbot, document, session, keeper, make_run) -> None:
    keep(keeper.store, make_run())
    page = TrainPage(document, session, keeper)
    page.show()
    assert page.left.titles == ("Runs", "Settings")
    qtbot.waitUntil(lambda: page.left.current is page.runs)
    page.shutdown()
    page.close()
    page.deleteLater()


def test_a_run_that_failed_before_its_first_batch_is_in_the_list(panel, qtbot, session, monkeypatch) -> None:
    def fail(*_arguments: object) -> None:
        raise TinymlError("The folder of the data is gone.")

    monkeypatch.setattr(worker, "load_splits", fail)
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FAILED)
    qtbot.waitUntil(lambda: [row.line().partition(" ")[0] for row in panel.rows] == ["failed"])
    assert "The folder of the data is gone." in panel.rows[0].tooltip()
