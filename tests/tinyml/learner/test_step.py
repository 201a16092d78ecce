import ast
import inspect

import numpy as np
import pytest

from tinyml.layers import Linear
from tinyml.learner import Learner, run
from tinyml.learner.step import TrainingStep
from tinyml.net import Sequential
from tinyml.optims import AdamOptimizer, SGDOptimizer
from tinyml.optims.schedules import ReduceOnPlateauSchedule, StepSchedule


def make_step(**arguments: object) -> TrainingStep:
    net = Sequential([Linear("fc", 2, 1, rng=np.random.default_rng(0))])
    return TrainingStep(net, "mse", SGDOptimizer(0.1), **arguments)


def test_a_step_returns_loss_and_output_from_before_the_update() -> None:
    step, inputs, targets = make_step(), np.ones((3, 2), np.float32), np.zeros((3, 1), np.float32)
    expected = step.model.predict(inputs)
    loss, output = step.train_on_batch(inputs, targets)
    np.testing.assert_array_equal(output, expected)
    assert loss == pytest.approx(float((expected**2).mean()))
    assert not np.array_equal(step.model.predict(inputs), expected)


def test_a_loss_that_is_not_finite_changes_nothing() -> None:
    step = make_step()
    before = step.model.parameters[0].tensor.copy()
    loss, _ = step.train_on_batch(np.full((1, 2), np.inf, np.float32), np.zeros((1, 1), np.float32))
    assert not np.isfinite(loss)
    np.testing.assert_array_equal(step.model.parameters[0].tensor, before)


def test_the_schedule_changes_the_rate_and_starts_again_for_a_new_run() -> None:
    step = make_step(schedule=StepSchedule(every=2, gamma=0.5))
    rates = []
    for done in range(4):
        step.set_rate(done)
        rates.append(step.learning_rate)
    assert rates == [0.1, 0.1, 0.05, 0.05]
    plateau = make_step(schedule=ReduceOnPlateauSchedule(patience=0))
    for loss in (1.0, 1.0):
        plateau.schedule.note_epoch(loss)
    assert plateau.schedule.factor(0) < 1
    plateau.restart_schedule()
    assert plateau.schedule.factor(0) == 1


def test_the_learner_shows_what_its_step_uses() -> None:
    schedule, optimizer = StepSchedule(every=2), SGDOptimizer(0.1)
    learner = Learner(Sequential([Linear("fc", 2, 1)]), "mse", optimizer, schedule, clip_norm=0.5)
    step = learner.step
    assert (learner.model, learner.loss, learner.optimizer) == (step.model, step.loss, optimizer)
    assert (learner.schedule, learner.clip_norm, learner.learning_rate) == (schedule, 0.5, 0.1)
    learner.optimizer = AdamOptimizer(0.01)
    assert step.learning_rate == 0.01


def test_a_run_needs_a_step_and_knows_no_learner() -> None:
    imported = {node.module for node in ast.walk(ast.parse(inspect.getsource(run))) if isinstance(node, ast.ImportFrom)}
    assert "tinyml.learner.step" in imported
    assert "tinyml.learner.learner" not in imported
