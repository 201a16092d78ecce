"""Which layer types a search finds, and which of them come first."""

import re
from dataclasses import dataclass
from enum import IntEnum

from tinyml.layers import LayerSettings


class Rank(IntEnum):
    """How well a layer type matches a search; the lower, the better."""

    NAME = 0
    NAME_PREFIX = 1
    NAME_WORD = 2
    ALIAS = 3
    ALIAS_WORD = 4
    NAME_PART = 5
    DESCRIPTION = 6


@dataclass(frozen=True)
class SearchTerms:
    """What a search compares with.

    Attributes:
        name: of the layer type, as it is spelt: "MaxPool2D".
        aliases: other names for it.
        description: everything else that is said of it, in lower case.
    """

    name: str
    aliases: tuple[str, ...]
    description: str

    @classmethod
    def of(cls, name: str, settings: type[LayerSettings], family_title: str) -> "SearchTerms":
        """Collect the terms of a layer type."""
        return cls(name, settings.aliases, f"{settings.summary} {settings.family} {family_title}".casefold())

    def rank(self, query: str) -> Rank | None:
        """Return how well the search matches; None when it does not.

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
    """Write a name in one word, as code does: "Max pooling" is "maxpooling"."""
    return re.sub(r"[\s-]+", "", text.casefold())
