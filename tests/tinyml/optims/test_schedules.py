"""Schedules: their factors, their descriptions, and their construction from training settings."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyml.core import SettingsError
from tinyml.learner import TrainingSettings
from tinyml.optims import schedules
from tinyml.optims.schedules import (
    ConstantSchedule,
    CosineSchedule,
    OneCycleSchedule,
    ReduceOnPlateauSchedule,
    Schedule,
    StepSchedule,
    WarmUpSchedule,
    schedule_descriptions,
)

every_schedule = pytest.mark.parametrize("name", list(schedule_descriptions()))


def make(name: str, batches: int = 10, **settings: object) -> Schedule:
    return schedule_descriptions()[name].make(TrainingSettings(schedule=name, **settings).model_dump(), batches)


@every_schedule
def test_the_description_is_complete_and_its_settings_exist(name: str) -> None:
    description = schedule_descriptions()[name]
    assert description.name == name
    assert description.title
    assert description.summary.endswith(".")
    assert description.formula
    assert set(description.settings) <= set(TrainingSettings.model_fields)
    assert type(make(name)) is description.schedule
    assert repr(make(name)).startswith(description.schedule.__name__)


@every_schedule
@given(batches=st.integers(1, 50), epochs=st.integers(1, 20), span=st.integers(1, 10), factor=st.floats(0.01, 1))
def test_the_factor_is_between_0_and_1_also_after_the_last_step(
    name: str, batches: int, epochs: int, span: int, factor: float
) -> None:
    schedule = make(name, batches, epochs=epochs, schedule_epochs=span, schedule_factor=factor)
    for step in range(epochs * batches + 5):
        assert 0 <= schedule.factor(step) <= 1


@every_schedule
def test_a_schedule_continues_from_its_saved_state(name: str) -> None:
    first, second = make(name, schedule_epochs=1), make(name, schedule_epochs=1)
    for loss in (1.0, 2.0, 2.0, float("nan")):
        first.note_epoch(loss)
    second.restore(first.state())
    for schedule in (first, second):
        schedule.note_epoch(0.9)
        schedule.note_epoch(3.0)
    assert [first.factor(step) for step in range(30)] == [second.factor(step) for step in range(30)]
    with pytest.raises(SettingsError, match="restore"):
        second.restore({"unknown": 1})


def test_epochs_of_the_settings_become_steps() -> None:
    step = make("step", batches=10, schedule_epochs=3, schedule_factor=0.5)
    assert [step.factor(n) for n in (0, 29, 30, 60)] == [1, 1, 0.5, 0.25]
    warm = make("warm_up", batches=10, schedule_epochs=2, schedule_factor=0.2)
    assert [warm.factor(n) for n in (0, 10, 20, 99)] == pytest.approx([0.2, 0.6, 1, 1])
    cosine = make("cosine", batches=10, epochs=4)
    assert [cosine.factor(n) for n in (0, 20, 40)] == pytest.approx([1, 0.5, 0])
    cycle = make("one_cycle", batches=10, epochs=4)
    assert [cycle.factor(n) for n in (0, 11, 39)] == pytest.approx([0.04, 1, 1 / 250_000])
    assert make("constant").factor(5) == 1


def test_a_plateau_shorter_than_the_patience_changes_nothing() -> None:
    schedule = ReduceOnPlateauSchedule(patience=2, gamma=0.5, low=0.2)
    factors = []
    for loss in (1.0, 1.0, 0.99995, 1.0, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6):
        schedule.note_epoch(loss)
        factors.append(schedule.factor(0))
    assert factors == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.2]


def test_a_schedule_of_one_step_has_a_rate() -> None:
    assert OneCycleSchedule(1).factor(0) > 0
    assert CosineSchedule(1).factor(0) == 1


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: StepSchedule(0),
        lambda: StepSchedule(2.5),  # type: ignore[arg-type]
        lambda: StepSchedule(2, 0),
        lambda: StepSchedule(2, 1.5),
        lambda: CosineSchedule(-1),
        lambda: CosineSchedule(5, float("nan")),
        lambda: WarmUpSchedule(0),
        lambda: WarmUpSchedule(3, 0),
        lambda: OneCycleSchedule(0),
        lambda: OneCycleSchedule(10, 0),
        lambda: OneCycleSchedule(10, divide=0),
        lambda: ReduceOnPlateauSchedule(-1),
        lambda: ReduceOnPlateauSchedule(threshold=1.0),
        lambda: ReduceOnPlateauSchedule(gamma="half"),  # type: ignore[arg-type]
    ],
)
def test_invalid_schedules_are_refused(impossible: object) -> None:
    with pytest.raises(SettingsError, match="should be"):
        impossible()  # type: ignore[operator]


def test_a_constant_schedule_has_no_state() -> None:
    assert ConstantSchedule().state() == {}


def test_a_schedule_is_found_as_soon_as_its_file_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halving.py").write_text(
        "from tinyml.optims.schedules.base import Schedule, ScheduleDescription\n"
        "class Halving(Schedule):\n"
        "    def factor(self, step):\n"
        "        return 0.5 ** step\n"
        "DESCRIPTION = ScheduleDescription('halving', Halving, 'Halving', 'Halves.', 'ε / 2ⁿ', (),\n"
        "    lambda settings, batches: Halving())\n"
    )
    monkeypatch.setattr(schedules, "__path__", [*schedules.__path__, str(tmp_path)])
    schedule_descriptions.cache_clear()
    try:
        assert make("halving").factor(2) == 0.25
    finally:
        schedule_descriptions.cache_clear()
