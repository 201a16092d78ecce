"""The entries of the gallery: built-in sets, public sets, and the user's own data, each with a line of facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtGui import QImage

from app.datasets.downloads import DownloadState
from app.datasets.sentences import describe_entry
from app.document import DATA_PENDING
from app.formatting import format_count
from app.widgets.entry_list import Entry
from tinyml.core.memory import describe_bytes
from tinyml.data import DataDescription, builtin_descriptions
from tinyml.data.public import public_sets

BUILT_IN, PUBLIC, YOURS = "Built in", "Public, on request", "Yours"
NOTHING_YET = "Data that you open or drop is listed here."


@dataclass(frozen=True)
class GalleryState:
    """Everything that the gallery shows.

    Attributes:
        recent: paths of the user's data, the newest first.
        chosen: the source of the data in use.
        described: the description of the data in use, if it is known.
        pending: the source that is being read; empty for none.
        downloads: the download of each public set, by name.
        kinds: what is at a path: "a file", "a folder", or None for nothing; paths that were not asked for are missing.
        pictures: by the name of the set, or the icon ("file", "folder", "missing", "download").
    """

    recent: Sequence[str] = ()
    chosen: str = ""
    described: DataDescription | None = None
    pending: str = ""
    downloads: Mapping[str, DownloadState] = field(default_factory=dict)
    kinds: Mapping[str, str | None] = field(default_factory=dict)
    pictures: Mapping[str, QImage] = field(default_factory=dict)


def gallery_sections(state: GalleryState) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Return the headings of the gallery with their entries.

    Arguments:
        state: what is known.
    """
    built_in = tuple(_built_in_entry(data, state) for data in builtin_descriptions())
    public = tuple(_public_entry(name, state) for name in public_sets())
    yours = tuple(_own_entry(path, state) for path in state.recent)
    return (BUILT_IN, built_in), (PUBLIC, public), (YOURS, yours)


def _built_in_entry(data: DataDescription, state: GalleryState) -> Entry:
    # The options of the data in use, such as the number of points, can differ from the defaults.
    shown = state.described if data.name == state.chosen and state.described is not None else data
    return Entry(data.name, data.title, describe_entry(shown), data.about, picture=state.pictures.get(data.name))


def _public_entry(name: str, state: GalleryState) -> Entry:
    public = public_sets()[name]
    data, download = public.description, state.downloads.get(name, DownloadState(public.download_size))
    images, size = f"{format_count(data.count)} images", describe_bytes(download.size)
    if download.running:
        line = f"downloading · {100 * download.received // max(download.size, 1)} % of {size}"
    elif download.complete:
        line = f"downloaded · {size}"
    elif download.error:
        line = "the download failed"
    elif download.received:
        line = f"{describe_bytes(download.received)} of {size} downloaded"
    else:
        line = f"{images} · {size}"
    picture = state.pictures.get(name if download.complete else "download") or state.pictures.get("download")
    return Entry(
        name, public.title, line, f"{data.about} {public.homepage}", picture=picture, warns=bool(download.error)
    )


def _own_entry(path: str, state: GalleryState) -> Entry:
    parent = str(Path(path).parent)
    missing = path in state.kinds and state.kinds[path] is None
    if path == state.pending:
        line = DATA_PENDING
    elif missing:
        line = f"missing · {parent}"
    elif state.described is not None and path == state.chosen:
        line = describe_entry(state.described)
    else:
        line = parent
    kind = state.kinds.get(path)
    icon = "missing" if missing else "folder" if kind == "a folder" else "file"
    return Entry(path, Path(path).name or path, line, path, picture=state.pictures.get(icon), warns=missing)
