"""What is wrong in the folder of the runs is one sentence, spoils no other run, and loses nothing."""

import errno
import os
import shutil
import sys

import numpy as np
import pytest

from app.runs import RunStore, end_files
from app.runs.end_files import END
from app.runs.store import CURVES, RECORD
from app.runs.weight_files import BEST, LAST
from app.training import SessionState
from tests.app.runs.conftest import ENDED, keep
from tests.app.training.conftest import circle_project
from tinyml.core.tensor_file import read_tensors, write_tensors

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes and devices")


def huge_header(path) -> None:
    path.write_bytes((2**62).to_bytes(8, "little") + b"{}")


def sparse(path) -> None:
    """Write a file that says it holds a terabyte, and has that size without taking room."""
    header = b'{"linear_1/weight":{"dtype":"F32","shape":[274877906944],"data_offsets":[0,1099511627776]}}'
    with path.open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + 2**40)


def wrong_shapes(path) -> None:
    file = read_tensors(path)
    write_tensors(path, {name: tensor[..., :1] for name, tensor in file.tensors.items()}, file.metadata)


def link_to(target):
    def link(path) -> None:
        path.unlink()
        path.symlink_to(target(path))

    return link


def pipe(path) -> None:
    path.unlink()
    os.mkfifo(path)


FAULTS = {
    "huge header": huge_header,
    "sparse": sparse,
    "wrong shapes": wrong_shapes,
    "empty": lambda path: path.write_bytes(b""),
    "device": link_to(lambda _path: "/dev/zero"),
    "loop": link_to(lambda path: path),
    "pipe": pipe,
}


@needs_links
@pytest.mark.parametrize("name", [CURVES, BEST])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_hostile_file_is_one_sentence_and_the_page_keeps_its_run(qtbot, train, keeper, session, name, fault) -> None:
    hostile, good = train(), train()
    session.forget()
    shown = session.run
    FAULTS[fault](keeper.folder / hostile.identifier / name)
    sentences = []
    keeper.failed.connect(sentences.append)
    keeper.show(hostile.identifier)
    qtbot.waitUntil(lambda: bool(sentences))
    assert len(sentences) == 1
    assert name in sentences[0]
    assert "\n" not in sentences[0]
    assert session.run is shown
    keeper.show(good.identifier)
    qtbot.waitUntil(lambda: session.run.identifier == good.identifier)
    assert session.snapshot is not None


@needs_links
@pytest.mark.parametrize("fault", FAULTS)
def test_a_hostile_end_costs_only_the_state_of_the_optimiser(qtbot, train, keeper, session, fault) -> None:
    run = train()
    session.forget()
    FAULTS[fault](keeper.folder / run.identifier / END)
    keeper.show(run.identifier)
    qtbot.waitUntil(lambda: session.run.identifier == run.identifier)
    assert session.run.checkpoint is None
    assert session.run.snapshot is not None


def test_weights_that_are_not_finite_are_shown_as_they_are(train, keeper, store) -> None:
    run = train()
    path = store.folder / run.identifier / BEST
    file = read_tensors(path)
    write_tensors(path, {name: np.full_like(each, np.nan) for name, each in file.tensors.items()}, file.metadata)
    again = store.load(run.identifier)
    assert all(np.isnan(tensor).all() for tensor in again.snapshot.tensors.values() if tensor.dtype.kind == "f")


def test_a_full_disk_at_the_end_costs_only_the_state_of_the_optimiser(train, keeper, monkeypatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(path, *arguments: object) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refuse)
            save(path, *arguments)

    save = end_files.save_checkpoint
    monkeypatch.setattr(end_files, "save_checkpoint", full)
    run = train()
    assert keeper.saver.problem == ""
    assert keeper.kept[run.identifier].record.state == "finished"
    assert {path.name for path in (keeper.folder / run.identifier).iterdir()} - {LAST} == {RECORD, CURVES, BEST}


def test_a_run_whose_folder_is_gone_leaves_the_list_with_one_sentence(qtbot, train, keeper, session) -> None:
    gone, other = train(), train()
    session.forget()
    shutil.rmtree(keeper.folder / gone.identifier)
    sentences = []
    keeper.failed.connect(sentences.append)
    keeper.show(gone.identifier)
    qtbot.waitUntil(lambda: set(keeper.kept) == {other.identifier})
    assert len(sentences) == 1
    assert gone.identifier in sentences[0]


def test_a_folder_that_is_deleted_while_a_run_is_trained_is_made_again(qtbot, session, keeper, document) -> None:
    document.show_project(circle_project(epochs=100_000))
    session.start()
    folder = keeper.folder / session.run.identifier
    qtbot.waitUntil(lambda: session.run.identifier in keeper.kept)
    shutil.rmtree(keeper.folder)
    session.stop()
    qtbot.waitUntil(lambda: session.state in ENDED)
    qtbot.waitUntil(lambda: (folder / END).exists())
    again = RunStore(keeper.folder).load(session.run.identifier)
    assert again.state is SessionState.STOPPED
    assert again.snapshot is not None
    assert again.checkpoint is not None
    assert keeper.saver.problem == ""


@needs_links
def test_a_folder_elsewhere_is_unlinked_but_not_emptied(store, make_run, tmp_path) -> None:
    run = make_run()
    keep(store, run)
    place = store.folder / run.identifier
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert store.read_record(run.identifier).number == run.number
    store.delete(run.identifier)
    store.empty_deleted()
    assert list((store.folder / ".deleted").iterdir()) == []
    assert (tmp_path / "elsewhere" / RECORD).exists()
