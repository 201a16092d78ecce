"""The list of files: what it says, closing, changes on disk."""

import os
from datetime import datetime
from pathlib import Path
from threading import Event

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.formatting import SPACE
from app.models.files.file_entries import make_entry
from app.models.reading.file_contents import FileFacts, mark_of, read_facts
from tinyml.core.tensor_file import write_tensors


def lines(view) -> dict[str, str]:
    return {Path(entry.key).name: entry.line for entry in view.file_panel.files.entries}


def rename(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write a file under another name first, as other programs do."""
    write_tensors(path.with_suffix(".new"), tensors)
    path.with_suffix(".new").replace(path)


def test_each_file_has_a_line_of_facts(qtbot, view, opened, make_model, foreign) -> None:
    model = make_model(accuracy=0.5)
    os.utime(model, (0, 0))
    damaged = model.with_name("damaged.safetensors")
    damaged.write_bytes(model.read_bytes()[:-8])
    opened(model, foreign, damaged)
    qtbot.waitUntil(lambda: lines(view).get("damaged.safetensors") == "cannot be read")
    shown = {name: line.replace(SPACE, " ") for name, line in lines(view).items()}
    assert shown["model.safetensors"] == "475 parameters · 50.0 % · 1 Jan 1970"
    assert shown["foreign.safetensors"] == "232 parameters · today"
    warned = {Path(entry.key).name for entry in view.file_panel.files.entries if entry.warns}
    assert warned == {"damaged.safetensors"}
    assert "not a whole safetensors file" in view.file_panel.files.entries[2].tooltip


def test_the_line_names_the_program_that_wrote_a_file() -> None:
    now = datetime(2026, 11, 22)
    entry = make_entry(Path("a"), FileFacts((0, 1, 1), 11_689_512, origin="from PyTorch"), False, now)
    assert entry.line.replace(SPACE, " ") == "11.7 M parameters · from PyTorch"
    assert make_entry(Path("a"), None, False, now).line == "…"
    assert read_facts(Path("no such file")).mark is None


def test_del_closes_a_file_and_the_next_one_is_shown(qtbot, view, opened, make_model, foreign) -> None:
    first, second = make_model("first"), make_model("second")
    opened(first, second, foreign)
    files = view.file_panel.files
    files.setFocus()
    QTest.keyClick(files, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: view.contents is not None and view.contents.path == second)
    assert view.state.files.open == (second, foreign)
    assert view.state.files.recent == (first,)
    view.state.close_file(second)
    qtbot.waitUntil(lambda: view.contents is not None and view.contents.path == foreign)
    view.state.close_file(foreign)
    assert view.contents is None
    assert view.state.selected == ""
    assert view._body.currentIndex() == 0
    with qtbot.waitSignal(view.forgotten) as forgotten:
        view.state.close_file(first)
    assert forgotten.args == [first]


def test_the_menu_closes_a_file(qtbot, view, opened, make_model) -> None:
    model = make_model()
    opened(model)
    view.file_panel.files.menu_requested.emit(str(model), QPoint(0, 0))
    menu = view.file_panel.findChild(QMenu)
    menu.findChild(QAction, "models_menu_close").trigger()
    menu.close()
    assert view.contents is None


def test_a_file_that_another_program_changes_is_read_again(qtbot, view, opened, foreign) -> None:
    opened(foreign)
    qtbot.waitUntil(lambda: view.state.files.facts(foreign) is not None)
    view.state.select("tokens")
    view.pane.filter_field.setText("")
    rename(foreign, {"tokens": np.ones((2, 2), np.float32), "new": np.zeros(3, np.float32)})
    qtbot.waitUntil(lambda: view.message.text.startswith("foreign.safetensors was changed by another program"))
    assert view.pane.table_model.rowCount() == 2
    assert view.state.selected == "tokens"
    qtbot.waitUntil(lambda: view.state.summaries["tokens"].mean == 1.0 if "tokens" in view.state.summaries else False)


def test_a_deleted_file_is_marked_and_comes_back(qtbot, view, opened, foreign) -> None:
    opened(foreign)
    qtbot.waitUntil(lambda: view.state.files.facts(foreign) is not None)
    content = foreign.read_bytes()
    foreign.unlink()
    qtbot.waitUntil(lambda: lines(view)["foreign.safetensors"] == "missing")
    assert "was deleted or moved" in view.message.text
    assert view.contents is not None
    foreign.write_bytes(content)
    qtbot.waitUntil(lambda: "parameters" in lines(view)["foreign.safetensors"])


def test_a_hidden_page_reads_nothing_and_catches_up(qtbot, view, opened, foreign) -> None:
    opened(foreign)
    qtbot.waitUntil(lambda: view.state.files.facts(foreign) is not None)
    known = view.state.files.facts(foreign)
    view.hide()
    rename(foreign, {"new": np.zeros(3, np.float32)})
    view.state.files.check()
    assert not view.state.files._job.busy
    assert view.state.files.facts(foreign) is known
    view.show()
    qtbot.waitUntil(lambda: view.pane.table_model.rowCount() == 1)


def test_a_file_that_is_half_written_is_one_sentence_and_changes_nothing(qtbot, view, opened, foreign) -> None:
    opened(foreign)
    qtbot.waitUntil(lambda: view.state.files.facts(foreign) is not None)
    content = foreign.read_bytes()
    foreign.write_bytes(content[:-9])
    qtbot.waitUntil(lambda: "not a whole safetensors file" in view.message.text)
    assert view.pane.table_model.rowCount() == 7
    foreign.write_bytes(content)
    qtbot.waitUntil(lambda: "was changed by another program. It is shown" in view.message.text)


def test_statistics_that_begin_do_not_stop_the_opening_of_another_file(qtbot, view, make_model, foreign) -> None:
    first = make_model("first")
    view.open_files((first,))
    qtbot.waitUntil(lambda: view.contents.path == first)
    view.open_files((foreign,))
    view.state._on_timeout()  # the statistics of the first file
    qtbot.waitUntil(lambda: view.contents.path == foreign)


def test_a_file_that_is_replaced_before_the_list_looks_at_it_is_read_again(
    qtbot, view, make_model, monkeypatch
) -> None:
    path, other = make_model("first"), make_model("second", seed=1)
    gate = Event()

    def late(path: Path) -> FileFacts:
        gate.wait()
        return read_facts(path)

    monkeypatch.setattr("app.models.state.open_files.read_facts", late)
    try:
        view.open_file(path)
        qtbot.waitUntil(lambda: view.contents is not None and not view.state.busy)
        first = view.contents
        other.replace(path)
    finally:
        gate.set()
    qtbot.waitUntil(lambda: view.contents is not first)
    assert view.contents.mark == mark_of(path)
