"""A long history is thinned: it says the same, in a time that does not grow."""

import itertools
import math
import random
from dataclasses import replace

import pytest

from tests.tinyml.diagnosis.evidence import USUAL, history, rules
from tinyml.core import ChangeTraining
from tinyml.diagnosis import Evidence, diagnose, thin_history
from tinyml.learner import TrainingSettings

EPOCHS = 30_000


def long_run(losses: list[float], accuracy: float, **fields) -> Evidence:
    training = TrainingSettings(epochs=len(losses))
    return replace(USUAL, training=training, history=history(losses, accuracy, epochs=len(losses)), **fields)


def thinned(evidence: Evidence) -> Evidence:
    return replace(evidence, history=thin_history(evidence.history))


def noise(seed: int, spread: float = 0.05) -> list[float]:
    source = random.Random(seed)
    return [0.8 + spread * source.random() for _ in range(EPOCHS)]


@pytest.mark.parametrize("count", [0, 1, 2000])
def test_a_short_history_stays_as_it_is(count) -> None:
    epochs = history([1.0] * count, 0.5, epochs=2000)
    assert thin_history(epochs) is epochs


@pytest.mark.parametrize("count", [2001, 99_000])
def test_a_long_history_keeps_both_ends_and_the_extremes(count) -> None:
    losses, validation = [1.0] * count, [1.0] * count
    validation[777], losses[555], losses[888] = 0.1, 0.2, math.nan
    kept = [epoch.epoch for epoch in thin_history(history(losses, 0.5, validation, 0.5, epochs=count))]
    assert len(kept) <= 2010
    assert kept == sorted(set(kept))
    assert kept[0] == 1
    assert kept[-1000:] == list(range(count - 999, count + 1))
    assert {776, 777, 778, 779, 780, 556, 889} <= set(kept)
    assert max(after - before for before, after in itertools.pairwise(kept)) <= -(-(count - 1000) // 1000)


def test_a_history_without_a_finite_loss_is_thinned_too() -> None:
    kept = thin_history(history([math.inf] * 5000, 0.5, epochs=5000))
    assert (kept[0].epoch, kept[-1].epoch) == (1, 5000)


def test_the_diagnosis_of_a_thinned_history_is_the_same() -> None:
    stuck = long_run(noise(1), 0.5)
    assert rules(thinned(stuck)) == rules(stuck) == ["underfitting"]
    jumps = [loss + (number % 3 == 0) for number, loss in enumerate(noise(2))]
    assert rules(thinned(long_run(jumps, 0.5))) == rules(long_run(jumps, 0.5)) == ["high_rate"]
    lost = [0.01 if 100 < number < 200 else loss for number, loss in enumerate(noise(3))]
    assert rules(thinned(long_run(lost, 0.5))) == rules(long_run(lost, 0.5)) == ["high_rate"]
    early = noise(4)
    early[1234] = math.inf
    assert diagnose(thinned(long_run(early, 0.5))) == diagnose(long_run(early, 0.5))


def test_epochs_that_are_left_out_count_as_done() -> None:
    base = thinned(long_run(noise(5, spread=0.0), 0.1, finished=True))
    assert (base.epochs_done, base.share_done) == (EPOCHS, 1.0)
    (diagnosis,) = diagnose(replace(base, data=replace(USUAL.data, neighbours=None))).diagnoses
    assert diagnosis.rule == "nothing_learned"
    assert f"After {EPOCHS} epochs" in diagnosis.evidence
    falling = [2.3 - number / 50_000 for number in range(EPOCHS)]
    longer = diagnose(thinned(long_run(falling, 0.5, finished=True)))
    actions = {each.rule: each.action for each in longer.diagnoses}
    assert actions["too_short"] == ChangeTraining(f"Set epochs {3 * EPOCHS}", {"epochs": 3 * EPOCHS})
