"""The gallery of the Data page: what is listed, public sets on request, forgetting, menus, settings."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QMenu,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.datasets import DataPage
from app.datasets.download_settings import DownloadSettings
from app.document.edits import change_data
from app.widgets.entry_list import EntryList
from tests.tinyml.data.downloads.file_server import FileServer, serve_files
from tests.tinyml.data.public.tiny_sets import put_tiny_sets
from tinyml.data import builtin_names, known_names
from tinyml.data.public import public_sets

SET = "cifar-10"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FileServer]:
    with serve_files() as server:
        put_tiny_sets(monkeypatch, server, tmp_path / "cache")
        yield server


@pytest.fixture
def page(server: FileServer, page: DataPage) -> DataPage:
    """The page with tiny sets; the fixture of the conftest makes it after the server."""
    return page


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that were shown in the file manager."""
    shown: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: shown.append(url.toLocalFile()))
    return shown


def find(page: QWidget, kind: type, name: str):
    found = page.findChild(kind, name if name.startswith("download_settings") else f"data_page_{name}")
    assert found is not None, name
    return found


def line(page: DataPage, key: str) -> str:
    entries = {entry.key: entry for entry in find(page, EntryList, "list").entries}
    return entries[key].line.replace("\N{NO-BREAK SPACE}", " ")


def choose(page: DataPage, key: str) -> None:
    """Click an entry with the mouse."""
    entries = find(page, EntryList, "list")
    item = next(entries.item(row) for row in range(entries.count()) if entries._key_of(entries.item(row)) == key)
    entries.scrollToItem(item)
    QTest.mouseClick(
        entries.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        entries.visualItemRect(item).center(),
    )


def shown_text(page: DataPage, name: str) -> str:
    label = find(page, QLabel, name)
    return label.text() if label.isVisible() else ""


def actions(page: DataPage, key: str) -> dict[str, Callable[[], None]]:
    """Return the enabled commands in the menu of an entry."""
    menu = page._sources.make_menu(key)
    return {action.text(): action.trigger for action in menu.actions() if action.isEnabled() and action.text()}


def test_the_sections_list_every_set_with_a_line_and_a_picture(qtbot, page) -> None:
    entries = find(page, EntryList, "list")
    assert [entry.key for entry in entries.entries] == list(known_names())
    headings = [entries.item(row).text() for row in range(entries.count()) if not entries._key_of(entries.item(row))]
    assert headings == ["Built in", "Public, on request"]
    assert all(entry.line and entry.tooltip for entry in entries.entries)
    qtbot.waitUntil(lambda: all(entry.picture is not None for entry in entries.entries))
    pictures = {entry.key: entry.picture for entry in entries.entries}
    assert all(pictures[name] != pictures["mnist"] for name in builtin_names())
    assert shown_text(page, "nothing_yet")
    assert line(page, "digits") == "1 797 images · 10 classes"
    assert line(page, "mnist").startswith("60 images · ")


def test_a_set_that_is_not_downloaded_is_offered_and_changes_nothing(qtbot, page, document, server) -> None:
    choose(page, SET)
    panel = find(page, QWidget, "download_panel")
    assert panel.isVisible()
    assert shown_text(page, "download_title") == "CIFAR-10"
    assert "from the internet" in shown_text(page, "download_facts")
    assert document.project.data.source == "digits"
    assert server.requests == []
    choose(page, "circle")
    assert not panel.isVisible()
    assert document.project.data.source == "circle"


def test_a_download_with_the_mouse_ends_with_the_set_in_use(qtbot, page, document) -> None:
    choose(page, SET)
    find(page, QPushButton, "download_start").click()
    qtbot.waitUntil(lambda: document.project.data.source == SET)
    assert document.undo_stack.count() == 1
    assert not find(page, QWidget, "download_panel").isVisible()
    assert line(page, SET).startswith("downloaded · ")
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == SET)
    plain = {entry.key: entry.picture for entry in find(page, EntryList, "list").entries}
    qtbot.waitUntil(
        lambda: next(e.picture for e in find(page, EntryList, "list").entries if e.key == SET) != plain["mnist"]
    )
    assert page.recent == ()
    choose(page, "circle")
    choose(page, SET)
    assert document.project.data.source == SET


def test_progress_cancel_and_continue(qtbot, page, document, server) -> None:
    server.stall_after = 60_000
    choose(page, SET)
    start, cancel = find(page, QPushButton, "download_start"), find(page, QPushButton, "download_cancel")
    start.setFocus()
    QTest.keyClick(start, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page.downloads.states[SET].received > 40_000)
    assert find(page, QProgressBar, "download_progress").value() > 100
    assert " of 185 kB" in shown_text(page, "download_facts").replace("184", "185").replace("186", "185")
    assert line(page, SET).startswith("downloading · ")
    assert cancel.hasFocus()
    assert not start.isVisible()
    QTest.keyClick(cancel, Qt.Key.Key_Space)
    assert start.isVisible()
    qtbot.waitUntil(lambda: start.text() == "Continue" and "there already" in shown_text(page, "download_facts"))
    server.stall_after = None
    server.release.set()
    start.click()
    qtbot.waitUntil(lambda: document.project.data.source == SET)
    assert server.requests[-1][1].startswith("bytes=")


def test_a_failed_download_offers_another_try_and_the_mirror(qtbot, page, document, server) -> None:
    content = server.files.pop(f"/{SET}/cifar-10-binary.tar.gz")
    choose(page, SET)
    start = find(page, QPushButton, "download_start")
    start.click()
    qtbot.waitUntil(lambda: "could not be downloaded" in shown_text(page, "download_error"))
    assert start.text() == "Try again"
    assert line(page, SET) == "the download failed"
    find(page, QPushButton, "download_mirror").click()
    dialog = find(page, DownloadSettings, "download_settings")
    server.files[f"/school/{SET}/cifar-10-binary.tar.gz"] = content
    find(dialog, QLineEdit, "download_settings_mirror").setText(f"{server.address}/school")
    find(dialog, QDialogButtonBox, "download_settings_buttons").button(QDialogButtonBox.StandardButton.Save).click()
    assert page.downloads.mirror == f"{server.address}/school/"
    start.click()
    qtbot.waitUntil(lambda: document.project.data.source == SET)
    assert shown_text(page, "download_error") == ""


def test_a_download_continues_while_the_page_is_hidden(qtbot, page, document) -> None:
    choose(page, SET)
    find(page, QPushButton, "download_start").click()
    page.hide()
    qtbot.waitUntil(lambda: page.downloads.states[SET].complete)
    page.show()
    assert document.project.data.source == SET


def test_other_data_chosen_meanwhile_stays_in_use(qtbot, page, document) -> None:
    choose(page, SET)
    find(page, QPushButton, "download_start").click()
    choose(page, "circle")
    qtbot.waitUntil(lambda: page.downloads.states[SET].complete)
    assert document.project.data.source == "circle"


def test_a_project_whose_public_set_is_not_downloaded_offers_it(qtbot, page, document) -> None:
    document.apply(change_data(document.project, source=SET))
    panel = find(page, QWidget, "needed_download_panel")
    qtbot.waitUntil(panel.isVisible)
    assert document.data is not None  # shapes are known without the download
    assert shown_text(page, "needed_download_title") == "CIFAR-10 is not downloaded yet."
    assert not find(page, QPushButton, "retry").isVisible()
    assert not shown_text(page, "message")
    # It is offered once: in the middle, not at the left as well.
    assert not find(page, QWidget, "download_panel").isVisible()
    find(page, QPushButton, "needed_download_start").click()
    assert shown_text(page, "needed_download_title") == "CIFAR-10 is being downloaded."
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == SET)
    assert not panel.isVisible()


def test_the_offer_in_the_middle_ends_with_the_choice_of_other_data(qtbot, page, document) -> None:
    document.apply(change_data(document.project, source=SET))
    panel = find(page, QWidget, "needed_download_panel")
    qtbot.waitUntil(panel.isVisible)
    choose(page, "mnist")
    assert find(page, QWidget, "download_panel").isVisible()  # another set is offered at the left
    choose(page, "circle")
    qtbot.waitUntil(lambda: page.preview is not None and page.preview.description.name == "circle")
    assert not panel.isVisible()
    choose(page, SET)
    assert find(page, QWidget, "download_panel").isVisible()


def test_the_menu_of_a_public_set(qtbot, page, tmp_path, opened) -> None:
    downloading = actions(page, SET)
    assert [text.split(" (")[0] for text in downloading] == ["Download", "Download settings…"]
    with qtbot.waitSignal(page.downloads.finished):
        next(iter(downloading.values()))()
    commands = actions(page, SET)
    assert [text.split(" (")[0] for text in commands] == [
        "Delete the download",
        "Show in the file manager",
        "Download settings…",
    ]
    commands["Show in the file manager"]()
    assert opened == [str(tmp_path / "cache" / SET)]
    for answer, complete in (("Cancel", True), ("Delete", False)):
        next(iter(actions(page, SET).values()))()
        box = find(page, QMessageBox, "clear_question")
        assert "can be downloaded again" in box.text()
        next(button for button in box.buttons() if button.text().strip("&") == answer).click()
        qtbot.waitUntil(lambda: not page.findChildren(QMessageBox, "data_page_clear_question"))
        page.downloads.refresh()
        qtbot.waitUntil(lambda complete=complete: page.downloads.states[SET].complete == complete)
    assert not public_sets()[SET].is_downloaded


def test_data_of_earlier_sessions_is_forgotten_but_not_deleted(qtbot, page, tmp_path, opened) -> None:
    kept, gone = tmp_path / "table.csv", tmp_path / "gone"
    kept.write_text("a,b\n1,2\n")
    page.show_recent([str(kept), str(gone), str(tmp_path)])
    qtbot.waitUntil(lambda: line(page, str(gone)) == f"missing · {tmp_path}")
    icons = page._sources._icons

    def pictures() -> dict[str, object]:
        return {entry.key: entry.picture for entry in find(page, EntryList, "list").entries}

    qtbot.waitUntil(lambda: pictures()[str(tmp_path)] == icons["folder"])
    assert (pictures()[str(kept)], pictures()[str(gone)]) == (icons["file"], icons["missing"])
    assert next(entry for entry in find(page, EntryList, "list").entries if entry.key == str(gone)).warns
    assert not shown_text(page, "nothing_yet")
    assert list(actions(page, str(gone))) == ["Forget"]
    actions(page, str(kept))["Show in the file manager"]()
    actions(page, str(tmp_path))["Show in the file manager"]()
    assert opened == [str(tmp_path), str(tmp_path)]
    with qtbot.waitSignal(page.recent_changed):
        actions(page, str(kept))["Forget"]()
    assert page.recent == (str(gone), str(tmp_path))
    assert kept.exists()
    assert actions(page, "digits") == {}


def test_the_data_in_use_cannot_be_forgotten(qtbot, page, document, tmp_path) -> None:
    document.apply(change_data(document.project, source=str(tmp_path)))
    assert "Forget" not in actions(page, str(tmp_path))


def test_a_built_in_set_in_use_is_described_with_its_options(qtbot, page, document) -> None:
    document.apply(change_data(document.project, source="blobs", options={"classes": 6, "count": 600}))
    qtbot.waitUntil(lambda: line(page, "blobs") == "600 points · 6 classes")
    choose(page, "circle")
    assert line(page, "blobs") == "1 000 points · 3 classes"


def test_the_menu_opens_by_mouse_and_by_key(qtbot, page) -> None:
    entries = find(page, EntryList, "list")
    requested = []
    entries.menu_requested.disconnect()
    entries.menu_requested.connect(lambda key, place: requested.append(key))
    item = next(entries.item(row) for row in range(entries.count()) if entries._key_of(entries.item(row)) == SET)
    entries.scrollToItem(item)
    place = entries.visualItemRect(item).center()
    for reason, at in (
        (QContextMenuEvent.Reason.Mouse, place),
        (QContextMenuEvent.Reason.Keyboard, QPoint(0, 0)),
    ):
        entries.setCurrentItem(item)
        event = QContextMenuEvent(reason, at, entries.viewport().mapToGlobal(at))
        QApplication.sendEvent(entries.viewport(), event)
    assert requested == [SET, SET]


def test_the_real_menu_is_shown_and_deleted(qtbot, page) -> None:
    page._sources._on_list_menu_requested(SET, page.mapToGlobal(QPoint(50, 50)))
    menu = find(page, QMenu, "entry_menu")
    qtbot.waitUntil(menu.isVisible)
    menu.close()
    qtbot.waitUntil(lambda: not page.findChildren(QMenu, "data_page_entry_menu"))


def test_the_settings_show_and_clear_the_cache(qtbot, page, tmp_path, opened) -> None:
    with qtbot.waitSignal(page.downloads.finished):
        page.downloads.start("mnist")
    page.findChild(QToolButton, "data_page_download_settings").click()
    dialog = find(page, DownloadSettings, "download_settings")
    assert str(tmp_path / "cache") in find(dialog, QLabel, "download_settings_folder").text()
    assert find(dialog, QLabel, "download_settings_size_mnist").text().endswith(" kB")
    assert find(dialog, QLabel, f"download_settings_size_{SET}").text() == "–"
    assert not find(dialog, QPushButton, f"download_settings_clear_{SET}").isEnabled()
    find(dialog, QPushButton, "download_settings_show_folder").click()
    assert opened == [str(tmp_path / "cache")]
    find(dialog, QPushButton, "download_settings_clear_mnist").click()
    box = find(page, QMessageBox, "clear_question")
    find(box, QPushButton, "clear_answer").click()
    qtbot.waitUntil(lambda: find(dialog, QLabel, "download_settings_size_mnist").text() == "–")
    dialog.reject()
    qtbot.waitUntil(lambda: not page.findChildren(DownloadSettings))


def test_a_wrong_mirror_is_a_sentence_and_is_not_saved(qtbot, page) -> None:
    page.findChild(QToolButton, "data_page_download_settings").click()
    dialog = find(page, DownloadSettings, "download_settings")
    mirror = find(dialog, QLineEdit, "download_settings_mirror")
    mirror.setText("school")
    dialog.accept()
    assert dialog.isVisible()
    assert "should be an address such as https://" in find(dialog, QLabel, "download_settings_error").text()
    assert page.downloads.mirror == ""
    mirror.setText("")
    assert not find(dialog, QLabel, "download_settings_error").isVisible()
    dialog.accept()
    assert not dialog.isVisible()


def test_progress_keeps_the_place_of_the_list(qtbot, page) -> None:
    page.resize(1000, 420)
    QApplication.processEvents()
    entries = find(page, EntryList, "list")
    bar = entries.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before, items = bar.value(), [entries.item(row) for row in range(entries.count())]
    with qtbot.waitSignal(page.downloads.finished):
        page.downloads.start("mnist")
    assert line(page, "mnist").startswith("downloaded")
    assert bar.value() == before
    assert [entries.item(row) for row in range(entries.count())] == items


def test_every_part_has_a_name(qtbot, page) -> None:
    choose(page, SET)
    for widget in page._sources.findChildren(QWidget):
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible():
            assert widget.objectName(), widget
            assert widget.accessibleName() or widget.property("text"), widget.objectName()
