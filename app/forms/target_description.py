"""The targets of a dataset in words."""

from tinyml.core import describe_count, describe_shape
from tinyml.data import DataDescription


def describe_targets(data: DataDescription) -> str:
    """Describe what the network predicts: "10 classes", "1 number to predict", "the input is the target".

    Arguments:
        data: the description of the dataset.

    >>> from tinyml.data import describe
    >>> describe_targets(describe("digits")), describe_targets(describe("sine"))
    ('10 classes', '1 number to predict')
    """
    if data.target_shape is None:
        return f"{len(data.class_names)} classes"
    if data.target == "input":
        return "the input is the target"
    if len(data.target_shape) == 1:
        return f"{describe_count(data.target_shape[0], 'number')} to predict"
    return f"{describe_shape(data.target_shape)} to predict"
