"""The earlier states of a drawing."""

from PySide6.QtGui import QImage

_MOST_STEPS = 40
"""Strokes that can be undone: about 12 MB."""


class InkHistory:
    """Remembers the ink before each step, so that steps can be undone and redone.

    Example: `history.remember(image)`, then change the image; `image = history.undo(image)` brings the old one back.
    """

    def __init__(self) -> None:
        self._before: list[QImage] = []
        self._after: list[QImage] = []

    @property
    def can_undo(self) -> bool:
        """True if there is an earlier state."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """True if a step was undone, and none was done since."""
        return bool(self._after)

    def remember(self, image: QImage) -> None:
        """Keep a state before a new step. What was undone cannot be redone any more.

        Arguments:
            image: the ink before the step.
        """
        self._before = [*self._before, image.copy()][-_MOST_STEPS:]
        self._after.clear()

    def undo(self, image: QImage) -> QImage:
        """Return the state before the last step.

        Arguments:
            image: the ink now.
        """
        self._after.append(image)
        return self._before.pop()

    def redo(self, image: QImage) -> QImage:
        """Return the state before the last `undo`.

        Arguments:
            image: the ink now.
        """
        self._before.append(image)
        return self._after.pop()

    def forget(self) -> None:
        """Forget all states."""
        self._before.clear()
        self._after.clear()
