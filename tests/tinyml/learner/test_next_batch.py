"""The next batch is the one that the run then trains, and looking at it changes nothing."""

import numpy as np
import pytest

from tests.tinyml.net.stacks import stack
from tinyml.data import DataChoice, load, split
from tinyml.data.preprocessing import Preprocessing
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.learner.next_batch import next_batch
from tinyml.learner.training_examples import DatasetExamples

TRAINING = TrainingSettings(batch_size=400, epochs=2, augment_shift=1, augment_rotate=10.0, augment_noise=0.1, seed=4)


@pytest.mark.parametrize("done", [0, 1, 2, 3, 5])
def test_it_is_the_batch_that_the_run_trains_next(monkeypatch: pytest.MonkeyPatch, done: int) -> None:
    splits = split(load("digits"), DataChoice(source="digits", preprocessing=Preprocessing(scale="standardise")))
    setup = set_up_training(stack("Flatten", ("Linear", {"outputs": 10})), TRAINING, splits)
    used = []
    original = DatasetExamples.batch

    def record(self: DatasetExamples, rows: np.ndarray, epoch: int, number: int) -> tuple[np.ndarray, np.ndarray]:
        inputs, targets = original(self, rows, epoch, number)
        if self.augmentations:
            used.append((epoch, number, rows.copy(), inputs.copy()))
        return inputs, targets

    monkeypatch.setattr(DatasetExamples, "batch", record)
    before = np.random.get_state()[1].copy()  # noqa: NPY002 (nothing may draw from it)
    shown = next_batch(splits.train, TRAINING, done)
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
    list(setup.run())
    epoch, number, rows, inputs = used[done]
    assert (shown.epoch, shown.number) == (epoch, number)
    np.testing.assert_array_equal(shown.rows, rows)
    np.testing.assert_allclose(splits.train.scale(shown.inputs), inputs, atol=1e-5)
