"""Pictures of the whole network, painted by the cards themselves: SVG for print, PNG for the screen."""

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QBuffer, QIODevice, QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from app.builder.canvas.network_view import NetworkView
from app.document import Document
from app.training.inspection import Inspection
from app.widgets.theme.theme import LIGHT, painted_in

WIDTH = 632
"""Width of a picture in pixels at 100 %: that of the widest cards with their margins."""
_SCALE = 2.0
"""Pixels of a PNG for each pixel at 100 %."""
_TALLEST = 32_000
"""Largest height of a PNG in pixels. Qt paints no taller images; a longer network gets a smaller scale."""
_SVG_DPI = 96


class NetworkPicture:
    """Paints a network from the input card to the loss card, without marks of selection and mouse, in the light theme.

    It has cards of its own, because those on screen can be selected, zoomed and under the mouse. They show the network
    of the moment when they were made: a long network is painted in steps, and the user may edit it in between.

    Arguments:
        document: has the network.
        inspection: gives the activations on the cards; None for cards without activations.
    """

    def __init__(self, document: Document, inspection: Inspection | None) -> None:
        self._title = document.name
        self._view = NetworkView(document, inspection)
        self._stack = self._view.card_stack
        self._view.stop_following()
        self._view.setFixedWidth(WIDTH)
        stack = self._view.card_stack
        for card in stack.all_cards():
            card.set_selected(False)
            # Advice with buttons is of no use in a picture. A problem stays, as it explains the missing shapes.
            problem = replace(card.model.problem, fix=None) if card.model.problem is not None else None
            card.show_model(replace(card.model, problem=problem, hint=None))
        stack.set_view_width(WIDTH)
        stack.resize(WIDTH, stack.height_at(1.0))

    def close(self) -> None:
        """Delete the cards."""
        self._view.deleteLater()

    def paint_image(self) -> Iterator[QImage | None]:
        """Paint the picture with the resolution for print, or less if it would be too tall.

        Yields None after each card, and then the picture.
        """
        size = self._stack.size()
        scale = min(_SCALE, _TALLEST / size.height())
        image = QImage(round(size.width() * scale), round(size.height() * scale), QImage.Format.Format_RGB32)
        image.fill(QColor(LIGHT.canvas))
        image.setDevicePixelRatio(scale)
        painter = QPainter(image)
        yield from self._render(painter)
        yield image

    def paint_svg(self) -> Iterator[bytes | None]:
        """Paint the picture for an SVG file.

        Yields None after each card, and then the content of the file.
        """
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setResolution(_SVG_DPI)
        generator.setSize(self._stack.size())
        generator.setViewBox(QRect(QPoint(), self._stack.size()))
        generator.setTitle(self._title)
        painter = QPainter(generator)
        yield from self._render(painter)
        yield bytes(buffer.data().data())

    def _render(self, painter: QPainter) -> Iterator[None]:
        """Paint what is behind the cards, then one card after the other. Always end the painter."""
        try:
            with painted_in(LIGHT):
                self._stack.render(painter, QPoint(), QRegion(), QWidget.RenderFlag.DrawWindowBackground)
            for card in self._stack.all_cards():
                with painted_in(LIGHT):  # not while other widgets are painted, between two steps
                    card.render(painter, card.pos(), QRegion(), QWidget.RenderFlag.DrawChildren)
                yield None
        finally:
            painter.end()
