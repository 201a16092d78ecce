"""The columns of the epochs: exact, and not changed by later epochs."""

import math
from dataclasses import fields

import numpy as np

from app.training.epoch_table import EpochTable
from tinyml.learner import EpochFinished

EPOCHS = [
    EpochFinished(number, 5000, 1 / number, None, math.nan if number % 2 else 0.5, None, 1.5 * number, 0.1)
    for number in range(1, 3001)
]


def test_each_field_has_a_column_and_an_unknown_number_is_no_nan() -> None:
    table = EpochTable()
    table.extend(EPOCHS[:1000])
    table.extend([])
    table.extend(EPOCHS[1000:])
    columns = table.columns()
    for name in (field.name for field in fields(EpochFinished)):
        values = [getattr(epoch, name) for epoch in EPOCHS]
        assert columns[f"{name}/known"].tolist() == [value is not None for value in values]
        expected = [math.nan if value is None else value for value in values]
        assert np.array_equal(columns[name], expected, equal_nan=True)


def test_columns_of_a_moment_stay_as_they_were() -> None:
    table = EpochTable()
    assert {len(column) for column in table.columns().values()} == {0}
    table.extend(EPOCHS[:2])
    before = table.columns()
    table.extend(EPOCHS[2:])
    assert before["epoch"].tolist() == [1, 2]
    assert not before["epoch"].flags.writeable
