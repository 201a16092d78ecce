"""Numbers as the sentences of a diagnosis write them."""

import math

_SPACE = "\N{NO-BREAK SPACE}"


def percent(share: float) -> str:
    """Write a `share` as a percentage with up to one decimal.

    >>> percent(0.839).replace(chr(160), " "), percent(1.0).replace(chr(160), " ")
    ('83.9 %', '100 %')
    """
    return f"{100 * share:.1f}".removesuffix(".0") + f"{_SPACE}%"


def number(value: float) -> str:
    """Write a measured `value` with three significant digits.

    >>> number(0.012345), number(1e-8), number(2.0), number(float("nan"))
    ('0.0123', '1e-08', '2', 'NaN')
    """
    return f"{value:.3g}" if math.isfinite(value) else "NaN" if math.isnan(value) else "infinite"


def setting(value: float) -> str:
    """Write the `value` of a setting as a user types it.

    >>> setting(0.01), setting(0.0003), setting(1e-7)
    ('0.01', '0.0003', '0.0000001')
    """
    return f"{value:.12f}".rstrip("0").rstrip(".") if 1e-12 <= abs(value) < 1e9 else f"{value:g}"


def rounded(value: float) -> float:
    """Return the `value` of a setting with one or two significant digits, as users choose it.

    >>> rounded(0.03), rounded(0.1 / 3), rounded(1e9)
    (0.03, 0.033, 1000000000.0)
    """
    return float(f"{value:.2g}")


def names(layers: tuple[str, ...] | list[str]) -> str:
    """Write names of `layers` in a sentence.

    >>> names(("relu_1",)), names(("a", "b", "c", "d", "e"))
    ('relu_1', 'a, b, c and 2 more')
    """
    if len(layers) > 4:
        return f"{', '.join(layers[:3])} and {len(layers) - 3} more"
    return layers[0] if len(layers) == 1 else f"{', '.join(layers[:-1])} and {layers[-1]}"


def score(value: float, has_classes: bool) -> str:
    """Write an accuracy (if there are classes) or R².

    Arguments:
        value: the score.
        has_classes: True for an accuracy.
    """
    return percent(value) if has_classes else f"R² {value:.3f}".replace("-", "\N{MINUS SIGN}")
