"""Weights of another program for a network of ours: which tensor of the file becomes which tensor of the network.

`propose_mapping` pairs them by name, then by order and shape. The mapping is data: a person looks at it, changes pairs,
and applies it when every tensor of the network has one. Nothing is transposed unless the person says so.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np

from tinyml.core import Shape, StorageError, describe_count, describe_shape
from tinyml.core.files import show_path
from tinyml.core.tensor_reader import TensorFileHeader
from tinyml.net import Sequential
from tinyml.storage.tensor_files import open_tensors

Reason = Literal["name", "order", "chosen", ""]
"""Why two tensors are paired: their names, their order and shapes, a person chose it; empty if nothing is paired."""

_ROLES = {
    "kernel": "weight",
    "gamma": "weight",
    "scale": "weight",
    "beta": "bias",
    "b": "bias",
    "w": "weight",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
    "running_variance": "running_var",
}
"""Other words for what a tensor is in its layer."""

_NO_WEIGHTS = re.compile(r"(.*[./])?num_batches_tracked")
"""Names of tensors that no network of ours has or needs: PyTorch's count of batches."""

_LONGEST_NAME = 1_000
"""Longer names are not compared behind each of their dots, which would take time with the square of their length."""


@dataclass(frozen=True)
class WeightPair:
    """A tensor of the network, and the tensor of the file that it gets.

    Attributes:
        target: name in the network.
        shape: shape in the network.
        source: name in the file; None if it gets nothing.
        reason: why they are paired.
        transposed: True to change the order of the axes of the source: (inputs, outputs) becomes (outputs, inputs), and
            (rows, columns, inputs, outputs) becomes (outputs, inputs, rows, columns). See `transposed_shape`.
        kept: True if the tensor of the network keeps its numbers, because a person chose that; then `source` is None.
    """

    target: str
    shape: Shape
    source: str | None = None
    reason: Reason = ""
    transposed: bool = False
    kept: bool = False


@dataclass(frozen=True)
class WeightMapping:
    """Which tensor of a file becomes which tensor of a network.

    Attributes:
        pairs: one for each tensor of the network, in the order of the network.
        sources: shape of each tensor of the file that holds numbers, by name, in the order of the file.
    """

    pairs: tuple[WeightPair, ...]
    sources: Mapping[str, Shape]

    @cached_property
    def unused(self) -> tuple[str, ...]:
        """Names of the tensors of the file that no pair uses, without PyTorch's counts of batches."""
        used = {pair.source for pair in self.pairs}
        return tuple(name for name in self.sources if name not in used and not counts_batches(name))

    @cached_property
    def _unused_of_shape(self) -> dict[Shape, list[str]]:
        """The names of `unused` by their shapes: a file may have so many that a search for each pair takes seconds."""
        names: dict[Shape, list[str]] = {}
        for name in self.unused:
            names.setdefault(self.sources[name], []).append(name)
        return names

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each tensor of the network that gets nothing, or nothing that fits."""
        first: dict[str, str] = {}
        found = []
        for pair in self.pairs:
            sentence = self.problem_of(pair)
            if not sentence and pair.source is not None and first.setdefault(pair.source, pair.target) != pair.target:
                sentence = (
                    f"'{show_path(pair.source)}' is used for '{pair.target}' and for '{first[pair.source]}'. Choose "
                    "another tensor for one of them."
                )
            if sentence:
                found.append(sentence)
        return tuple(found)

    @property
    def is_complete(self) -> bool:
        """True if every tensor of the network gets one that fits, or keeps its numbers."""
        return not self.problems

    def problem_of(self, pair: WeightPair) -> str:
        """Return one sentence that says why a pair does not fit; an empty text if it does.

        Arguments:
            pair: one of `pairs`.
        """
        if pair.kept:
            return ""
        needed = f"'{show_path(pair.target)}' needs {describe_shape(pair.shape)}"
        if pair.source is None:
            same = self._unused_of_shape.get(pair.shape, [])
            left = f"Choose one of these: {_names(same)}" if same else "No tensor of this shape is left in the file"
            return f"{needed} and gets nothing. {left}."
        shape = self.sources[pair.source]
        given = transposed_shape(shape) if pair.transposed else shape
        if given == pair.shape:
            return ""
        sentence = f"{needed}, but '{show_path(pair.source)}' is {describe_shape(shape)}"
        sentence += ", transposed." if pair.transposed else "."
        if transposed_shape(shape) == pair.shape:
            sentence += " Its transpose would fit. Transpose it if the file stores the inputs of a layer first."
        return sentence

    def with_source(self, target: str, source: str | None, transposed: bool = False) -> "WeightMapping":
        """Return the mapping with another pair. A tensor that another target has is taken away from it.

        Arguments:
            target: name of a tensor of the network.
            source: name of a tensor of the file; None for nothing.
            transposed: see `WeightPair`.

        Raises `StorageError` if there is no such tensor.

        >>> mapping = propose_pairs({"fc.weight": (2, 3)}, {"w": (3, 2)})
        >>> mapping.with_source("fc.weight", "w", transposed=True).is_complete
        True
        """
        if target not in {pair.target for pair in self.pairs}:
            raise StorageError(f"The network has no tensor '{show_path(target)}'.")
        if source is not None and source not in self.sources:
            raise StorageError(f"The file has no tensor '{show_path(source)}' with numbers.")
        changed = []
        for pair in self.pairs:
            if pair.target == target:
                chosen: Reason = "chosen" if source is not None else ""
                turned = transposed and source is not None
                pair = replace(pair, source=source, reason=chosen, transposed=turned, kept=False)
            elif source is not None and pair.source == source:
                pair = replace(pair, source=None, reason="", transposed=False)
            changed.append(pair)
        return replace(self, pairs=tuple(changed))

    def with_kept(self, target: str) -> "WeightMapping":
        """Return the mapping in which a tensor of the network gets nothing and keeps its numbers.

        Arguments:
            target: name of a tensor of the network.

        Raises `StorageError` if there is no such tensor.

        >>> propose_pairs({"fc.weight": (2, 3)}, {}).with_kept("fc.weight").is_complete
        True
        """
        pairs = [
            replace(pair, reason="chosen", kept=True) if pair.target == target else pair
            for pair in self.with_source(target, None).pairs
        ]
        return replace(self, pairs=tuple(pairs))


def propose_mapping(net: Sequential, header: TensorFileHeader) -> WeightMapping:
    """Propose which tensors of a file become those of a network.

    Arguments:
        net: the network.
        header: of the file, of any format that `open_tensors` reads.
    """
    numbers = {
        name: tensor.shape
        for name, (tensor, _) in header.places.items()
        if tensor.readable and tensor.dtype not in ("bool", "complex64", "complex128")
    }
    return propose_pairs({name: tensor.shape for name, tensor in net.named_tensors.items()}, numbers)


def propose_pairs(targets: Mapping[str, Shape], sources: Mapping[str, Shape]) -> WeightMapping:
    """Propose pairs of tensors.

    First equal names are paired, also if the file has something before all of them ("model.fc.weight"), whatever their
    shapes are. Then layers are paired in their order: the next layer of the file whose tensors have the same roles
    (weight, bias, running mean, …) and the same shapes. Layers of a file that is sorted by name are taken in the order
    of the numbers in their names.

    Arguments:
        targets: shape of each tensor of the network, by name, in its order.
        sources: shape of each tensor of the file, by name, in its order.

    >>> mapping = propose_pairs({"fc.weight": (2, 3), "fc.bias": (2,)}, {"0.bias": (2,), "0.weight": (2, 3)})
    >>> [(pair.target, pair.source, pair.reason) for pair in mapping.pairs]
    [('fc.weight', '0.weight', 'order'), ('fc.bias', '0.bias', 'order')]
    """
    pairs = {name: WeightPair(name, shape) for name, shape in targets.items()}
    for target, source in _equal_names(targets, sources).items():
        pairs[target] = replace(pairs[target], source=source, reason="name")
    used = {pair.source for pair in pairs.values()}
    open_targets = _layers(name for name, pair in pairs.items() if pair.source is None)
    left = [name for name in sources if name not in used and not counts_batches(name)]
    open_sources = _layers(sorted(left, key=_natural) if left == sorted(left) else left)
    for wanted in open_targets.values():
        shapes = {role: targets[name] for role, name in wanted.items()}
        for layer, given in open_sources.items():
            if {role: sources[name] for role, name in given.items()} == shapes:
                for role, name in wanted.items():
                    pairs[name] = replace(pairs[name], source=given[role], reason="order")
                del open_sources[layer]
                break
    return WeightMapping(tuple(pairs.values()), dict(sources))


def apply_mapping(
    path: str | Path, net: Sequential, mapping: WeightMapping, progress: Callable[[float], object] | None = None
) -> None:
    """Copy the tensors of a file into a network. The numbers become those of the network's precision.

    Arguments:
        path: the file.
        net: the network; it changes only if everything fits.
        mapping: a complete mapping for this network and this file.
        progress: called after each tensor with the share that is read, 0 to 1. If it raises an exception, the network
            does not change.

    Raises `StorageError` with all problems of the mapping, if the file has changed since, if it cannot be read, or if
    a number is not finite in the network's precision, or a variance is negative.
    """
    problems = mapping.problems
    if problems:
        raise StorageError(f"The weights of '{show_path(path)}' were not used. {' '.join(problems)}")
    own, tensors = net.named_tensors, dict[str, np.ndarray]()
    total, done = max(sum(math.prod(pair.shape) for pair in mapping.pairs if not pair.kept), 1), 0
    with open_tensors(path) as file:
        for pair in mapping.pairs:
            if pair.kept and pair.target in own:
                tensors[pair.target] = own[pair.target]
            if pair.kept:
                continue
            source = pair.source or ""
            if source not in file.header.places or file.header.places[source][0].shape != mapping.sources[source]:
                raise StorageError(f"'{show_path(path)}' has changed: '{show_path(source)}' is another tensor now.")
            values = file.read(source)
            values = _converted(path, source, values, net.dtype)
            if pair.target.endswith("running_var"):
                _check_variances(path, pair, values)
            tensors[pair.target] = values.transpose(_transposed_axes(values.ndim)) if pair.transposed else values
            done += values.size
            if progress is not None:
                progress(done / total)
    net.set_tensors(tensors, f"'{show_path(path)}'")


def counts_batches(name: str) -> bool:
    """Return True for the name of PyTorch's count of batches, which no network of ours has or needs.

    Arguments:
        name: of a tensor in a file.

    >>> counts_batches("bn.num_batches_tracked")
    True
    """
    return name.endswith("num_batches_tracked") and _NO_WEIGHTS.fullmatch(name) is not None


def transposed_shape(shape: Shape) -> Shape:
    """Return the shape of a transposed tensor: the last two axes become the first two, in the reverse order.

    So the weights of a layer that other programs store with the inputs and the outputs last become those of this
    program, with the outputs first. The rows and the columns of a window keep their order, so no filter is mirrored.

    Arguments:
        shape: of the tensor of the file, e.g. (rows, columns, inputs, outputs).

    >>> transposed_shape((3, 5, 16, 8))
    (8, 16, 3, 5)
    """
    return tuple(shape[axis] for axis in _transposed_axes(len(shape)))


def shape_before_transposing(shape: Shape) -> Shape:
    """Return the shape of a tensor that has another one when it is transposed: the inverse of `transposed_shape`.

    Arguments:
        shape: of the transposed tensor, e.g. (outputs, inputs, rows, columns).

    >>> shape_before_transposing((8, 16, 3, 5))
    (3, 5, 16, 8)
    """
    return (*shape[2:], *shape[1::-1])


def _transposed_axes(count: int) -> tuple[int, ...]:
    """Return the axis of a tensor with `count` axes that becomes each axis of the transposed tensor."""
    return (*reversed(range(max(count - 2, 0), count)), *range(count - 2))


def _converted(path: str | Path, source: str, values: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Return the numbers of a tensor in the precision of the network, if all of them are finite."""
    with np.errstate(over="ignore"):
        values = values.astype(dtype, copy=False)
    wrong = values.size - int(np.count_nonzero(np.isfinite(values)))
    if wrong:
        raise StorageError(
            f"'{show_path(source)}' in '{show_path(path)}' has {describe_count(wrong, 'number')} that "
            f"{'is' if wrong == 1 else 'are'} NaN or infinite as {dtype.name}, and the network would compute nothing "
            "else with them. Choose another tensor for it, or repair the file."
        )
    return values


def _check_variances(path: str | Path, pair: WeightPair, values: np.ndarray) -> None:
    """Raise `StorageError` if one of the variances is negative: the network takes their square roots."""
    wrong = int(np.count_nonzero(values < 0))
    if wrong:
        raise StorageError(
            f"'{show_path(pair.source or '')}' in '{show_path(path)}' has {describe_count(wrong, 'negative number')}, "
            f"but '{show_path(pair.target)}' holds variances, which are never negative. Choose another tensor for it, "
            "or repair the file."
        )


def _equal_names(targets: Mapping[str, Shape], sources: Mapping[str, Shape]) -> dict[str, str]:
    """Return the source of each target with the same name, behind the text that most of the names have before it."""
    prefixes: dict[str, int] = {"": 0}
    for source in sources:
        if len(source) > _LONGEST_NAME:
            continue
        for start in (0, *(match.end() for match in re.finditer(r"[./]", source))):
            if source[start:] in targets:
                prefixes[source[:start]] = prefixes.get(source[:start], 0) + 1
    best = max(prefixes, key=lambda prefix: (prefixes[prefix], -len(prefix)))
    return {target: f"{best}{target}" for target in targets if f"{best}{target}" in sources}


def _layers(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the names of the tensors of each layer by their roles, by the name of the layer, in order."""
    layers: dict[str, dict[str, str]] = {}
    for name in names:
        layer, _, role = re.sub(r":0$", "", name).replace("/", ".").rpartition(".")
        layers.setdefault(layer, {})[_ROLES.get(role.lower(), role)] = name
    return layers


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts numbers in names as numbers: "layer2" before "layer10"."""
    parts = re.split(r"([0-9]+)", name)
    # Not as `int`: Python refuses numbers of many digits.
    parts[1::2] = (number.lstrip("0") for number in parts[1::2])
    return [(len(part) if index % 2 else 0, part) for index, part in enumerate(parts)]


def _names(names: list[str]) -> str:
    shown = ", ".join(f"'{show_path(name)}'" for name in names[:5])
    return f"{shown} and {describe_count(len(names) - 5, 'other')}" if len(names) > 5 else shown
