"""The markup of formulas, as rich text and as plain text.

A formula is one line, or several, in the Unicode text of the framework: `y_k = Σ_c w_{k,c} ⋆ x_c + b_k`. `_` begins a
subscript, `^` a superscript, and `√` a root. Each takes one character, or everything between braces. Single letters are
variables and become italic. Words such as `max` stay upright.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

_LETTER = r"[^\W_][\u0300-\u036f]?"
"""A letter or digit, perhaps with a hat or a bar."""

_TOKEN = re.compile(rf"([_^√])(?:\{{((?:[^{{}}]|\{{[^{{}}]*\}})*)\}}|({_LETTER}|\S))|((?:{_LETTER})+)|(.)", re.DOTALL)
_SUBSCRIPTS = str.maketrans("0123456789+-−=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()inTt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁱⁿᵀᵗ")


def formula_html(formula: str) -> str:
    """Return a formula as rich text of Qt.

    Arguments:
        formula: the formula in the markup of this module.

    >>> formula_html("y_k = max(0, x)")
    '<i>y</i><sub><i>k</i></sub> = max(0, <i>x</i>)'
    >>> formula_html("√{x_1 + ε}")
    '√<span style="text-decoration: overline"><i>x</i><sub>1</sub> + <i>ε</i></span>'
    """
    parts: list[str] = []
    for sign, text in _tokens(formula):
        match sign:
            case "_":
                parts.append(f"<sub>{formula_html(text)}</sub>")
            case "^":
                parts.append(f"<sup>{formula_html(text)}</sup>")
            case "√":
                parts.append(f'√<span style="text-decoration: overline">{formula_html(text)}</span>')
            case _:
                parts.append(f"<i>{html.escape(text)}</i>" if _is_variable(text) else html.escape(text))
    return "".join(parts).replace("\n", "<br>")


def formula_text(formula: str) -> str:
    """Return a formula as plain text, for tool tips and screen readers. Unicode has only some letters as subscripts.

    Arguments:
        formula: the formula in the markup of this module.

    >>> formula_text("y_k = Σ_c w_{k,c} ⋆ x_c + b_k"), formula_text("√{v} + 10^{−8}")
    ('yₖ = Σ_c w_(k,c) ⋆ x_c + bₖ', '√v + 10⁻⁸')
    """
    parts: list[str] = []
    for sign, text in _tokens(formula):
        if sign == "_":
            parts.append(_raised_or_lowered("_", formula_text(text), _SUBSCRIPTS))
        elif sign == "^":
            parts.append(_raised_or_lowered("^", formula_text(text), _SUPERSCRIPTS))
        elif sign == "√":
            inside = formula_text(text)
            parts.append(f"√{inside}" if len(inside) == 1 or _is_variable(inside) else f"√({inside})")
        else:
            parts.append(text)
    return "".join(parts)


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    """Yield ("_", subscript), ("^", superscript), ("√", what is under the root), or ("", a word or one character)."""
    for match in _TOKEN.finditer(formula):
        sign, braces, single, word, other = match.groups()
        if sign:
            yield sign, braces if braces is not None else single
        else:
            yield "", word or other


def _is_variable(text: str) -> bool:
    """Return True for a single letter, which may have a hat or a bar."""
    return sum(not unicodedata.combining(character) for character in text) == 1 and text[0].isalpha() and text[0] != "Σ"


def _raised_or_lowered(sign: str, text: str, characters: dict[int, int]) -> str:
    if all(ord(character) in characters for character in text):
        return text.translate(characters)
    return f"{sign}{text}" if len(text) == 1 else f"{sign}({text})"
