"""The data in memory is shared by threads, so it is read-only."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from app.document import document as document_module
from app.document import edits
from app.document.data_descriptions import DescribedData
from app.training import Inspection, SessionState, dataset_cache, reading
from app.training.dataset_cache import load_splits
from app.training.shared_work import WorkCancelledError
from tests.app.training.conftest import circle_project
from tests.app.training.slow_reader import SLOW, slow_source
from tests.tinyml.data.images.pictures import write_folders
from tests.tinyml.data.readers.throwaway_reader import number_reader, write_table
from tinyml.core import DataError
from tinyml.data import DataChoice, DataDescription
from tinyml.data.images import room


@pytest.mark.parametrize("choice", [DataChoice(source="circle"), DataChoice(source="digits", test=0.3)])
def test_no_array_of_the_shared_data_can_be_written_to(choice):
    for part in load_splits(choice):
        for array in (part.stored_inputs, part.labels, part.class_targets, part.rows):
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_the_same_choice_gives_the_same_arrays():
    choice = DataChoice(source="circle")
    assert load_splits(choice).train.stored_inputs is load_splits(choice).train.stored_inputs


def test_an_image_that_changed_is_read_again(tmp_path, monkeypatch):
    write_folders(tmp_path, {"a": 10, "b": 10})
    choice = DataChoice(source=str(tmp_path))
    first = load_splits(choice)
    with monkeypatch.context() as patch:
        patch.setattr(room, "available_memory", lambda: 1000)  # the dataset itself needs memory
        assert load_splits(choice).train.stored_inputs is first.train.stored_inputs
    os.utime(tmp_path / "a" / "003.png", (1, 1))
    assert load_splits(choice).train.stored_inputs is not first.train.stored_inputs


@pytest.fixture
def hanging_load(monkeypatch):
    """A folder that can be described, but whose files do not answer before the end of the test."""
    gate, asked = threading.Event(), threading.Event()
    describe, load = dataset_cache.describe_choice, dataset_cache.load_choice

    def describe_slowly(choice, progress=None):
        return describe(choice.model_copy(update={"source": "digits"}) if choice.source == "/hangs" else choice)

    def load_slowly(choice, progress):
        if choice.source != "/hangs":
            return load(choice, progress)
        asked.set()
        gate.wait()
        raise DataError("The folder '/hangs' does not answer.")

    monkeypatch.setattr(dataset_cache, "describe_choice", describe_slowly)
    monkeypatch.setattr(dataset_cache, "load_choice", load_slowly)
    circle = describe(DataChoice(source="circle"))
    described = lambda choice, _progress: DescribedData(choice, replace(circle, name=choice.source))  # noqa: E731
    monkeypatch.setattr(document_module, "read_description", described)
    yield asked
    gate.set()


def test_a_run_whose_data_does_not_answer_can_be_stopped_and_other_data_trained(qtbot, document, session, hanging_load):
    inspection = Inspection(document, session)
    document.apply(edits.change_data(document.project, source="/hangs"))
    qtbot.waitUntil(lambda: document.data is not None)
    session.start()
    qtbot.waitUntil(hanging_load.is_set)
    session.stop()
    qtbot.waitUntil(lambda: session.state is SessionState.STOPPED)
    document.replace(circle_project())
    qtbot.waitUntil(lambda: inspection.sample_trace is not None)
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    document.apply(edits.change_data(document.project, source="/hangs"))
    session.start()
    session.shutdown()
    assert session.state is SessionState.STOPPED
    inspection.slow_jobs.shutdown(longest_wait=0)
    inspection.shutdown()


@pytest.fixture
def slow(monkeypatch):
    with slow_source(monkeypatch) as reader:
        yield reader


@pytest.fixture
def threads():
    with ThreadPoolExecutor(3) as threads:
        yield threads


def leave_at(event):
    def progress(_share):
        if event.is_set():
            raise InterruptedError

    return progress


CHOICE = DataChoice(source=SLOW)


def test_two_threads_with_different_splits_read_once(slow, threads):
    choices = CHOICE, CHOICE.model_copy(update={"seed": 4})
    waiting = [threads.submit(load_splits, choice, lambda _share: None) for choice in choices]
    slow.go.set()
    first, second = (future.result(60) for future in waiting)
    assert slow.reads == 1
    assert first.train.stored_inputs is second.train.stored_inputs
    assert not np.array_equal(first.test.rows, second.test.rows)


def test_a_cancelled_load_does_not_disturb_the_others_and_leaves_nothing_behind(slow, threads):
    leaves = threading.Event()
    goes = threads.submit(load_splits, CHOICE, leave_at(leaves))
    stays = threads.submit(load_splits, CHOICE, lambda _share: None)
    assert slow.started.wait(60)
    leaves.set()
    with pytest.raises(InterruptedError):
        goes.result(60)
    slow.go.set()
    assert len(stays.result(60).train) == 14_000
    assert (slow.reads, slow.stopped) == (1, 0)


def test_reading_stops_when_the_last_one_leaves_and_can_begin_again(slow, threads):
    leaves = threading.Event()
    goes = threads.submit(load_splits, CHOICE, leave_at(leaves))
    assert slow.started.wait(60)
    leaves.set()
    with pytest.raises(InterruptedError):
        goes.result(60)
    assert slow.stopped_now.wait(60)
    assert slow.stopped == 1
    slow.go.set()
    assert len(load_splits(CHOICE).test) == 4000
    assert slow.reads == 2


def test_cancelled_reading_is_a_sentence_for_all(slow, threads):
    waiting = [threads.submit(load_splits, CHOICE, lambda _share: None) for _ in range(2)]
    assert slow.started.wait(60)
    dataset_cache.cancel_reading(CHOICE)
    for future in waiting:
        with pytest.raises(WorkCancelledError, match="Try again"):
            future.result(60)
    assert slow.stopped_now.wait(60)


def test_progress_is_passed_on(slow, threads):
    shares = []
    waiting = threads.submit(load_splits, CHOICE, shares.append)
    while not any(0 < share < 1 for share in shares):
        assert not waiting.done()
    slow.go.set()
    waiting.result(60)
    assert shares == sorted(shares)


def test_a_changed_table_is_read_again(tmp_path):
    folder = tmp_path / "readers"
    folder.mkdir()
    with number_reader(folder):
        path = write_table(tmp_path / "table.numbers")
        choice = DataChoice(source=str(path))
        before = load_splits(choice).train
        assert load_splits(choice).train.stored_inputs is before.stored_inputs
        path.write_text(path.read_text().replace("0.5", "0.75"))
        os.utime(path, ns=(1, 1))
        assert load_splits(choice).train.stored_inputs is not before.stored_inputs


def test_stop_ends_a_run_that_reads_its_data(qtbot, document, session, slow):
    document.apply(edits.change_data(document.project, source=SLOW))
    qtbot.waitUntil(lambda: document.data is not None)
    session.start()
    qtbot.waitUntil(lambda: session.reading is not None and session.reading.share > 0)
    assert session.reading.text.replace("\N{NO-BREAK SPACE}", " ").endswith(" of 20 000")
    session.stop()
    qtbot.waitUntil(lambda: session.state is SessionState.STOPPED)
    assert session.reading is None
    assert slow.stopped_now.wait(60)


def test_the_inspection_says_what_it_reads_and_reads_again_after_a_cancel(qtbot, document, session, slow):
    inspection = Inspection(document, session)
    qtbot.waitUntil(lambda: inspection.samples is not None)
    texts = []
    inspection.reading_changed.connect(texts.append)
    document.apply(edits.change_data(document.project, source=SLOW))
    qtbot.waitUntil(lambda: any("flowers" in text for text in texts))
    dataset_cache.cancel_reading(document.project.data)
    qtbot.waitUntil(lambda: "cancelled" in inspection.problem)
    assert (texts[-1], inspection.reading, inspection.samples) == ("", "", None)
    assert slow.stopped_now.wait(60)
    slow.go.set()
    inspection.retry()
    qtbot.waitUntil(lambda: inspection.samples is not None)
    assert len(inspection.samples) == 4000
    reads = slow.reads
    inspection.retry()
    inspection.shutdown()
    assert slow.reads == reads


def test_the_time_that_is_left_is_estimated(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(reading, "monotonic", lambda: now[0])
    data = DataDescription("/flowers", "flowers", (3, 8, 8), ("a", "b"), 20_000)
    progress = reading.Reading(data)
    assert progress.text == "Reading flowers …"
    progress.report(0.1)
    now[0] += 0.5
    progress.report(0.2)
    assert progress.text.replace("\N{NO-BREAK SPACE}", " ") == "Reading flowers: 4 000 of 20 000"
    now[0] += 1.5
    progress.report(0.3)
    assert progress.text.replace("\N{NO-BREAK SPACE}", " ") == "Reading flowers: 6 000 of 20 000 · 7 s left"
