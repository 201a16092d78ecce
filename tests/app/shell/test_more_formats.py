"""One more reader file and one more exporter file are enough for the window to offer their formats."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QFileDialog, QPushButton

from app.forms.export import ExportDialog
from tests.app.shell.test_opening import drop
from tests.tinyml.data.readers.throwaway_reader import number_reader, write_table
from tests.tinyml.storage.exporters.throwaway_exporter import text_exporter
from tinyml.storage import read_model


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Path]:
    """Add the reader of number lists, and return a table."""
    folder = tmp_path / "more_readers"
    folder.mkdir()
    with number_reader(folder):
        yield write_table(tmp_path / "table.numbers")


def train_briefly(qtbot, window) -> None:
    window.actions_by_name["train"].trigger()
    qtbot.waitUntil(lambda: window.session.batches_done > 0)
    window.actions_by_name["stop"].trigger()
    qtbot.waitUntil(lambda: not window.session.state.active)


class TestANewReaderFile:
    def test_is_in_the_dialog_open_project(self, qtbot, table, make_window, monkeypatch) -> None:
        window, filters = make_window("circle"), []

        def choose(*arguments) -> tuple[str, str]:
            filters.append(arguments[3])
            return str(table), ""

        monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
        window.actions_by_name["open_project"].trigger()
        assert "Number lists (*.numbers)" in filters[0].split(";;")
        qtbot.waitUntil(lambda: window.document.project.data.source == str(table))

    def test_can_be_dropped(self, qtbot, table, make_window) -> None:
        window = make_window("circle")
        assert drop(window.canvas, table)
        qtbot.waitUntil(lambda: window.document.project.data.source == str(table))
        qtbot.waitUntil(lambda: window.document.data is not None)
        assert window.document.data.count == 60

    def test_is_in_the_data_form(self, qtbot, table, make_window, monkeypatch) -> None:
        window, asked = make_window("circle"), []

        def choose(*arguments) -> tuple[str, str]:
            asked.extend((arguments[1], arguments[3]))
            return str(table), ""

        monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
        window.settings_tabs.show_data()
        box = window.findChild(QComboBox, "data_source")
        texts = [box.itemText(position) for position in range(box.count())]
        assert texts[-2:] == ["Choose file…", "Choose folder…"]
        box.activated.emit(box.count() - 2)
        assert "a list of numbers" in asked[0]
        assert "Number lists (*.numbers)" in asked[1].split(";;")
        qtbot.waitUntil(lambda: window.document.project.data.source == str(table))
        assert box.currentText() == "table.numbers"
        window.document.undo_stack.undo()
        assert box.currentText() == "Circle"


def test_a_new_exporter_file_is_in_the_export_dialog(qtbot, make_window, tmp_path, monkeypatch) -> None:
    window = make_window("circle")
    train_briefly(qtbot, window)
    monkeypatch.setattr(QFileDialog, "exec", lambda _self: QFileDialog.DialogCode.Accepted)
    with text_exporter(tmp_path):
        for name, path in (("a-names", tmp_path / "net.txt"), ("safetensors", tmp_path / "net.safetensors")):
            monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self, path=path: [str(path)])
            window.actions_by_name["export_weights"].trigger()
            dialog = window.findChild(ExportDialog)
            dialog.choose(name)
            save = dialog.findChild(QPushButton, "export_save")
            qtbot.waitUntil(save.isEnabled)
            save.click()
            qtbot.waitUntil(path.exists)
            qtbot.waitUntil(lambda: not window.findChildren(ExportDialog))
            # A list of names keeps no weights.
            assert (window.session.run.exported is window.session.snapshot) is (name == "safetensors")
    assert (tmp_path / "net.txt").read_text().splitlines()[0] == "circle"
    assert read_model(tmp_path / "net.safetensors").data.source == "circle"
    # The window cannot open the text file again.
    assert window.files.recent_files.paths() == [tmp_path / "net.safetensors"]
