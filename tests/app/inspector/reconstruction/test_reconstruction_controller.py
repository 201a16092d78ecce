from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtTest import QTest

from app.inspector.reconstruction.reconstruction_controller import SHORTEST_PAUSE_MS, ReconstructionController
from app.inspector.target import Target
from app.jobs import Job, JobState
from tinyml.core import TinymlError


class SlowInspection(QObject):
    """Answers when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.sample_trace = object()
        self.asked, self.jobs = [], []

    def reconstruct(self, layer, map_index, position):
        self.asked.append(Target(layer, map_index, position))
        self.jobs.append(Job(lambda: None))
        return self.jobs[-1]

    def answer(self, request=-1, position=(0, 0)):
        target = self.asked[request]
        where = target.position or position
        reconstruction = SimpleNamespace(layer=target.layer, map_index=target.map_index, position=where)
        self.jobs[request]._on_completed(reconstruction, None)

    def change(self):
        self.sample_trace = object()


@pytest.fixture
def slow(qapp):
    return SlowInspection()


@pytest.fixture
def controller(slow):
    controller = ReconstructionController(slow)
    controller.answers = []
    controller.answered.connect(controller.answers.append)
    return controller


CONV = Target("conv_1", 3)
OTHER = Target("conv_1", 3, (2, 2))


def test_a_choice_is_asked_for_at_once(slow, controller):
    controller.set_target(CONV)
    controller.set_target(OTHER)
    assert slow.asked == [CONV, OTHER]


def test_an_answer_to_a_former_choice_is_dropped(slow, controller):
    controller.set_target(CONV)
    controller.set_target(OTHER)
    slow.answer(0, position=(1, 1))
    assert controller.answers == []
    slow.answer(1)
    assert len(controller.answers) == 1


def test_changes_never_overtake_an_answer_and_the_last_one_wins(slow, controller):
    controller.set_target(CONV)
    for _ in range(50):
        slow.change()
        controller.refresh()
    assert slow.asked == [CONV]
    QTest.qWait(SHORTEST_PAUSE_MS + 50)
    assert slow.asked == [CONV]
    slow.answer()
    assert slow.asked == [CONV, CONV]
    slow.answer()
    QTest.qWait(SHORTEST_PAUSE_MS + 50)
    assert slow.asked == [CONV, CONV]
    assert len(controller.answers) == 2


def test_quick_answers_are_not_asked_for_all_the_time(slow, controller):
    controller.set_target(CONV)
    slow.answer()
    for _ in range(20):
        slow.change()
        controller.refresh()
        if len(slow.asked) > len(controller.answers):
            slow.answer()
        QTest.qWait(10)
    assert 1 <= len(slow.asked) <= 4


def test_the_same_view_is_not_asked_for_twice(slow, controller):
    controller.set_target(CONV)
    slow.answer()
    controller.refresh()
    QTest.qWait(SHORTEST_PAUSE_MS + 50)
    assert slow.asked == [CONV]


def test_a_refusal_is_passed_on_and_a_later_view_tried_again(slow, controller, qtbot):
    controller.set_target(CONV)
    with qtbot.waitSignal(controller.refused) as refused:
        slow.jobs[-1]._on_completed(None, TinymlError("No way back."))
    assert refused.args == ["No way back."]
    slow.change()
    controller.refresh()
    qtbot.waitUntil(lambda: len(slow.asked) == 2)


def test_no_target_asks_for_nothing(slow, controller):
    controller.set_target(CONV)
    controller.set_target(None)
    slow.answer(0)
    slow.change()
    controller.refresh()
    assert slow.asked == [CONV]
    assert controller.answers == []


def test_a_request_that_is_cancelled_says_so_at_once_and_the_next_view_is_asked_for(slow, controller, qtbot):
    controller.set_target(CONV)
    with qtbot.waitSignal(controller.cancelled, timeout=0):
        slow.jobs[-1].cancel()
    slow.change()
    controller.refresh()
    qtbot.waitUntil(lambda: slow.asked == [CONV, CONV])
    slow.answer()
    assert len(controller.answers) == 1


def test_another_target_cancels_the_request_without_a_word(slow, controller, qtbot):
    controller.set_target(CONV)
    with qtbot.assertNotEmitted(controller.cancelled):
        controller.set_target(OTHER)
    assert slow.jobs[0].state is JobState.CANCELLED
