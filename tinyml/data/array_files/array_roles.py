"""The arrays of a file: which are inputs and targets, and which belong to the validation and the test part."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from tinyml.core import DataError, Shape
from tinyml.core.suggestions import did_you_mean

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")

_INPUTS = frozenset(("x", "xs", "input", "inputs", "image", "images", "img", "imgs", "data", "feature", "features"))
_TARGETS = frozenset(("y", "ys", "t", "label", "labels", "target", "targets", "lbl", "lbls"))
_CLASS_NAMES = frozenset(("class_names", "classes", "label_names", "target_names", "names", "categories"))
_PART_WORDS: dict[Part, tuple[str, ...]] = {
    "train": ("train", "training", "tr"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing", "te"),
}
_PARTS = {word: part for part, words in _PART_WORDS.items() for word in words}
_TOGETHER = re.compile(r"(x|y)(train|test|val|valid)")


@dataclass(frozen=True)
class ArrayRoles:
    """The names of the arrays of each part.

    Attributes:
        inputs: the inputs of each part that there is; there is always a training part.
        targets: the targets of each part; empty if there are no labels.
        class_names: the array with the names of the classes; None if there is none.
        findings: sentences about arrays that do not fit.
    """

    inputs: dict[Part, str]
    targets: dict[Part, str]
    class_names: str | None
    findings: tuple[str, ...] = ()


def choose_arrays(shapes: Mapping[str, Shape], chosen: Mapping[str, str]) -> ArrayRoles:
    """Choose the arrays; what the user chose stays.

    The names decide: "x", "inputs", "images", "data" and similar names are inputs, "y", "labels", "targets" and similar
    names are targets. With "train", "val" or "test" they belong to this part, as in "x_train" or "test_labels". If no
    name says it, the array with the most numbers is the input, and the other array with as many examples is the target.

    Arguments:
        shapes: the shape of each array.
        chosen: the name of the array for each of "inputs", "targets", "validation_inputs", "validation_targets",
            "test_inputs" and "test_targets" that the user chose.

    Raises `DataError` when a chosen array is missing, or no array can be an input.

    >>> choose_arrays({"x": (5, 2), "y": (5,)}, {}).targets
    {'train': 'y'}
    """
    for option, wanted in chosen.items():
        if wanted not in shapes:
            raise DataError(
                f"There is no array '{wanted}', which is chosen for {option.replace('_', ' ')}."
                f"{did_you_mean(wanted, list(shapes))} The arrays are: {', '.join(list(shapes)[:20])}."
            )
    found = _by_names(shapes)
    inputs: dict[Part, str] = {}
    targets: dict[Part, str] = {}
    findings: list[str] = []
    for part in PARTS:
        prefix = "" if part == "train" else f"{part}_"
        name = chosen.get(f"{prefix}inputs") or found.get((part, "inputs"))
        if name is None and part == "train":
            name = _largest(shapes, exclude=set(chosen.values()) | set(found.values()))
        if name is None:
            continue
        inputs[part] = name
        target = chosen.get(f"{prefix}targets") or found.get((part, "targets"))
        if target is None and part == "train":
            target = _other(shapes, name, exclude=set(found.values()))
        if target is not None and target != name:
            targets[part] = target
    for part in ("validation", "test"):
        if part in inputs and (part in targets) != ("train" in targets):
            findings.append(
                f"The {part} part is not used, because it has inputs but no targets, or the other way round."
            )
            inputs.pop(part, None)
            targets.pop(part, None)
    names = next((name for name in shapes if name.casefold() in _CLASS_NAMES and name not in targets.values()), None)
    return ArrayRoles(inputs, targets, names, tuple(findings))


def _by_names(shapes: Mapping[str, Shape]) -> dict[tuple[Part, str], str]:
    """Return the first array for each part and role that its name says."""
    found: dict[tuple[Part, str], str] = {}
    for name, shape in shapes.items():
        text = name.casefold()
        if not shape or text in _CLASS_NAMES:
            continue
        together = _TOGETHER.fullmatch(text)
        words = list(together.groups()) if together else [word for word in re.split(r"[^a-z]+", text) if word]
        parts = [_PARTS[word] for word in words if word in _PARTS]
        roles = [role for role, known in (("inputs", _INPUTS), ("targets", _TARGETS)) if known & set(words)]
        # "train_data_labels" are labels.
        role = roles[-1] if roles else None
        if role and len(parts) <= 1:
            found.setdefault((parts[0] if parts else "train", role), name)
    return found


def _largest(shapes: Mapping[str, Shape], exclude: set[str]) -> str:
    usable = {name: shape for name, shape in shapes.items() if shape and name not in exclude}
    usable = usable or {name: shape for name, shape in shapes.items() if shape}
    if not usable:
        raise DataError("No array has an axis for the examples. Save arrays whose first axis counts the examples.")
    return max(usable, key=lambda name: (len(usable[name]) > 1, _numbers(usable[name])))


def _numbers(shape: Shape) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def _other(shapes: Mapping[str, Shape], inputs: str, exclude: set[str]) -> str | None:
    """Return the only other array with as many examples, if its name says nothing."""
    fitting = [
        name
        for name, shape in shapes.items()
        if name != inputs and name not in exclude and shape and shape[0] == shapes[inputs][0] and len(shape) <= 2
    ]
    return fitting[0] if len(fitting) == 1 else None
