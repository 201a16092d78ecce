"""How the project of the window differs from a run: its network, its data and its training settings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.training.continuation import changed_rate
from app.training.run import Run
from tinyml.learner import CHANGEABLE, TrainingSettings
from tinyml.net import NetworkSpecification
from tinyml.storage import Project


@dataclass(frozen=True)
class SettingDifference:
    """A training setting that is not the one of the run.

    Attributes:
        name: field of `TrainingSettings`.
        here: the value in the project.
        there: the value in the run.
    """

    name: str
    here: Any
    there: Any

    @property
    def title(self) -> str:
        """The title of the setting, in small letters."""
        return (TrainingSettings.model_fields[self.name].title or self.name).lower()

    @property
    def applicable(self) -> bool:
        """True if an active run can take the value of the project."""
        return self.name in CHANGEABLE

    def __str__(self) -> str:
        return f"{self.title} {write_value(self.here)} (run: {write_value(self.there)})"


@dataclass(frozen=True)
class RunDifferences:
    """What differs between a project and a run.

    Attributes:
        network: a few words for each difference of the networks.
        data: a few words for each difference of the data.
        settings: the training settings that differ and have an effect.
    """

    network: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    settings: tuple[SettingDifference, ...] = ()


def find_differences(run: Run, project: Project) -> RunDifferences:
    """Return how a project differs from a run; nothing for weights from a file.

    A setting that was changed in the middle of the run is no difference if the project has the value from before.

    Arguments:
        run: the shown run.
        project: network, data and settings of the window.
    """
    config = run.config
    if config is None or config.project == project:
        return RunDifferences()
    start = config.project.training
    rate = changed_rate(run.changes, start.learning_rate)
    there = start.model_copy(update={"learning_rate": rate, "epochs": config.epochs})
    here = project.training
    settings = tuple(
        SettingDifference(name, getattr(here, name), getattr(there, name))
        for name in TrainingSettings.model_fields
        if getattr(here, name) not in (getattr(there, name), getattr(start, name)) and name not in here.unused
    )
    return RunDifferences(
        _compare_networks(project.network, config.project.network),
        _compare(project.data.model_dump(), config.project.data.model_dump(), ""),
        settings,
    )


def _compare_networks(here: NetworkSpecification, there: NetworkSpecification) -> tuple[str, ...]:
    ours, theirs = ({layer.name: layer for layer in network.layers} for network in (here, there))
    words = [f"{name} added" for name in ours if name not in theirs]
    words += [f"{name} removed" for name in theirs if name not in ours]
    for name in ours:
        if name not in theirs or ours[name] == theirs[name]:
            continue
        if ours[name].type != theirs[name].type:
            words.append(f"{name} is {ours[name].type} (run: {theirs[name].type})")
        else:
            words += _compare(ours[name].settings, theirs[name].settings, f"{name} ")
    common = [name for name in ours if name in theirs]
    if common != [name for name in theirs if name in ours]:
        words.append("another order of the layers")
    return tuple(words)


def _compare(here: Mapping[str, Any], there: Mapping[str, Any], before: str) -> tuple[str, ...]:
    """Return a few words for each entry that differs."""
    words = []
    for name in dict.fromkeys((*here, *there)):
        ours, theirs = here.get(name), there.get(name)
        if ours == theirs:
            continue
        title = f"{before}{name.replace('_', ' ')}"
        plain = all(value is None or isinstance(value, bool | int | float | str) for value in (ours, theirs))
        words.append(f"{title} {write_value(ours)} (run: {write_value(theirs)})" if plain else f"{title} changed")
    return tuple(words)


def write_value(value: object) -> str:
    """Write the value of a setting in a few letters.

    >>> write_value(True), write_value(0.05), write_value(None), write_value("adam")
    ('on', '0.05', 'default', 'adam')
    """
    if value is None:
        return "default"
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
