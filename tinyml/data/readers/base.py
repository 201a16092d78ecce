"""What a reader is: it knows one format of data on the disk."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback


def _is_no_part(prefix: bytes) -> bool:
    """Return False for every `prefix`: no file of the format is a part of a dataset."""
    return False


@dataclass(frozen=True)
class Reader:
    """A format of data: a file, or a folder of files.

    A file of this package that holds a `Reader` adds a format. The command line, the data form, the dialogs and file
    drops ask the readers, so no other file has to change.

    Attributes:
        name: short name, e.g. "idx". Each reader has another one.
        title: name of the format for people, e.g. "IDX".
        source: what a user chooses, with its article, e.g. "a folder of IDX files". Sentences end with it.
        help: one sentence about what the files hold and what they are called.
        recognises: returns True if a path is data of this format. It decides by names and first bytes and is quick.
            It raises `DataError` if the path cannot be looked up.
        describe: returns the description of the data without loading it. It raises `DataError` if the data is damaged
            or a part of it is missing.
        load: loads the data. It raises `DataError` as `describe` does. It calls the second argument, if there is one,
            with the share that is done, from 0 to 1. It does not catch what this call raises: that cancels the
            loading.
        suffixes: ends of the names of its files, e.g. (".csv", ".tsv"); empty if a dataset is a folder.
        is_part: returns True if the first bytes of a file belong to one file of a dataset that is a folder.

    `describe` and `load` get an existing file or folder. The name in the description may be anything:
    `tinyml.data.describe` puts the path there.
    """

    name: str
    title: str
    source: str
    help: str
    recognises: Callable[[Path], bool]
    describe: Callable[[Path], DataDescription]
    load: Callable[[Path, ProgressCallback | None], Dataset]
    suffixes: tuple[str, ...] = ()
    is_part: Callable[[bytes], bool] = _is_no_part

    @property
    def reads_folder(self) -> bool:
        """True if a dataset is a folder, False if it is a file."""
        return not self.suffixes
