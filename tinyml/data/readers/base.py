"""A reader recognises, describes and loads one format of data on the disk."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.options import SourceOptions
from tinyml.data.preprocessing import Preprocessing


def _never_part(prefix: bytes) -> bool:
    """Return False for every `prefix`. This is the default of `Reader.is_part`."""
    return False


def ignore_progress(share: float) -> None:
    """Do nothing. This is the progress callback of a request that has none.

    Arguments:
        share: not used.
    """


@dataclass(frozen=True)
class ReadRequest:
    """What a reader should read.

    Attributes:
        path: an existing file or folder.
        options: an instance of `Reader.options`.
        preprocessing: readers of image files decode the images in this size and colour. Other readers do not need it:
            `tinyml.data.load` converts their images.
        progress: called with the share that is done, from 0 to 1. An exception from this call cancels the reading, so
            a reader must not catch it.
    """

    path: Path
    options: SourceOptions = field(default_factory=SourceOptions)
    preprocessing: Preprocessing = field(default_factory=Preprocessing)
    progress: ProgressCallback = ignore_progress


@dataclass(frozen=True)
class Reader:
    """A format of data: a file, or a folder of files.

    A file of this package that holds a `Reader` adds a format. The command line, the data form, the dialogs and file
    drops ask the readers, so no other file has to change.

    Attributes:
        name: short name, e.g. "idx". Each reader has a different name.
        title: name of the format on screen, e.g. "IDX".
        source: what a user chooses, with its article, e.g. "a folder of IDX files". Messages have it at the end of a
            sentence.
        help: one sentence about the content and the names of the files.
        recognises: returns True if a path is data of this format. It is quick: it reads only names and first bytes.
            It raises `DataError` if the path cannot be accessed.
        describe: returns the description of the data without loading it: quickly, also for a folder of 20 000 files.
            It raises `DataError` if the data is damaged or a part of it is missing.
        load: loads the data. It raises `DataError` as `describe` does.
        options: the options that a user can set; by default none.
        suffixes: the ends of the file names, e.g. (".csv", ".tsv"); empty if a dataset is a folder.
        is_part: returns True if a file that begins with these bytes is one file of a dataset that is
            a folder.
        checks_memory: True if `load` itself keeps data on the disk that does not fit into the free memory, or raises
            `DataError`. Otherwise `tinyml.data.load` compares the description with the free memory before.

    `describe` and `load` get an existing file or folder. The name in the description does not matter, because
    `tinyml.data.describe` and `tinyml.data.load` replace it by the path.
    """

    name: str
    title: str
    source: str
    help: str
    recognises: Callable[[Path], bool]
    describe: Callable[[ReadRequest], DataDescription]
    load: Callable[[ReadRequest], Dataset]
    options: type[SourceOptions] = SourceOptions
    suffixes: tuple[str, ...] = ()
    is_part: Callable[[bytes], bool] = _never_part
    checks_memory: bool = False

    @property
    def reads_folder(self) -> bool:
        """True if a dataset is a folder, False if it is a file."""
        return not self.suffixes
