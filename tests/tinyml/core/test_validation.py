"""Sentences about wrong values: in a form by the title of the setting, in a file by the path of the key."""

import pytest
from pydantic import BaseModel, Field, ValidationError, model_validator

from tinyml.core.validation import describe_validation_error


class Inner(BaseModel, extra="forbid"):
    size: int = Field(3, ge=1, title="Size of the window")


class Outer(BaseModel, extra="forbid"):
    inner: Inner = Inner()
    name: str

    @model_validator(mode="after")
    def _refuse(self) -> "Outer":
        if self.name == "refused":
            raise ValueError("another name")
        return self


def sentence(values: object, model: type[BaseModel] | None) -> str:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(values)
    return describe_validation_error(caught.value, model)


@pytest.mark.parametrize(
    ("values", "in_form", "in_file"),
    [
        ({"name": 3}, "name is 3 but should be text.", "'name' is 3 but should be text."),
        ({}, "name is missing.", "'name' is missing."),
        (
            {"name": "a", "nane": 1},
            "There is no setting 'nane'. Did you mean 'name'?",
            "There is no setting 'nane'.",
        ),
        (
            {"name": "a", "inner": {"size": 0}},
            "inner is 0 but should be at least 1.",
            "'inner.size' is 0 but should be at least 1.",
        ),
        (
            {"name": "a", "inner": {"size": 1.5}},
            "inner is 1.5 but should be a whole number.",
            "'inner.size' is 1.5 but should be a whole number.",
        ),
        (
            {"name": "refused"},
            "The content is {'name': 'refused'} but should be another name.",
            "The content is {'name': 'refused'} but should be another name.",
        ),
    ],
)
def test_the_same_fault_has_the_same_wording_in_forms_and_files(values: object, in_form: str, in_file: str) -> None:
    assert sentence(values, Outer) == in_form
    assert sentence(values, None) == in_file


def test_a_long_value_is_cut() -> None:
    assert sentence({"name": [1] * 100}, None) == f"'name' is {repr([1] * 100)[:57]}... but should be text."
