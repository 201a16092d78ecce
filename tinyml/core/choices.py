"""A text setting whose values are the names of a registry, such as the losses: nothing to edit when a file is added."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from tinyml.core.suggestions import did_you_mean


@dataclass(frozen=True)
class Choice:
    """Marks a `str` field of a pydantic model as a choice among registered names.

    Used as `Annotated[str, Choice("loss", titles)]`: other names are refused, and a form offers the titles.

    Arguments:
        what: what is chosen, for the message: "loss".
        titles: gives every name that is allowed now, with the words for people.

    >>> from typing import Annotated
    >>> from pydantic import TypeAdapter
    >>> Colour = Annotated[str, Choice("colour", lambda: {"red": "Red", "blue": "Blue"})]
    >>> TypeAdapter(Colour).validate_python("red")
    'red'
    """

    what: str
    titles: Callable[[], Mapping[str, str]]

    def check(self, name: str) -> str:
        """Return the name; raises `ValueError`, with the names that there are, when it is unknown."""
        known = self.titles()
        if name not in known:
            nearest = did_you_mean(name, known).strip().replace("Did", "did")
            raise ValueError(f"one of {', '.join(known)}" + (f" ({nearest})" if nearest else ""))
        return name

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic check the name after it has checked that it is text."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))
