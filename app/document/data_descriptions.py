"""The descriptions of data that the document knows, by everything that decides them."""

import json
from dataclasses import dataclass

from tinyml.data import DataChoice, DataDescription, ProgressCallback, describe, known_names, options_of
from tinyml.data.options import SourceOptions

_MOST = 64
"""Number of descriptions to remember."""


@dataclass(frozen=True)
class DescribedData:
    """A choice of data and what was found there.

    Attributes:
        choice: source, options and preprocessing.
        description: of these data; its target is that of the data, not of the choice.
        options: the class of the options of the source.
    """

    choice: DataChoice
    description: DataDescription
    options: type[SourceOptions] = SourceOptions


def read_description(choice: DataChoice, progress: ProgressCallback | None = None) -> DescribedData:
    """Read the description of some data. This may take long for a folder on a network.

    Arguments:
        choice: source, options and preprocessing. The target does not matter.
        progress: called from time to time; an exception that it raises cancels the reading.

    Raises `DataError` as `tinyml.data.describe` does.
    """
    description = describe(choice.source, choice.options, choice.preprocessing, progress)
    return DescribedData(choice, description, options_of(choice.source))


def described_alike(first: DataChoice, second: DataChoice) -> bool:
    """Return True if two choices have the same description: only target, split or scale differ.

    Arguments:
        first, second: the choices.
    """
    return _key(first) == _key(second)


class DataDescriptions:
    """Remembers descriptions of data that are slow to read. Those of built-in and public sets are made again."""

    def __init__(self) -> None:
        self._known: dict[str, DescribedData] = {}

    def find(self, choice: DataChoice) -> DescribedData | None:
        """Return the description of some data; None if it must be read first.

        Arguments:
            choice: source, options and preprocessing.

        Raises `DataError` if the options are wrong.
        """
        if choice.source in known_names():
            return read_description(choice)
        return self._known.get(_key(choice))

    def remember(self, described: DescribedData) -> None:
        """Remember a description that was read; forget the oldest one of very many.

        Arguments:
            described: the choice and its description.
        """
        key = _key(described.choice)
        self._known.pop(key, None)
        self._known[key] = described
        if len(self._known) > _MOST:
            del self._known[next(iter(self._known))]

    def forget(self, choice: DataChoice) -> None:
        """Forget the description of data that can no longer be read.

        Arguments:
            choice: source, options and preprocessing.
        """
        self._known.pop(_key(choice), None)


def _key(choice: DataChoice) -> str:
    preprocessing = choice.preprocessing
    parts = (choice.source, choice.options, preprocessing.size, preprocessing.resize, preprocessing.colour)
    return json.dumps(parts, sort_keys=True)
