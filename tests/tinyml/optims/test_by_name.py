"""Optimisers by their names."""

from typing import Any

import numpy as np
import pytest

from tinyml.core import Parameter, SettingsError
from tinyml.optims import AdamOptimizer, SGDOptimizer, find_optimizer, optimizer_descriptions


@pytest.mark.parametrize("name", optimizer_descriptions())
def test_an_optimiser_is_found_by_its_names_and_works_with_its_defaults(name: str) -> None:
    description = optimizer_descriptions()[name]
    for each in (name, name.upper(), description.title, description.optimizer.__name__):
        optimizer = find_optimizer(each)
        assert type(optimizer) is description.optimizer
        weight = Parameter(np.ones(2))
        weight.gradient += 1
        optimizer.update(weight)
        assert (weight.tensor < 1).all()


def test_an_object_with_update_is_returned_unchanged() -> None:
    class Own:
        def update(self, parameter: Parameter) -> None:
            parameter.tensor -= parameter.gradient

    for optimizer in (Own(), SGDOptimizer(0.5)):
        assert find_optimizer(optimizer) is optimizer


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("adm", r"no optimiser 'adm'. Did you mean 'adam'\? There are: adam, adamw, rmsprop, sgd."),
        (AdamOptimizer, r"the class AdamOptimizer. Construct an optimiser: AdamOptimizer\(lr=…\)"),
        (None, r"None, which has no method update\(parameter\).* adam, adamw"),
        (0.1, "0.1, which has no method update"),
        ([], r"tinyml.optims"),
    ],
    ids=str,
)
def test_objects_that_are_not_optimisers_are_refused(wrong: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        find_optimizer(wrong)


@pytest.mark.parametrize("rate", [float("nan"), float("inf"), 0, -1, "0.1", None, True])
@pytest.mark.parametrize("name", optimizer_descriptions())
def test_an_invalid_learning_rate_is_refused(name: str, rate: Any) -> None:
    with pytest.raises(SettingsError, match="learning rate is"):
        optimizer_descriptions()[name].optimizer(lr=rate)
