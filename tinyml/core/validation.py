"""Checks of values, and sentences about values that are wrong."""

from numbers import Integral

from pydantic import BaseModel, ValidationError

from tinyml.core.errors import SettingsError
from tinyml.core.suggestions import did_you_mean

_LONGEST_VALUE = 60
_PLAINLY = {
    "Value error, ": "",
    "Input should be ": "",
    "String should have ": "",
    "Tuple should have ": "",
    " after validation": "",
    "a valid tuple": "a list",
    "a valid string": "text",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "a valid integer, unable to parse string as an integer": "a whole number",
    "a valid integer, got a number with a fractional part": "a whole number",
    "a valid integer": "a whole number",
    "a valid number, unable to parse string as a number": "a number",
    "a valid number": "a number",
}
"""Phrases of pydantic's messages, and plain words for them."""


def describe_validation_error(error: ValidationError, model: type[BaseModel] | None = None) -> str:
    """Return one sentence about the first fault that pydantic found.

    Arguments:
        error: the exception of pydantic.
        model: the class that was validated, to name its settings by the titles that a form shows; None to name keys of
            a file, with "." between the keys of nested objects.

    >>> from pydantic import Field
    >>> class Settings(BaseModel):
    ...     filters: int = Field(ge=1, title="Filters")
    >>> try:
    ...     Settings(filters=0)
    ... except ValidationError as error:
    ...     print(describe_validation_error(error, Settings))
    ...     print(describe_validation_error(error))
    Filters is 0 but should be at least 1.
    'filters' is 0 but should be at least 1.
    """
    first = error.errors(include_url=False)[0]
    fields = {} if model is None else model.model_fields
    key = _find_key(first["loc"], names_only=model is not None)
    label = (fields[key].title or key) if key in fields else f"'{key}'" if key else "The content"
    if first["type"] == "missing":
        return f"{label} is missing."
    if first["type"] == "extra_forbidden":
        return f"There is no setting '{key}'.{did_you_mean(key, fields)}"
    reason = first["msg"]
    for phrase, words in _PLAINLY.items():
        reason = reason.replace(phrase, words)
    value = repr(first["input"])
    shown = value if len(value) <= _LONGEST_VALUE else f"{value[: _LONGEST_VALUE - 3]}..."
    return f"{label} is {shown} but should be {reason}."


def _find_key(location: tuple[int | str, ...], names_only: bool) -> str:
    """Return the name of a setting, or the path of a key in a file, from pydantic's location of a fault."""
    if names_only:
        return next((part for part in location if isinstance(part, str)), "")
    return ".".join(map(str, location))


def check_counts(least: int = 1, **counts: int | None) -> None:
    """Check that arguments are None, or whole numbers of at least `least`.

    Arguments:
        least: the smallest number that is allowed.
        counts: the arguments by name.

    Raises `SettingsError`, with the name of the argument, when one is not.

    >>> check_counts(epochs=10, early_stopping=None)
    """
    for name, value in counts.items():
        if value is None:
            continue
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise SettingsError(f"{name} is {value!r} but should be a whole number.")
        if value < least:
            raise SettingsError(f"{name} is {value} but should be at least {least}.")
