"""Fingerprints of examples: equal examples have equal fingerprints, different ones almost never."""

import math

import numpy as np

from tinyml.core import Array

_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def comparable(inputs: np.ndarray) -> np.ndarray:
    """Return stored inputs as rows of bytes that are equal if the numbers are equal.

    Arguments:
        inputs: `(N, …)` bytes or floats. 0.0 and -0.0 are equal here, and so are all NaN.

    Shapes: `(N, W)` unsigned 64-bit words; the last word is filled with zeros.

    >>> comparable(np.array([[0.0], [-0.0], [1.0]], np.float32)).ravel().tolist()[:2]
    [0, 0]
    """
    rows = inputs.reshape(len(inputs), math.prod(inputs.shape[1:]))
    if rows.dtype != np.uint8:
        numbers: Array = rows + rows.dtype.type(0)
        numbers[np.isnan(numbers)] = np.nan
        rows = numbers.view(np.uint8)
    rest = -rows.shape[1] % 8
    if rest or not rows.flags.c_contiguous:
        padded = np.zeros((len(rows), rows.shape[1] + rest), np.uint8)
        padded[:, : rows.shape[1]] = rows
        rows = padded
    return rows.view(np.uint64)


def fingerprints(words: np.ndarray) -> np.ndarray:
    """Return a fingerprint of 64 bits for each row.

    Formula: Σ mix(w_j + k_j) modulo 2⁶⁴, with a different constant k_j for each word w_j. mix multiplies by an odd
    constant, adds the upper half to the lower half by an exclusive or, and multiplies again.

    Arguments:
        words: `(N, W)` as from `comparable`; W is at least 1.

    Shapes: `(N,)` unsigned 64-bit numbers. Rows that differ in a single word always have different fingerprints; others
    have equal ones by chance only.

    >>> one, two, three = fingerprints(np.array([[1, 2], [2, 1], [1, 2]], np.uint64)).tolist()
    >>> one == three, one == two
    (True, False)
    """
    places = np.arange(1, words.shape[1] + 1, dtype=np.uint64) * _SECOND
    mixed = words + places
    mixed *= _FIRST
    mixed ^= mixed >> _HALF
    mixed *= _SECOND
    mixed ^= mixed >> _HALF
    total: np.ndarray = mixed.sum(axis=1, dtype=np.uint64)
    return total
