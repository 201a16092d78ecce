"""The templates as a Qt model: title, description and thumbnail of each."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.builder.templates.thumbnail import ThumbnailPart, make_thumbnail
from app.document.templates import Template, templates
from app.formatting import format_list
from app.widgets.plain_text import tool_tip
from tinyml.core import TinymlError

CARD_ROLE = Qt.ItemDataRole.UserRole
"""Role under which the model returns the `TemplateCard` of a row."""

AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_EMPTY_LINE = "Start with the data alone, and add layers from the palette."


@dataclass(frozen=True)
class TemplateCard:
    """The content of one card of the gallery.

    Attributes:
        title: name of the template.
        line: one sentence about the network.
        suits: the data that it suits best.
        all_data: all data that it is made for.
        thumbnail: drawings of its layers; empty for the empty network.
        template: the template; None for the empty network.
    """

    title: str
    line: str
    suits: str
    all_data: str
    thumbnail: tuple[ThumbnailPart, ...]
    template: Template | None


_EMPTY_CARD = TemplateCard("Empty network", _EMPTY_LINE, "For any data", "For any data", (), None)


class TemplateModel(QAbstractListModel):
    """One row for each template.

    Arguments:
        with_empty: begin with a row for the empty network.
        parent: owns the model.
    """

    def __init__(self, with_empty: bool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cards = (*((_EMPTY_CARD,) if with_empty else ()), *_template_cards())

    def rowCount(self, parent: AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.cards)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self.cards[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return card.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return f"{card.line} {card.all_data}."
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(f"{card.line}\n{card.all_data}.")
        if role == CARD_ROLE:
            return card
        return None


@lru_cache(maxsize=1)
def _template_cards() -> tuple[TemplateCard, ...]:
    """Return the cards of all templates whose files can be read. They never change while the program runs."""
    cards = []
    for template in templates():
        try:
            thumbnail = make_thumbnail(template.project)
        except TinymlError:
            continue  # an incomplete installation
        titles = template.data_titles
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        all_data = f"For {format_list(titles)}"
        cards.append(
            TemplateCard(template.title, template.line, f"For {titles[0]}{more}", all_data, thumbnail, template)
        )
    return tuple(cards)
