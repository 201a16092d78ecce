import struct

import numpy as np
import pytest

from tinyml.core.element_types import DECODED_TYPES, decode, stored_type

PATTERNS = np.arange(256, dtype=np.uint8)


def test_bfloat16_is_the_upper_half_of_a_float32() -> None:
    numbers = np.array([0.0, -1.5, 3.0e38, 1e-40, np.inf, np.nan], np.float32)
    upper = numbers.view(np.uint32) >> 16
    decoded = decode(upper.astype(np.uint16), "BF16")
    assert decoded.dtype == np.float32
    np.testing.assert_array_equal(decoded.view(np.uint32), upper << 16)


def test_e5m2_is_the_upper_half_of_a_float16() -> None:
    halves = [struct.unpack("<e", bytes([0, pattern]))[0] for pattern in range(256)]
    np.testing.assert_array_equal(decode(PATTERNS, "F8_E5M2"), np.array(halves, np.float32))


@pytest.mark.parametrize(
    ("dtype", "pattern", "number"),
    [
        # The values of table 1 in Micikevicius et al. (2022).
        ("F8_E4M3", 0b0_1111_110, 448),
        ("F8_E4M3", 0b0_0001_000, 2**-6),
        ("F8_E4M3", 0b0_0000_111, 0.875 * 2**-6),
        ("F8_E4M3", 0b1_0000_001, -(2**-9)),
        ("F8_E5M2", 0b0_11110_11, 57344),
        ("F8_E5M2", 0b0_00000_01, 2**-16),
        ("F8_E5M2", 0b1_11111_00, -np.inf),
        ("F8_E4M3FNUZ", 0b0_1111_111, 240),
        ("F8_E4M3FNUZ", 0b0_0000_001, 2**-10),
        ("F8_E5M2FNUZ", 0b0_11111_11, 57344),
        ("F8_E5M2FNUZ", 0b0_00000_01, 2**-17),
        ("F8_E8M0", 127, 1),
        ("F8_E8M0", 0, 2.0**-127),
        ("F8_E8M0", 254, 2.0**127),
    ],
)
def test_single_patterns_have_the_published_values(dtype: str, pattern: int, number: float) -> None:
    assert decode(PATTERNS, dtype)[pattern] == np.float32(number)


@pytest.mark.parametrize(
    ("dtype", "patterns"),
    [
        ("F8_E4M3", [0x7F, 0xFF]),
        ("F8_E5M2", [0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF]),
        ("F8_E4M3FNUZ", [0x80]),
        ("F8_E5M2FNUZ", [0x80]),
        ("F8_E8M0", [0xFF]),
    ],
)
def test_exactly_these_patterns_are_no_number(dtype: str, patterns: list[int]) -> None:
    assert np.flatnonzero(np.isnan(decode(PATTERNS, dtype))).tolist() == patterns


def test_all_256_patterns_agree_with_ml_dtypes() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes", reason="needs ml_dtypes, which the extra `onnx` installs")
    names = {
        "F8_E4M3": "float8_e4m3fn",
        "F8_E5M2": "float8_e5m2",
        "F8_E4M3FNUZ": "float8_e4m3fnuz",
        "F8_E5M2FNUZ": "float8_e5m2fnuz",
        "F8_E8M0": "float8_e8m0fnu",
    }
    assert names.keys() == DECODED_TYPES - {"BF16"}
    for ours, theirs in names.items():
        expected = PATTERNS.view(np.dtype(getattr(ml_dtypes, theirs))).astype(np.float32)
        np.testing.assert_array_equal(decode(PATTERNS, ours), expected)


def test_the_types_of_numpy_stay_and_booleans_become_true_or_false() -> None:
    for name in ("float16", "float64", "int64", "uint8"):
        assert stored_type(name).newbyteorder("=") == np.dtype(name)
        assert decode(np.ones(2, stored_type(name)), name).dtype == np.dtype(name)
    assert decode(np.array([0, 130], np.uint8), "bool").tolist() == [False, True]
