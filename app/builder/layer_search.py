"""The search for a layer type by name: which types match a text, and how well. Palette and quick insert use it."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum

from tinyml.layers import LayerSettings


class Rank(IntEnum):
    """How well a layer type matches a search. A lower rank is a better match."""

    NAME = 0
    ALIAS = 1
    NAME_PREFIX = 2
    NAME_WORD = 3
    ALIAS_WORD = 4
    NAME_PART = 5
    DESCRIPTION = 6
    FUZZY = 7


_SIMILAR = 0.72
"""Smallest similarity of a misspelled name; 1 is the same text."""

_SHORTEST_FUZZY = 3
"""Number of letters below which nearly every name would match by its letters alone."""


@dataclass(frozen=True)
class SearchTerms:
    """The texts of a layer type that a search compares with.

    Attributes:
        name: name of the layer type on screen: "MaxPool2D".
        aliases: its other names: "pool", "max pooling".
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
        aliases = (settings.short_name, *settings.aliases)
        return cls(name, aliases, f"{settings.summary} {settings.family} {family_title}".casefold())

    def rank(self, query: str) -> Rank | None:
        """Return how well a search matches; None if it does not match.

        The search matches as one name ("max pool" is "maxpool") or if every word of it matches. Otherwise the name may
        be misspelled ("lienar") or written without some of its letters ("mxpl").

        Arguments:
            query: the text of the search.

        >>> relu = SearchTerms("LeakyReLU", ("lrelu",), "max(a x, x), a small activation")
        >>> relu.rank("leaky"), relu.rank("leaky relu"), relu.rank("relu"), relu.rank("small"), relu.rank("conv")
        (<Rank.NAME_PREFIX: 2>, <Rank.NAME: 0>, <Rank.NAME_WORD: 3>, <Rank.DESCRIPTION: 6>, None)
        >>> relu.rank("laeky")
        <Rank.FUZZY: 7>
        """
        words = query.casefold().split()
        whole = self._rank_word(_joined(query))
        each = [self._rank_word(word) for word in words]
        found = [] if whole is None else [whole]
        if words and all(rank is not None for rank in each):
            found.append(max(rank for rank in each if rank is not None))
        return min(found, default=Rank.FUZZY if self._is_similar(_joined(query)) else None)

    def _rank_word(self, word: str) -> Rank | None:
        name, aliases = self.name.casefold(), [_joined(alias) for alias in self.aliases]
        starts = [match.start() for match in re.finditer(r"[A-Z]|(?<!\d)\d", self.name)]
        parts = [part.casefold() for alias in self.aliases for part in re.split(r"[\s-]+", alias)]
        checks = {
            Rank.NAME: name == word,
            Rank.ALIAS: word in aliases,
            Rank.NAME_PREFIX: name.startswith(word),
            Rank.NAME_WORD: any(name.startswith(word, start) for start in starts),
            Rank.ALIAS_WORD: any(text.startswith(word) for text in (*aliases, *parts)),
            Rank.NAME_PART: word in name,
            Rank.DESCRIPTION: word in self.description,
        }
        return next((rank for rank, holds in checks.items() if holds), None)

    def _is_similar(self, word: str) -> bool:
        """Return True if the word is a name with some letters wrong or missing. Its first letter must be right."""
        if len(word) < _SHORTEST_FUZZY:
            return False
        for name in (self.name.casefold(), *map(_joined, self.aliases)):
            if name[:1] == word[0] and (
                _has_letters(name, word)
                or any(
                    SequenceMatcher(None, start, word).ratio() >= _SIMILAR
                    for start in {name, name[: len(word)], name.rstrip("012d")}
                )
            ):
                return True
        return False


def _has_letters(name: str, word: str) -> bool:
    """Return True if the name has the letters of the word, in this order, with others between them."""
    letters = iter(name)
    return all(letter in letters for letter in word)


def _joined(text: str) -> str:
    """Write a name as one word in lower case: "Max pooling" becomes "maxpooling"."""
    return re.sub(r"[\s-]+", "", text.casefold())
