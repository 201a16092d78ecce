"""Icons in the place of a small picture, for data of which there is none."""

import qtawesome
from PySide6.QtCore import QPoint, QSize
from PySide6.QtGui import QImage, QPainter

from app.datasets.gallery_pictures import PICTURE_SIZE
from app.widgets.theme.theme import current_theme

_ICONS = {
    "file": "mdi6.file-table-outline",
    "folder": "mdi6.folder-outline",
    "missing": "mdi6.file-question-outline",
    "download": "mdi6.cloud-download-outline",
}
_SHARE = 0.7
"""Size of the icon as a share of the picture."""


def icon_pictures() -> dict[str, QImage]:
    """Return the icons as pictures in the colours of the current theme."""
    return {name: _paint(icon) for name, icon in _ICONS.items()}


def _paint(icon: str) -> QImage:
    picture = QImage(PICTURE_SIZE, PICTURE_SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    picture.fill(0)
    size = round(_SHARE * PICTURE_SIZE)
    pixmap = qtawesome.icon(icon, color=current_theme().muted).pixmap(QSize(size, size), 1.0)
    painter = QPainter(picture)
    painter.drawPixmap(QPoint((PICTURE_SIZE - size) // 2, (PICTURE_SIZE - size) // 2), pixmap)
    painter.end()
    return picture
