"""The pictures of the samples that pass the filters, painted when they are seen for the first time."""

from collections import OrderedDict

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage

from app.widgets.images.colormaps import sample_image
from app.widgets.images.thumbnails import thumbnails
from tinyml.data import Dataset

_CELL = 34
"""About how many pixels of the screen the longer side of a thumbnail takes."""
_MOST_KEPT = 4000
"""Number of painted thumbnails that are kept."""


class SampleThumbnails:
    """Some samples as the pictures of a `PictureTable`.

    Arguments:
        samples: all samples.

    Attributes:
        shown: `(K,)` indices of the samples in the order of the pictures.
        predictions: `(N,)` the predicted class of every sample; None if it is not known.
    """

    def __init__(self, samples: Dataset) -> None:
        self._samples = samples
        self._painted: OrderedDict[int, QImage] = OrderedDict()
        self.shown: np.ndarray = np.zeros(0, np.intp)
        self.predictions: np.ndarray | None = None

    @property
    def cell(self) -> QSize:
        """Width and height of a thumbnail on the screen: where possible, a whole multiple of the sample's size."""
        height, width = self._samples.description.example_shape[-2:]
        scale = round(_CELL / max(height, width))
        if scale < 1 or max(height, width) * scale > 1.5 * _CELL:
            return QSize(width, height).scaled(QSize(_CELL, _CELL), Qt.AspectRatioMode.KeepAspectRatio)
        return QSize(width * scale, height * scale)

    def __len__(self) -> int:
        return len(self.shown)

    def picture(self, position: int) -> QImage:
        """Return the picture of a sample.

        Arguments:
            position: of the sample in `shown`.
        """
        index = int(self.shown[position])
        image = self._painted.get(index)
        if image is None:
            pixels = thumbnails(self._samples.unscaled_examples(slice(index, index + 1)))
            image = self._painted[index] = sample_image(pixels[0])
            if len(self._painted) > _MOST_KEPT:
                self._painted.popitem(last=False)
        return image

    def describe(self, position: int) -> str:
        """Return the number, the class and the predicted class of a sample.

        Arguments:
            position: of the sample in `shown`.
        """
        index, names = int(self.shown[position]), self._samples.description.class_names
        text = f"sample {index}: {names[self._samples.labels[index]]}" if names else f"sample {index}"
        return text if self.predictions is None or not names else f"{text}, predicted {names[self.predictions[index]]}"
