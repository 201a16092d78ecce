"""A choice among registered names is checked against the current names when a model is made."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from tinyml.core.choices import Choice
from tinyml.core.validation import describe_validation_error

KNOWN = {"red": "Red", "blue": "Blue"}


class Settings(BaseModel):
    colour: Annotated[str, Choice("colour", lambda: KNOWN), Field(title="Colour")] = "red"


def test_only_known_names_are_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(colour="blue").colour == "blue"
    with pytest.raises(ValidationError) as caught:
        Settings(colour="blues")
    sentence = describe_validation_error(caught.value, Settings)
    assert sentence == "Colour is 'blues' but should be one of red, blue (did you mean 'blue'?)."
    monkeypatch.setitem(KNOWN, "blues", "Blues")
    assert Settings(colour="blues").colour == "blues"


@pytest.mark.parametrize("value", [None, 3, ["red"], b"\xff"])
def test_values_that_are_not_text_are_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="Input should be"):
        Settings.model_validate({"colour": value})
