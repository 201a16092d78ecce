import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.tinyml.core.kill_while_saving import count_kills
from tinyml.core import temporary_files
from tinyml.core.files import remove_leftovers, write_atomically

HOUR = 3600


def leftover(folder: Path, name: str, age: float = 0) -> Path:
    path = folder / name
    path.write_bytes(b"half")
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_save_removes_what_killed_saves_of_the_same_file_left(tmp_path: Path) -> None:
    for digits in ("0123abcd", "ffffffff"):
        leftover(tmp_path, f".a.bin.{digits}.tmp")
    write_atomically(tmp_path / "a.bin", b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.bin"]


def test_old_leftovers_of_other_files_are_removed(tmp_path: Path) -> None:
    young = leftover(tmp_path, ".b.bin.0123abcd.tmp", 0.5 * HOUR)
    leftover(tmp_path, ".c.bin.0123abcd.tmp", 1.5 * HOUR)
    write_atomically(tmp_path / "a.bin", b"new")
    assert set(tmp_path.iterdir()) == {tmp_path / "a.bin", young}


def test_files_with_other_names_stay(tmp_path: Path) -> None:
    names = (".a.bin.tmp", "a.bin.0123abcd.tmp", ".a.bin.0123ABCD.tmp", ".a.bin.0123abcd.tmp.bak", ".a.bin.0123abc.tmp")
    for name in names:
        leftover(tmp_path, name, 100 * HOUR)
    (tmp_path / ".a.bin.0123abcd.tmp").mkdir()
    (tmp_path / ".a.bin.4567abcd.tmp").symlink_to("elsewhere")
    before = set(tmp_path.iterdir())
    remove_leftovers(tmp_path / "a.bin")
    assert set(tmp_path.iterdir()) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other locks")
def test_a_file_that_a_running_process_writes_stays_at_any_age(tmp_path: Path) -> None:
    script = """if True:
        import sys, time
        from pathlib import Path
        from tinyml.core.temporary_files import create_temporary
        print(create_temporary(Path(sys.argv[1]))[1], flush=True)
        time.sleep(100)
    """
    command = [sys.executable, "-c", script, str(tmp_path / "a.bin")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        try:
            assert writer.stdout is not None
            temporary = Path(writer.stdout.readline().strip())
            os.utime(temporary, (1, 1))
            write_atomically(tmp_path / "a.bin", b"new")
            assert temporary.exists()
        finally:
            writer.kill()
    write_atomically(tmp_path / "a.bin", b"newer")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.bin"]


def test_without_locks_the_age_decides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary_files, "try_to_lock", lambda descriptor: None)
    young = leftover(tmp_path, ".a.bin.0123abcd.tmp", 0.5 * HOUR)
    leftover(tmp_path, ".a.bin.4567abcd.tmp", 1.5 * HOUR)
    write_atomically(tmp_path / "a.bin", b"new")
    assert set(tmp_path.iterdir()) == {tmp_path / "a.bin", young}


def test_a_temporary_file_that_another_process_removed_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, taken = temporary_files.try_to_lock, []

    def remove_first(descriptor: int) -> bool | None:
        """Do what another process does between the making of the first file and its lock."""
        if not taken:
            taken.extend(tmp_path.glob(".a.bin.*.tmp"))
            taken[0].unlink()
        return lock(descriptor)

    monkeypatch.setattr(temporary_files, "try_to_lock", remove_first)
    write_atomically(tmp_path / "a.bin", b"new")
    assert len(taken) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["é" * 127, "😀" * 63, "a" * 255])
def test_the_longest_names_can_be_saved(tmp_path: Path, name: str) -> None:
    write_atomically(tmp_path / name, b"new")
    leftover(tmp_path, f".{temporary_files._label(tmp_path / name)}.0123abcd.tmp")
    write_atomically(tmp_path / name, b"newer")
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_leftovers_that_cannot_be_removed_do_not_stop_a_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leftover(tmp_path, ".a.bin.0123abcd.tmp")

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(os, "scandir", refuse)
    write_atomically(tmp_path / "a.bin", b"new")
    monkeypatch.undo()
    assert (tmp_path / "a.bin").read_bytes() == b"new"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is a thing of POSIX systems")
def test_kills_while_saving_damage_nothing_and_leave_nothing(tmp_path: Path) -> None:
    """`python -m tests.tinyml.core.kill_while_saving --kills 200` does the same at length."""
    outcome = count_kills(tmp_path, kills=12, seed=0)
    assert (outcome.damaged, outcome.left_behind) == (0, 0)
