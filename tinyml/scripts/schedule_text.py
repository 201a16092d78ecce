"""The arguments of a learning-rate schedule as source code."""

from collections.abc import Callable, Mapping
from typing import Any

from tinyml.data import batch_count, split_counts
from tinyml.optims.schedules import Schedule, schedule_descriptions
from tinyml.scripts.script import ScriptContent
from tinyml.scripts.source_text import literal


def schedule_arguments(content: ScriptContent, arguments_of: Callable[[Schedule], Mapping[str, Any]]) -> list[str]:
    """Return the source code of the arguments of the chosen schedule, with their names.

    A schedule counts batches. A number that depends on the number of epochs is written as a product with
    `options.epochs`, so that the script can run for more or fewer epochs.

    Arguments:
        content: the training settings, and data without an obstacle.
        arguments_of: returns the arguments by name for a schedule.
    """
    training, data = content.training, content.data
    assert data is not None, "without data there is an obstacle"
    batches = batch_count(split_counts(data, content.choice)[0], training.batch_size)

    def arguments(epochs: int) -> Mapping[str, Any]:
        make = schedule_descriptions()[training.schedule].make
        return arguments_of(make({**training.model_dump(), "epochs": epochs}, batches))

    longer = arguments(training.epochs + 1)
    return [
        f"{name}={literal(value) if longer[name] == value else f'options.epochs * {batches}'}"
        for name, value in arguments(training.epochs).items()
    ]
