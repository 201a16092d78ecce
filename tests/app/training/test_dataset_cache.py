"""The data in memory is shared by threads, so it is read-only."""

import threading
from dataclasses import replace

import pytest

from app.document import document as document_module
from app.document import edits
from app.training import Inspection, SessionState, dataset_cache
from app.training.dataset_cache import load_splits
from tests.app.training.conftest import circle_project
from tinyml.core import DataError
from tinyml.data import DataChoice


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


@pytest.fixture
def hanging_load(monkeypatch):
    """A folder that can be described, but whose files do not answer before the end of the test."""
    gate, asked = threading.Event(), threading.Event()
    describe, load = dataset_cache.describe, dataset_cache.load

    def load_slowly(source):
        if source != "/hangs":
            return load(source)
        asked.set()
        gate.wait()
        raise DataError("The folder '/hangs' does not answer.")

    monkeypatch.setattr(dataset_cache, "describe", lambda source: describe("digits" if source == "/hangs" else source))
    monkeypatch.setattr(dataset_cache, "load", load_slowly)
    monkeypatch.setattr(document_module, "describe", lambda source: replace(describe("circle"), name=source))
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
    inspection._slow_jobs.shutdown(longest_wait=0)
    inspection.shutdown()
