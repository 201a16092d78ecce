import threading
import time

import pytest

from app.training.background import BackgroundRunner
from tinyml.core import TinymlError


@pytest.fixture
def runner(qapp):
    runner = BackgroundRunner()
    yield runner
    runner.shutdown()


def test_results_come_to_the_gui_thread(qtbot, runner):
    with qtbot.waitSignal(runner.finished) as signal:
        runner.submit("where", threading.get_ident)
    assert signal.args[0] == "where"
    assert signal.args[1] != threading.get_ident()
    assert not runner.busy("where")


def test_only_the_newest_request_of_a_kind_is_answered(qtbot, runner):
    answers = []
    runner.finished.connect(lambda key, result: answers.append((key, result)))
    release = threading.Event()
    runner.submit("slow", lambda: release.wait(5) and "old")
    for number in range(5):
        runner.submit("slow", lambda number=number: number)
    runner.submit("other", lambda: "other")
    release.set()
    qtbot.waitUntil(lambda: len(answers) == 2)
    qtbot.wait(30)
    assert answers == [("slow", 4), ("other", "other")]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(TinymlError("No such map."), "No such map."), (ValueError("odd"), "ValueError: odd")],
)
def test_failures_are_sentences(qtbot, runner, error, sentence):
    def fail():
        raise error

    with qtbot.waitSignal(runner.failed) as signal:
        runner.submit("broken", fail)
    assert signal.args == ["broken", sentence]


def test_shutdown_drops_what_waits_and_ends_the_thread(qtbot, runner):
    started = threading.Event()
    ran = []
    runner.submit("first", lambda: (started.set(), time.sleep(0.05), ran.append(1)))
    runner.submit("second", lambda: ran.append(2))
    started.wait(5)
    runner.shutdown()
    assert ran == [1]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("background")]
