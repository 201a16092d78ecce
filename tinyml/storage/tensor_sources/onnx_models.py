"""ONNX models: their weights, and a summary of their graph.

The package onnx reads a whole model into memory, twice its size. Here only the places of the values are read, so a
model of two gigabytes needs a few megabytes, and the package is not needed.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from tinyml.core import StorageError, describe_count
from tinyml.core.element_types import stored_type
from tinyml.core.files import open_for_reading, show_path
from tinyml.core.stamped_file import StampedFile
from tinyml.core.tensor_header import TensorHeader
from tinyml.core.tensor_reader import GraphSummary, TensorFileHeader, TensorReader
from tinyml.storage.tensor_sources.base import TensorSource
from tinyml.storage.tensor_sources.onnx_tensors import (
    ELEMENT_TYPES,
    OnnxPlace,
    OnnxTensor,
    read_tensor,
    read_varints,
)
from tinyml.storage.tensor_sources.part_files import PartFiles
from tinyml.storage.tensor_sources.protobuf import Field, MessageFile, signed

_MOST_TENSORS = 200_000
_MOST_VALUES = 1000
"""The most inputs, outputs and kinds of operations that are listed."""
_LONGEST_TEXT = 100_000
_STANDARD = ("", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training")
_TEXT_FIELDS = {2: "producer", 3: "producer version", 4: "domain", 6: "description"}
_NUMBER_FIELDS = {1: "ONNX IR version", 5: "model version"}
_OPSETS, _GRAPH, _PROPERTIES, _FUNCTIONS = 8, 7, 14, 25


@dataclass
class _Graph:
    """What is read of a graph so far."""

    name: str = ""
    tensors: list[OnnxTensor] = field(default_factory=list)
    inputs: list[tuple[str, str]] = field(default_factory=list)
    outputs: list[tuple[str, str]] = field(default_factory=list)
    operations: Counter[str] = field(default_factory=Counter)


class _OnnxReader(TensorReader):
    def __init__(self, file: StampedFile, header: TensorFileHeader, parts: PartFiles) -> None:
        super().__init__(file.path, header, sum(header.stamp[::2]))
        self._file, self._parts = file, parts

    def _read_stored(self, tensor: TensorHeader, place: OnnxPlace, start: int, stop: int) -> np.ndarray:
        if place.varint_end:
            return read_varints(self._file, place, tensor.dtype)[start:stop]
        elements = np.empty(stop - start, stored_type(tensor.dtype))
        file = self._parts.file(place.part) if place.part else self._file
        file.fill(elements.view(np.uint8).data, place.begin + start * elements.itemsize)
        return elements


def _recognises(_name: str, _prefix: bytes) -> bool:
    # A model has no signature. Its name tells.
    return False


@contextmanager
def _open(path: str | Path, header: TensorFileHeader | None) -> Iterator[TensorReader]:
    with open_for_reading(path) as raw:
        file = StampedFile(raw, path)
        if header is not None and header.stamp[:2] != file.stamp:
            file.refuse_changed()
        known = (header.parts, header.stamp[2:]) if header is not None else ((), ())
        with PartFiles(path, *known) as parts:
            yield _OnnxReader(file, header or _read_header(file, parts), parts)


def _read_header(file: StampedFile, parts: PartFiles) -> TensorFileHeader:
    try:
        return _read_model(MessageFile(file), parts)
    except ValueError as error:
        raise StorageError(
            f"'{show_path(file.path)}' is not a whole ONNX model ({error}). Copy or export it again."
        ) from error


def _read_model(message: MessageFile, parts: PartFiles) -> TensorFileHeader:
    graph: _Graph | None = None
    texts: dict[str, str] = {}
    opsets: list[str] = []
    functions = 0
    for each in message.fields(0, message.file.size):
        if each.number == _GRAPH:
            if graph is not None:
                raise ValueError("it has two graphs")
            graph = _read_graph(message, each, parts)
        elif each.number in _TEXT_FIELDS:
            texts[_TEXT_FIELDS[each.number]] = message.text(each, _LONGEST_TEXT)
        elif each.number in _NUMBER_FIELDS:
            texts[_NUMBER_FIELDS[each.number]] = str(signed(each.value))
        elif each.number == _OPSETS and len(opsets) < _MOST_VALUES:
            opsets.append(_read_opset(message, each))
        elif each.number == _PROPERTIES and len(texts) < _MOST_VALUES:
            pair = {inner.number: message.text(inner, _LONGEST_TEXT) for inner in message.message(each)}
            texts[pair.get(1, "")] = pair.get(2, "")
        functions += each.number == _FUNCTIONS
    if graph is None:
        raise ValueError("it has no graph")
    texts |= {"operator sets": ", ".join(opsets)} if opsets else {}
    places = {tensor.header.name: (tensor.header, tensor.place) for tensor in graph.tensors}
    if len(places) < len(graph.tensors):
        twice = next(name for name, count in Counter(t.header.name for t in graph.tensors).items() if count > 1)
        raise ValueError(f"it has two tensors with the name '{show_path(twice)}'")
    tensors = tuple(sorted((tensor.header for tensor in graph.tensors), key=lambda tensor: tensor.name))
    stamp = (*message.file.stamp, *parts.flat_stamps)
    notes = _notes(graph, functions, tuple(parts.stamps))
    return TensorFileHeader(
        tensors, {}, texts, places, stamp, "onnx", notes, tuple(parts.stamps), _summarise(graph, places.keys())
    )


def _read_graph(message: MessageFile, graph_field: Field, parts: PartFiles) -> _Graph:
    graph = _Graph()
    for each in message.message(graph_field):
        if each.number == 1:
            graph.operations[_read_operation(message, each)] += 1
            if len(graph.operations) > _MOST_VALUES:
                raise ValueError(f"it has more than {_MOST_VALUES:,} kinds of operations")
        elif each.number == 2:
            graph.name = message.text(each)
        elif each.number == 5:
            graph.tensors.append(read_tensor(message, each, parts, f"tensor {len(graph.tensors) + 1}"))
        elif each.number == 15:
            graph.tensors.append(_read_sparse(message, each, parts, f"tensor {len(graph.tensors) + 1}"))
        elif each.number == 11:
            graph.inputs.append(_read_value(message, each))
        elif each.number == 12:
            graph.outputs.append(_read_value(message, each))
        if max(len(graph.tensors), len(graph.inputs), len(graph.outputs)) > _MOST_TENSORS:
            raise ValueError(f"it has more than {_MOST_TENSORS:,} tensors")
    return graph


def _read_operation(message: MessageFile, node: Field) -> str:
    kind = domain = ""
    for each in message.message(node):
        if each.number == 4:
            kind = message.text(each, 200)
        elif each.number == 7:
            domain = message.text(each, 200)
    return kind if domain in _STANDARD else f"{domain}::{kind}"


def _read_sparse(message: MessageFile, sparse: Field, parts: PartFiles, unnamed: str) -> OnnxTensor:
    """Return the entry of a sparse tensor. Its values have the name; its shape is beside them."""
    name, dtype = unnamed, "sparse"
    for each in message.message(sparse):
        if each.number == 1:
            values = read_tensor(message, each, parts, unnamed).header
            name, dtype = values.name, values.dtype
    return OnnxTensor(TensorHeader(name, (0,), dtype, "It is sparse. Export the model with dense weights."), None)


def _read_opset(message: MessageFile, opset: Field) -> str:
    domain, version = "", 0
    for each in message.message(opset):
        if each.number == 1:
            domain = message.text(each, 200)
        elif each.number == 2:
            version = signed(each.value)
    return f"{domain or 'ai.onnx'} {version}"


def _read_value(message: MessageFile, value: Field) -> tuple[str, str]:
    """Return the name of an input or output, and its type in words."""
    name, words = "", "unknown"
    for each in message.message(value):
        if each.number == 1:
            name = message.text(each)
        elif each.number == 2:
            words = next(
                (_read_tensor_type(message, inner) for inner in message.message(each) if inner.number == 1),
                "no tensor",
            )
    return name, words


def _read_tensor_type(message: MessageFile, type_field: Field) -> str:
    dtype, shape = "unknown", ""
    for each in message.message(type_field):
        if each.number == 1:
            dtype = ELEMENT_TYPES.get(each.value, f"type {each.value}")
        elif each.number == 2:
            sizes = [_read_size(message, size) for size in islice(message.message(each), 64) if size.number == 1]
            shape = f" ({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
    return dtype + shape


def _read_size(message: MessageFile, size: Field) -> str:
    words = "?"
    for each in message.message(size):
        if each.number == 1:
            words = str(signed(each.value))
        elif each.number == 2:
            words = message.text(each, 200)
    return words


def _summarise(graph: _Graph, names: Collection[str]) -> GraphSummary:
    # Before version 4 of the format, each weight was an input too.
    inputs = [(name, words) for name, words in graph.inputs if name not in names]
    return GraphSummary(
        graph.name,
        tuple(f"{name}: {words}" for name, words in inputs[:_MOST_VALUES]),
        tuple(f"{name}: {words}" for name, words in graph.outputs[:_MOST_VALUES]),
        dict(sorted(graph.operations.items(), key=lambda item: (-item[1], item[0]))),
        graph.operations.total(),
    )


def _notes(graph: _Graph, functions: int, parts: tuple[str, ...]) -> tuple[str, ...]:
    notes = []
    if parts:
        notes.append(f"Values are in {', '.join(show_path(part) for part in parts[:5])} beside the model.")
    unusual = sorted(name for name in graph.operations if "::" in name)
    if unusual:
        shown = ", ".join(show_path(name) for name in unusual[:5])
        notes.append(f"The graph uses operations that are not in the ONNX standard: {shown}.")
    constants = graph.operations["Constant"]
    if constants:
        notes.append(f"Constant nodes whose values are not shown: {describe_count(constants)}.")
    if functions:
        notes.append(f"Functions of the model that are not shown: {describe_count(functions)}.")
    return tuple(notes)


ONNX = TensorSource("onnx", "an ONNX model", ("*.onnx",), _recognises, _open)
