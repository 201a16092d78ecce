"""Downloads in the window: one terminal event each, cancelled and continued, never on the GUI thread."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.datasets.download_panel import describe_progress
from app.datasets.downloads import Downloads, DownloadState
from tests.tinyml.data.downloads.file_server import FileServer, serve_files
from tests.tinyml.data.public.tiny_sets import put_tiny_sets
from tinyml.data.public import public_sets


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FileServer]:
    with serve_files() as server:
        put_tiny_sets(monkeypatch, server, tmp_path / "cache")
        yield server


@pytest.fixture
def downloads(qapp, server) -> Iterator[Downloads]:
    downloads = Downloads()
    yield downloads
    downloads.shutdown()


def test_the_disk_says_what_is_downloaded(qtbot, downloads) -> None:
    public_sets()["mnist"].download()
    assert not downloads.known
    downloads.refresh()
    qtbot.waitUntil(lambda: downloads.known)
    states = downloads.states
    assert states["mnist"].complete
    assert states["mnist"].received == states["mnist"].size == public_sets()["mnist"].download_size
    assert not states["cifar-10"].complete


def test_a_download_reports_progress_and_ends_once(qtbot, downloads) -> None:
    finished, seen = [], []
    downloads.finished.connect(finished.append)
    downloads.changed.connect(lambda name: seen.append((name, downloads.states[name])))
    downloads.start("cifar-10")
    downloads.start("cifar-10")
    qtbot.waitUntil(lambda: finished == ["cifar-10"])
    state = downloads.states["cifar-10"]
    assert (state.complete, state.running, state.received, state.error) == (True, False, state.size, "")
    assert {name for name, _ in seen} == {"cifar-10"}
    received = [state.received for _, state in seen]
    assert received == sorted(received)
    assert public_sets()["cifar-10"].is_downloaded


def test_a_cancelled_download_is_continued(qtbot, downloads, server) -> None:
    server.stall_after = 60_000
    downloads.start("cifar-10")
    qtbot.waitUntil(lambda: downloads.states["cifar-10"].received > 40_000)
    downloads.cancel("cifar-10")
    assert not downloads.states["cifar-10"].running
    part = public_sets()["cifar-10"].files[0].part(public_sets()["cifar-10"].folder)
    qtbot.waitUntil(lambda: downloads.states["cifar-10"].received == part.stat().st_size > 0)
    server.stall_after = None
    server.release.set()
    with qtbot.waitSignal(downloads.finished):
        downloads.start("cifar-10")
    assert server.requests[-1][1].startswith("bytes=")


def test_a_failure_is_a_sentence_and_the_next_try_forgets_it(qtbot, downloads, server) -> None:
    content = server.files.pop("/cifar-10/cifar-10-binary.tar.gz")
    downloads.start("cifar-10")
    qtbot.waitUntil(lambda: bool(downloads.states["cifar-10"].error))
    assert "CIFAR-10 could not be downloaded" in downloads.states["cifar-10"].error
    assert not downloads.states["cifar-10"].running
    server.files["/cifar-10/cifar-10-binary.tar.gz"] = content
    with qtbot.waitSignal(downloads.finished):
        downloads.start("cifar-10")
    assert downloads.states["cifar-10"].error == ""


def test_the_mirror_of_the_window_is_used(qtbot, downloads, server) -> None:
    server.files["/school/cifar-10/cifar-10-binary.tar.gz"] = server.files["/cifar-10/cifar-10-binary.tar.gz"]
    with qtbot.waitSignal(downloads.mirror_changed):
        downloads.set_mirror(f"{server.address}/school/")
    with qtbot.waitSignal(downloads.finished):
        downloads.start("cifar-10")
    assert [path for path, _ in server.requests] == ["/school/cifar-10/cifar-10-binary.tar.gz"]


def test_a_download_is_deleted(qtbot, downloads) -> None:
    with qtbot.waitSignal(downloads.finished):
        downloads.start("mnist")
    downloads.clear("mnist")
    qtbot.waitUntil(lambda: downloads.states["mnist"].received == 0)
    assert not downloads.states["mnist"].complete
    assert not public_sets()["mnist"].is_downloaded


def test_two_sets_are_downloaded_at_the_same_time(qtbot, downloads) -> None:
    finished = []
    downloads.finished.connect(finished.append)
    downloads.start("mnist")
    downloads.start("fashion-mnist")
    qtbot.waitUntil(lambda: set(finished) == {"mnist", "fashion-mnist"})


def test_no_thread_is_left_when_the_window_closes(qtbot, downloads, server) -> None:
    before = set(threading.enumerate())
    server.stall_after = 60_000
    downloads.start("cifar-10")
    qtbot.waitUntil(lambda: downloads.states["cifar-10"].received > 40_000)
    downloads.shutdown()
    left = set(threading.enumerate()) - before
    assert not any(thread.name in ("background", "tinyml_download") for thread in left)


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (DownloadState(170_000_000, 0, running=True), "0 bytes of 170 MB"),
        (DownloadState(170_000_000, 85_000_000, running=True, seconds_left=61.7), "85 MB of 170 MB · 1:01 left"),
    ],
)
def test_progress_in_words(state: DownloadState, text: str) -> None:
    assert describe_progress(state) == text
