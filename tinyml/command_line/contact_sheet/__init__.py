"""The contact sheet of a dataset: one picture with examples of each class, points, or histograms of the columns."""

import io
from pathlib import Path

from PIL import Image

from tinyml.command_line.contact_sheet.image_sheet import draw_image_sheet
from tinyml.command_line.contact_sheet.number_sheet import draw_number_sheet
from tinyml.core.files import write_atomically
from tinyml.data.analysis import DataAnalysis
from tinyml.data.dataset import Splits

__all__ = ["draw_contact_sheet", "paint_contact_sheet"]


def draw_contact_sheet(path: str | Path, splits: Splits, found: DataAnalysis) -> None:
    """Write the contact sheet as a PNG file. An older file of that name is replaced.

    Arguments:
        path: of the file.
        splits: the examples; those of the training part are drawn.
        found: what the analysis says about them.

    Raises `StorageError` if the file cannot be written; then an older file is unchanged.

    >>> import tempfile
    >>> from tinyml.data import DataChoice, prepare_splits
    >>> from tinyml.data.analysis import analyse
    >>> splits = prepare_splits(DataChoice(source="circle"))
    >>> file = Path(tempfile.mkdtemp()) / "circle.png"
    >>> draw_contact_sheet(file, splits, analyse(splits))
    >>> file.read_bytes()[:4]
    b'\\x89PNG'
    """
    content = io.BytesIO()
    paint_contact_sheet(splits, found).save(content, "PNG")
    write_atomically(path, content.getvalue())


def paint_contact_sheet(splits: Splits, found: DataAnalysis) -> Image.Image:
    """Return the contact sheet as a picture.

    Arguments:
        splits, found: as in `draw_contact_sheet`.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> from tinyml.data.analysis import analyse
    >>> splits = prepare_splits(DataChoice(source="circle"))
    >>> paint_contact_sheet(splits, analyse(splits)).mode
    'RGB'
    """
    return (draw_number_sheet if found.images is None else draw_image_sheet)(splits, found)
