"""A path to a special file gives one sentence at once, and changes nothing."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from app.inspector.reconstruction.picture_file import save_png
from app.models.reading.file_contents import read_contents
from app.models.reading.pictures import paint_tensor
from app.monitor.export import CurveTable, save_picture
from app.shell.command_line import main
from app.shell.tour import take_tour
from app.training import Snapshot
from app.training.curves import RunCurves
from app.training.snapshot import frozen_state
from app.training.snapshot_files import export_snapshot, load_snapshot
from tests.special_files import IMPOSSIBLE, SPECIAL, impossible_path, listing, make_special
from tinyml.core import TinymlError
from tinyml.data import describe
from tinyml.net import build
from tinyml.storage import example_path, read_project

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and devices have no paths on Windows"),
    pytest.mark.timeout(180),
]


def snapshot() -> Snapshot:
    project = read_project(example_path("circle"))
    net = build(project.network, (2,), np.random.default_rng(0))
    return Snapshot(project.network, project.data, project.training, describe("circle"), frozen_state(net), ())


def make_path(kind: str, folder: Path) -> Path:
    """Make a special file, or return a path where no file can exist."""
    if kind in IMPOSSIBLE:
        return Path(impossible_path(kind, folder))
    make_special(kind, folder / "file.tinyml.json")
    return folder / "file.tinyml.json"


def image() -> QImage:
    return QImage(2, 2, QImage.Format.Format_RGB32)


READERS = {
    "models": lambda path: read_contents(path, lambda: None),
    "picture of a tensor": lambda path: paint_tensor(path, "a", dark=False),
    "use weights": load_snapshot,
}
WRITERS = {
    "curves": lambda path: CurveTable(RunCurves()).save(path),
    "curves as a picture": lambda path: save_picture(image(), path),
    "inspector's picture": lambda path: save_png(path, image()),
    "weights": lambda path: export_snapshot(path, snapshot()),
}


@pytest.mark.parametrize("kind", [*SPECIAL, *IMPOSSIBLE])
@pytest.mark.parametrize("function", [*READERS, *WRITERS])
def test_background_functions_fail_with_one_sentence(qapp, tmp_path, monkeypatch, function, kind) -> None:
    monkeypatch.chdir(tmp_path)
    path = make_path(kind, tmp_path)
    before = listing(tmp_path)
    with pytest.raises(TinymlError):
        (READERS | WRITERS)[function](path)
    assert listing(tmp_path) == before


def test_projects_are_opened_from_and_saved_to_regular_files_only(window, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    project = window.document.project
    for number, kind in enumerate([*SPECIAL, *IMPOSSIBLE]):
        place = tmp_path / str(number)
        place.mkdir()
        path = make_path(kind, place)
        before = listing(place)
        window.files.open_path(path)
        assert not window.files.save_to(path)
        assert window.document.project == project
        assert listing(place) == before
    titles = [box.windowTitle() for box in window.findChildren(QMessageBox, "problem_dialog")]
    assert len(titles) == 2 * (len(SPECIAL) + len(IMPOSSIBLE))
    assert titles.count("Save project") == len(SPECIAL) + len(IMPOSSIBLE)
    assert window.files.recent_files.paths() == []
    assert window.exception_hook.tracebacks == []


def test_only_regular_files_are_listed_as_recent(window, tmp_path) -> None:
    names = [impossible_path(kind, tmp_path) for kind in IMPOSSIBLE if kind != "surrogate"]
    for kind in SPECIAL:
        make_special(kind, tmp_path / kind)
        names.append(str(tmp_path / kind))
    (tmp_path / "good.tinyml.json").write_bytes(b"{}")
    window._settings.setValue("recent_files", [*names, str(tmp_path / "good.tinyml.json")])
    assert window.files.recent_files.paths() == [tmp_path / "good.tinyml.json"]
    window.files.fill_recent_menu(QMenu(window))


def test_the_window_starts_with_special_files_among_unsaved_changes(make_window) -> None:
    folder = make_window().recovery._folder
    for number, kind in enumerate(SPECIAL):
        make_special(kind, folder / f"unsaved-{number}.tinyml.json")
        make_special(kind, folder / f"unsaved-{number}-of-a-dead-program.tinyml.lock")
        make_special(kind, folder / f".unsaved-{number}.tinyml.json.0123abcd.tmp")
    second = make_window()
    second.recovery.offer()
    assert second.findChild(QMessageBox) is None


def test_a_name_that_is_too_long_gives_a_sentence(window, tmp_path, dialog, monkeypatch) -> None:
    """Dialogs of the desktop may accept such names."""
    monkeypatch.setattr(QFileDialog, "exec", lambda _self: QFileDialog.DialogCode.Accepted)
    monkeypatch.setattr(QFileDialog, "selectedFiles", lambda _self: [str(tmp_path / ("a" * 300))])
    window.files.save_project_as()
    assert "File name too long" in dialog(window, "problem_dialog").text()
    assert window.exception_hook.tracebacks == []


def test_the_tour_and_the_settings_refuse_special_paths(window, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    for number, kind in enumerate(sorted((SPECIAL.keys() | IMPOSSIBLE.keys()) - {"empty"})):
        place = tmp_path / str(number)
        place.mkdir()
        path = make_path(kind, place)
        with pytest.raises(SystemExit):
            main(["--settings", str(path)])
        assert capsys.readouterr().err.count("error:") == 1
        if kind != "folder":
            result = take_tour(window, path)
            assert not result["ok"]
            assert result["reason"]
