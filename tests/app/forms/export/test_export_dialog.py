"""The export dialog: formats, previews, obstacles, progress, and what it remembers."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QListWidget, QMessageBox, QPlainTextEdit, QPushButton, QWidget

import app.forms.export.export_dialog as module
from app.forms.export import ExportDialog, ModelSource, source_of_file
from app.jobs import BackgroundRunner
from tests.tinyml.storage.exporters.models import trained
from tinyml.core import StorageError
from tinyml.storage import read_model, save_model
from tinyml.storage.exporters import Exporter, Preview, exporters

MakeDialog = Callable[..., ExportDialog]


@pytest.fixture
def settings(tmp_path: Path) -> QSettings:
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def make_dialog(qtbot, settings: QSettings) -> Iterator[MakeDialog]:
    runner, window = BackgroundRunner(), QWidget()
    qtbot.addWidget(window)

    def make(source: ModelSource | None = None) -> ExportDialog:
        source = source or ModelSource("The weights", "net", lambda: trained("digits"))
        dialog = ExportDialog(source, runner, settings, window)
        dialog.show()
        qtbot.waitUntil(lambda: not dialog._examination.busy)
        return dialog

    yield make
    runner.shutdown()


@pytest.fixture
def fake_exporters(monkeypatch: pytest.MonkeyPatch) -> dict[str, Exporter]:
    """Replace the formats by a dictionary that the test can change."""
    fakes: dict[str, Exporter] = {}
    monkeypatch.setattr(module, "exporters", lambda: fakes)
    return fakes


def label(dialog: ExportDialog, name: str) -> str:
    found = dialog.findChild(QLabel, name)
    return "" if found.isHidden() else found.text()


def save_button(dialog: ExportDialog) -> QPushButton:
    return dialog.findChild(QPushButton, "export_save")


def choose(qtbot, dialog: ExportDialog, name: str) -> None:
    dialog.choose(name)
    qtbot.waitUntil(lambda: not dialog._examination.busy and label(dialog, "export_preview_words") != "Reading …")


def test_every_format_is_offered_with_its_help(qtbot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    formats = dialog.findChild(QListWidget, "export_formats")
    titles = [formats.item(row).text() for row in range(formats.count())]
    assert titles == [exporter.title for exporter in exporters().values()]
    for name, exporter in exporters().items():
        choose(qtbot, dialog, name)
        assert label(dialog, "export_help")[1:] == f"{exporter.help[1:]}."


def test_scripts_are_previewed_as_text_and_pictures_as_pixels(qtbot, make_dialog: MakeDialog) -> None:
    dialog = make_dialog()
    choose(qtbot, dialog, "tinyml")
    text = dialog.findChild(QPlainTextEdit, "export_preview_text")
    assert text.isVisible()
    assert "net = Sequential([" in text.toPlainText()
    choose(qtbot, dialog, "svg")
    picture = dialog.findChild(QWidget, "export_preview_picture")
    assert picture.isVisible()
    assert not text.isVisible()
    view = dialog.findChild(QWidget, "export_preview_scroll")
    assert picture.width() == min(view.viewport().width(), 1440)
    before = picture.height()
    dialog.resize(dialog.width() + 60, dialog.height())
    qtbot.waitUntil(lambda: picture.height() > before)


def test_a_format_without_preview_says_so(qtbot, make_dialog: MakeDialog, fake_exporters: dict[str, Exporter]) -> None:
    fake_exporters["plain"] = Exporter("plain", "Plain", "txt", "nothing", lambda *_: None)
    assert label(make_dialog(), "export_preview_words") == "This format has no preview."


def test_obstacles_are_named_and_nothing_can_be_saved(
    qtbot, make_dialog: MakeDialog, fake_exporters: dict[str, Exporter]
) -> None:
    free = Exporter("free", "Free", "txt", "everything", lambda *_: None)
    fake_exporters["narrow"] = replace(
        free, name="narrow", obstacles=lambda *_: ("Layer 'a' has no word.", "Layer 'b' has no word.")
    )
    fake_exporters["free"] = free
    dialog = make_dialog()
    choose(qtbot, dialog, "narrow")
    assert label(dialog, "export_obstacles") == "Layer 'a' has no word.\nLayer 'b' has no word."
    assert not save_button(dialog).isEnabled()
    choose(qtbot, dialog, "free")
    assert label(dialog, "export_obstacles") == ""
    assert save_button(dialog).isEnabled()


def test_a_model_that_cannot_be_read_gives_its_sentence(qtbot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog(source_of_file(tmp_path / "gone.safetensors"))
    assert "There is no file" in label(dialog, "export_obstacles")
    assert not save_button(dialog).isEnabled()


def test_format_and_folder_are_remembered(qtbot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch) -> None:
    dialog = make_dialog()
    choose(qtbot, dialog, "csv")
    with qtbot.waitSignal(dialog.exported) as signal:
        dialog.export_to(tmp_path / "net.csv")
    assert signal.args == ["csv", tmp_path / "net.csv"]
    assert not dialog.isVisible()
    starts: list[Path] = []
    monkeypatch.setattr(module, "ask_where_to_save", lambda _parent, _title, start, _filters: starts.append(start))
    again = make_dialog()
    assert again.exporter.name == "csv"
    save_button(again).click()
    assert starts == [tmp_path / "net.csv"]


def test_enter_in_the_list_asks_where_to_save(qtbot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch) -> None:
    dialog = make_dialog()
    choose(qtbot, dialog, "csv")
    monkeypatch.setattr(module, "ask_where_to_save", lambda *_: tmp_path / "net.csv")
    with qtbot.waitSignal(dialog.exported):
        qtbot.keyClick(dialog.findChild(QListWidget, "export_formats"), Qt.Key.Key_Return)
    assert (tmp_path / "net.csv").exists()


def test_a_folder_gets_a_name_of_its_own(
    qtbot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch, fake_exporters: dict[str, Exporter]
) -> None:
    fake_exporters["many"] = Exporter("many", "Many", "", "a folder", lambda path, _net, _about: Path(path).mkdir())
    (tmp_path / "net-many").mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog = make_dialog()
    with qtbot.waitSignal(dialog.exported) as signal:
        save_button(dialog).click()
    assert signal.args == ["many", tmp_path / "net-many-2"]


def test_a_failure_is_a_sentence_in_the_dialog(qtbot, make_dialog: MakeDialog, tmp_path: Path) -> None:
    dialog = make_dialog()
    choose(qtbot, dialog, "csv")
    dialog.export_to(tmp_path / "missing" / "net.csv")
    qtbot.waitUntil(lambda: "there is no folder" in label(dialog, "export_message"))
    assert dialog.isVisible()
    assert save_button(dialog).isEnabled()


def test_a_slow_export_shows_progress_and_can_be_cancelled(
    qtbot, make_dialog: MakeDialog, tmp_path: Path, fake_exporters: dict[str, Exporter]
) -> None:
    may_continue, ended = Event(), Event()

    def slow(path, _net, _about, progress) -> None:
        try:
            progress(0.5)
            may_continue.wait(30)
            progress(0.6)
            Path(path).write_text("written")
        finally:
            ended.set()

    fake_exporters["slow"] = Exporter("slow", "Slow", "txt", "slow", slow)
    dialog = make_dialog()
    dialog.export_to(tmp_path / "net.txt")
    bar = dialog.findChild(QWidget, "export_progress")
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum() // 2)
    close = dialog.findChild(QPushButton, "export_close")
    assert close.text() == "Cancel export"
    assert not save_button(dialog).isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert (close.text(), close.isEnabled(), label(dialog, "export_message")) == ("Cancelling…", False, "")
    may_continue.set()
    qtbot.waitUntil(ended.is_set)
    qtbot.waitUntil(save_button(dialog).isEnabled)
    assert label(dialog, "export_message") == "The export was cancelled."
    assert not (tmp_path / "net.txt").exists()
    close.click()
    assert not dialog.isVisible()


def test_an_export_that_is_cancelled_too_late_is_told_as_written(
    qtbot, make_dialog: MakeDialog, tmp_path: Path, fake_exporters: dict[str, Exporter]
) -> None:
    may_continue = Event()

    def nearly_done(path, _net, _about, progress) -> None:
        progress(1.0)
        may_continue.wait(30)
        Path(path).write_text("written")

    fake_exporters["slow"] = Exporter("slow", "Slow", "txt", "slow", nearly_done)
    dialog = make_dialog()
    dialog.export_to(tmp_path / "net.txt")
    bar = dialog.findChild(QWidget, "export_progress")
    qtbot.waitUntil(lambda: bar.maximum() > 0 and bar.value() == bar.maximum())
    dialog.findChild(QPushButton, "export_close").click()
    with qtbot.waitSignal(dialog.exported) as exported:
        may_continue.set()
    assert exported.args == ["slow", tmp_path / "net.txt"]
    assert (tmp_path / "net.txt").read_text() == "written"
    assert not dialog.isVisible()


def test_an_export_that_the_end_of_the_program_cancels_does_not_hold_the_dialog(
    qtbot, make_dialog: MakeDialog, tmp_path: Path, fake_exporters: dict[str, Exporter]
) -> None:
    may_continue = Event()
    fake_exporters["slow"] = Exporter(
        "slow", "Slow", "txt", "slow", lambda _path, _net, _about, progress: may_continue.wait(30)
    )
    dialog = make_dialog()
    dialog.export_to(tmp_path / "net.txt")
    dialog._export.cancel()
    may_continue.set()
    dialog.reject()
    assert not dialog.isVisible()


def test_an_export_never_replaces_the_file_that_it_reads(
    qtbot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "net.safetensors"
    save_model(path, *trained("circle"))
    before = path.read_bytes()
    starts: list[Path] = []

    def answer(_parent, _title, start, _filters) -> Path:
        starts.append(start)
        return path

    monkeypatch.setattr(module, "ask_where_to_save", answer)
    dialog = make_dialog(replace(source_of_file(path), folder=tmp_path))
    choose(qtbot, dialog, "safetensors")
    save_button(dialog).click()
    assert starts == [tmp_path / "net-export.safetensors"]
    assert "would replace the file that is exported" in label(dialog, "export_message")
    assert path.read_bytes() == before
    dialog.export_to(tmp_path / "copy.safetensors")
    qtbot.waitUntil((tmp_path / "copy.safetensors").exists)
    assert read_model(tmp_path / "copy.safetensors") == read_model(path)


def test_the_user_is_asked_before_a_file_beside_the_chosen_one_is_replaced(
    qtbot, make_dialog: MakeDialog, tmp_path: Path, monkeypatch, fake_exporters: dict[str, Exporter]
) -> None:
    def refuse(*_arguments: object) -> None:
        raise StorageError("not to be called")

    fake_exporters["two"] = Exporter("two", "Two", "py", "two files", refuse, companions=("weights",))
    (tmp_path / "net.weights").write_text("precious")
    monkeypatch.setattr(module, "ask_where_to_save", lambda *_: tmp_path / "net.py")
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda self: asked.append(self.text()))
    dialog = make_dialog()
    save_button(dialog).click()
    assert asked == ["net.weights already exists."]
    assert not dialog.busy


def test_a_long_text_is_cut_and_shows_no_hidden_characters(
    qtbot, make_dialog: MakeDialog, fake_exporters: dict[str, Exporter]
) -> None:
    text = "a\u202eb\n" + "x" * 100_000
    fake_exporters["long"] = Exporter(
        "long", "Long", "txt", "long", lambda *_: None, preview=lambda *_: Preview(text=text)
    )
    shown = make_dialog().findChild(QPlainTextEdit, "export_preview_text").toPlainText()
    assert shown.startswith("a\\u202eb\n")
    assert shown.endswith("\n…")
    assert len(shown) < 70_000
