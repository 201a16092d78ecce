"""The arguments of a learning-rate schedule as source code."""

from collections.abc import Callable, Mapping
from typing import Any

from tinyml.data import batch_count, split_counts
from tinyml.learner import TrainingSettings
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
    longer = _arguments(training, arguments_of, training.epochs + 1, batches)
    return [
        f"{name}={literal(value) if longer[name] == value else f'options.epochs * {batches}'}"
        for name, value in _arguments(training, arguments_of, training.epochs, batches).items()
    ]


def schedule_arguments_of_batches(
    training: TrainingSettings, arguments_of: Callable[[Schedule], Mapping[str, Any]], epochs: str, batches: str
) -> list[str]:
    """Return the same as `schedule_arguments` for a script that counts the batches itself.

    Arguments:
        training: the training settings.
        arguments_of: returns the arguments by name for a schedule.
        epochs, batches: source code of the number of epochs, and of the number of batches in one of them.

    >>> training = TrainingSettings(schedule="step", schedule_epochs=3)
    >>> schedule_arguments_of_batches(training, vars, "epochs", "batches")
    ['every=3 * batches', 'gamma=0.1']
    """
    longer = _arguments(training, arguments_of, training.epochs + 1, 1)
    finer = _arguments(training, arguments_of, training.epochs, 2)
    written: list[str] = []
    for name, value in _arguments(training, arguments_of, training.epochs, 1).items():
        if longer[name] != value:
            written.append(f"{name}={epochs} * {batches}")
        elif finer[name] != value:
            written.append(f"{name}={literal(value)} * {batches}")
        else:
            written.append(f"{name}={literal(value)}")
    return written


def _arguments(
    training: TrainingSettings, arguments_of: Callable[[Schedule], Mapping[str, Any]], epochs: int, batches: int
) -> Mapping[str, Any]:
    """Return the arguments of the schedule of a run with other numbers of epochs and batches."""
    make = schedule_descriptions()[training.schedule].make
    return arguments_of(make({**training.model_dump(), "epochs": epochs}, batches))
