"""Files beside a file that hold its values: found only inside its folder, opened when they are needed."""

import os
from contextlib import ExitStack
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import TracebackType

from tinyml.core import StorageError
from tinyml.core.files import normalise_path, open_for_reading, path_exists, show_path
from tinyml.core.stamped_file import Stamp, StampedFile

_MOST_OPEN = 16


class PartFiles:
    """The other files that hold values of a file of tensors. At most 16 of them are open at the same time.

    Arguments:
        path: the file that names them.
        parts: the names, if they were read before.
        stamps: sizes and times of the last change, `(size, time, size, time, …)`, in the order of `parts`. A file that
            has changed since is refused.

    Attributes:
        path: the file that names them.
        stamps: of each file that was opened, or is in `parts`, by name.
    """

    def __init__(self, path: str | Path, parts: tuple[str, ...] = (), stamps: tuple[int, ...] = ()) -> None:
        self.path = path
        self.stamps: dict[str, Stamp] = dict(zip(parts, zip(stamps[::2], stamps[1::2], strict=True), strict=True))
        self._open: dict[str, tuple[ExitStack, StampedFile]] = {}

    def __enter__(self) -> "PartFiles":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for stack, _ in self._open.values():
            stack.close()
        self._open.clear()

    def file(self, name: str) -> StampedFile:
        """Return the open file of that name.

        Raises `StorageError` when it is outside the folder, missing, cannot be read, or has changed.
        """
        if name not in self._open:
            place = place_beside(self.path, name)
            if len(self._open) >= _MOST_OPEN:
                oldest, _ = self._open.pop(next(iter(self._open)))
                oldest.close()
            with ExitStack() as stack:
                file = StampedFile(stack.enter_context(open_for_reading(place)), place)
                if self.stamps.setdefault(name, file.stamp) != file.stamp:
                    file.refuse_changed()
                self._open[name] = stack.pop_all(), file
        return self._open[name][1]

    @property
    def flat_stamps(self) -> tuple[int, ...]:
        """The stamps one after the other."""
        return tuple(number for stamp in self.stamps.values() for number in stamp)


def place_beside(path: str | Path, name: str) -> Path:
    """Return the path of a file that another file names. It must be in the same folder, or in a folder inside.

    The caches of hubs hold links to one folder of contents. So a link may lead to the folder in which `path` really is.

    Arguments:
        path: the file that names it.
        name: the name, relative to the folder of `path`.

    Raises `StorageError` when the name leads to another folder, or there is no such file.

    >>> place_beside("model.onnx", "../secret")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: 'model.onnx' names the file '../secret', which is outside its folder. ...
    """
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    named = normalise_path(path)
    folder = os.path.abspath(named.parent)  # noqa: PTH100 (links stay)
    outside = windows.drive or windows.root or posix.root or ".." in windows.parts or not posix.parts or "\0" in name
    place = Path(folder, name) if not outside else Path(folder)
    real = os.path.realpath(place)
    allowed = {os.path.realpath(folder), os.path.dirname(os.path.realpath(named))}  # noqa: PTH120
    if outside or not any(real.startswith(os.path.join(start, "")) for start in allowed):  # noqa: PTH118
        raise StorageError(
            f"'{show_path(path)}' names the file '{show_path(name)}', which is outside its folder. It was not read. "
            "Copy it beside the other, and correct its name there."
        )
    if not path_exists(place):
        raise StorageError(
            f"'{show_path(name)}' is missing beside '{show_path(named.name)}'. Copy or download it to the same folder."
        )
    return place
