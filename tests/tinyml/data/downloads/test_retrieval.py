"""Downloads from servers that work, and from servers that do not."""

import errno
import hashlib
import socket
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import numpy as np
import pytest

from tests.tinyml.data.downloads.file_server import FileServer, serve_files
from tinyml.core import DataError
from tinyml.data.downloads import Download, Patience, PublishedFile, retrieval, retrieve

CONTENT = b"\x1f\x8b" + np.random.default_rng(0).integers(0, 256, 60_000, np.uint8).tobytes()
NAME = "set.gz"
PATIENT = Patience(connect=60, stall=60)
"""A busy machine may need seconds for what a quiet one does at once."""


class CancelledError(Exception):
    pass


@pytest.fixture
def server():
    with serve_files(files={f"/good/{NAME}": CONTENT}) as server:
        yield server


@pytest.fixture
def dead() -> str:
    """The address of a server that does not exist."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


def download_from(
    folder: Path, *addresses: str, mirror: str = "", content: bytes = CONTENT, patience: Patience = PATIENT
) -> Download:
    sha256 = hashlib.sha256(content).hexdigest()
    return Download("The set", (PublishedFile(NAME, len(content), sha256, addresses),), folder, mirror, patience)


def part_of(folder: Path) -> Path:
    return folder / f"{NAME}.part"


def check_result(folder: Path) -> None:
    assert [path.name for path in folder.iterdir()] == [NAME]
    assert (folder / NAME).read_bytes() == CONTENT
    assert threading.active_count() <= threads_before() + 1


def threads_before() -> int:
    """The threads of the tests: the main one, and those of the server."""
    return sum(thread.name != "tinyml_download" for thread in threading.enumerate())


def test_a_file_arrives_with_progress(tmp_path, server) -> None:
    shares: list[float] = []
    retrieve(download_from(tmp_path / "new" / "cache", server.folder("good")), shares.append)
    check_result(tmp_path / "new" / "cache")
    assert shares == sorted(shares)
    assert shares[-1] == 1
    assert len(shares) > 3
    retrieve(download_from(tmp_path / "new" / "cache", server.folder("good")))
    assert len(server.requests) == 1  # it is there already


def test_the_files_of_a_set_share_one_progress(tmp_path, server) -> None:
    second = b"\x1f\x8bsecond"
    server.files["/good/second.gz"] = second
    first = download_from(tmp_path, server.folder("good")).files[0]
    other = PublishedFile("second.gz", len(second), hashlib.sha256(second).hexdigest(), first.folders)
    shares: list[float] = []
    both = Download("The set", (first, other), tmp_path, patience=PATIENT)
    retrieve(both, shares.append)
    assert shares == sorted(shares)
    assert any(share == len(CONTENT) / both.size for share in shares)
    assert both.received == both.size == len(CONTENT) + len(second)


def test_the_first_mirror_is_dead_and_the_second_one_works(tmp_path, server, dead) -> None:
    retrieve(download_from(tmp_path, dead, server.folder("good")))
    check_result(tmp_path)


def test_a_missing_file_is_looked_for_on_the_next_mirror(tmp_path, server) -> None:
    retrieve(download_from(tmp_path, server.folder("missing"), server.folder("good")))
    check_result(tmp_path)
    assert [path for path, _ in server.requests] == [f"/missing/{NAME}", f"/good/{NAME}"]


def test_a_missing_file_is_one_sentence(tmp_path, server) -> None:
    with pytest.raises(DataError, match=r"127\.0\.0\.1:\d+ has no such file \(404\)\. Check the network") as caught:
        retrieve(download_from(tmp_path, server.folder("missing")))
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_offline_is_one_sentence(tmp_path, dead) -> None:
    host = dead.removeprefix("http://").strip("/")
    with pytest.raises(DataError) as caught:
        retrieve(download_from(tmp_path, dead, dead))
    assert str(caught.value) == (
        f"The set could not be downloaded: no connection to {host}. Check the network and try again, or set a mirror "
        "(in the window: Download settings; otherwise the environment variable TINYML_MIRROR)."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("without_length", [False, True])
def test_a_tampered_file_is_deleted_and_the_next_mirror_tried(tmp_path, server, without_length) -> None:
    server.without_length = without_length
    server.files[f"/bad/{NAME}"] = CONTENT[:-1] + b"x"
    with pytest.raises(DataError, match="sent another file than the published one: its SHA-256 differs"):
        retrieve(download_from(tmp_path, server.folder("bad")))
    assert list(tmp_path.iterdir()) == []
    retrieve(download_from(tmp_path, server.folder("bad"), server.folder("good")))
    check_result(tmp_path)


@pytest.mark.parametrize("without_length", [False, True])
def test_a_truncated_file_is_kept_as_a_part(tmp_path, server, without_length) -> None:
    server.without_length = without_length
    server.files[f"/short/{NAME}"] = CONTENT[:20_000]
    with pytest.raises(DataError, match="could not be downloaded"):
        retrieve(download_from(tmp_path, server.folder("short")))
    if without_length:
        assert part_of(tmp_path).read_bytes() == CONTENT[:20_000]
    retrieve(download_from(tmp_path, server.folder("short"), server.folder("good")))
    check_result(tmp_path)


@pytest.mark.parametrize("without_length", [False, True])
def test_a_login_page_is_not_taken_for_the_file(tmp_path, server, without_length) -> None:
    server.without_length = without_length
    server.files[f"/portal/{NAME}"] = b"<html>Please log in</html>"
    with pytest.raises(DataError, match="sent something else than the file, perhaps a login page"):
        retrieve(download_from(tmp_path, server.folder("portal")))
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_end_is_refused(tmp_path, server) -> None:
    server.without_length = True
    server.files[f"/long/{NAME}"] = CONTENT * 2
    with pytest.raises(DataError, match="sent something else"):
        retrieve(download_from(tmp_path, server.folder("long")))


def test_a_server_that_stalls_ends_in_a_sentence(tmp_path, server) -> None:
    server.stall_after = 20_000
    started = monotonic()
    with pytest.raises(DataError, match=r"sent nothing for 1\.5 seconds\. What was received is kept\."):
        retrieve(download_from(tmp_path, server.folder("good"), patience=Patience(connect=60, stall=1.5)))
    assert monotonic() - started < 60  # the server sends nothing more
    kept = part_of(tmp_path).stat().st_size
    assert 0 < kept < len(CONTENT)
    server.stall_after = None
    server.release.set()
    retrieve(download_from(tmp_path, server.folder("good")))
    assert server.requests[-1] == (f"/good/{NAME}", f"bytes={kept}-")
    check_result(tmp_path)


def test_a_server_that_never_answers_ends_in_a_sentence(tmp_path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DataError, match="sent nothing for"):
            retrieve(download_from(tmp_path, address, patience=Patience(connect=0.5, stall=0.4)))


def test_a_cut_transfer_continues_where_it_stopped(tmp_path, server) -> None:
    server.cut_after = 25_000
    retrieve(download_from(tmp_path, server.folder("good")))
    check_result(tmp_path)
    assert len(server.requests) >= 3
    starts = [int(wanted.removeprefix("bytes=").rstrip("-") or 0) for _, wanted in server.requests]
    assert starts == sorted(set(starts))


def test_a_server_without_ranges_sends_everything_again(tmp_path, server) -> None:
    part_of(tmp_path).write_bytes(CONTENT[:10_000])
    server.ranges = False
    retrieve(download_from(tmp_path, server.folder("good")))
    assert server.requests == [(f"/good/{NAME}", "bytes=10000-")]
    check_result(tmp_path)


def test_a_wrong_part_is_replaced(tmp_path, server) -> None:
    part_of(tmp_path).write_bytes(b"\x1f\x8b" + bytes(9_998))
    retrieve(download_from(tmp_path, server.folder("good")))
    assert [wanted for _, wanted in server.requests] == ["bytes=10000-", ""]
    check_result(tmp_path)


@pytest.mark.parametrize("length", [len(CONTENT), len(CONTENT) + 1])
def test_a_part_that_is_complete_or_too_long(tmp_path, server, length) -> None:
    part_of(tmp_path).write_bytes((CONTENT + b"x")[:length])
    retrieve(download_from(tmp_path, server.folder("good")))
    assert len(server.requests) == (length > len(CONTENT))
    check_result(tmp_path)


def test_a_damaged_file_is_downloaded_again(tmp_path, server) -> None:
    (tmp_path / NAME).write_bytes(CONTENT[:-1] + b"x")
    retrieve(download_from(tmp_path, server.folder("good")))
    check_result(tmp_path)


def test_a_server_that_declares_the_file_as_compressed(tmp_path, server) -> None:
    server.headers = {"Content-Encoding": "x-gzip"}
    retrieve(download_from(tmp_path, server.folder("good")))
    check_result(tmp_path)


def test_cancelling_in_the_middle_leaves_a_part_that_is_continued(tmp_path, server) -> None:
    def cancel(share: float) -> None:
        if share > 0.3:
            raise CancelledError

    with pytest.raises(CancelledError):
        retrieve(download_from(tmp_path, server.folder("good")), cancel)
    kept = part_of(tmp_path).stat().st_size
    assert 0.3 * len(CONTENT) < kept < len(CONTENT)
    assert part_of(tmp_path).read_bytes() == CONTENT[:kept]
    shares: list[float] = []
    retrieve(download_from(tmp_path, server.folder("good")), shares.append)
    assert server.requests[-1][1] == f"bytes={kept}-"
    assert shares[0] >= kept / len(CONTENT)
    check_result(tmp_path)


def test_cancelling_does_not_wait_for_a_server_that_stalls(tmp_path, server) -> None:
    server.stall_after = 20_000
    started = None

    def cancel(share: float) -> None:
        nonlocal started
        if share > 0.2:
            started = started or monotonic()
            raise CancelledError

    with pytest.raises(CancelledError):
        retrieve(download_from(tmp_path, server.folder("good")), cancel)
    assert started is not None
    assert monotonic() - started < 30
    assert not any(thread.name == "tinyml_download" for thread in threading.enumerate())


def test_the_school_mirror_is_tried_first(tmp_path, server) -> None:
    server.files[f"/school/{NAME}"] = CONTENT
    retrieve(download_from(tmp_path, server.folder("good"), mirror=server.folder("school")))
    assert [path for path, _ in server.requests] == [f"/school/{NAME}"]


def test_a_full_disk_is_one_sentence(tmp_path, server, monkeypatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(retrieval, "receive", full)
    with pytest.raises(
        DataError, match=r"No space left on device\. Free 60 kB there, or name another folder"
    ) as caught:
        retrieve(download_from(tmp_path, server.folder("good")))
    assert "TINYML_CACHE" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_too_little_space_is_noticed_before_the_transfer(tmp_path, server, monkeypatch) -> None:
    usage = retrieval.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(retrieval.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(DataError, match="Free 60 kB there"):
        retrieve(download_from(tmp_path, server.folder("good")))
    assert server.requests == []


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, server) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataError, match=r"could not be saved in .*file.*Make the folder writable") as caught:
        retrieve(download_from(tmp_path / "file", server.folder("good")))
    assert "\n" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_two_programs_do_not_write_the_same_part(tmp_path, server) -> None:
    server.stall_after = 20_000
    reached, results = threading.Event(), []

    def wait_for_second(share: float) -> None:
        if share > 0.1:
            reached.set()

    def first() -> None:
        retrieve(download_from(tmp_path, server.folder("good")), wait_for_second)
        results.append("done")

    thread = threading.Thread(target=first)
    thread.start()
    assert reached.wait(60)
    with pytest.raises(DataError, match="Another program is downloading The set"):
        retrieve(download_from(tmp_path, server.folder("good")))
    server.release.set()
    thread.join(60)
    assert results == ["done"]
    check_result(tmp_path)


def test_importing_the_package_does_not_import_the_libraries() -> None:
    code = (
        "import sys, tinyml.data.download_cache; "
        "print({'pooch', 'requests', 'urllib3', 'platformdirs'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_nothing_is_printed(tmp_path, server, capfd) -> None:
    retrieve(download_from(tmp_path, server.folder("good")))
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_the_server_of_the_tests_is_on_this_machine(server: FileServer) -> None:
    assert server.address.startswith("http://127.0.0.1:")
