"""Functions that damage files: by structure (headers, JSON, sizes, lengths) and at random."""

import copy
import gzip
import json
import random
import struct
from collections.abc import Callable
from typing import Any

Bytes = Callable[[bytes, random.Random], bytes]

_RAW = "raw-json-{}-"
RAW_VALUES = (
    "NaN",
    "-Infinity",
    "1e999",
    "-1e-999",
    "9" * 5000,
    "-" + "9" * 400,
    "[" * 3000 + "]" * 3000,
    '{"a":' * 3000 + "1" + "}" * 3000,
    "[" + "{}," * 20_000 + "0]",
    "[" + "{}," * 300_000 + "0]",
    '"\\ud800"',
    '"\\u0000"',
    '"' + "é" * 3000 + '"',
    "01",
    "nul",
    "",
    '{"a": 1, "a": 2}',
    '{"dtype": "F32", "dtype": "F64", "shape": [], "data_offsets": [0, 4]}',
)
"""Text that replaces a value; some of it is not JSON."""
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 0.5, 2**31, 2**32, 2**53 + 1, 2**63, 2**64, 10**30, -(2**63), 1e300, 1e-300),
    *("", "x", "F64", "BF16", "NONSENSE", "digits", "~no-such-user/x", "/dev/zero", "a\0b", "\u202e<b>", "x" * 10_000),
    *([], {}, [[]], [0, 0], [2**40, 2**40], [2**62, 2**62, 4], [1] * 100, {"type": "Linear"}, [{}, {}]),
)


def flip_bits(content: bytes, rng: random.Random) -> bytes:
    """Change a few bits anywhere."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def flip_early_bits(content: bytes, rng: random.Random) -> bytes:
    """Change a few bits in the first 300 bytes, where headers are."""
    return flip_bits(content[:300], rng) + content[300:]


def cut(content: bytes, rng: random.Random) -> bytes:
    """Cut off the end."""
    return content[: rng.randrange(len(content) + 1)]


def extend(content: bytes, rng: random.Random) -> bytes:
    """Add something at the end."""
    return content + rng.choice((b"\0", b"}", rng.randbytes(rng.randrange(1, 200)), content))


def remove_or_repeat(content: bytes, rng: random.Random) -> bytes:
    """Remove a piece from the middle, or repeat it."""
    start = rng.randrange(len(content) + 1)
    end = min(len(content), start + rng.randrange(1, 60))
    return content[:start] + content[start:end] * rng.choice((0, 0, 2, 50)) + content[end:]


def put_noise(content: bytes, rng: random.Random) -> bytes:
    """Write random bytes over a piece."""
    start = rng.randrange(len(content) + 1)
    noise = rng.randbytes(rng.randrange(1, 40))
    return content[:start] + noise + content[start + len(noise) :]


def make_noise(_content: bytes, rng: random.Random) -> bytes:
    """Make a file of random bytes; often it starts like a file of a known format."""
    beginnings = (b"", b"{", b"\x1f\x8b\x08", b"\0\0\x08\x03", b"PK\x03\x04", b"\x80\x04", struct.pack("<Q", 16))
    return rng.choice(beginnings) + rng.randbytes(rng.choice((0, 1, 7, 8, 9, 100, 5000)))


ANYWHERE: tuple[Bytes, ...] = (
    flip_bits,
    flip_early_bits,
    cut,
    extend,
    remove_or_repeat,
    put_noise,
    make_noise,
)


def damage_json(content: bytes, rng: random.Random) -> bytes:
    """Change a few values, keys or members of a JSON text."""
    value = json.loads(content)
    raw: list[str] = []
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        value = _change(value, rng, raw)
    return _write(value, raw, rng)


def damage_length(content: bytes, rng: random.Random) -> bytes:
    """Change the length of a safetensors header."""
    (length,) = struct.unpack_from("<Q", content)
    wrong = rng.choice((0, 1, length - 1, length + 1, len(content), 2**31, 2**40, 2**63, 2**64 - 1, 16 * 2**20 + 1))
    return struct.pack("<Q", wrong) + content[8:]


def damage_header(content: bytes, rng: random.Random) -> bytes:
    """Change the JSON of a safetensors header, or of our metadata in it, and correct the length."""
    (length,) = struct.unpack_from("<Q", content)
    header, values = content[8 : 8 + length], content[8 + length :]
    texts = json.loads(header).get("__metadata__", {})
    if "tinyml" in texts and rng.random() < 0.5:
        changed = json.loads(header)
        changed["__metadata__"]["tinyml"] = damage_json(texts["tinyml"].encode(), rng).decode("utf-8", "replace")
        header = json.dumps(changed).encode()
    else:
        header = damage_json(header, rng)
    return struct.pack("<Q", len(header)) + header + values


def damage_idx_header(content: bytes, rng: random.Random) -> bytes:
    """Change type, rank or sizes of an IDX file."""
    changed = bytearray(content)
    field = rng.randrange(4)
    if field == 0:
        changed[rng.randrange(4)] = rng.choice((0, 1, 8, 9, 11, 13, 14, 255))
    else:
        position = 4 * rng.randrange(1, min(4, len(content) // 4))
        changed[position : position + 4] = struct.pack(
            ">I", rng.choice((0, 1, 2, 19, 21, 2**16, 2**24, 2**31, 2**32 - 1))
        )
    return bytes(changed)


def zipped(damage: Bytes) -> Bytes:
    """Return a function that unpacks a gzip file, damages the content, and packs it again."""

    def damage_inside(content: bytes, rng: random.Random) -> bytes:
        return gzip.compress(damage(gzip.decompress(content), rng), 1)

    return damage_inside


def grow_when_unzipped(content: bytes, rng: random.Random) -> bytes:
    """Make a small gzip file with a large content."""
    start = gzip.decompress(content)[: rng.choice((0, 4, 16, 100))]
    return gzip.compress(start + bytes(rng.choice((10**5, 10**6, 3 * 10**7))), 1)


def _change(value: Any, rng: random.Random, raw: list[str]) -> Any:
    """Return a JSON value with one change somewhere in it."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        key = rng.choice(sorted(value))
        action = rng.randrange(10)
        if action == 0:
            return {name: item for name, item in value.items() if name != key}
        if action == 1:
            return {**value, rng.choice(("extra", "", key + " ", "\u202e", "x" * 3000)): copy.deepcopy(value[key])}
        return {name: _change(item, rng, raw) if name == key else item for name, item in value.items()}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        action = rng.randrange(8)
        if action == 0:
            return value[:place] + value[place + 1 :]
        if action == 1:
            return value[:place] + [value[place]] * rng.choice((2, 30, 2000)) + value[place + 1 :]
        return [_change(item, rng, raw) if index == place else item for index, item in enumerate(value)]
    if rng.random() < 0.4:
        raw.append(rng.choice(RAW_VALUES))
        return _RAW.format(len(raw) - 1)
    return copy.deepcopy(rng.choice(VALUES))


def _write(value: Any, raw: list[str], rng: random.Random) -> bytes:
    text = json.dumps(value, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, 2)))
    for number, replacement in enumerate(raw):
        text = text.replace(json.dumps(_RAW.format(number)), replacement)
    if rng.random() < 0.1:
        text = text.replace("{", '{"twice": 1, "twice": 2, ', 1)
    return text.encode(rng.choice(("utf-8", "utf-8", "utf-8", "utf-16", "utf-8-sig")), "replace")
