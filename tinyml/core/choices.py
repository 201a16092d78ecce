"""Settings whose allowed values are the names in a registry, such as the names of the losses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from tinyml.core.suggestions import did_you_mean


@dataclass(frozen=True)
class Choice:
    """Marks a `str` field of a pydantic model as a choice among registered names.

    With `Annotated[str, Choice("loss", titles)]`, pydantic refuses other names, and a form offers the titles.

    Arguments:
        what: the kind of name, for the error message: "loss".
        titles: returns every allowed name with its title on screen.

    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> Colour = Annotated[str, Choice("colour", lambda: {"red": "Red", "blue": "Blue"})]
    >>> TypeAdapter(Colour).validate_python("red")
    'red'
    """

    what: str
    titles: Callable[[], Mapping[str, str]]

    def check(self, name: str) -> str:
        """Return the name; raises `ValueError`, which lists the allowed names, if it is unknown."""
        known = self.titles()
        if name not in known:
            nearest = did_you_mean(name, known).strip().replace("Did", "did")
            raise ValueError(f"one of {', '.join(known)}" + (f" ({nearest})" if nearest else ""))
        return name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic call `check` after it has checked that the value is text."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))
