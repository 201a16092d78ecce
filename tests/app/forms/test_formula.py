"""The markup of formulas: rich text for the box, plain text for tool tips and screen readers."""

import html
import re

import pytest

from app.forms.formula import formula_html, formula_text
from tinyml.layers import layer_types
from tinyml.losses import loss_descriptions
from tinyml.optims import optimizer_descriptions
from tinyml.optims.schedules import schedule_descriptions

FORMULAS = [
    *(layer_type.Settings.formula for layer_type in layer_types().values()),
    *(each.formula for each in loss_descriptions().values()),
    *(each.formula for each in optimizer_descriptions().values()),
    *(each.formula for each in schedule_descriptions().values()),
]


@pytest.mark.parametrize(
    ("formula", "rich", "plain"),
    [
        ("", "", ""),
        ("y = W x + b", "<i>y</i> = <i>W</i> <i>x</i> + <i>b</i>", "y = W x + b"),
        ("y = max(0, x)", "<i>y</i> = max(0, <i>x</i>)", "y = max(0, x)"),
        ("w_{k,c}", "<i>w</i><sub><i>k</i>,<i>c</i></sub>", "w_(k,c)"),
        ("Σ_c", "Σ<sub><i>c</i></sub>", "Σ_c"),
        ("x^3", "<i>x</i><sup>3</sup>", "x³"),
        ("β_1^t", "<i>β</i><sub>1</sub><sup><i>t</i></sup>", "β₁ᵗ"),
        ("10^{−8}", "10<sup>−8</sup>", "10⁻⁸"),
        ("m̂", "<i>m̂</i>", "m̂"),
        ("√{v̂}", '√<span style="text-decoration: overline"><i>v̂</i></span>', "√v̂"),
        (
            "√{s_c + ε}",
            '√<span style="text-decoration: overline"><i>s</i><sub><i>c</i></sub> + <i>ε</i></span>',
            "√(s_c + ε)",
        ),
        ("x > 0 & a < b", "<i>x</i> &gt; 0 &amp; <i>a</i> &lt; <i>b</i>", "x > 0 & a < b"),
        ("<b>", "&lt;<i>b</i>&gt;", "<b>"),
        ("g = 1\nh = 2", "<i>g</i> = 1<br><i>h</i> = 2", "g = 1\nh = 2"),
    ],
)
def test_a_formula_as_rich_and_as_plain_text(formula: str, rich: str, plain: str) -> None:
    assert formula_html(formula) == rich
    assert formula_text(formula) == plain


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_formula_of_the_framework_uses_the_markup(formula: str) -> None:
    assert not re.search("[₀-ₜᵢ-ᵥⱼ⁰-ⁿᵀ]", formula), "write subscripts and superscripts with _ and ^"
    assert "²" not in formula
    assert formula.count("{") == formula.count("}")
    shown = html.unescape(re.sub("<br>", "\n", formula_html(formula)))
    assert re.sub("<[^>]*>", "", shown) == re.sub(r"[_^{}]", "", formula), "no character may be lost"
    assert "_" not in re.sub(r"_\(?\w", "", formula_text(formula))
