"""Whatever a path names, every way into the framework answers at once, in one sentence, and changes nothing."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.special_files import IMPOSSIBLE, SPECIAL, impossible_path, listing, make_special
from tests.tinyml.data.idx import write_pair
from tinyml.command_line import main
from tinyml.core import TinymlError
from tinyml.core.files import check_can_save, open_for_reading, read_bounded, remove_leftovers, write_atomically
from tinyml.core.tensor_file import iterate_tensors, read_header, read_tensors, write_tensors
from tinyml.data import describe, load, split
from tinyml.learner import set_up_training
from tinyml.net import build
from tinyml.storage import (
    Project,
    SavedModel,
    example_path,
    load_into,
    load_model,
    open_project,
    read_checkpoint,
    read_model,
    read_project,
    save_checkpoint,
    save_model,
    save_project,
    summarise_tensors,
)

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="pipes, sockets and devices have no paths on Windows"),
    # A read from a pipe without a writer never returns.
    pytest.mark.timeout(180),
]
CIRCLE = read_project(example_path("circle"))


def network():
    return build(CIRCLE.network, (2,), np.random.default_rng(0))


def call_main(*arguments: str) -> None:
    """Run a command, which fails with status 1 and one sentence; raise that sentence again."""
    lines: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stderr", type("Lines", (), {"write": lambda _, text: lines.append(text), "flush": id})())
        status = main(arguments)
    text = "".join(lines).strip()
    assert status == 1
    assert "\n" not in text
    assert "Traceback" not in text
    raise TinymlError(text)


READERS: dict[str, Callable[[str], object]] = {
    "open_for_reading": open_for_reading,
    "read_bounded": lambda path: read_bounded(path, 100),
    "read_header": read_header,
    "read_tensors": read_tensors,
    "iterate_tensors": lambda path: list(iterate_tensors(path, ["a"])),
    "summarise_tensors": lambda path: list(summarise_tensors(path)),
    "load": lambda path: network().load(path),
    "read_project": read_project,
    "open_project": open_project,
    "read_model": read_model,
    "load_model": load_model,
    "load_into": lambda path: load_into(path, network()),
    "read_checkpoint": read_checkpoint,
    "train --network": lambda path: call_main("train", "--network", path),
    "train --resume": lambda path: call_main("train", "--resume", path),
    "evaluate": lambda path: call_main("evaluate", path),
    "check": lambda path: call_main("check", path),
}

DATA_READERS: dict[str, Callable[[str], object]] = {
    "describe": describe,
    "load": load,
    "train --data": lambda path: call_main("train", "--network", "circle", "--data", path),
}

WRITERS: dict[str, Callable[[str], object]] = {
    "write_atomically": lambda path: write_atomically(path, b"new"),
    "check_can_save": check_can_save,
    "write_tensors": lambda path: write_tensors(path, {"a": np.zeros(1)}),
    "export": lambda path: network().export(path),
    "save_project": lambda path: save_project(path, Project()),
    "save_model": lambda path: save_model(path, network(), SavedModel(network=CIRCLE.network, input_shape=(2,))),
    "save_checkpoint": lambda path: save_checkpoint(path, a_checkpoint(), CIRCLE),
    "train --save": lambda path: call_main("train", "--network", "circle", "--epochs", "1", "--quiet", "--save", path),
    "train --checkpoint": lambda path: call_main(
        "train", "--network", "circle", "--epochs", "1", "--quiet", "--checkpoint", path
    ),
}


def a_checkpoint():
    setup = set_up_training(CIRCLE.network, CIRCLE.training, split(load("circle"), CIRCLE.data))
    next(setup.run())
    return setup.learner.checkpoint()


def refuse(function: Callable[[str], object], path: str) -> str:
    with pytest.raises(TinymlError) as caught:
        function(path)
    sentence = str(caught.value)
    assert 0 < len(sentence) < 700
    return sentence


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("reader", READERS)
def test_only_regular_files_are_read(tmp_path: Path, reader: str, kind: str) -> None:
    name = make_special(kind, tmp_path / "file")
    before = listing(tmp_path)
    assert name in refuse(READERS[reader], f"{tmp_path}/file")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("reader", READERS)
def test_endless_files_are_not_read(reader: str) -> None:
    assert "a device" in refuse(READERS[reader], "/dev/zero")


@pytest.mark.parametrize("kind", IMPOSSIBLE)
@pytest.mark.parametrize("reader", READERS)
def test_an_impossible_path_is_refused_by_readers(tmp_path: Path, reader: str, kind: str) -> None:
    refuse(READERS[reader], impossible_path(kind, tmp_path))


@pytest.mark.parametrize("kind", [*SPECIAL, *IMPOSSIBLE])
@pytest.mark.parametrize("reader", DATA_READERS)
def test_data_comes_from_folders_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: str, kind: str) -> None:
    monkeypatch.chdir(tmp_path)
    if kind in SPECIAL:
        make_special(kind, tmp_path / "data")
        path = f"{tmp_path}/data"
    else:
        path = impossible_path(kind, tmp_path)
    refuse(DATA_READERS[reader], path)


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("name", ["images-idx3-ubyte", "images-idx3-ubyte.gz", "labels-idx1-ubyte", "classes.txt"])
@pytest.mark.parametrize("reader", DATA_READERS)
def test_only_regular_files_of_a_data_folder_are_read(tmp_path: Path, reader: str, name: str, kind: str) -> None:
    write_pair(tmp_path, zipped=name.endswith(".gz"))
    (tmp_path / name).unlink(missing_ok=True)
    kind_name = make_special(kind, tmp_path / name)
    before = listing(tmp_path)
    assert kind_name in refuse(DATA_READERS[reader], str(tmp_path))
    assert listing(tmp_path) == before


@pytest.mark.parametrize("kind", SPECIAL)
@pytest.mark.parametrize("writer", WRITERS)
def test_only_regular_files_are_replaced(tmp_path: Path, writer: str, kind: str) -> None:
    name = make_special(kind, tmp_path / "file")
    before = listing(tmp_path)
    assert name in refuse(WRITERS[writer], f"{tmp_path}/file")
    assert listing(tmp_path) == before


@pytest.mark.parametrize("kind", sorted(IMPOSSIBLE.keys() - {"empty"}))
@pytest.mark.parametrize("writer", WRITERS)
def test_an_impossible_path_is_refused_by_writers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str, kind: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = impossible_path(kind, tmp_path)
    before = listing(tmp_path)
    refuse(WRITERS[writer], path)
    assert listing(tmp_path) == before


@pytest.mark.parametrize("path", ["~no-such-user-here", "~no-such-user-here/file"])
def test_the_folder_of_an_unknown_user_is_not_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for function in (*READERS.values(), *DATA_READERS.values(), *WRITERS.values()):
        assert "home folder" in refuse(function, path)
    assert list(tmp_path.iterdir()) == []


def test_the_home_folder_can_be_written_as_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    save_project("~/p.tinyml.json", CIRCLE)
    assert read_project("~/p.tinyml.json") == read_project(tmp_path / "p.tinyml.json") == CIRCLE
    (tmp_path / "data").mkdir()
    write_pair(tmp_path / "data")
    assert describe("~/data").count == 20


@pytest.mark.parametrize("function", ["stat", "open"])
def test_a_folder_that_must_not_be_read_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    """Root may read everything, so the refusal is that of a replaced function."""
    path = tmp_path / "closed" / "file"
    path.parent.mkdir()
    path.write_bytes(b"content")
    real = getattr(os, function)

    def refuse_closed(place, *arguments, **keywords):
        if "closed" in str(place):
            raise PermissionError(13, os.strerror(13), str(place))
        return real(place, *arguments, **keywords)

    monkeypatch.setattr(os, function, refuse_closed)
    for name, reader in READERS.items():
        assert "Permission denied" in refuse(reader, str(path)), name
    for name, writer in WRITERS.items():
        if name != "check_can_save" or function == "stat":
            refuse(writer, str(path))
    remove_leftovers(path)
    if function == "stat":
        refuse(describe, str(path.parent))


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read everything")
def test_a_closed_folder_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "closed" / "file"
    path.parent.mkdir()
    path.write_bytes(b"content")
    path.parent.chmod(0)
    try:
        for function in (*READERS.values(), *WRITERS.values(), describe):
            refuse(function, str(path))
    finally:
        path.parent.chmod(0o700)
