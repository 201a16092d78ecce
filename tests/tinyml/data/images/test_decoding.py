import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.tinyml.data.images.pictures import form, listed, smooth, write_folders
from tinyml.core.threads import set_thread_count
from tinyml.data.images import decoding
from tinyml.data.images.decoding import decode_images


def decode(folder: Path, **of: int) -> tuple[np.ndarray, dict[str, str]]:
    names = [file.name for file in listed(folder)]
    found = np.zeros((len(names), 3, of.get("height", 8), of.get("width", 8)), np.uint8)
    return found, decode_images(folder, names, form(**of), found, lambda share: None)


def threads_left() -> int:
    """Return the number of decoding threads, after those that are ending had time to end."""
    for _ in range(6000):
        left = sum(thread.name.startswith("tinyml_images") for thread in threading.enumerate())
        if not left:
            break
        time.sleep(0.01)
    return left


def test_the_number_of_threads_does_not_change_a_byte(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    for number in range(40):
        smooth((30 + number, 50 - number)).rotate(number).save(tmp_path / "a" / f"{number:02d}.jpg")
    results = []
    try:
        for count in (1, 2, 7):
            set_thread_count(count)
            results.append(decode(tmp_path)[0])
    finally:
        set_thread_count(None)
    assert len({result.tobytes() for result in results}) == 1
    assert results[0].std() > 10
    assert threads_left() == 0


def test_every_broken_image_is_named_with_its_reason(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 20})
    (tmp_path / "a" / "003.png").write_bytes(b"")
    (tmp_path / "a" / "019.png").write_bytes(b"text")
    (tmp_path / "a" / "gone.png").symlink_to("missing")
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "a" / "float.tif")
    found, broken = decode(tmp_path)
    assert list(broken) == ["a/003.png", "a/019.png", "a/float.tif", "a/gone.png"]
    assert "is empty" in broken["a/003.png"]
    assert "floating-point numbers" in broken["a/float.tif"]
    assert found[0].any()


def test_a_file_that_vanishes_while_the_folder_is_read_is_broken(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 3})
    names = [file.name for file in listed(tmp_path)]
    (tmp_path / "a" / "001.png").unlink()
    into = np.empty((3, 3, 8, 8), np.uint8)
    assert list(decode_images(tmp_path, names, form(), into, lambda share: None)) == ["a/001.png"]


def test_progress_grows_to_one_in_the_calling_thread(tmp_path: Path) -> None:
    write_folders(tmp_path, {"a": 40})
    names = [file.name for file in listed(tmp_path)]
    shares: list[float] = []
    threads = set()

    def note(share: float) -> None:
        shares.append(share)
        threads.add(threading.current_thread())

    decode_images(tmp_path, names, form(), np.empty((40, 3, 8, 8), np.uint8), note)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert threads == {threading.current_thread()}


def test_an_exception_from_progress_cancels_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads are decoding when the exception comes. They finish their image, and no other one."""
    write_folders(tmp_path, {"a": 64})
    started, release, decoded = threading.Event(), threading.Event(), []

    def slow(image: Image.Image, of: object) -> int:
        started.set()
        release.wait(60)
        decoded.append(image)
        return 0

    def cancel(share: float) -> None:
        if started.is_set():
            raise KeyboardInterrupt

    monkeypatch.setattr(decoding, "image_bytes", slow)
    names = [file.name for file in listed(tmp_path)]
    with pytest.raises(KeyboardInterrupt):
        decode_images(tmp_path, names, form(), np.empty((64, 3, 8, 8), np.uint8), cancel)
    release.set()
    assert threads_left() == 0
    assert len(decoded) <= 4


def test_a_fault_in_a_thread_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(image: Image.Image, of: object) -> int:
        raise KeyboardInterrupt

    write_folders(tmp_path, {"a": 40})
    monkeypatch.setattr(decoding, "image_bytes", fail)
    with pytest.raises(KeyboardInterrupt):
        decode(tmp_path)
    assert threads_left() == 0


def test_only_some_large_images_are_decoded_at_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folders(tmp_path, {"a": 60}, size=(10, 10))
    lock, running, most, two = threading.Lock(), [0], [0], threading.Event()
    real = decoding.image_bytes

    def counted(image: Image.Image, of: object) -> np.ndarray:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        if most[0] == 2:
            two.set()
        assert two.wait(60), "no second image was decoded beside the first one"
        time.sleep(0.001)
        result = real(image, form())
        with lock:
            running[0] -= 1
        return result

    monkeypatch.setattr(decoding, "image_bytes", counted)
    monkeypatch.setattr(decoding, "_PIXELS_AT_ONCE", 250)
    set_thread_count(4)
    try:
        _, broken = decode(tmp_path)
        assert (most[0], broken) == (2, {})
        monkeypatch.setattr(decoding, "_PIXELS_AT_ONCE", 50)
        most[0] = 0
        decode(tmp_path)
        assert most[0] == 1
    finally:
        set_thread_count(None)
