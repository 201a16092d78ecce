"""Which steps are measured, and how much of the time measuring takes."""

import pytest

from tests.tinyml.net.stacks import stack
from tinyml.core import SettingsError
from tinyml.data import DataChoice, load, split
from tinyml.learner import BatchFinished, Checkpoint, TrainingSettings, set_up_training
from tinyml.learner import measuring_pace as module
from tinyml.learner.measuring_pace import MIN_SECONDS_BETWEEN, MeasuringPace

NET = stack(("Linear", {"outputs": 16}), "ReLu", ("Linear", {"outputs": 2}))


class Clock:
    """Stands for `perf_counter`; the test moves it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(module, "perf_counter", lambda: self.now)


def simulate(
    clock: Clock, pace: MeasuringPace, step_seconds: float, cost: float, steps: int, waiting: float = 0.0
) -> list[int]:
    """Return the numbers of the measured steps when each measurement takes `cost` seconds.

    The caller of the run waits for `waiting` seconds after each step.
    """
    measured = []
    for step in range(1, steps + 1):
        due = pace.is_due(step)
        clock.now += step_seconds + (cost if due else 0)
        if due:
            measured.append(step)
        pace.note(cost if due else None)
        clock.now += waiting
    return measured


@pytest.mark.parametrize("cost", [0.001, 0.01, 0.1])
@pytest.mark.parametrize("step_seconds", [0.0001, 0.05, 1])
def test_measuring_takes_at_most_its_share_of_the_time(
    monkeypatch: pytest.MonkeyPatch, cost: float, step_seconds: float
) -> None:
    clock = Clock(monkeypatch)
    begin, steps = clock.now, round(100 / step_seconds)
    measured = simulate(clock, MeasuringPace(share=0.04), step_seconds, cost, steps)
    assert measured[0] == 1
    spent = (len(measured) - 1) * cost  # the first measurement is a debt that the time after it pays
    assert spent <= 0.04 * (clock.now - begin)
    assert len(measured) > 1
    assert len(measured) <= (clock.now - begin) / MIN_SECONDS_BETWEEN + 1


def test_an_interrupted_measurement_leaves_no_long_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = MeasuringPace(share=0.04)
    assert simulate(clock, pace, 0.05, 0.01, 12) == [1, 7]
    assert simulate(clock, pace, 0.05, 1.0, 5) == [1]  # interrupted: it counts as 0.03 s, and 0.72 s follow
    assert simulate(clock, pace, 0.05, 0.01, 12) == [12]


def test_measured_steps_that_take_longer_count_with_their_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, measured = Clock(monkeypatch), 0
    pace, begin, steps, step_seconds, delay = MeasuringPace(share=0.04), clock.now, 20_000, 0.005, 0.01
    for step in range(1, steps + 1):
        due = pace.is_due(step)
        clock.now += step_seconds + (delay if due else 0)
        pace.note(0.001 if due else None)  # the measuring itself is a tenth of the delay
        measured += due
    assert 0.03 < measured * delay / (clock.now - begin) < 0.042


def test_one_slow_measured_step_is_no_usual_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = MeasuringPace(share=0.04)
    simulate(clock, pace, 0.05, 0.01, 60)
    while not pace.is_due(1):
        clock.now += 0.05
        pace.note(None)
    clock.now += 1.0
    pace.note(0.01)
    assert simulate(clock, pace, 0.05, 0.01, 6) == [6]


@pytest.mark.parametrize("waiting", [0.5, 1, 2])
def test_only_the_time_of_the_steps_counts(monkeypatch: pytest.MonkeyPatch, waiting: float) -> None:
    clock, steps, step_seconds, cost = Clock(monkeypatch), 20_000, 0.001, 0.002
    measured = simulate(clock, MeasuringPace(share=0.04), step_seconds, cost, steps, waiting * step_seconds)
    assert 0.03 < len(measured) * cost / (steps * step_seconds + len(measured) * cost) < 0.041


def test_the_first_step_after_a_pause_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = MeasuringPace(share=0.04)
    simulate(clock, pace, 0.001, 0.002, 10)
    clock.now += 4 * 24 * 0.002
    assert simulate(clock, pace, 0.001, 0.002, 10) == [1]


def test_an_expensive_measurement_postpones_the_next_one_and_a_cheap_one_catches_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock(monkeypatch)
    pace = MeasuringPace(share=0.1)
    assert simulate(clock, pace, 0.5, 1.0, 25) == [1, 20]  # 18 steps of 0.5 s are 9 s
    assert simulate(clock, pace, 0.5, 0.01, 14) == [14]
    assert simulate(clock, pace, 0.5, 0.01, 4) == [2, 4]


def test_both_ways_of_choosing_work_together(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    pace = MeasuringPace(every=5, share=0.04)
    assert simulate(clock, pace, 0.01, 1.0, 14) == [1, 5, 10]
    clock.now += 4 * 24
    assert pace.is_due(15)
    assert not MeasuringPace().is_due(1)


def train(measure_share: float | None) -> tuple[list[bytes], list[BatchFinished], Checkpoint]:
    splits = split(load("circle"), DataChoice(source="circle", validation=0.1, test=0.2))
    training = TrainingSettings(batch_size=20, epochs=4, optimizer="adam", clip_norm=0.5)
    setup = set_up_training(NET, training, splits)
    events = list(setup.run(measure_share=measure_share))
    batches = [event for event in events if isinstance(event, BatchFinished)]
    return [parameter.tensor.tobytes() for parameter in setup.net.parameters], batches, setup.learner.checkpoint()


def test_a_measured_run_learns_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MIN_SECONDS_BETWEEN", 0.0)
    weights, batches, checkpoint = train(None)
    measured_weights, measured_batches, measured_checkpoint = train(0.5)
    assert measured_batches[0].layers
    assert measured_batches[-1].layers
    assert sum(bool(batch.layers) for batch in measured_batches) > 1
    assert not any(batch.layers for batch in batches)
    assert measured_weights == weights
    assert [batch.loss for batch in measured_batches] == [batch.loss for batch in batches]
    assert measured_checkpoint.tensors.keys() == checkpoint.tensors.keys()
    for name, tensor in checkpoint.tensors.items():
        if name != "history":  # it holds the seconds
            assert measured_checkpoint.tensors[name].tobytes() == tensor.tobytes()


@pytest.mark.parametrize("share", [0, 1, -0.1, 2, float("nan"), True, "0.04"])
def test_a_share_that_is_none_is_refused(share: object) -> None:
    with pytest.raises(SettingsError, match=r"measure_share is .* but should be a number above 0 and below 1"):
        train(share)  # type: ignore[arg-type]
