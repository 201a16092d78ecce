"""What the canvas shows while the network has no layers: what to do, and templates to start from."""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.builder.templates.template_list import TemplateList
from app.builder.templates.template_model import TemplateCard
from app.widgets.labels import make_label
from app.widgets.theme.theme import GRID

EMPTY_TEXT = "No layers yet. Drag one here, press Enter on one in the palette, or start with a template:"


class EmptyNetwork(QWidget):
    """Words and a small gallery of templates. It lets the mouse through where it shows no template.

    Arguments:
        parent: the parent widget.

    Signals:
        template_chosen(Template): the user wants this template.
    """

    template_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_canvas")
        self._label = make_label("empty_canvas_text", EMPTY_TEXT, "muted", wraps=True)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._list = TemplateList("template_cards", large=False)
        self._list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.chosen.connect(self._on_chosen)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._label)
        layout.addWidget(self._list, 1)

    def height_for(self, width: int) -> int:
        """Return the height in pixels that shows everything.

        Arguments:
            width: in pixels.
        """
        inner = width - 2 * GRID
        return self._label.heightForWidth(inner) + self._list.height_for(inner) + 3 * GRID

    @Slot(object)
    def _on_chosen(self, card: TemplateCard) -> None:
        self.template_chosen.emit(card.template)
