"""Read JSON from any source safely, and write JSON so that equal data give equal text.

The reader is stricter than `json.loads`, which accepts keys that occur twice, NaN and infinity, and text that needs
gigabytes of memory; project files from other people may hold all of these.
"""

import json
import math
from functools import partial
from typing import Any, NoReturn

from tinyml.core.errors import StorageError

_MOST_MARKS = 1_000_000
"""Bounds the number of values: megabytes of brackets become gigabytes of objects."""
_MOST_KEYS = 10_000
"""In one object; validation lists each unknown key."""


def read_json_object(
    text: str | bytes, source: str, most_marks: int = _MOST_MARKS, most_keys: int = _MOST_KEYS
) -> dict[str, Any]:
    """Parse one JSON object.

    Arguments:
        text: the JSON.
        source: name of the text in error messages.
        most_marks: the most commas, colons and opening brackets.
        most_keys: the most keys of an object.

    Raises `StorageError`, with the `source`, for damaged JSON, text that is not UTF-8, a value that is no object, keys
    that occur twice, NaN and infinity (also as 1e999), very deep nesting, and so many values that they would need much
    more memory than the text.

    >>> read_json_object('{"version": 1}', "a.tinyml.json")
    {'version': 1}
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        if sum(map(text.count, ",:[{")) > most_marks:
            raise ValueError(f"it has more than {most_marks:,} commas, colons and brackets")
        value = json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite_float,
            object_pairs_hook=partial(unique_keys, most=most_keys),
        )
        if "\\u" in text or not text.isascii():
            json.dumps(value, ensure_ascii=False).encode("utf-8")  # escapes can stand for characters that do not exist
    except json.JSONDecodeError as error:
        raise StorageError(
            f"'{source}' is damaged or not JSON: {error.msg} in line {error.lineno}, column {error.colno}."
        ) from error
    except UnicodeError as error:
        raise StorageError(f"'{source}' is not JSON: its text is not valid UTF-8.") from error
    except RecursionError as error:
        raise StorageError(f"'{source}' is damaged: it is nested too deeply.") from error
    except ValueError as error:
        raise StorageError(f"'{source}' is damaged: {error}.") from error
    if not isinstance(value, dict):
        raise StorageError(f"'{source}' holds JSON, but not an object. Choose another file.")
    return value


def write_json(value: Any, source: str, indent: int | None = None) -> str:
    """Return JSON with the keys in their given order.

    Arguments:
        value: plain data: dicts, lists, texts, numbers, booleans, None.
        source: name of the file in error messages.
        indent: spaces for each level; None for one line.

    Raises `StorageError` for NaN, infinity, and text that is not valid Unicode.

    >>> write_json({"b": 1, "a": "×"}, "example")
    '{"b": 1, "a": "×"}'
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
        text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise StorageError(f"Could not save '{source}': {error}. Nothing was changed.") from error
    return text


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that JSON allows")


def _finite_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is too large a number")
    return value


def unique_keys(pairs: list[tuple[str, Any]], most: int = _MOST_KEYS) -> dict[str, Any]:
    """Make a dict from the members of a JSON object; an `object_pairs_hook` of `json`.

    Arguments:
        pairs: the keys with their values.
        most: the most keys.

    Raises `ValueError` when a key occurs twice, or there are too many keys.

    >>> unique_keys([("a", 1), ("b", 2)])
    {'a': 1, 'b': 2}
    """
    if len(pairs) > most:
        raise ValueError(f"an object has more than {most:,} keys")
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the key '{key}' occurs twice")
        found[key] = value
    return found
