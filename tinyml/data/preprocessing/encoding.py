"""Encodings: how one raw example (an image, a row of a table) becomes stored numbers.

An encoding belongs to a dataset and to the model that was trained on it, so that a new example is stored in the same
way. Scaling comes after it, see `tinyml.data.preprocessing.scaling`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, FailFast, Field

from tinyml.core import Array, DataError
from tinyml.core.files import show_path
from tinyml.data.images import encode as images
from tinyml.data.preprocessing.settings import ResizeRule
from tinyml.data.tables.numbers import is_number

_MOST_SHOWN = 8
_LARGEST = float(np.finfo(np.float32).max)


class ImageEncoding(BaseModel):
    """Every image is stored as bytes `(channels, height, width)`.

    Attributes:
        height, width: size in pixels.
        channels: 1 for grey, 3 for colour.
        resize: the rule for images of another shape.
        divisor: a stored number is divided by this number before anything else; 255 for bytes that stand for 0 … 1.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["image"] = "image"
    height: Annotated[int, Field(ge=1, le=2**15)]
    width: Annotated[int, Field(ge=1, le=2**15)]
    channels: Literal[1, 3]
    resize: ResizeRule = "crop"
    divisor: Annotated[int, Field(ge=1, le=2**16)] = 255


class ColumnEncoding(BaseModel):
    """One column of a table that is an input.

    Attributes:
        name: heading of the column.
        categories: the texts of a column of categories, each of which gets a number of its own (one-hot); empty for a
            column of numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(max_length=10_000)]
    categories: Annotated[tuple[str, ...], FailFast(), Field(max_length=100_000)] = ()

    @property
    def width(self) -> int:
        """Number of inputs that the column becomes."""
        return max(len(self.categories), 1)


class TableEncoding(BaseModel):
    """Every row of a table is stored as numbers `(D,)`: one for a number, one for each category of a category.

    Attributes:
        columns: the columns that are inputs, in order.
        missing: texts that mean "no value"; spaces around a text never count.
        decimal: the decimal mark of numbers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["table"] = "table"
    columns: Annotated[tuple[ColumnEncoding, ...], FailFast(), Field(min_length=1, max_length=100_000)]
    missing: Annotated[tuple[str, ...], Field(max_length=100)] = ("",)
    decimal: Literal[".", ","] = "."

    @property
    def width(self) -> int:
        """Number of inputs of one example."""
        return sum(column.width for column in self.columns)


Encoding = Annotated[ImageEncoding | TableEncoding, Field(discriminator="kind")]


def encode_image(image: Image.Image, encoding: ImageEncoding) -> np.ndarray:
    """Return an image in the size and the colours of an encoding; see `tinyml.data.images.encode` for the rules.

    Arguments:
        image: any image of Pillow.
        encoding: size, rule and channels.

    Shapes: `(channels, height, width)` bytes.

    Raises `DataError` for pixels without a fixed range, such as floating-point numbers.

    >>> encode_image(Image.new("RGB", (10, 6), "red"), ImageEncoding(height=2, width=2, channels=3))[:, 0, 0]
    array([255,   0,   0], dtype=uint8)
    """
    return images.image_bytes(image, encoding)


def resize_image(image: Image.Image, encoding: ImageEncoding) -> np.ndarray:
    """Return the pixels of an image in the size of an encoding; the colours stay.

    Arguments:
        image: of a mode that Pillow can resize, such as "L", "RGB" or "F".
        encoding: size and rule.

    Shapes: `(height, width)`, or `(height, width, 3)`.
    """
    resized = images.resize_image(image, encoding.width, encoding.height, encoding.resize)
    pixels = np.asarray(resized)
    # Bicubic interpolation can exceed the smallest and the largest number. For bytes, Pillow cuts this off.
    return np.clip(pixels, *image.getextrema()) if image.mode == "F" else pixels


def encode_rows(rows: Sequence[Sequence[str]], encoding: TableEncoding) -> Array:
    """Return rows of texts as numbers.

    Arguments:
        rows: a text for each column of the encoding.
        encoding: the columns.

    Shapes: `(N, D)` float32; a missing number is NaN, a missing category is 0 everywhere.

    Raises `DataError` for a text that is no number, a category that the table did not have, and a row with another
    number of texts.

    >>> columns = (ColumnEncoding(name="size"), ColumnEncoding(name="colour", categories=("blue", "red")))
    >>> encode_rows([["1.5", "red"]], TableEncoding(columns=columns))
    array([[1.5, 0. , 1. ]], dtype=float32)
    """
    result = np.zeros((len(rows), encoding.width), np.float32)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(encoding.columns):
            raise DataError(f"Row {number} has {len(row)} values but should have {len(encoding.columns)}.")
        place = 0
        for column, text in zip(encoding.columns, row, strict=True):
            text = text.strip()
            if not column.categories:
                result[number - 1, place] = _read_number(text, column.name, number, encoding)
            elif text in column.categories:
                result[number - 1, place + column.categories.index(text)] = 1
            elif not _is_missing(text, encoding):
                raise DataError(_describe_unknown(text, column, number))
            place += column.width
    return result


def _is_missing(text: str, encoding: TableEncoding) -> bool:
    """Return True if a text means "no value", in upper or lower case, as in the table."""
    return text.casefold() in {marker.casefold() for marker in encoding.missing}


def _describe_unknown(text: str, column: ColumnEncoding, row: int) -> str:
    known = ", ".join(f"'{show_path(category)}'" for category in column.categories[:_MOST_SHOWN])
    known += ", …" if len(column.categories) > _MOST_SHOWN else ""
    return (
        f"Row {row} has '{show_path(text)}' in the column '{column.name}', which the network does not know. Write "
        f"one of {known}, or leave it empty."
    )


def _read_number(text: str, column: str, row: int, encoding: TableEncoding) -> float:
    if _is_missing(text, encoding):
        return float("nan")
    number = text.replace(encoding.decimal, ".")
    # The limit is that of float32; a larger number becomes infinite.
    if not is_number(number) or abs(float(number)) > _LARGEST:
        raise DataError(
            f"Row {row} has '{show_path(text)}' in the column '{column}', which is no number. Correct it, or leave "
            "it empty."
        )
    return float(number)
