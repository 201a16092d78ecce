"""Fitted preprocessing: everything that turns a raw example into the input of a trained network."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, FailFast, Field

from tinyml.core import Array, DataError
from tinyml.data.images.opening import open_image
from tinyml.data.preprocessing.encoding import Encoding, ImageEncoding, TableEncoding, encode_image, encode_rows
from tinyml.data.preprocessing.scaling import Scaling

_Finite = Annotated[float, Field(allow_inf_nan=False)]


class FittedPreprocessing(BaseModel):
    """The preprocessing of a trained network. A model file stores it, so that new examples are prepared like the old.

    Attributes:
        encoding: how a raw example is stored; None if the data has no raw form, such as drawn points.
        scaling: of the inputs; None if they are not scaled.
        target_scaling: of the target numbers; None if they are not scaled.
        input_names: names of the numbers of an input vector; empty if they have none.
        target_names: names of the target numbers; empty if they have none.
        class_targets: the outputs that stand for each class, for a loss that compares numbers; empty for unit vectors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    encoding: Encoding | None = None
    scaling: Scaling | None = None
    target_scaling: Scaling | None = None
    input_names: Annotated[tuple[str, ...], FailFast(), Field(max_length=1_000_000)] = ()
    target_names: Annotated[tuple[str, ...], FailFast(), Field(max_length=1_000_000)] = ()
    class_targets: Annotated[tuple[tuple[_Finite, ...], ...], FailFast(), Field(max_length=100_000)] = ()

    def prepare_image(self, image: Image.Image | str | Path) -> Array:
        """Return a new image as the network expects it.

        Arguments:
            image: an image of Pillow, or the path of a file.

        Shapes: `(1, C, H, W)` float32.

        Raises `DataError` if the network does not take images, or the file is no image.

        >>> fitted = FittedPreprocessing(encoding=ImageEncoding(height=2, width=2, channels=1))
        >>> fitted.prepare_image(Image.new("L", (5, 5), 255)).tolist()
        [[[[1.0, 1.0], [1.0, 1.0]]]]
        """
        return self.scale(self.encode_image(image))

    def encode_image(self, image: Image.Image | str | Path) -> Array:
        """Return a new image as `prepare_image` does, but before scaling: 0 … 1, to be shown."""
        if not isinstance(self.encoding, ImageEncoding):
            raise DataError("This network does not take images. Choose data that fits it.")
        if not isinstance(image, Image.Image):
            with open_image(image) as opened:
                return self.encode_image(opened)
        stored = encode_image(image, self.encoding)[np.newaxis]
        image_in_unit: Array = np.divide(stored, np.float32(self.encoding.divisor), dtype=np.float32)
        return image_in_unit

    def prepare_rows(self, rows: Any) -> Array:
        """Return new rows of a table as the network expects them.

        Arguments:
            rows: rows of texts, one for each column of the encoding; or numbers `(N, D)` if the data has no columns.

        Shapes: `(N, D)` float32.

        Raises `DataError` if a text does not fit its column.

        >>> FittedPreprocessing(scaling=Scaling(offset=(1.0,), scale=(2.0,))).prepare_rows([[3.0]])
        array([[1.]], dtype=float32)
        """
        return self.scale(self.encode_rows(rows))

    def encode_rows(self, rows: Any) -> Array:
        """Return new rows as `prepare_rows` does, but before scaling: missing numbers are NaN."""
        if isinstance(self.encoding, TableEncoding):
            return encode_rows(rows, self.encoding)
        return np.asarray(rows, np.float32)

    def scale(self, numbers: Array) -> Array:
        """Return inputs after scaling.

        Arguments:
            numbers: `(N, …)` inputs before scaling.
        """
        return numbers if self.scaling is None else self.scaling.apply(numbers)

    def unscale_targets(self, predicted: Array) -> Array:
        """Return predicted numbers in the units of the data.

        Arguments:
            predicted: `(N, outputs)`.

        >>> FittedPreprocessing(target_scaling=Scaling(offset=(10.0,), scale=(2.0,))).unscale_targets(np.ones((1, 1)))
        array([[12.]])
        """
        return predicted if self.target_scaling is None else self.target_scaling.undo(predicted)
