"""Writes ONNX models byte by byte, so that they can be wrong and the package onnx is not needed."""

import numpy as np

CODES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "bool": 9, "float16": 10, "float64": 11}


def varint(value: int) -> bytes:
    """Return a number as a varint; a negative one as 64 bits."""
    value %= 2**64
    content = bytearray()
    while value > 127:
        content.append(value & 127 | 128)
        value >>= 7
    return bytes([*content, value])


def number(field: int, value: int) -> bytes:
    """Return a field that is a varint."""
    return varint(field << 3) + varint(value)


def bytes_field(field: int, content: bytes | str) -> bytes:
    """Return a field with a length: a text, a message, or packed numbers."""
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content


def tensor(name: str, code: int, shape: tuple[int, ...], *fields: bytes) -> bytes:
    """Return a TensorProto; `fields` hold its values."""
    return b"".join(number(1, size) for size in shape) + number(2, code) + bytes_field(8, name) + b"".join(fields)


def raw_tensor(name: str, array: np.ndarray) -> bytes:
    """Return a TensorProto with the bytes of an array."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    return tensor(name, CODES[array.dtype.name], array.shape, bytes_field(9, little.tobytes()))


def outside_tensor(name: str, shape: tuple[int, ...], **external: str) -> bytes:
    """Return a TensorProto of float32 whose values are in another file."""
    entries = (bytes_field(13, bytes_field(1, key) + bytes_field(2, value)) for key, value in external.items())
    return tensor(name, 1, shape, number(14, 1), *entries)


def node(kind: str, domain: str = "") -> bytes:
    """Return a NodeProto."""
    return bytes_field(1, "x") + bytes_field(2, "y") + bytes_field(4, kind) + bytes_field(7, domain)


def value(name: str, code: int, *sizes: int | str) -> bytes:
    """Return a ValueInfoProto of a tensor."""
    dims = b"".join(
        bytes_field(1, number(1, size) if isinstance(size, int) else bytes_field(2, size)) for size in sizes
    )
    return bytes_field(1, name) + bytes_field(2, bytes_field(1, number(1, code) + bytes_field(2, dims)))


def model(
    tensors: tuple[bytes, ...] = (),
    nodes: tuple[bytes, ...] = (),
    inputs: tuple[bytes, ...] = (),
    outputs: tuple[bytes, ...] = (),
    more: bytes = b"",
) -> bytes:
    """Return a ModelProto."""
    parts = [(1, nodes), (5, tensors), (11, inputs), (12, outputs)]
    graph = bytes_field(2, "graph") + b"".join(bytes_field(field, each) for field, each_of in parts for each in each_of)
    opset = bytes_field(8, number(2, 17))
    return number(1, 9) + bytes_field(2, "tests") + opset + bytes_field(7, graph + more)
