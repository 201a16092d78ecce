"""The data in memory is shared by threads, so nobody may write to it."""

import pytest

from app.training.data_store import load_splits
from tinyml.data import DataChoice


@pytest.mark.parametrize("choice", [DataChoice(source="circle"), DataChoice(source="digits", test=0.3)])
def test_no_array_of_the_shared_data_can_be_written_to(choice):
    for part in load_splits(choice):
        for array in (part.inputs, part.labels, part.codes):
            assert not array.flags.writeable
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_the_same_choice_gives_the_same_arrays():
    choice = DataChoice(source="circle")
    assert load_splits(choice).train.inputs is load_splits(choice).train.inputs
