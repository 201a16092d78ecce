"""Exports of the window run in a thread of their own: a long one delays no other command."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

import app.forms.export.export_dialog as dialog_module
from app.forms.export import ExportDialog
from tests.tinyml.storage.exporters.models import trained
from tinyml.storage import save_model
from tinyml.storage.exporters import Exporter


class SlowExport:
    """An exporter that writes only after it may.

    Attributes:
        has_begun: set while it writes.
        may_end: lets it end.
    """

    def __init__(self) -> None:
        self.has_begun, self.may_end = Event(), Event()

    def write(self, path: Path, *_model: object) -> None:
        self.has_begun.set()
        self.may_end.wait()
        path.write_text("written")

    def exporter(self) -> Exporter:
        return Exporter("slow", "Slow", "txt", "a slow file", self.write)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowExport]:
    """Replace all formats by a slow one. Use it after the window, which waits for the export when it closes."""
    found = SlowExport()
    monkeypatch.setattr(dialog_module, "exporters", lambda: {"slow": found.exporter()})
    yield found
    found.may_end.set()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save_model(path, *trained("circle"))
    return path


def start_export(qtbot, window, model: Path, path: Path, slow: SlowExport) -> ExportDialog:
    dialog = window.files.weights_export.export_file(model)
    qtbot.waitUntil(lambda: not dialog._examination.busy)
    dialog.export_to(path)
    qtbot.waitUntil(slow.has_begun.is_set)
    return dialog


def test_a_long_export_does_not_delay_opening_weights(qtbot, make_window, slow, model: Path, tmp_path: Path) -> None:
    window = make_window("circle")
    dialog = start_export(qtbot, window, model, tmp_path / "out.txt", slow)
    with qtbot.waitSignal(window.files.weights_used):
        window.files.use_weights(model)
    assert dialog.busy
    assert not (tmp_path / "out.txt").exists()
    slow.may_end.set()
    qtbot.waitUntil(lambda: not window.findChildren(ExportDialog))
    assert (tmp_path / "out.txt").read_text() == "written"


def test_a_dialog_does_not_wait_for_what_an_earlier_one_has_left(
    qtbot, make_window, slow, model: Path, tmp_path
) -> None:
    window = make_window("circle")
    dialog = start_export(qtbot, window, model, tmp_path / "out.txt", slow)
    dialog.done(0)  # as when the window closes its dialogs
    next_one = window.files.weights_export.export_file(model)
    qtbot.waitUntil(lambda: not next_one._examination.busy)
    next_one.close()


def test_the_end_of_the_program_waits_for_an_export(qtbot, make_window, slow, model: Path, tmp_path: Path) -> None:
    window = make_window("circle")
    start_export(qtbot, window, model, tmp_path / "out.txt", slow).done(0)
    slow.may_end.set()
    window.files.weights_export.shutdown()
    assert (tmp_path / "out.txt").read_text() == "written"
