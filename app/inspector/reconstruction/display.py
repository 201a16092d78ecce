"""How the pictures of a reconstruction are painted. All pictures of the page share it."""

from PySide6.QtCore import QObject, Signal, Slot

LARGEST_CONTRAST = 16.0
"""Largest factor by which the colour scale is shortened."""


class Display(QObject):
    """What the user chose for all pictures.

    Attributes:
        smooth: True to blend enlarged pixels into each other.
        contours: True to draw the reconstruction as contours over the input.
        contrast: 1 gives the full colour to the number farthest from zero, 2 to half of it.

    Signals:
        changed(): one of the attributes changed.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.smooth = self.contours = False
        self.contrast = 1.0

    @Slot(bool)
    def set_smooth(self, smooth: bool) -> None:
        """Choose between smooth pictures and sharp pixels.

        Arguments:
            smooth: True for smooth pictures.
        """
        if smooth != self.smooth:
            self.smooth = smooth
            self.changed.emit()

    @Slot(bool)
    def set_contours(self, contours: bool) -> None:
        """Choose between contours over the input and the reconstruction alone.

        Arguments:
            contours: True for contours.
        """
        if contours != self.contours:
            self.contours = contours
            self.changed.emit()

    def set_contrast(self, contrast: float) -> None:
        """Choose the contrast of the colours.

        Arguments:
            contrast: the factor, from 1 to `LARGEST_CONTRAST`.
        """
        contrast = min(max(contrast, 1.0), LARGEST_CONTRAST)
        if contrast != self.contrast:
            self.contrast = contrast
            self.changed.emit()
