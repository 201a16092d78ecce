"""Element types of tensor files that NumPy does not have: 8- and 16-bit floats, decoded to float32.

Every value of these types is a value of float32, so nothing is rounded. Layouts: bfloat16 is the upper half of a
float32; F8_E4M3 and F8_E5M2 as in Micikevicius et al., FP8 Formats for Deep Learning (2022); the types with "FNUZ" have
no infinity and no negative zero, Noune et al., 8-bit Numerical Formats for Deep Neural Networks (2022); F8_E8M0 is a
power of two, OCP Microscaling Formats (2023).
"""

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class _Float8(NamedTuple):
    """The layout of an 8-bit float: a sign bit, the exponent, the fraction.

    Attributes:
        fraction_bits: bits of the fraction.
        bias: what is subtracted from the exponent.
        special: "infinity" if the largest exponent means NaN and infinity, "largest" if only the pattern of all ones is
            NaN, "zero" if only the pattern of negative zero is NaN.
    """

    fraction_bits: int
    bias: int
    special: str


_FLOAT8 = {
    "F8_E4M3": _Float8(3, 7, "largest"),
    "F8_E5M2": _Float8(2, 15, "infinity"),
    "F8_E4M3FNUZ": _Float8(3, 8, "zero"),
    "F8_E5M2FNUZ": _Float8(2, 16, "zero"),
}
DECODED_TYPES = frozenset({"BF16", "F8_E8M0", *_FLOAT8})
"""The element types that `decode` knows."""


def stored_type(dtype: str) -> np.dtype:
    """Return the type, little-endian, in which the elements of a tensor lie in a file.

    Arguments:
        dtype: NumPy's name of the element type, or one of `DECODED_TYPES`.

    >>> stored_type("BF16")
    dtype('uint16')
    """
    if dtype in DECODED_TYPES:
        return np.dtype("<u2" if dtype == "BF16" else "u1")
    # A byte of a boolean may have any value, but NumPy's booleans are 0 or 1.
    return np.dtype("u1") if dtype == "bool" else np.dtype(dtype).newbyteorder("<")


def decode(stored: np.ndarray, dtype: str) -> np.ndarray:
    """Return the numbers of elements that were read as `stored_type`.

    Arguments:
        stored: the elements.
        dtype: the element type in the file.

    The result has the type `dtype`, or float32 if NumPy does not have it.

    >>> decode(np.array([0x3F80, 0xC000], np.uint16), "BF16")
    array([ 1., -2.], dtype=float32)
    >>> decode(np.array([0x38, 0x7F], np.uint8), "F8_E4M3")
    array([ 1., nan], dtype=float32)
    """
    if dtype == "BF16":
        return (stored.astype(np.uint32) << 16).view(np.float32)
    if dtype in DECODED_TYPES:
        numbers: np.ndarray = _table(dtype)[stored]
        return numbers
    return stored.astype(np.dtype(dtype), copy=False)


@cache
def _table(dtype: str) -> NDArray[np.float32]:
    """Return the number of each of the 256 patterns."""
    patterns = np.arange(256)
    if dtype == "F8_E8M0":
        numbers = np.ldexp(1.0, patterns - 127)
        numbers[255] = np.nan
        return numbers.astype(np.float32)
    fraction_bits, bias, special = _FLOAT8[dtype]
    exponent = (patterns & 127) >> fraction_bits
    fraction = (patterns & ((1 << fraction_bits) - 1)) / (1 << fraction_bits)
    # The smallest exponent means subnormal numbers, which have no leading one.
    magnitude = np.where(exponent == 0, np.ldexp(fraction, 1 - bias), np.ldexp(1 + fraction, exponent - bias))
    numbers = np.where(patterns < 128, magnitude, -magnitude)
    if special == "infinity":
        largest = exponent == exponent.max()
        numbers[largest & (fraction > 0)] = np.nan
        numbers[largest & (fraction == 0)] *= np.inf
    elif special == "largest":
        numbers[(patterns & 127) == 127] = np.nan
    else:
        numbers[128] = np.nan
    return numbers.astype(np.float32)
