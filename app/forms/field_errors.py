"""The sentence about a value that a settings model refuses."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

_MAX_LENGTH = 40
_PLAIN_REASONS = (
    ("greater than or equal to", "at least"),
    ("less than or equal to", "at most"),
    ("greater than", "more than"),
    ("should be a valid integer, unable to parse string as an integer", "should be a whole number"),
    ("should be a valid integer", "should be a whole number"),
    ("should be a valid number", "should be a number"),
)
"""Parts of pydantic's messages, and plain words for them."""


def describe_field_error(model: type[BaseModel], values: Mapping[str, Any], name: str) -> str:
    """Return one sentence about the value of a field; an empty text if the model accepts it.

    Errors of other fields do not count.

    Arguments:
        model: the model that checks the values.
        values: the values of all fields.
        name: name of the field.
    """
    try:
        model.model_validate(dict(values))
    except ValidationError as error:
        for found in error.errors(include_url=False):
            if found["loc"][:1] in ((name,), ()):
                reason = found["msg"].removeprefix("Value error, ").replace("Input should be ", "should be ")
                title = model.model_fields[name].title or name
                value = found["input"] if found["loc"] else values[name]
                return f"{title} is {_format_value(value)} but {_simplify(reason)}."
    return ""


def _format_value(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _MAX_LENGTH else f"{text[: _MAX_LENGTH - 1]}…"


def _simplify(reason: str) -> str:
    for stiff, plain in _PLAIN_REASONS:
        reason = reason.replace(stiff, plain)
    return reason.rstrip(".")
