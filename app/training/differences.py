"""What differs between runs, or between a run and the project of the window, in words and as a table. No Qt.

Everything is compared as facts: each setting has a title, and a value in words, from `setting_text.py`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel

from app.formatting import UNKNOWN
from app.training.continuation import changed_rate
from app.training.run import Run
from app.training.setting_text import CHOICES, setting_title, write_setting
from tinyml.layers.base.registry import find_layer_type
from tinyml.learner import CHANGEABLE, TrainingSettings
from tinyml.storage import Project

Key = tuple[str, ...]
"""Where a setting is: ("training", "momentum"), ("data", "source"), or ("network", "conv_1", "filters")."""

_SHORT = {"learning_rate": "lr", "batch_size": "batch"}
"""Names of settings that are shorter in a list of runs than in the forms."""
_MOST_WORDS = 3
_EXISTS = "exists"


@dataclass(frozen=True)
class Difference:
    """One row of the table of differences.

    Attributes:
        title: what differs, such as "learning rate" or "conv_2: filters".
        values: the value in each run, as text; a dash where a run does not have it.
    """

    title: str
    values: tuple[str, ...]


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
    def applicable(self) -> bool:
        """True if an active run can take the value of the project."""
        return self.name in CHANGEABLE

    @property
    def wish(self) -> str:
        """The title with the value in the project, such as "learning rate 0.1"."""
        return f"{setting_title(self.name)} {write_setting(self.here, self.name)}"

    def __str__(self) -> str:
        return f"{self.wish} (run: {write_setting(self.there, self.name)})"


@dataclass(frozen=True)
class RunDifferences:
    """What differs between the project of the window and a run.

    Attributes:
        network: a few words for each difference of the networks.
        data: a few words for each difference of the data.
        settings: the training settings that differ and have an effect.
    """

    network: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    settings: tuple[SettingDifference, ...] = ()


@dataclass(frozen=True)
class _Fact:
    """A setting of a project: its title, and its value as text. `raw` is compared; texts are only shown."""

    title: str
    text: str
    raw: Any


def find_differences(projects: Sequence[Project]) -> tuple[Difference, ...]:
    """Return what differs between some projects, and nothing else: training first, then data, then the network.

    Arguments:
        projects: of the runs, in the order of the columns.

    >>> from tinyml.learner import TrainingSettings
    >>> runs = [Project(training=TrainingSettings(learning_rate=rate)) for rate in (0.05, 0.1)]
    >>> find_differences(runs)
    (Difference(title='learning rate', values=('0.05', '0.1')),)
    """
    all_facts = [_facts(project) for project in projects]
    found = []
    for key in _ordered_keys(all_facts):
        facts = [each.get(key) for each in all_facts]
        known = [fact for fact in facts if fact is not None]
        if len(known) == len(facts) and all(fact.raw == known[0].raw for fact in known):
            continue
        if _belongs_to_missing_layer(key, all_facts):
            continue  # the row of the layer itself says it
        found.append(Difference(known[0].title, tuple(UNKNOWN if fact is None else fact.text for fact in facts)))
    orders = _orders(projects)
    if len(set(orders)) > 1:
        found.append(Difference("order of layers", tuple(", ".join(order) for order in orders)))
    return tuple(found)


def describe_differences(before: Project, after: Project) -> str:
    """Return in a few words how the project of a run differs from that of the run before it.

    Arguments:
        before: project of the older run.
        after: project of the newer run.

    >>> from tinyml.learner import TrainingSettings
    >>> describe_differences(Project(), Project(training=TrainingSettings(learning_rate=0.05, batch_size=32)))
    'lr 0.05, batch 32'
    >>> describe_differences(Project(), Project())
    'same settings'
    """
    if (before.network, before.data, before.training) == (after.network, after.data, after.training):
        return "same settings"
    old, new = _facts(before), _facts(after)
    words = [
        word
        for key in _ordered_keys([old, new], ("data", "training", "network"))
        if not _belongs_to_missing_layer(key, [old, new]) and (word := _describe(key, old.get(key), new.get(key)))
    ]
    names = [{layer.name for layer in project.network.layers} for project in (before, after)]
    if 2 * len(names[0] & names[1]) < max(map(len, names)):
        source = [new["data", "source"].text] if before.data.source != after.data.source else []
        return ", ".join([*(f"data {name}" for name in source), "another network"])
    if len(set(_orders([before, after]))) > 1:
        words.append("other order")
    return ", ".join(words[:_MOST_WORDS]) + (", …" if len(words) > _MOST_WORDS else "") if words else "same settings"


def compare_with_run(project: Project, run: Run) -> RunDifferences:
    """Return how the project of the window differs from a run; nothing for weights from a file.

    A setting that was changed in the middle of the run is no difference if the project has the value from before.

    Arguments:
        project: network, data and settings of the window.
        run: the shown run.
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
    return RunDifferences(_compare_networks(project, config.project), _compare_data(project, config.project), settings)


def _compare_networks(here: Project, there: Project) -> tuple[str, ...]:
    if here.network == there.network:
        return ()
    ours, theirs = _facts(here), _facts(there)
    layers, settings = [], []
    for key in _ordered_keys([ours, theirs], ("network",)):
        new, old = ours.get(key), theirs.get(key)
        if (new and old and new.raw == old.raw) or _belongs_to_missing_layer(key, [ours, theirs]):
            continue
        if key[-1] != _EXISTS:
            settings.append(_contrast(new, old))
        elif new is None or old is None:
            layers.append(f"{'/'.join(key[1:-1])} {'removed' if new is None else 'added'}")
        else:
            layers.append(f"{new.title} is {new.text} (run: {old.text})")
    words = [*layers, *settings]
    if len(set(_orders([here, there]))) > 1 or not words:
        words.append("another order of the layers")
    return tuple(words)


def _compare_data(here: Project, there: Project) -> tuple[str, ...]:
    ours, theirs = dict(_data_facts(here)), dict(_data_facts(there))
    pairs = [(ours.get(key), theirs.get(key)) for key in _ordered_keys([ours, theirs], ("data",))]
    words = [_contrast(new, old) for new, old in pairs if not (new and old and new.raw == old.raw)]
    expected, found = there.data.expected, here.data.expected
    if expected is not None and found is not None and expected != found:
        words.append("what the files hold")
    return tuple(words)


def _contrast(new: _Fact | None, old: _Fact | None) -> str:
    """Return words for a fact of the project and of the run, at least one of which has it."""
    fact = new or old
    assert fact is not None, "a key comes from one of them"
    return f"{fact.title.replace(':', '')} {new.text if new else UNKNOWN} (run: {old.text if old else UNKNOWN})"


def _describe(key: Key, old: _Fact | None, new: _Fact | None) -> str:
    """Return words for one difference; empty if there is none, or if the setting has no effect any more."""
    if old is not None and new is not None and old.raw == new.raw:
        return ""
    if key[0] == "network" and key[-1] == _EXISTS:
        name = key[-2]
        return f"no {name}" if new is None else f"with {name}" if old is None else f"{name} is {new.text}"
    if new is None:
        return ""
    if key[0] == "training" and old is None and new.raw == TrainingSettings.model_fields[key[1]].default:
        return ""  # it only came with the optimiser or the schedule
    if key[0] == "training":
        return new.text if key[1] in CHOICES else f"{_SHORT.get(key[1], new.title)} {new.text}"
    return f"{new.title.replace(':', '')} {new.text}"


def _orders(projects: Sequence[Project]) -> list[Key]:
    """Return the layers that all projects have, in the order of each project."""
    names = [tuple(layer.name for layer in project.network.layers) for project in projects]
    common = set(names[0]).intersection(*names) if names else set()
    return [tuple(name for name in each if name in common) for each in names]


def _ordered_keys(
    all_facts: Sequence[Mapping[Key, _Fact]], sections: Key = ("training", "data", "network")
) -> list[Key]:
    """Return all keys once, section after section, each near its neighbours in the projects that have it."""
    order: dict[Key, None] = {}
    for section in sections:
        for facts in all_facts:
            order.update(dict.fromkeys(key for key in facts if key[0] == section))
    return list(order)


def _belongs_to_missing_layer(key: Key, all_facts: Sequence[Mapping[Key, _Fact]]) -> bool:
    """Return True for a setting of a layer that some projects do not have, or have with another type."""
    if key[0] != "network":
        return False
    parents = range(2, len(key) if key[-1] != _EXISTS else len(key) - 1)
    for length in parents:
        kinds = {fact.raw if (fact := facts.get((*key[:length], _EXISTS))) else None for facts in all_facts}
        if len(kinds) > 1:
            return True
    return False


def _facts(project: Project) -> dict[Key, _Fact]:
    facts = dict(_training_facts(project.training))
    facts.update(_data_facts(project))
    layers = [layer.model_dump() for layer in project.network.layers]
    facts.update(_layer_facts(("network",), layers))
    return facts


def _training_facts(training: TrainingSettings) -> Iterator[tuple[Key, _Fact]]:
    unused = training.unused
    for name in TrainingSettings.model_fields:
        if name not in unused:
            value = getattr(training, name)
            yield ("training", name), _Fact(setting_title(name), write_setting(value, name), value)


def _data_facts(project: Project) -> Iterator[tuple[Key, _Fact]]:
    data = project.data
    for name, field in type(data).model_fields.items():
        value = getattr(data, name)
        if name == "source":
            yield ("data", name), _Fact("data", PurePath(value).name or value, value)
        elif isinstance(value, BaseModel) and name != "expected":
            for part, part_field in type(value).model_fields.items():
                raw = getattr(value, part)
                yield ("data", name, part), _Fact((part_field.title or part).lower(), write_setting(raw), raw)
        elif isinstance(value, dict):
            for option, raw in sorted(value.items()):
                yield ("data", name, option), _Fact(option.replace("_", " "), write_setting(raw), raw)
        elif name != "expected":
            yield ("data", name), _Fact((field.title or name).lower(), write_setting(value), value)


def _layer_facts(path: Key, layers: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Key, _Fact]]:
    for layer in layers:
        name, kind = str(layer["name"]), str(layer["type"])
        key = (*path, name)
        shown = "/".join(key[1:])
        yield (*key, _EXISTS), _Fact(shown, kind, kind)
        layer_type = find_layer_type(kind)
        fields = layer_type.Settings.model_fields if layer_type is not None else {}
        defaults = {each: field.get_default(call_default_factory=True) for each, field in fields.items()}
        for setting, value in {**defaults, **layer.get("settings", {})}.items():
            if _is_stack(value):
                yield from _layer_facts(key, value)
                continue
            field = fields.get(setting)
            title = (field.title if field is not None and field.title else setting).lower()
            yield (*key, setting), _Fact(f"{shown}: {title}", write_setting(value), _plain(value))


def _is_stack(value: Any) -> bool:
    """Return True for the layers of a block."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(each, Mapping) and {"name", "type"} <= set(each) for each in value)
    )


def _plain(value: Any) -> Any:
    return tuple(_plain(each) for each in value) if isinstance(value, list | tuple) else value
