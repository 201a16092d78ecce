"""The options about data that several commands share: they change a data choice."""

import argparse
from typing import Any

import pytest

from tinyml.command_line.data_arguments import ARGUMENTS, add_data_arguments, change_choice, load_splits, read_value
from tinyml.core import DataError, SettingsError
from tinyml.data import DataChoice, Preprocessing


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_data_arguments(parser)
    return parser.parse_args(words)


def test_without_options_nothing_changes() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1}, seed=7)
    assert vars(parse()).keys() == set(ARGUMENTS)
    assert change_choice(choice, parse()) == choice
    assert change_choice(choice, parse(), "circle") == choice


def test_options_of_the_data_are_added_and_defaults_are_left_out() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1})
    assert change_choice(choice, parse("--option", "count=50")).options == {"noise": 0.1, "count": 50}
    assert change_choice(choice, parse("--option", "noise=0")).options == {}


def test_other_data_has_other_options() -> None:
    choice = DataChoice(source="circle", options={"noise": 0.1}, preprocessing=Preprocessing(scale="unit"), seed=7)
    changed = change_choice(choice, parse(), "digits")
    assert (changed.source, changed.options, changed.expected, changed.seed) == ("digits", {}, None, 7)
    assert changed.preprocessing == choice.preprocessing


def test_preprocessing_and_split_are_changed_by_name() -> None:
    words = ["--preprocess", "size=16×20", "--preprocess", "colour=grey", "--split", "keep-own-split=no"]
    changed = change_choice(DataChoice(), parse(*words, "--split", "validation=0.25"))
    assert changed.preprocessing == Preprocessing(size=(16, 20), colour="grey")
    assert (changed.keep_own_split, changed.validation, changed.test) == (False, 0.25, 0.2)
    assert change_choice(changed, parse("--preprocess", "size=automatic")).preprocessing.size is None


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        (["--option", "noise=much"], DataError, "Noise is 'much' but should be a number"),
        (["--option", "colour=red"], SettingsError, "There is no option of these data called 'colour'"),
        (["--preprocess", "size=0x4"], SettingsError, "Size is '0' but should be at least 1"),
        (["--split", "source=digits"], SettingsError, "There is no setting of the split 'source'"),
        (["--split", "stratified=perhaps"], SettingsError, "Keep classes even is 'perhaps'"),
    ],
)
def test_wrong_words_are_refused(words: list[str], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        change_choice(DataChoice(source="circle"), parse(*words))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("a, b,c", tuple[str, ...], ["a", "b", "c"]),
        ("2x3", tuple[str, ...], ["2x3"]),
        ("none", str, "none"),
        ("automatic", str | None, None),
        ("", tuple[str, ...], []),
    ],
)
def test_values_get_the_form_of_their_field(text: str, kind: Any, value: Any) -> None:
    assert read_value(text, kind) == value


def test_data_without_broken_images_is_loaded_as_it_is() -> None:
    choice = DataChoice(source="digits")
    for skip in (True, False):
        same, splits = load_splits(choice, skip)
        assert same == choice
        assert len(splits.train) == 1258
