"""The order of the timed calls, and the statistics of the repeats."""

import time

import pytest

from tests.benchmarks.timing import Effort, Timing, summarise, take_turns


def test_the_implementations_take_turns() -> None:
    order: list[str] = []
    effort = Effort(fewest=5, most=5, seconds=0.0, by_turn=2, shortest=0.0, rehearses=False)
    implementations = {"ours": lambda: order.append("A"), "PyTorch": lambda: order.append("B")}
    timings = take_turns(implementations, effort, pause=0.0)
    assert "".join(order) == "AB" + "AABBAABBAABB"  # the first two are the warm-up
    assert [timing.repeats for timing in timings.values()] == [6, 6]


def test_a_turn_can_begin_with_a_repeat_that_does_not_count() -> None:
    calls: list[str] = []
    effort = Effort(fewest=3, most=3, seconds=0.0, by_turn=1, shortest=0.0, rehearsal=0.0)
    assert take_turns({"ours": lambda: calls.append("A")}, effort, pause=0.0)["ours"].repeats == 3
    assert len(calls) == 1 + 3 * 2


def test_short_calls_are_looped_until_a_repeat_is_long_enough() -> None:
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    take_turns({"ours": count}, Effort(fewest=1, most=1, seconds=0.0, by_turn=1), pause=0.0)
    assert calls > 100


def test_there_are_as_many_repeats_as_the_seconds_allow() -> None:
    effort = Effort(fewest=2, most=9, by_turn=1, seconds=60.0, shortest=0.0, rehearses=False)
    assert take_turns({"ours": lambda: None}, effort, pause=0.0)["ours"].repeats == 9


def test_repeats_are_summarised_by_median_and_quartiles() -> None:
    assert summarise([5.0, 1.0, 2.0, 4.0, 300.0]) == Timing(4.0, 2.0, 5.0, 5)
    assert summarise([1.0, 2.0]).median == pytest.approx(1.5)


def test_a_preparation_comes_before_the_warm_up_and_before_each_turn() -> None:
    order: list[str] = []
    effort = Effort(fewest=2, most=2, seconds=0.0, by_turn=1, shortest=0.0, rehearses=False)
    implementations = {"ours": lambda: order.append("A"), "PyTorch": lambda: order.append("B")}
    take_turns(implementations, effort, pause=0.0, preparations={"ours": lambda: order.append("p")})
    assert "".join(order) == "pAB" + "pABpAB"


def test_a_rehearsal_lasts_some_time() -> None:
    begun: list[float] = []
    effort = Effort(fewest=1, most=1, seconds=0.0, by_turn=1, shortest=0.0, rehearsal=0.05)
    take_turns({"ours": lambda: begun.append(time.perf_counter())}, effort, pause=0.0)
    assert begun[-1] - begun[1] >= 0.05
