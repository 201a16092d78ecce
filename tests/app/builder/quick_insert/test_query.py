"""The text of quick insert: a name, and values of settings."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.builder.quick_insert.query import Query, Value, parse_query
from app.builder.quick_insert.settings_text import SettingsTextError, read_values, setting_words
from tinyml.layers import find_layer_type, layer_types

WORDS = setting_words([layer_type.Settings for layer_type in layer_types().values()])


def settings_of(text: str) -> dict:
    """Return the settings that a text gives the layer type that its name spells exactly."""
    query = parse_query(text, WORDS)
    return read_values(find_layer_type(query.name).Settings, query.values)


@pytest.mark.parametrize(
    ("text", "name", "values"),
    [
        ("", "", []),
        ("conv", "conv", []),
        ("max pool", "max pool", []),
        ("conv 16 5x5", "conv", [("16", ""), ("5x5", "")]),
        ("conv 16 5×5", "conv", [("16", ""), ("5x5", "")]),
        ("conv 16 5 x 5", "conv", [("16", ""), ("5x5", "")]),
        ("conv, 16, 5x5", "conv", [("16", ""), ("5x5", "")]),
        ("Conv2D(6, (5, 3), padding=2)", "Conv2D", [("6", ""), ("5x3", ""), ("2", "padding")]),
        ("conv2d filters=6 window=5", "conv2d", [("6", "filters"), ("5", "window")]),
        ("conv2d Filters = 6", "conv2d", [("6", "filters")]),
        ("conv padding 2", "conv", [("2", "padding")]),
        ("conv pad 2", "conv", [("2", "pad")]),
        ("conv 6 pad 2", "conv", [("6", ""), ("2", "pad")]),
        ("conv 6 5x5 same", "conv", [("6", ""), ("5x5", ""), ("same", "padding")]),
        ("conv padding same", "conv", [("same", "padding")]),
        ("linear 10 bias no", "linear", [("10", ""), ("no", "bias")]),
        ("conv 6 pad", "conv", [("6", ""), ("", "pad")]),
        ("16 5x5", "", [("16", ""), ("5x5", "")]),
        ("batch norm", "batch norm", []),
        ("leaky relu 0,1", "leaky relu", [("0,1", "")]),
        ("same", "same", []),
    ],
)
def test_a_text_is_taken_apart(text: str, name: str, values: list[tuple[str, str]]) -> None:
    assert parse_query(text, WORDS) == Query(name, tuple(Value(*value) for value in values))


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        ("Conv2D", {}),
        ("Conv2D 16", {"filters": 16}),
        ("Conv2D 16 5", {"filters": 16, "window": (5, 5)}),
        ("Conv2D 16 5x3 2 1", {"filters": 16, "window": (5, 3), "stride": (2, 2), "padding": (1, 1)}),
        ("Conv2D 5x5 16", {"window": (5, 5), "filters": 16}),
        ("Conv2D filters=6 window=5 padding=2", {"filters": 6, "window": (5, 5), "padding": (2, 2)}),
        ("Conv2D 6 w=5 pad=2", {"filters": 6, "window": (5, 5), "padding": (2, 2)}),
        ("Conv2D kernel=3 maps=4", {"window": (3, 3), "filters": 4}),
        ("Conv2D 6 5x5 same", {"filters": 6, "window": (5, 5), "padding": (2, 2)}),
        ("Conv2D same 6 7x3 dilation 2", {"filters": 6, "window": (7, 3), "dilation": (2, 2), "padding": (6, 2)}),
        ("Conv2D 6 same padding 0", {"filters": 6, "padding": (0, 0)}),
        ("Conv2D init=he_n bias=off", {"initialiser": "he_normal", "bias": False}),
        ("Linear 120", {"outputs": 120}),
        ("Linear units=84 bias=no", {"outputs": 84, "bias": False}),
        ("Dropout 50%", {"probability": 0.5}),
        ("Dropout 0,25", {"probability": 0.25}),
        ("Dropout p=.1", {"probability": 0.1}),
        ("MaxPool2D 3 2", {"window": (3, 3), "stride": (2, 2)}),
        ("Upsample2D 2x3", {"scale": (2, 3)}),
    ],
)
def test_values_become_settings(text: str, settings: dict) -> None:
    assert settings_of(text) == settings


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ReLU 16", "no setting for “16”"),
        ("Linear 10 20", "no setting left for “20”"),
        ("Linear 5x5", "no setting for “5x5”"),
        ("Linear foo=3", "no setting “foo”; it has outputs, bias, initialiser"),
        ("ReLU foo=3", "no setting “foo”; it has no settings"),
        ("Linear 1.5", "outputs needs a whole number, not “1.5”"),
        ("Conv2D padding=", "padding needs a number or rows×columns"),
        ("Conv2D window=1x2x3", "window needs a number or rows×columns, not “1x2x3”"),
        ("Conv2D bias=maybe", "bias needs yes or no, not “maybe”"),
        ("Conv2D init=zero", "initialiser is one of uniform, glorot_uniform, glorot_normal, he_uniform, he_normal"),
        ("Conv2D init=he", "initialiser is one of"),
        ("Conv2D 6 2x2 same", "no padding keeps the size: the stride must be 1 and the window odd"),
        ("Conv2D 6 3x3 2 same", "no padding keeps the size: the stride must be 1 and the window odd"),
        ("Dropout probability=much", "probability needs a number, not “much”"),
        ("MaxUnpool2D 2", "no setting for “2”"),
    ],
)
def test_a_value_that_suits_no_setting_is_named(text: str, sentence: str) -> None:
    with pytest.raises(SettingsTextError) as error:
        settings_of(text)
    assert str(error.value).startswith(sentence)


@given(st.text(max_size=60))
def test_any_text_can_be_typed(text: str) -> None:
    query = parse_query(text, WORDS)
    for layer_type in layer_types().values():
        with suppress(SettingsTextError):
            assert set(read_values(layer_type.Settings, query.values)) <= set(layer_type.Settings.model_fields)
