"""The preview of an export: text, a picture, or a sentence."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPlainTextEdit, QScrollArea, QStackedWidget, QWidget

from app.widgets.labels import make_label
from app.widgets.plain_text import visible
from app.widgets.theme.theme import GRID

MOST_TEXT = 60_000
"""Characters of a preview; a longer text is cut."""


class PreviewView(QStackedWidget):
    """Shows what the file will look like.

    Arguments:
        parent: the parent widget.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_preview")
        self._words = make_label("export_preview_words", "", "muted", wraps=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text = QPlainTextEdit(readOnly=True)
        self._text.setObjectName("export_preview_text")
        self._text.setAccessibleName("Preview of the file")
        self._text.setUndoRedoEnabled(False)
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setTabChangesFocus(True)
        self._text.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self._text.document().setDocumentMargin(GRID)
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._picture = _Picture()
        self._scroll = _PictureScroll(self._picture)
        self._scroll.setObjectName("export_preview_scroll")
        self._scroll.setAccessibleName("Preview of the picture")
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        for widget in (self._words, self._text, self._scroll):
            self.addWidget(widget)

    def show_words(self, sentence: str) -> None:
        """Show a sentence in place of a preview.

        Arguments:
            sentence: why there is no preview.
        """
        self._words.setText(sentence)
        self.setCurrentWidget(self._words)

    def show_text(self, text: str) -> None:
        """Show the content of a text file.

        Arguments:
            text: the content; a long one is cut.
        """
        shown = visible(text[:MOST_TEXT].replace("\r\n", "\n"), keep_line_breaks=True)
        self._text.setPlainText(shown if len(text) <= MOST_TEXT else f"{shown}\n…")
        self.setCurrentWidget(self._text)

    def show_picture(self, image: QImage) -> None:
        """Show a picture in the width of the view.

        Arguments:
            image: the picture.
        """
        self._picture.show_image(image)
        self._scroll.fit()
        self._scroll.verticalScrollBar().setValue(0)
        self.setCurrentWidget(self._scroll)


class _PictureScroll(QScrollArea):
    """Gives its picture the width of the view."""

    def __init__(self, picture: "_Picture") -> None:
        super().__init__()
        self._picture = picture
        self.setWidget(picture)

    def fit(self) -> None:
        self._picture.fit_width(self.viewport().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


class _Picture(QWidget):
    """Paints an image in its own size, or smaller if there is less room. Only what is visible is painted."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("export_preview_picture")
        self._image = QImage()

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.update()

    def fit_width(self, width: int) -> None:
        if self._image.isNull():
            return
        used = min(width, self._image.width())
        self.resize(width, round(self._image.height() * used / self._image.width()))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        scale = self.height() / self._image.height()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.translate((self.width() - self._image.width() * scale) / 2, 0)
        painter.scale(scale, scale)
        painter.drawImage(0, 0, self._image)
        painter.end()
