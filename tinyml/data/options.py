"""The options of a data source, such as the delimiter of a table or the noise of drawn points."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tinyml.core import DataError
from tinyml.core.suggestions import did_you_mean
from tinyml.core.validation import describe_validation_error


class SourceOptions(BaseModel):
    """The options of a reader or of a built-in set. This class has none; a subclass has one field for each option.

    The forms of the window and the command line come from the fields: their titles, descriptions and limits. Every
    field has a default.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


Options = TypeVar("Options", bound=SourceOptions)


def read_options(model: type[Options], values: Mapping[str, Any], source: str) -> Options:
    """Return the options of a source, checked.

    Arguments:
        model: the class of the options.
        values: values by name of the option; the others have their default.
        source: name of the data for the message.

    Raises `DataError` for an unknown option or an impossible value.

    >>> read_options(SourceOptions, {}, "digits")
    SourceOptions()
    """
    for name in values:
        if name not in model.model_fields:
            known = ", ".join(model.model_fields)
            advice = f" Options are: {known}." if known else " These data have no options."
            raise DataError(f"'{source}' has no option '{name}'.{did_you_mean(name, model.model_fields)}{advice}")
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise DataError(f"An option of '{source}' is wrong. {describe_validation_error(error, model)}") from error
