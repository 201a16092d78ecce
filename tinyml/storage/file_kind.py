"""Find out what a file or folder is, by its first bytes, and what to do with one that TinyML cannot open."""

import codecs
from pathlib import Path
from typing import Literal, NamedTuple

from tinyml.core import DataError, StorageError
from tinyml.core.files import normalise_path, open_for_reading, path_kind, show_path
from tinyml.data.readers import describe_sources, find_reader, readers
from tinyml.storage.tensor_sources import OWN_SOURCE, TensorSource, find_source, source_by_name, tensor_patterns

Kind = Literal["project", "tensors", "data", "part", "image", "other"]

_PREFIX_BYTES = 4096
_SHOW = "Show them in the window with File, Open weights"
_PICKLE = "which can run any code when it is read, so it is never opened"


class FileKind(NamedTuple):
    """What `identify` found.

    Attributes:
        kind: "project", "tensors" (weights, models, checkpoints), "data", "part" (one file of a folder of data),
            "image" (one picture), or "other" if TinyML cannot open it.
        sentence: says what it is and what to do with it. Show it where another kind is needed.
        source: name of the format of tensors (`tinyml.storage.tensor_sources`) that reads the file; empty if none
            does. An NPZ file is both: its kind is "data", and its source "npz".
    """

    kind: Kind
    sentence: str
    source: str = ""


class _Format(NamedTuple):
    """A format that TinyML cannot open as a project, weights or data, and a sentence about what to do instead."""

    what: str
    remedy: str = ""
    kind: Kind = "other"


def _convert(things: str, code: str) -> str:
    """Return a sentence with the line that converts a file."""
    return f'Save its {things} with this line, and open the new file: python -c "{code}"'


_PYTORCH = _Format(
    f"a PyTorch file, {_PICKLE}",
    _convert(
        "weights",
        "import torch, safetensors.torch as s; s.save_file({k: v.clone().contiguous() for k, v in "
        "torch.load('model.pt', map_location='cpu', weights_only=True).items()}, 'model.safetensors')",
    ),
)
_OLD_PYTORCH = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""How PyTorch's files began before version 1.6: a pickle of one large number."""
_PYTHON_PICKLE = _Format(
    f"a Python pickle, {_PICKLE}",
    "If it holds arrays only, tinyml convert-legacy reads them without running anything. If you know who made it: "
    + _convert("arrays", "import pickle, numpy; numpy.savez('model.npz', **pickle.load(open('model.pkl', 'rb')))"),
)
_HDF5 = _Format(
    "an HDF5 file",
    _convert(
        "arrays",
        "import h5py, numpy; a = {}; h5py.File('model.h5').visititems(lambda n, x: a.update({n: x[()]}) "
        "if isinstance(x, h5py.Dataset) and x.dtype.kind in 'fiub' else None); numpy.savez('model.npz', **a)",
    ),
)
_KERAS = _Format(
    "a Keras model",
    _convert(
        "weights",
        "import keras, numpy; numpy.savez('model.npz', **{w.path: w.numpy() for w in "
        "keras.saving.load_model('model.keras').weights})",
    ),
)
_GGUF = _Format(
    "a GGUF model",
    _convert(
        "weights",
        "import gguf, numpy; numpy.savez('model.npz', **{t.name: gguf.dequantize(t.data, t.tensor_type) for t in "
        "gguf.GGUFReader('model.gguf').tensors})",
    ),
)
_TENSORFLOW = _Format("a TensorFlow model", "Save its weights as safetensors in the program that made it.")
_EMPTY = _Format("an empty file")
_TEXT = _Format("a text file")
_UNKNOWN = _Format("a file of an unknown kind")


_PICTURE_REMEDY = "TinyML reads pictures as data from {sources}."


def _picture(name: str) -> _Format:
    return _Format(f"a picture ({name})", _PICTURE_REMEDY, "image")


def _archive(name: str) -> _Format:
    return _Format(f"an archive ({name})", "Unpack it, and open the files inside.")


_SIGNATURES: tuple[tuple[int, bytes, _Format], ...] = (
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
    ".pb": _TENSORFLOW,
    ".pt": _PYTORCH,
    ".pth": _PYTORCH,
    ".ckpt": _PYTORCH,
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".keras": _KERAS,
    ".gguf": _GGUF,
    ".pkl": _PYTHON_PICKLE,
    ".pickle": _PYTHON_PICKLE,
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
    >>> path.write_bytes(b"Rar!\x1a\x07")
    6
    >>> print(identify(path).sentence.replace(str(path), "weights.pt"))
    'weights.pt' is an archive (RAR). Unpack it, and open the files inside.
    """
    prefix = _read_prefix(path)
    if prefix is None:
        return _identify_folder(path)
    name = Path(path).name
    source = find_source(name, prefix)
    if source is not None and source.name == OWN_SOURCE:
        return _tensors(path, source)
    data = _identify_data(path) or _identify_part(path, prefix)
    if data is not None:
        source = source or source_by_name(name)
        return data if source is None else _data_or_tensors(data, source)
    if source is not None:
        return _tensors(path, source)
    found = _format_of(prefix)
    if found is None and _is_json(prefix):
        return _project(path)
    source = source_by_name(name)
    if found in (None, _EMPTY) and source is not None:
        return _tensors(path, source)
    suffix = Path(path).suffix.lower()
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
    if found.kind != kind and not (kind == "tensors" and found.source):
        raise StorageError(found.sentence)


def require_own_format(path: str | Path) -> None:
    """Check that `path` seems to be a safetensors file, the format of model files and checkpoints.

    Arguments:
        path: the file.

    Raises `StorageError`, with a sentence that says what it is and what to do with it, when it has another format.

    >>> require_own_format("no such file.safetensors")
    Traceback (most recent call last):
    tinyml.core.errors.StorageError: There is no file 'no such file.safetensors'. Check its name and folder.
    """
    found = identify(path)
    if found.source != OWN_SOURCE:
        raise StorageError(found.sentence)


def _opens() -> str:
    return (
        f"TinyML opens projects (*.tinyml.json), weights ({', '.join(tensor_patterns())}) and, as data, "
        f"{describe_sources()}."
    )


def _tensors(path: str | Path, source: TensorSource) -> FileKind:
    shown = show_path(path)
    if source.name == OWN_SOURCE:
        remedy = "or evaluate a whole model with 'tinyml evaluate'"
        sentence = f"'{shown}' holds weights (safetensors), not a project. {_SHOW}, {remedy}."
    else:
        sentence = f"'{shown}' holds tensors ({source.title}), but neither a project nor a network of TinyML. {_SHOW}."
    return FileKind("tensors", sentence, source.name)


def _data_or_tensors(data: FileKind, source: TensorSource) -> FileKind:
    return FileKind(data.kind, f"{data.sentence} Or show its arrays: File, Open weights.", source.name)


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
    if prefix.startswith(_OLD_PYTORCH):
        return _PYTORCH
    if len(prefix) > 2 and prefix[0] == 0x80 and 2 <= prefix[1] <= 5:
        return _PYTHON_PICKLE
    return next((found for start, mark, found in _SIGNATURES if prefix[start:].startswith(mark)), None)


def _identify_zip(prefix: bytes) -> _Format:
    """Return the format of a zip archive by the name of its first member."""
    first = prefix[30 : 30 + int.from_bytes(prefix[26:28], "little")]
    if first.endswith((b"/data.pkl", b"/version", b"/byteorder", b"/.format_version")):
        return _PYTORCH
    return _KERAS if first in (b"metadata.json", b"config.json") else _archive("zip")
