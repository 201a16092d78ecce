"""The kinds of files of tensors that the fuzzer damages, beside those of TinyML: shards and ONNX models."""

import random
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import safetensors.numpy

from tests.fuzz import damage
from tests.fuzz.kind import Kind
from tests.tinyml.storage.tensor_sources import onnx_bytes
from tinyml.storage import identify, open_tensors, read_header, read_tensors, summarise_tensors

_INDEX = "model.safetensors.index.json"
_SHARDS = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
_MESSAGES = {(): (7, 8, 14), (7,): (1, 5, 11, 12, 15), (7, 5): (13,), (7, 11): (2,), (7, 11, 2): (1,)}
"""The fields of an ONNX model that are messages, by the fields around them."""


def read_every_second(path: Path) -> None:
    """Read two ranges of each tensor, as pictures do."""
    with open_tensors(path) as file:
        for tensor in file.header.tensors:
            if tensor.readable:
                file.read_range(tensor.name, tensor.count // 2, min(tensor.count, tensor.count // 2 + 100))
                file.read_range(tensor.name, 0, min(tensor.count, 10))


TENSOR_READERS: dict[str, Callable[[Path], object]] = {
    "identify": identify,
    "read_header": read_header,
    "read_tensors": read_tensors,
    "summarise_tensors": lambda path: list(summarise_tensors(path)),
    "read_range": read_every_second,
}
"""All functions that read tensors, whatever the format is."""


def tensor_kinds() -> dict[str, Kind]:
    """Return the kinds by name."""
    tensors = (damage.damage_header, damage.damage_header, damage.damage_length)
    shards = dict(zip(_SHARDS, _shards(), strict=True))
    first, (second_name, second) = shards[_SHARDS[0]], list(shards.items())[1]
    through_index = {name: _beside(reader) for name, reader in TENSOR_READERS.items()}
    return {
        "shards, index": Kind(
            _INDEX, (_index(),), (*[damage.damage_json] * 5, *damage.ANYWHERE), TENSOR_READERS, shards
        ),
        "shards, one shard": Kind(
            _SHARDS[0],
            (first,),
            (*tensors, *damage.ANYWHERE),
            through_index,
            {_INDEX: _index(), second_name: second},
        ),
        "onnx": Kind(
            "a.onnx", _models(), (*[damage_fields] * 7, *damage.ANYWHERE), TENSOR_READERS, {"a.data": bytes(40)}
        ),
    }


_LARGEST = 2**22
"""Bytes that the repeated fields of a damaged file have at most."""


def damage_fields(content: bytes, rng: random.Random) -> bytes:
    """Change keys, lengths or contents of some fields of an ONNX model, or remove or repeat them."""
    for _ in range(rng.choice((1, 1, 2, 5))):
        content = _change_field(content, rng, ())
    return content


def _change_field(content: bytes, rng: random.Random, around: tuple[int, ...]) -> bytes:
    fields = _split(content)
    if not fields:
        return content
    place = rng.randrange(len(fields))
    number, wire, inside = fields[place]
    if wire == 2 and number in _MESSAGES.get(around, ()) and rng.random() < 0.85:
        changed = onnx_bytes.bytes_field(number, _change_field(inside, rng, (*around, number)))
    else:
        changed = _change_one(number, wire, inside, rng)
    pieces = [_join(*field) for field in fields]
    # Repeated fields inside repeated fields would fill the memory before anything is read.
    pieces[place] = changed * min(rng.choice((1, 1, 1, 1, 0, 2, 500)), max(_LARGEST // max(len(changed), 1), 1))
    return b"".join(pieces)


def _change_one(number: int, wire: int, inside: bytes, rng: random.Random) -> bytes:
    wrong = rng.choice((0, 1, 9, 255, 2**16, 2**31, 2**32, 2**53, 2**63, 2**64 - 1))
    action = rng.randrange(5)
    if action == 0:
        return onnx_bytes.varint(number << 3 | rng.randrange(8)) + inside
    if action == 1:
        return onnx_bytes.number(number, wrong)
    if action == 2:
        return onnx_bytes.varint(number << 3 | 2) + onnx_bytes.varint(wrong) + inside
    if action == 3:
        texts = (b"", b"../a.data", b"a.data", b"/dev/zero", b"\xff\xfe", b"x" * 5000, b"-1", b"8", bytes(3000))
        return onnx_bytes.bytes_field(number, rng.choice(texts))
    return onnx_bytes.bytes_field(rng.choice((number, *range(1, 26))), inside)


def _split(content: bytes) -> list[tuple[int, int, bytes]]:
    """Return the fields of a message: number, wire type and content; nothing of what is damaged."""
    fields, position = [], 0
    while position < len(content):
        key, position = _read_varint(content, position)
        number, wire = key >> 3, key & 7
        begin = position
        if wire == 2:
            length, begin = _read_varint(content, position)
            position = begin + length
        elif wire == 0:
            _, position = _read_varint(content, position)
        else:
            position += {1: 8, 5: 4}.get(wire, len(content))
        fields.append((number, wire, content[begin:position]))
    return fields


def _read_varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while position < len(content):
        value |= (content[position] & 127) << shift
        position, shift = position + 1, shift + 7
        if content[position - 1] < 128:
            break
    return value, position


def _join(number: int, wire: int, inside: bytes) -> bytes:
    if wire == 2:
        return onnx_bytes.bytes_field(number, inside)
    return onnx_bytes.varint(number << 3 | wire) + inside


def _beside(reader: Callable[[Path], object]) -> Callable[[Path], object]:
    """Return a function that reads the index beside a shard."""
    return lambda path: reader(path.with_name(_INDEX))


def _shards() -> tuple[bytes, bytes]:
    rng = np.random.default_rng(0)
    return (
        safetensors.numpy.save({"a.weight": rng.normal(size=(3, 2)), "a.bias": np.ones(3, np.float16)}),
        safetensors.numpy.save({"b.weight": rng.normal(size=(2, 2)).astype(np.float32)}),
    )


def _index() -> bytes:
    first, second = _SHARDS
    return (
        b'{"metadata": {"total_size": 70}, "weight_map": {"a.weight": "%s", "a.bias": "%s", "b.weight": "%s"}}'
        % tuple(name.encode() for name in (first, first, second))
    )


def _models() -> tuple[bytes, ...]:
    rng = np.random.default_rng(0)
    weight = onnx_bytes.raw_tensor("conv.weight", rng.normal(size=(2, 1, 3, 3)).astype(np.float32))
    whole = onnx_bytes.tensor("shape", 7, (3,), onnx_bytes.bytes_field(7, b"\1\2" + onnx_bytes.varint(-1)))
    floats = onnx_bytes.tensor("bias", 1, (2,), onnx_bytes.bytes_field(4, struct.pack("<2f", 1, 2)))
    outside = onnx_bytes.outside_tensor("outside", (4,), location="a.data", offset="8", length="16")
    nodes = (onnx_bytes.node("Conv"), onnx_bytes.node("Fused", "com.example"))
    values = (onnx_bytes.value("image", 1, "N", 1, 8, 8),)
    properties = onnx_bytes.bytes_field(14, onnx_bytes.bytes_field(1, "names") + onnx_bytes.bytes_field(2, "cat"))
    return (
        onnx_bytes.model((weight, whole, floats), nodes, values, values) + properties,
        onnx_bytes.model((weight, outside), nodes, values, values),
        onnx_bytes.model(),
    )
