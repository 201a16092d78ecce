"""Problems of the data of a project: they cannot be read, or they are not what the project was made with."""

from app.formatting import format_list
from tinyml.core import ChangeData, Problem, describe_count, describe_shape
from tinyml.data import DataChoice, DataDescription
from tinyml.data.choice import ExpectedData

_MOST_NAMES = 3
_SHOWN = 40
"""Characters of the name of a class in a sentence."""


def find_data_problems(choice: DataChoice, data: DataDescription | None, problem: str) -> tuple[Problem, ...]:
    """Return the problems of the data; empty if they are as expected, or are still being read.

    Arguments:
        choice: the data of the project.
        data: their description; None if there is none.
        problem: one sentence that says why they cannot be read; empty if they can.
    """
    if problem:
        automatic = ChangeData("Read it with automatic options", {"options": {}}) if choice.options else None
        return (Problem(-1, "input", problem, automatic),)
    if data is None or choice.expected is None:
        return ()
    differences = describe_differences(choice.expected, data)
    if not differences:
        return ()
    sentence = f"The data has changed since the project was saved: {'; '.join(differences)}."
    fix = ChangeData("Use the data as it is now", {"expected": expected_now(choice.expected, data)})
    return (Problem(-1, "input", sentence, fix),)


def expected_now(before: ExpectedData, data: DataDescription) -> ExpectedData:
    """Return what to expect from now on. An autoencoder does not know the classes, so they stay as they were.

    Arguments:
        before: what was expected.
        data: the description of the data.
    """
    names = before.class_names if data.target == "input" else data.class_names
    return ExpectedData(example_shape=data.example_shape, class_names=names)


def describe_differences(expected: ExpectedData, data: DataDescription) -> list[str]:
    """Describe what is not as expected: "6 classes instead of 5 (new: fox)", "images of 3×48×48 instead of 3×32×32".

    Arguments:
        expected: what the data was like when it was chosen.
        data: the description of the data now.
    """
    found = []
    if data.target != "input" and data.class_names != expected.class_names:
        found.append(_describe_classes(expected.class_names, data.class_names))
    if data.example_shape != expected.example_shape:
        kind = "images" if len(data.example_shape) == len(expected.example_shape) == 3 else "examples"
        now, then = describe_shape(data.example_shape), describe_shape(expected.example_shape)
        found.append(f"{kind} of {now} instead of {then}")
    return found


def _describe_classes(before: tuple[str, ...], now: tuple[str, ...]) -> str:
    if not now or not before:
        return f"{_count_classes(now)} instead of {_count_classes(before)}"
    new, gone = ([name for name in names if name not in others] for names, others in ((now, before), (before, now)))
    parts = [f"{word}: {_list(names)}" for word, names in (("new", new), ("missing", gone)) if names]
    if not parts:
        return "the classes are in another order"
    counts = f"{_count_classes(now)} instead of {len(before)}" if len(now) != len(before) else "other classes"
    return f"{counts} ({'; '.join(parts)})"


def _count_classes(names: tuple[str, ...]) -> str:
    return describe_count(len(names), "class") if names else "numbers to predict"


def _list(names: list[str]) -> str:
    shown = [name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…" for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return format_list([*shown, f"{more} more"] if more else shown)
