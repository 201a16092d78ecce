"""A new loss is one file: it is found by its name, offered in the training settings, and trains a network."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from tests.extended_package import extended_package
from tinyml import losses
from tinyml.core.choices import Choice
from tinyml.data import DataChoice, load, split
from tinyml.learner import TrainingSettings, set_up_training
from tinyml.losses import find_loss, loss_descriptions
from tinyml.net import LayerSpecification, NetworkSpecification, build
from tinyml.verify import gradient_check

SOURCE = """
import numpy as np
from tinyml.losses.base import LossDescription, difference_from


def log_cosh_loss(predicted, ground_truth):
    difference = difference_from("log_cosh_loss", predicted, ground_truth)
    return float(np.log(np.cosh(difference)).mean()), np.tanh(difference) / difference.size


DESCRIPTION = LossDescription(
    function=log_cosh_loss,
    title="Log-cosh",
    summary="Like the squared error for small errors and the absolute error for large ones.",
    formula="ℓ = mean of log cosh(ŷ − y)",
    targets="numbers",
    outputs="values",
    aliases=("smooth_absolute",),
)
"""
NETWORK = NetworkSpecification(layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),))


@pytest.fixture
def log_cosh(tmp_path: Path) -> Iterator[str]:
    """Add the file to the folder of losses, and return the name of its loss."""
    with extended_package(losses, tmp_path, "log_cosh.py", SOURCE, loss_descriptions.cache_clear):
        yield "log_cosh_loss"


def choice() -> Choice:
    (found,) = (each for each in TrainingSettings.model_fields["loss"].metadata if isinstance(each, Choice))
    return found


def test_the_loss_is_found_by_all_its_names(log_cosh: str) -> None:
    for name in (log_cosh, "log_cosh", "LogCosh", "smooth_absolute", "smooth_absolute_loss"):
        assert find_loss(name).__name__ == log_cosh


def test_the_loss_is_a_choice_in_the_training_settings(log_cosh: str) -> None:
    assert choice().titles()[log_cosh] == "Log-cosh"
    assert TrainingSettings(loss=log_cosh).loss == log_cosh


def test_without_the_file_the_settings_refuse_the_name() -> None:
    assert "log_cosh_loss" not in choice().titles()
    with pytest.raises(ValidationError, match=r"one of .*mse_loss"):
        TrainingSettings(loss="log_cosh_loss")


def test_the_loss_trains_a_network_and_its_gradient_is_right(log_cosh: str) -> None:
    setup = set_up_training(
        NETWORK, TrainingSettings(loss=log_cosh, epochs=3), split(load("circle"), DataChoice(source="circle"))
    )
    *_, finished = setup.run()
    assert finished.history[-1].training_loss < finished.history[0].training_loss
    rng = np.random.default_rng(0)
    report = gradient_check(build(NETWORK, (2,), rng), rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), log_cosh)
    assert report.verdict == "right"
