"""The document reads the description of the data in the background."""

import os
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication

from app.document import Document, data_descriptions, edits
from tinyml.core import DataError
from tinyml.core.resources import resource_path
from tinyml.data import DataChoice, describe, known_names
from tinyml.data.options import SourceOptions
from tinyml.storage import Project

FOLDER = str(resource_path("data", "digits"))


class SlowSource:
    """Replaces `describe`: waits until the test allows an answer, and records the calling threads."""

    def __init__(self):
        self.gates = {}
        self.threads = []
        self.answers = {}

    def __call__(self, source, options=None, preprocessing=None, progress=None):
        if source in known_names():
            return describe(source, options, preprocessing)
        self.threads.append(threading.get_ident())
        self.gates.setdefault(source, threading.Event()).wait()
        answer = self.answers.get(source, replace(describe("digits"), name=source, title=source))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def allow(self, source):
        self.gates.setdefault(source, threading.Event()).set()


@pytest.fixture
def slow(qapp, monkeypatch):
    slow = SlowSource()
    monkeypatch.setattr(data_descriptions, "describe", slow)
    monkeypatch.setattr(data_descriptions, "options_of", lambda source: SourceOptions)
    yield slow
    for source in list(slow.gates):
        slow.allow(source)


@pytest.fixture
def document(qapp):
    return Document()


def choose(document, source):
    document.apply(edits.change_data(document.project, source=source))


def test_a_folder_is_described_in_another_thread_and_the_signal_comes_in_this_one(qtbot, document, slow):
    heard = []
    choose(document, "/slow")
    document.changed.connect(lambda: heard.append((threading.get_ident(), document.data)))
    assert document.data_pending
    assert (document.data, document.data_problem) == (None, "")
    assert [problem for problem in document.problems if problem.layer == "input"] == []
    slow.allow("/slow")
    qtbot.waitUntil(lambda: document.data is not None)
    assert threading.get_ident() not in slow.threads
    assert heard == [(threading.get_ident(), document.data)]
    assert document.data.name == "/slow"
    assert not document.data_pending


def test_built_in_data_is_described_at_once(document, slow):
    choose(document, "circle")
    assert document.data.name == "circle"
    assert slow.threads == []


def test_the_description_of_a_replaced_source_is_dropped(qtbot, document, slow):
    choose(document, "/hangs")
    choose(document, "/answers")
    slow.allow("/answers")
    qtbot.waitUntil(lambda: document.data is not None)
    slow.answers["/hangs"] = DataError("It broke.")
    slow.allow("/hangs")
    qtbot.waitUntil(lambda: not [each for each in threading.enumerate() if each.name == "background"])
    QCoreApplication.processEvents()  # delivers the late answer
    assert document.data.name == "/answers"
    assert document.data_problem == ""


def test_a_failure_is_a_problem_and_the_next_choice_of_the_source_reads_it_again(qtbot, document, slow):
    slow.answers["/bad"] = DataError("There is no folder '/bad'.")
    slow.allow("/bad")
    choose(document, "/bad")
    qtbot.waitUntil(lambda: document.data_problem == "There is no folder '/bad'.")
    assert not document.data_pending
    del slow.answers["/bad"]
    document.apply(edits.change_data(document.project, test=0.3))
    qtbot.waitUntil(lambda: document.data is not None)
    assert document.data_problem == ""


def test_undo_shows_the_known_description_at_once_and_a_changed_one_later(qtbot, document, slow):
    slow.allow("/folder")
    choose(document, "/folder")
    qtbot.waitUntil(lambda: document.data is not None)
    document.apply(edits.change_training(document.project, epochs=3))  # keeps the two choices as separate steps
    choose(document, "circle")
    slow.answers["/folder"] = replace(describe("digits"), name="/folder", title="/folder", count=7)
    document.undo_stack.undo()
    assert document.data.count != 7
    qtbot.waitUntil(lambda: document.data.count == 7)


def test_another_split_of_the_same_data_reads_nothing(qtbot, document, slow):
    slow.allow("/folder")
    choose(document, "/folder")
    qtbot.waitUntil(lambda: document.data is not None)
    calls = len(slow.threads)
    document.apply(edits.change_data(document.project, test=0.3))
    assert document.data is not None
    assert len(slow.threads) == calls


def test_another_project_is_opened_while_a_source_hangs(document, slow, tmp_path):
    choose(document, "/hangs")
    document.save(tmp_path / "hangs.tinyml.json")
    document.replace(Project())
    assert document.data is not None
    document.open(tmp_path / "hangs.tinyml.json")
    assert document.data_pending
    document.replace(Project())
    assert document.data is not None
    document.shutdown()
    assert threading.get_ident() not in slow.threads


def test_a_real_folder_is_described(qtbot, document):
    choose(document, FOLDER)
    qtbot.waitUntil(lambda: document.data is not None)
    assert document.data.name == FOLDER


def test_a_source_that_was_described_before_is_known_at_once(qtbot, document, slow):
    slow.allow("/folder")
    before = document.data
    with (
        qtbot.assertNotEmitted(document.changed),
        qtbot.waitSignal(document.describe_data(DataChoice(source="/folder")).returned),
    ):
        pass
    assert document.data is before
    choose(document, "/folder")
    assert document.data.name == "/folder"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_instead_of_data_blocks_nothing(document, tmp_path):
    for name in ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"):
        os.mkfifo(tmp_path / name)
    choose(document, str(tmp_path))
    assert document.data_pending
    document.replace(Project())
    assert document.data is not None
    # A thread that reads one of them can end now.
    for path in tmp_path.iterdir():
        os.close(os.open(path, os.O_RDWR | os.O_NONBLOCK))
