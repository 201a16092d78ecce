"""Find out what a file or folder is, by its first bytes, and what to do with one that TinyML cannot open."""

import codecs
from pathlib import Path
from typing import Literal, NamedTuple

from tinyml.core import DataError, StorageError
from tinyml.core.files import normalise_path, open_for_reading, path_kind, show_path
from tinyml.data.readers import describe_sources, find_reader, readers

Kind = Literal["project", "tensors", "data", "part", "image", "other"]

_PREFIX_BYTES = 4096
_LARGEST_HEADER = 2**27
_SAVE = "Save its {things} as safetensors in the program that made it: {call}."
_PICKLE = "which can run any code when it is read, so it is never opened"


class FileKind(NamedTuple):
    """What `identify` found.

    Attributes:
        kind: "project", "tensors" (weights, models, checkpoints), "data", "part" (one file of a folder of data),
            "image" (one picture), or "other" if TinyML cannot open it.
        sentence: says what it is and what to do with it. Show it where another kind is needed.
    """

    kind: Kind
    sentence: str


class _Format(NamedTuple):
    """A format that TinyML cannot open as a project, weights or data, and a sentence about what to do instead."""

    what: str
    remedy: str = ""
    kind: Kind = "other"


_TORCH_CALL = "safetensors.torch.save_file(model.state_dict(), 'model.safetensors')"
_ARRAYS_CALL = "safetensors.numpy.save_file({'name': array}, 'model.safetensors')"
_PYTORCH = _Format(f"a PyTorch file, {_PICKLE}", _SAVE.format(things="weights", call=_TORCH_CALL))
_PYTHON_PICKLE = _Format(f"a Python pickle, {_PICKLE}", _SAVE.format(things="arrays", call=_ARRAYS_CALL))
_NPZ = _Format(
    "a NumPy archive (.npz)",
    _SAVE.format(
        things="arrays", call="safetensors.numpy.save_file(dict(numpy.load('arrays.npz')), 'model.safetensors')"
    ),
)
_NPY = _Format("a NumPy array (.npy)", _SAVE.format(things="numbers", call=_ARRAYS_CALL))
_HDF5 = _Format("an HDF5 file", _SAVE.format(things="arrays", call=_ARRAYS_CALL))
_KERAS = _Format("a Keras model", _SAVE.format(things="weights", call=_ARRAYS_CALL))
_ONNX = _Format("an ONNX model", "Save its weights as safetensors in the program that made it.")
_TENSORFLOW = _Format("a TensorFlow model", "Save its weights as safetensors in the program that made it.")
_GGUF = _Format("a GGUF model", "Look for the same model as safetensors.")
_EMPTY = _Format("an empty file")
_TEXT = _Format("a text file")
_UNKNOWN = _Format("a file of an unknown kind")


_PICTURE_REMEDY = "TinyML reads pictures as data from {sources}."


def _picture(name: str) -> _Format:
    return _Format(f"a picture ({name})", _PICTURE_REMEDY, "image")


def _archive(name: str) -> _Format:
    return _Format(f"an archive ({name})", "Unpack it, and open the files inside.")


_SIGNATURES: tuple[tuple[int, bytes, _Format], ...] = (
    (0, b"\x93NUMPY", _NPY),
    (0, b"\x89HDF\r\n\x1a\n", _HDF5),
    (0, b"GGUF", _GGUF),
    (4, b"TFL3", _TENSORFLOW),
    (0, b"\x89PNG\r\n\x1a\n", _picture("PNG")),
    (0, b"\xff\xd8\xff", _picture("JPEG")),
    (0, b"GIF8", _picture("GIF")),
    (0, b"II*\0", _picture("TIFF")),
    (0, b"MM\0*", _picture("TIFF")),
    (8, b"WEBPVP8", _picture("WebP")),
    (4, b"ftypavif", _picture("AVIF")),
    (0, b"\0\0\0\x0cjP  ", _picture("JPEG 2000")),
    (0, b"7z\xbc\xaf\x27\x1c", _archive("7z")),
    (0, b"\xfd7zXZ\0", _archive("xz")),
    (0, b"BZh91AY&SY", _archive("bzip2")),
    (0, b"\x28\xb5\x2f\xfd", _archive("Zstandard")),
    (0, b"Rar!\x1a\x07", _archive("RAR")),
    (257, b"ustar", _archive("tar")),
)
"""Position of a signature, the signature, and its format."""

_SUFFIXES = {
    ".onnx": _ONNX,
    ".pb": _TENSORFLOW,
    ".pt": _PYTORCH,
    ".pth": _PYTORCH,
    ".npz": _NPZ,
    ".h5": _HDF5,
    ".keras": _KERAS,
    ".pkl": _PYTHON_PICKLE,
    **{f".{name}": _picture(name.upper()) for name in ("bmp", "ico", "pbm", "pgm", "ppm", "pcx", "tga")},
}
"""Formats by the end of the name, for files whose first bytes are no signature."""


def identify(path: str | Path) -> FileKind:
    """Return the kind of a file or folder. The first bytes decide, and the name only if they do not.

    Reads at most 4 KiB. A damaged file called "….safetensors" or "….json" has the kind of its name, because the
    function that reads this kind says best what is wrong.

    Raises `StorageError` when there is nothing at `path`, it cannot be read, or it is a device, a pipe or a socket.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "weights.pt"
    >>> path.write_bytes(b"GGUF")
    4
    >>> print(identify(path).sentence.replace(str(path), "weights.pt"))
    'weights.pt' is a GGUF model. Look for the same model as safetensors.
    """
    prefix = _read_prefix(path)
    if prefix is None:
        return _identify_folder(path)
    suffix = Path(path).suffix.lower()
    if _is_safetensors(prefix):
        return _tensors(path)
    data = _identify_data(path) or _identify_part(path, prefix)
    if data is not None:
        return data
    found = _format_of(prefix)
    if found is None and _is_json(prefix):
        return _project(path)
    if found in (None, _EMPTY) and suffix == ".safetensors":
        return _tensors(path)
    if found in (None, _EMPTY) and suffix == ".json":
        return _project(path)
    found = found or _SUFFIXES.get(suffix) or (_TEXT if _is_text(prefix) else _UNKNOWN)
    remedy = found.remedy.replace("{sources}", describe_sources()) or _opens()
    return FileKind(found.kind, f"'{show_path(path)}' is {found.what}. {remedy}")


def require_kind(path: str | Path, kind: Kind) -> None:
    """Check that `path` seems to be of this kind, by its first bytes.

    Arguments:
        path: the file or folder.
        kind: the kind that is needed.

    Raises `StorageError`, with a sentence that says what it is and what to do with it, when it is of another kind.

    >>> require_kind("no such file.safetensors", "tensors")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: There is no file 'no such file.safetensors'. Check its name and folder.
    """
    found = identify(path)
    if found.kind != kind:
        raise StorageError(found.sentence)


def _opens() -> str:
    return f"TinyML opens projects (*.tinyml.json), weights (*.safetensors) and, as data, {describe_sources()}."


def _tensors(path: str | Path) -> FileKind:
    return FileKind(
        "tensors",
        f"'{show_path(path)}' holds weights (safetensors), not a project. "
        "Show them in the window with File, Open weights, "
        "or evaluate a whole model with 'tinyml evaluate'.",
    )


def _project(path: str | Path) -> FileKind:
    return FileKind(
        "project",
        f"'{show_path(path)}' is JSON, as projects are, so it holds no weights. Open it in the window with File, Open, "
        "or train it with 'tinyml train --network'.",
    )


def _identify_data(path: str | Path) -> FileKind | None:
    """Ask the readers; None if none of them recognises the path."""
    try:
        reader = find_reader(normalise_path(path))
    except DataError as error:
        return FileKind("other", str(error))
    if reader is None:
        return None
    return FileKind("data", f"'{show_path(path)}' is {reader.source}. Choose it as the data of a project.")


def _identify_part(path: str | Path, prefix: bytes) -> FileKind | None:
    """Ask the readers of folders whether a file is a part of a dataset; None if it is not."""
    for reader in readers().values():
        if reader.is_part(prefix):
            return FileKind(
                "part",
                f"'{show_path(path)}' is one part of a dataset ({reader.title}). Open the folder that it is in: drop "
                "the folder here, or choose it under Data.",
            )
    return None


def _identify_folder(path: str | Path) -> FileKind:
    return _identify_data(path) or FileKind(
        "other", f"'{show_path(path)}' is a folder without data that TinyML can read. {_opens()}"
    )


def _read_prefix(path: str | Path) -> bytes | None:
    """Read the first bytes of a regular file; return None for a folder."""
    if path_kind(path) == "a folder":
        return None
    with open_for_reading(path) as file:
        return file.read(_PREFIX_BYTES) or b""


def _is_safetensors(prefix: bytes) -> bool:
    return prefix[8:9] == b"{" and 2 <= int.from_bytes(prefix[:8], "little") <= _LARGEST_HEADER


def _is_json(prefix: bytes) -> bool:
    return prefix.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{" and _is_text(prefix)


def _is_text(prefix: bytes) -> bool:
    try:
        # The end of the prefix may cut a character in two.
        text = codecs.getincrementaldecoder("utf-8")().decode(prefix, final=len(prefix) < _PREFIX_BYTES)
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\r\n\f" for character in text)


def _format_of(prefix: bytes) -> _Format | None:
    """Return the format of the first bytes; None if they are no known signature."""
    if not prefix:
        return _EMPTY
    if prefix.startswith(b"PK\x03\x04"):
        return _identify_zip(prefix)
    if prefix.startswith(b"\x1f\x8b"):
        return _archive("gzip")
    if len(prefix) > 2 and prefix[0] == 0x80 and 2 <= prefix[1] <= 5:
        return _PYTHON_PICKLE
    return next((found for start, mark, found in _SIGNATURES if prefix[start:].startswith(mark)), None)


def _identify_zip(prefix: bytes) -> _Format:
    """Return the format of a zip archive by the name of its first member."""
    first = prefix[30 : 30 + int.from_bytes(prefix[26:28], "little")]
    if first.endswith((b"/data.pkl", b"/version", b"/byteorder", b"/.format_version")):
        return _PYTORCH
    if first.endswith(b".npy"):
        return _NPZ
    return _KERAS if first in (b"metadata.json", b"config.json") else _archive("zip")
