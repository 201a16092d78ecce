"""The view of the network: a scrolling stack of cards that follows the document."""

from collections import defaultdict

from PySide6.QtCore import QEvent, QRect, Qt, Signal, Slot
from PySide6.QtGui import QCursor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QWidget

from app.builder.canvas.card import Card
from app.builder.canvas.card_model import CardModel, make_input_model, make_layer_models, make_loss_model
from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.live_activations import LiveActivations
from app.builder.canvas.selection import CardSelection
from app.builder.drag import DropArea
from app.document import BlockPath, Document
from app.document.blocks import renamed_path
from app.training.inspection import Inspection
from app.widgets.theme.theme import GRID
from app.widgets.visible_refresh import VisibleRefresh


class NetworkView(DropArea):
    """Shows the document's network and its selection, from the input card to the loss card.

    Arguments:
        document: the document whose network is shown.
        inspection: the source of the live activations; None for cards without activations.
        parent: the parent widget.

    Attributes:
        card_stack: the cards: `card_stack.input_card`, `card_stack.cards`, `card_stack.loss_card`.

    Signals:
        fix_requested(Problem, BlockPath): the fix button of a card was pressed. The path is that of the layer's stack.
    """

    fix_requested = Signal(object, object)

    def __init__(self, document: Document, inspection: Inspection | None, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._selection = CardSelection(document)
        self._folded: set[BlockPath] = set()
        self._scrolls_to_selection = True
        self.card_stack = CardStack(make_input_model(document), make_loss_model(document))
        self.card_stack.loss_card.fix_requested.connect(self._on_card_fix_requested)
        self.card_stack.loss_card.dismiss_requested.connect(self._on_card_dismiss_requested)
        self.setWidget(self.card_stack)
        self._activations = LiveActivations(document, inspection, self.card_stack)
        self._activations.shown.connect(self._on_activations_shown)
        self._refresh = VisibleRefresh(self)
        self._refresh.due.connect(self._on_refresh_due)
        document.changed.connect(self._refresh.request)
        document.selection_changed.connect(self._on_selection_changed)
        document.replaced.connect(self._on_document_replaced)
        self.verticalScrollBar().valueChanged.connect(self._on_scroll_value_changed)
        self._show_network()
        self._show_selection()

    def card(self, name: str, block: BlockPath = ()) -> Card | None:
        """Return the card of a layer; None if there is no such layer, or if its card is not visible.

        Arguments:
            name: name of the layer.
            block: path to its stack.
        """
        return next((card for card in self.card_stack.cards if card.model.path == (*block, name)), None)

    def set_folded(self, path: BlockPath, folded: bool) -> None:
        """Show or hide the layers inside a block. If a hidden layer was selected, the block is selected instead.

        Arguments:
            path: path of the block.
            folded: True to hide the layers.
        """
        if folded == (path in self._folded):
            return
        self._folded ^= {path}
        if folded and self.document.block[: len(path)] == path:
            self.document.select(path[-1:], block=path[:-1])
        self._show_network()

    def stop_following(self) -> None:
        """Keep the network and the selection of this moment, whatever happens to the document."""
        self.document.changed.disconnect(self._refresh.request)
        self.document.selection_changed.disconnect(self._on_selection_changed)
        self.document.replaced.disconnect(self._on_document_replaced)

    # -------------------------------------------------------------------------------------------------------- network

    @Slot()
    def _on_refresh_due(self) -> None:
        self._show_network()

    def _show_network(self) -> None:
        card_stack = self.card_stack
        self._follow_renamed_blocks()
        card_stack.input_card.show_model(make_input_model(self.document))
        card_stack.loss_card.show_model(make_loss_model(self.document))
        had_focus = self._card_has_focus()
        self._unfold_selection()
        cards, unused = self._match_cards(make_layer_models(self.document, self._folded))
        for card in unused:
            card.hide()
            card.setParent(None)
            card.deleteLater()
        card_stack.set_cards(cards)
        self._selection.order = [(card.model.block, card.model.name) for card in cards]
        self._selection.sync_with_document()
        if had_focus and not self._card_has_focus():
            self._current_card().setFocus()
        for card in cards:
            card.set_hovered(False)
        self._show_selection()
        self._activations.show()

    def _follow_renamed_blocks(self) -> None:
        """Keep folded blocks folded after they, or blocks around them, were renamed."""
        for block, name in self._selection.order if self._folded else ():
            before = [each for path, each in self._selection.order if path == block]
            after = [inferred.specification.name for inferred in self.document.inferred_layers(block)]
            if len(before) == len(after) and name not in after:
                new_name = after[before.index(name)]
                if new_name not in before:
                    self._folded = {renamed_path(path, block, name, new_name) for path in self._folded}

    def _match_cards(self, models: list[CardModel]) -> tuple[list[Card], list[Card]]:
        """Give each layer the card that it had before, so that few cards change.

        Returns:
            The cards in the order of the models, and the cards that no layer uses any more.
        """
        old: dict[BlockPath, list[Card]] = defaultdict(list)
        for card in self.card_stack.cards:
            old[card.model.path].append(card)
        found = [old[model.path].pop(0) if old[model.path] else None for model in models]
        unused = [card for cards in old.values() for card in cards]
        cards: list[Card] = []
        for model, match in zip(models, found, strict=True):
            card = match if match is not None else self._card_for_new_name(model, unused)
            card.show_model(model)
            cards.append(card)
        return cards, unused

    def _card_for_new_name(self, model: CardModel, unused: list[Card]) -> Card:
        """Return an unused card of the same family, because the layer was probably renamed; else a new card."""
        if unused and unused[0].model.family == model.family:
            return unused.pop(0)
        card = Card(model, self.card_stack)
        card.fix_requested.connect(self._on_card_fix_requested)
        card.dismiss_requested.connect(self._on_card_dismiss_requested)
        return card

    @Slot()
    def _on_card_dismiss_requested(self) -> None:
        card = self.sender()
        if isinstance(card, Card) and card.model.hint is not None:
            self.document.dismiss(card.model.hint)

    @Slot()
    def _on_card_fix_requested(self) -> None:
        card = self.sender()
        if isinstance(card, Card) and card.model.remark is not None:
            self.fix_requested.emit(card.model.remark, card.model.block)

    @Slot()
    def _on_document_replaced(self) -> None:
        """Show another project from its top, with all blocks open."""
        self._selection.reset()
        if self._folded:
            self._folded.clear()
            self._show_network()
        self._show_selection()
        self.verticalScrollBar().setValue(0)

    @Slot()
    def _on_activations_shown(self) -> None:
        """Arrange the cards again if the line on the loss card, which depends on the sample, needs another height."""
        if not self.card_stack.loss_card.fits:
            self.card_stack.arrange()

    # ------------------------------------------------------------------------------------------- selection and focus

    @Slot()
    def _on_selection_changed(self) -> None:
        if self._unfold_selection():
            self._show_network()
        self._show_selection()

    def _unfold_selection(self) -> bool:
        """Unfold the blocks around the selected layers. Return True if one of them was folded."""
        block = self.document.block
        around = {block[:depth] for depth in range(1, len(block) + 1)} & self._folded
        self._folded -= around
        return bool(around)

    def _show_selection(self) -> None:
        self._selection.sync_with_document()
        block, chosen = self.document.block, set(self.document.selection)
        for card in self.card_stack.cards:
            card.set_selected(card.model.block == block and card.model.name in chosen)
        self.card_stack.input_card.set_selected(self.document.input_selected and not block)
        current = self._current_card()
        had_focus = self._card_has_focus()
        for card in self.card_stack.all_cards():
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if card is current else Qt.FocusPolicy.ClickFocus)
        if had_focus and not current.hasFocus():
            current.setFocus()
        if chosen and self._scrolls_to_selection:
            self._scroll_to(current)

    def _current_card(self) -> Card:
        return self.card_stack.all_cards()[self._selection.current + 1]

    def _card_has_focus(self) -> bool:
        """Return True if a card, or the button on a card, has the keyboard focus of its window.

        It keeps that while a dialog is open, such as the one for a new project.
        """
        focus: QWidget | None = self.window().focusWidget()
        return focus is not None and self.card_stack.isAncestorOf(focus)

    # ------------------------------------------------------------------------------------------------------ scrolling

    def scroll_to_selection(self) -> None:
        """Scroll until the selected card is visible. A hidden canvas cannot do that when the selection changes."""
        self._scroll_to(self._current_card())

    def _scroll_to(self, card: Card) -> None:
        """Scroll as little as possible until the whole card is visible. Of an open block, only the header counts."""
        place = QRect(self.card_stack.place_of(card))
        place.setHeight(card.header_height)
        self._scroll_to_rect(place)

    def _scroll_to_rect(self, place: QRect) -> None:
        """Scroll as little as possible until a part of the card stack is visible."""
        bar = self.verticalScrollBar()
        top, bottom = place.top() - GRID, place.bottom() + GRID
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    @Slot()
    def _on_scroll_value_changed(self) -> None:
        """Find the card under the mouse after scrolling: Qt sends hover events only when the mouse moves."""
        position = QCursor.pos()
        inside = self.viewport().rect().contains(self.viewport().mapFromGlobal(position))
        under = self.card_stack.card_at(self.card_stack.mapFromGlobal(position).toPointF()) if inside else None
        for card in self.card_stack.all_cards():
            card.set_hovered(card is under and card.isVisible())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.card_stack.set_view_width(self.viewport().width())
        super().resizeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._activations.catch_up()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and self.widget() is not None:
            self.card_stack.arrange()
            self.card_stack.update()
