"""The search of the palette: which layer types match a text, and in which order."""

import re
from dataclasses import dataclass
from enum import IntEnum

from tinyml.layers import LayerSettings


class Rank(IntEnum):
    """How well a layer type matches a search. A lower rank is a better match."""

    NAME = 0
    NAME_PREFIX = 1
    NAME_WORD = 2
    ALIAS = 3
    ALIAS_WORD = 4
    NAME_PART = 5
    DESCRIPTION = 6


@dataclass(frozen=True)
class SearchTerms:
    """The texts of a layer type that a search compares with.

    Attributes:
        name: name of the layer type on screen: "MaxPool2D".
        aliases: its other names: "max pooling".
        description: summary and family, in lower case.
    """

    name: str
    aliases: tuple[str, ...]
    description: str

    @classmethod
    def for_layer_type(cls, name: str, settings: type[LayerSettings], family_title: str) -> "SearchTerms":
        """Collect the texts of a layer type.

        Arguments:
            name: name of the layer type on screen.
            settings: its settings class.
            family_title: title of its family in the palette.
        """
        return cls(name, settings.aliases, f"{settings.summary} {settings.family} {family_title}".casefold())

    def rank(self, query: str) -> Rank | None:
        """Return how well a search matches; None if it does not match.

        The search matches as one name ("max pool" is "maxpool") or if every word of it matches.

        Arguments:
            query: the text of the search.

        >>> relu = SearchTerms("LeakyReLU", ("lrelu",), "max(a x, x), a small activation")
        >>> relu.rank("leaky"), relu.rank("leaky relu"), relu.rank("relu"), relu.rank("small"), relu.rank("conv")
        (<Rank.NAME_PREFIX: 1>, <Rank.NAME: 0>, <Rank.NAME_WORD: 2>, <Rank.DESCRIPTION: 6>, None)
        """
        words = query.casefold().split()
        whole = self._rank_word(_joined(query))
        each = [self._rank_word(word) for word in words]
        found = [] if whole is None else [whole]
        if words and all(rank is not None for rank in each):
            found.append(max(rank for rank in each if rank is not None))
        return min(found, default=None)

    def _rank_word(self, word: str) -> Rank | None:
        name, aliases = self.name.casefold(), [_joined(alias) for alias in self.aliases]
        starts = [match.start() for match in re.finditer(r"[A-Z]|(?<!\d)\d", self.name)]
        parts = [part.casefold() for alias in self.aliases for part in re.split(r"[\s-]+", alias)]
        checks = {
            Rank.NAME: name == word,
            Rank.NAME_PREFIX: name.startswith(word),
            Rank.NAME_WORD: any(name.startswith(word, start) for start in starts),
            Rank.ALIAS: word in aliases,
            Rank.ALIAS_WORD: any(text.startswith(word) for text in (*aliases, *parts)),
            Rank.NAME_PART: word in name,
            Rank.DESCRIPTION: word in self.description,
        }
        return next((rank for rank, holds in checks.items() if holds), None)


def _joined(text: str) -> str:
    """Write a name as one word in lower case: "Max pooling" becomes "maxpooling"."""
    return re.sub(r"[\s-]+", "", text.casefold())
