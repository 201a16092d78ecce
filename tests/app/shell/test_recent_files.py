"""The recent files: order, number, and what the menu shows."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QMenu

from app.shell.recent_files import MOST_RECENT, RecentFiles


@pytest.fixture
def recent(qapp, tmp_path) -> RecentFiles:
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    return RecentFiles(settings)


def make_files(folder: Path, count: int) -> list[Path]:
    files = [folder / f"{number}.tinyml.json" for number in range(count)]
    for file in files:
        file.touch()
    return files


def test_the_newest_file_is_first_and_the_oldest_are_dropped(qtbot, recent, tmp_path) -> None:
    files = make_files(tmp_path, MOST_RECENT + 2)
    for file in files:
        with qtbot.waitSignal(recent.changed):
            recent.remember(file)
    assert recent.paths() == files[:1:-1]
    recent.remember(files[5])
    assert recent.paths()[0] == files[5]
    assert len(recent.paths()) == MOST_RECENT


def test_a_file_that_was_deleted_is_not_listed(recent, tmp_path) -> None:
    first, second = make_files(tmp_path, 2)
    recent.remember(first)
    recent.remember(second)
    second.unlink()
    assert recent.paths() == [first]


def test_dialogs_start_in_the_folder_of_the_newest_file(recent, tmp_path) -> None:
    assert recent.last_folder() == Path.home()
    recent.remember(make_files(tmp_path, 1)[0])
    assert recent.last_folder() == tmp_path


def test_the_menu_opens_the_chosen_file(qtbot, recent, tmp_path) -> None:
    opened: list[Path] = []
    menu = QMenu()
    qtbot.addWidget(menu)
    recent.fill_menu(menu, opened.append)
    assert [(action.text(), action.isEnabled()) for action in menu.actions()] == [("No files yet", False)]
    first, second = make_files(tmp_path, 2)
    recent.remember(first)
    recent.remember(second)
    recent.fill_menu(menu, opened.append)
    assert [action.text() for action in menu.actions()] == [second.name, first.name]
    menu.actions()[1].trigger()
    assert opened == [first]
