"""The example networks learn what they promise; each in a few seconds."""

import pytest
from threadpoolctl import threadpool_limits

from tinyml.data import load, split
from tinyml.learner import set_up_training
from tinyml.storage import example_path, read_project


@pytest.mark.parametrize(
    ("name", "epochs", "accuracy"), [("lenet-digits", 20, 0.97), ("shapes", 6, 0.93), ("circle", 50, 0.88)]
)
def test_an_example_learns(name: str, epochs: int, accuracy: float) -> None:
    project = read_project(example_path(name))
    training = project.training.model_copy(update={"epochs": epochs})
    setup = set_up_training(project.network, training, split(load(project.data.source), project.data))
    with threadpool_limits(limits=1, user_api="blas"):
        for _ in setup.run():
            pass
    assert setup.test().accuracy >= accuracy
