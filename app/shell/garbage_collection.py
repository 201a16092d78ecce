"""Python's collector of reference cycles, in the GUI thread only.

Python collects in the thread that happens to make the next object. In a worker thread it would delete Qt objects that
belong to the GUI thread, and their timers would crash the program.
"""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 1000
"""Milliseconds between two looks at the number of new objects."""


class GarbageCollection(QObject):
    """Turns the automatic collection off, and collects in the GUI thread in its place.

    The objects of the start live as long as the window, so they are never searched for cycles. Without them, a
    collection takes a few milliseconds.

    Arguments:
        parent: owns this object.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    @Slot()
    def collect(self) -> None:
        """Collect the oldest generation that has enough new objects, as Python itself does."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return

    def close(self) -> None:
        """Turn the automatic collection on again. Call this when no other thread runs."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
