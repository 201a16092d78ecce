"""A sweep: the same training with several values of one setting. No Qt."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from app.training.training_config import TrainingConfig
from tinyml.core import SettingsError, TinymlError
from tinyml.core.validation import describe_validation_error
from tinyml.layers.base.specification import read_settings
from tinyml.learner import TrainingSettings
from tinyml.net import infer
from tinyml.storage import Project

MOST_VALUES = 50
"""Largest number of runs of a sweep."""
_TRAINING = ("learning_rate", "batch_size", "seed")
_WIDTHS = ("outputs", "filters")
"""Settings of a layer that are its width."""
_RANGE = re.compile(r"\s*(\S+)\s+to\s+(\S+)(?:\s+(by|times)\s+(\S+))?\s*")


@dataclass(frozen=True)
class SweepSetting:
    """A setting that a sweep can vary.

    Attributes:
        title: what the dialog calls it, such as "Learning rate" or "Filters of conv_1".
        name: field of `TrainingSettings`, or of the settings of the layer.
        layer: name of the layer; empty for a setting of the training.
        whole: True if its values are whole numbers.
        example: values to start from.
    """

    title: str
    name: str
    layer: str = ""
    whole: bool = True
    example: str = ""


def sweep_settings(project: Project) -> tuple[SweepSetting, ...]:
    """Return what a sweep of a project can vary: learning rate, batch size, seed, and the widths of its layers.

    The width of the last layer is left out, because the targets decide it.

    Arguments:
        project: the project.

    >>> [setting.title for setting in sweep_settings(Project())]
    ['Learning rate', 'Batch size', 'Seed']
    """
    fields = TrainingSettings.model_fields
    examples = {"learning_rate": "0.001 to 1 times 10", "batch_size": "16, 32, 64, 128", "seed": "0 to 4"}
    found = [
        SweepSetting(fields[name].title or name, name, whole=name != "learning_rate", example=examples[name])
        for name in _TRAINING
    ]
    widths = [
        (layer.name, name, layer.settings[name])
        for layer in project.network.layers
        for name in _WIDTHS
        if isinstance(layer.settings.get(name), int)
    ]
    for layer, name, width in widths[:-1]:
        example = f"{max(width // 2, 1)}, {width}, {2 * width}"
        found.append(SweepSetting(f"{name.capitalize()} of {layer}", name, layer, example=example))
    return tuple(found)


def parse_values(text: str, whole: bool) -> tuple[float, ...]:
    """Return the values that a user typed: a list, or a range.

    Arguments:
        text: "0.01, 0.1, 1", "1 to 5", "8 to 64 by 8", or "0.001 to 1 times 10".
        whole: True if the values must be whole numbers.

    Raises `TinymlError`, with the wrong value and the remedy.

    >>> parse_values("0.01, 0.1; 1", whole=False), parse_values("8 to 32 by 8", whole=True)
    ((0.01, 0.1, 1.0), (8, 16, 24, 32))
    >>> parse_values("0.01 to 1 times 10", whole=False)
    (0.01, 0.1, 1.0)
    """
    found = _RANGE.fullmatch(text)
    if found is not None:
        first, last = (_number(found[place], whole) for place in (1, 2))
        times = found[3] == "times"
        step = _number(found[4], whole and not times) if found[4] else 1.0
        values = _spread(first, last, step, times)
    else:
        values = [_number(part, whole) for part in re.split(r"[,;\s]+", text.strip()) if part]
    if whole:
        values = [round(value) for value in values]
    unique = tuple(dict.fromkeys(values))
    if len(unique) < 2:
        raise TinymlError("A sweep needs two values or more, such as “0.01, 0.1, 1” or “8 to 64 by 8”.")
    if len(unique) > MOST_VALUES:
        raise TinymlError(f"These are {len(unique)} values, but a sweep has {MOST_VALUES} at most. Use a larger step.")
    return unique


def _spread(first: float, last: float, step: float, times: bool) -> list[float]:
    if last <= first:
        raise TinymlError(f"The range should rise, but {last:g} is not larger than {first:g}. Exchange them.")
    if times and (first <= 0 or step <= 1):
        raise TinymlError(
            "A range with “times” needs a first value above 0 and a factor above 1, such as “1 to 64 times 2”."
        )
    if not times and step <= 0:
        raise TinymlError(f"The step after “by” should be larger than 0, but it is {step:g}.")
    # Rounding must not lose the last value.
    count = math.log(last / first) / math.log(step) if times else (last - first) / step
    if count > 10 * MOST_VALUES:
        raise TinymlError(f"The range has more than {10 * MOST_VALUES} values. Use a larger step.")
    numbers = range(math.floor(count + 1e-9) + 1)
    return [float(f"{first * step**number if times else first + number * step:.12g}") for number in numbers]


def _number(text: str, whole: bool) -> float:
    try:
        value = float(text)
    except ValueError:
        raise TinymlError(
            f"“{text}” is not a number. Separate the values by commas, with a point before decimals."
        ) from None
    if not math.isfinite(value):
        raise TinymlError(f"“{text}” is not a number that a setting can have. Type a finite one.")
    if whole and value != round(value):
        raise TinymlError(f"{text} is not a whole number, but this setting needs whole numbers.")
    return value


def sweep_configs(config: TrainingConfig, setting: SweepSetting, values: Sequence[float]) -> tuple[TrainingConfig, ...]:
    """Return the configurations of all runs of a sweep. All are checked before the first one starts.

    Arguments:
        config: of the project as it is.
        setting: what varies.
        values: its values.

    Raises `TinymlError`, with the value and the reason, if one of the networks cannot be trained.
    """
    return tuple(replace(config, project=_project_with(config, setting, value), sweep=True) for value in values)


def _project_with(config: TrainingConfig, setting: SweepSetting, value: float) -> Project:
    """Return the project with another value of one setting; raise `TinymlError` if it is not possible."""
    project = config.project
    if not setting.layer:
        try:
            training = TrainingSettings.model_validate({**project.training.model_dump(), setting.name: value})
        except ValidationError as error:
            raise SettingsError(describe_validation_error(error, TrainingSettings)) from error
        return project.model_copy(update={"training": training})
    layers = tuple(
        layer.model_copy(update={"settings": {**layer.settings, setting.name: value}})
        if layer.name == setting.layer
        else layer
        for layer in project.network.layers
    )
    read_settings(next(layer for layer in layers if layer.name == setting.layer))
    network = project.network.model_copy(update={"layers": layers})
    problems = infer(network, config.description.example_shape).problems
    if problems:
        raise TinymlError(f"{setting.title} {value:g}: {problems[0]}")
    return project.model_copy(update={"network": network})
