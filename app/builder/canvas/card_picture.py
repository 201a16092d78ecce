"""The pictures of the cards in Qt's cache. A card is painted once for each change, so that scrolling is fast."""

from collections.abc import Callable
from itertools import count

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPixmap, QPixmapCache

_CACHE_KILOBYTES = 32_768
"""Room for the cards that are visible on a large screen of double density."""

PICTURE_NUMBERS = count()
"""Numbers for pictures that differ: each card takes another one whenever its content changes."""


def find_picture(key: str, size: QSize, ratio: float, paint: Callable[[QPainter], None]) -> QPixmap:
    """Return a picture from the cache. If it is not there, paint it.

    Arguments:
        key: differs for different pictures.
        size: of the picture, in pixels of the widget.
        ratio: pixels of the screen for one pixel of the widget.
        paint: paints the picture.
    """
    picture = QPixmap()
    full_key = f"card {key} {size.width()} {size.height()} {ratio}"
    if not QPixmapCache.find(full_key, picture):
        QPixmapCache.setCacheLimit(max(QPixmapCache.cacheLimit(), _CACHE_KILOBYTES))
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        paint(painter)
        painter.end()
        QPixmapCache.insert(full_key, picture)
    return picture
