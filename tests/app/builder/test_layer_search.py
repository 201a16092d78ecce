"""The search for a layer type: which types match a text, and how well."""

import pytest

from app.builder.layer_search import Rank, SearchTerms
from tinyml.layers import find_layer_type, layer_types


def rank(text: str, name: str) -> Rank | None:
    layer_type = find_layer_type(name)
    return SearchTerms.for_layer_type(layer_type.__name__, layer_type.Settings, "").rank(text)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("relu", "ReLU", Rank.NAME),
        ("conv", "Conv2D", Rank.ALIAS),
        ("pool", "MaxPool2D", Rank.ALIAS),
        ("pool", "AvgPool2D", Rank.NAME_WORD),
        ("lin", "Linear", Rank.NAME_PREFIX),
        ("fully", "Linear", Rank.ALIAS_WORD),
        ("inear", "Linear", Rank.NAME_PART),
        ("connects", "Linear", Rank.DESCRIPTION),
        ("lienar", "Linear", Rank.FUZZY),
        ("linaer", "Linear", Rank.FUZZY),
        ("mxpl", "MaxPool2D", Rank.FUZZY),
        ("dropuot", "Dropout", Rank.FUZZY),
        ("convulotion", "Conv2D", Rank.FUZZY),
        ("sotfmax", "Softmax", Rank.FUZZY),
        ("zebra", "Linear", None),
        ("attention", "Linear", None),
        ("xy", "MaxPool2D", None),
    ],
)
def test_a_text_matches_a_layer_type_that_well(text: str, name: str, expected: Rank | None) -> None:
    assert rank(text, name) is expected


def test_a_misspelled_name_never_comes_before_a_written_one() -> None:
    for written in layer_types():
        for other in layer_types():
            found = rank(written, other)
            assert found is None or other == written or found > Rank.NAME


@pytest.mark.parametrize("text", ["zebra", "attention", "lstm", "transformer", "xx"])
def test_unknown_names_match_nothing(text: str) -> None:
    assert [name for name in layer_types() if rank(text, name) is not None] == []
