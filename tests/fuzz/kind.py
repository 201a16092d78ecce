"""What the fuzzer knows about one kind of files."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.fuzz import damage


class Kind(NamedTuple):
    """One kind of files.

    Attributes:
        name: name of the damaged file; it may be in a folder.
        seeds: contents of valid files.
        damages: functions that damage such a content.
        readers: all functions that read the file, by name; each gets its path.
        beside: other files, by name, relative to the same folder as `name`.
    """

    name: str
    seeds: tuple[bytes, ...]
    damages: tuple[damage.Bytes, ...]
    readers: dict[str, Callable[[Path], object]]
    beside: dict[str, bytes] = {}  # noqa: RUF012 (it is never changed)

    def write(self, folder: Path, content: bytes | None) -> Path:
        """Write the files of this kind.

        Arguments:
            folder: where to write them.
            content: content of the damaged file; None to write only the other files.

        Returns the path of the damaged file.
        """
        files = {**self.beside, **({} if content is None else {self.name: content})}
        for name, inside in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(inside)
        (folder / self.name).parent.mkdir(parents=True, exist_ok=True)
        return folder / self.name


def damaged(kind: Kind, rng: random.Random) -> bytes:
    """Return the content of a damaged file."""
    return rng.choice(kind.damages)(rng.choice(kind.seeds), rng)
