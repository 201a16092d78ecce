"""What a public set is: a description, the published files, and a function that reads them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tinyml.core import DataError, NotDownloadedError, StorageError
from tinyml.core.memory import describe_bytes
from tinyml.data.cache_folder import cache_folder
from tinyml.data.dataset import DataDescription, Dataset, ProgressCallback
from tinyml.data.downloads import Download, PublishedFile, retrieve, school_mirror


@dataclass(frozen=True)
class PublicSet:
    """A dataset that is published on the internet. Only `download` uses the network.

    Attributes:
        description: of the data, known before the download.
        files: the published files.
        read: reads the files of a folder. Its arguments are the folder, the description, and a progress callback or
            None. It raises `DataError` if the files do not hold what the description says.
        sample: reads only the first images of a folder. Its arguments are the folder, the description, and the number
            of images; it returns `(K, C, H, W)` bytes.
        licence: name of its licence, or what its authors ask for.
        homepage: address of the page of its authors.
    """

    description: DataDescription
    files: tuple[PublishedFile, ...]
    read: Callable[[Path, DataDescription, ProgressCallback | None], Dataset]
    sample: Callable[[Path, DataDescription, int], np.ndarray]
    licence: str
    homepage: str

    @property
    def name(self) -> str:
        """Name of the set, as in `load`."""
        return self.description.name

    @property
    def title(self) -> str:
        """Name of the set on screen."""
        return self.description.title

    @property
    def download_size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)

    @property
    def folder(self) -> Path:
        """The folder of its files, in `cache_folder()`. It need not exist."""
        return cache_folder() / self.name

    @property
    def received(self) -> int:
        """Bytes that are downloaded already, also those of a file that is not complete."""
        return sum(file.received(self.folder) for file in self.files)

    @property
    def is_downloaded(self) -> bool:
        """True if all files are there, with the published sizes."""
        return all(file.is_complete(self.folder) for file in self.files)

    def download(self, progress: ProgressCallback | None = None, mirror: str = "") -> None:
        """Download the files that are missing or damaged. A download that was interrupted continues.

        Arguments:
            progress: called at least ten times a second with the share of the bytes that is received. An exception that
                it raises cancels the download.
            mirror: address of a school's own mirror, which is tried first; empty for the environment variable
                TINYML_MIRROR, if there is one.

        Raises `DataError` when no mirror sends a file or the files cannot be saved, `SettingsError` when the mirror is
        no address.
        """
        own = school_mirror(mirror)
        retrieve(Download(self.title, self.files, self.folder, f"{own}{self.name}/" if own else ""), progress)

    def load(self, progress: ProgressCallback | None = None) -> Dataset:
        """Check the hashes of the downloaded files and read them. This does not use the network.

        Arguments:
            progress: called from time to time with the share that is done, from 0 to 1.

        Raises `NotDownloadedError` when the set is not downloaded, `DataError` when its files are damaged.
        """
        if not self.is_downloaded:
            size = describe_bytes(self.download_size)
            error = NotDownloadedError(f"{self.title} is not downloaded yet ({size}). Download it on the Data page.")
            error.add_note(f"In Python: tinyml.data.download('{self.name}')")
            raise error
        folder = self.folder
        for file in self.files:
            try:
                intact = file.has_published_hash(folder)
            except StorageError as error:
                raise DataError(str(error)) from error
            if not intact:
                raise DataError(
                    f"The downloaded file '{file.name}' of {self.title} is damaged: its SHA-256 differs from the "
                    "published one. Clear the download on the Data page, or with 'tinyml data --clear-cache', and "
                    "download it again."
                )
        return self.read(folder, self.description, progress)

    def samples(self, count: int) -> np.ndarray:
        """Read the first images, quickly and without checking the hashes.

        Arguments:
            count: number of images.

        Shapes: `(K, C, H, W)` bytes.

        Raises `DataError` when the set is not downloaded or its files are damaged.
        """
        if not self.is_downloaded:
            raise DataError(f"{self.title} is not downloaded.")
        return self.sample(self.folder, self.description, count)

    def clear(self) -> int:
        """Delete the downloaded files, complete or not, and return how many bytes that freed.

        Only files with the published names are deleted, and the folder if it is empty afterwards.

        Raises `DataError` when a file cannot be deleted.
        """
        freed, folder = 0, self.folder
        for file in self.files:
            for path in (folder / file.name, file.part(folder)):
                try:
                    size = path.lstat().st_size
                    path.unlink()
                    freed += size
                except (FileNotFoundError, NotADirectoryError):
                    continue
                except OSError as error:
                    raise DataError(
                        f"Could not delete '{path}': {error.strerror or error}. Close the programs that use it, or "
                        "delete it yourself."
                    ) from error
        with suppress(OSError):
            folder.rmdir()
        return freed
