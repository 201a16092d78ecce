"""What is wrong with a value, in one sentence for the person in front of the screen."""

from numbers import Integral

from pydantic import BaseModel, ValidationError

from tinyml.core.errors import SettingsError
from tinyml.core.suggestions import did_you_mean


def describe_validation_error(error: ValidationError, model: type[BaseModel]) -> str:
    """Put the first complaint of pydantic into one sentence with the label that the form shows.

    >>> from pydantic import Field
    >>> class Settings(BaseModel):
    ...     filters: int = Field(ge=1, title="Filters")
    >>> try:
    ...     Settings(filters=0)
    ... except ValidationError as error:
    ...     print(describe_validation_error(error, Settings))
    Filters is 0 but should be at least 1.
    """
    first = error.errors(include_url=False)[0]
    names = [part for part in first["loc"] if isinstance(part, str)]
    field_name = names[0] if names else ""
    known = model.model_fields.get(field_name)
    label = (known.title or field_name) if known else field_name
    if first["type"] == "extra_forbidden":
        return f"There is no setting '{field_name}'.{did_you_mean(field_name, model.model_fields)}"
    reason = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    reason = reason.replace("greater than or equal to", "at least").replace("less than or equal to", "at most")
    value = repr(first["input"])
    return f"{label} is {value if len(value) <= 60 else f'{value[:57]}...'} but should be {reason}."


def check_counts(least: int = 1, **counts: int | None) -> None:
    """Check that arguments are whole numbers of at least `least`, or None.

    Raises `SettingsError`, naming the argument, when one is not.

    >>> check_counts(epochs=10, early_stopping=None)
    """
    for name, value in counts.items():
        if value is None:
            continue
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise SettingsError(f"{name} is {value!r} but should be a whole number.")
        if value < least:
            raise SettingsError(f"{name} is {value} but should be at least {least}.")
