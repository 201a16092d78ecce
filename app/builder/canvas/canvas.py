"""The canvas: the network as a stack of cards that can be selected, dragged and mended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QCursor, QFocusEvent, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QWidget

from app.builder import commands
from app.builder.canvas.card import Card
from app.builder.canvas.card_model import CardModel, make_input_model, make_layer_models, make_loss_model
from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.drag import DragController, DragPayload, DropArea, badge
from app.builder.canvas.selection import INPUT, CardSelection
from app.document import Document
from app.document.edits import insert_layer, move_layers
from app.widgets.formatting import format_percentage
from app.widgets.plain_text import short
from app.widgets.theme.theme import GRID
from tinyml.core import TinymlError

if TYPE_CHECKING:
    from app.training.inspection import Inspection, SampleTrace

_REFRESH_MS = 33
_NEW_GAP = 6 * GRID


class Canvas(DropArea):
    """Shows the document's network, from the data to the loss, and takes every gesture that changes the stack.

    Arguments:
        document: what is shown and edited.
        inspection: where the live activations come from.

    Attributes:
        card_stack: the cards: `card_stack.input_card`, `card_stack.cards`, `card_stack.loss_card`.

    Signals:
        message(sentence): why something could not be done.
        settings_requested(): a layer was double-clicked, or Enter was pressed on it.
        data_requested(), training_requested(): the input card, or the loss card, was chosen.
    """

    message = Signal(str)
    settings_requested = Signal()
    data_requested = Signal()
    training_requested = Signal()

    def __init__(self, document: Document, inspection: Inspection | None, parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Network")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inspection = inspection
        self._selection = CardSelection(document)
        self._context_actions: list[QAction] = []
        self._by_mouse = False
        self.card_stack = CardStack(make_input_model(document), make_loss_model(document))
        self.card_stack.input_card.installEventFilter(self)
        self.card_stack.loss_card.fix_requested.connect(self._on_fix_requested)
        self.setWidget(self.card_stack)
        self._drag = DragController(self, document)
        self._refresh_timer = QTimer(self)
        self._refresh_timer.setSingleShot(True)
        self._refresh_timer.setInterval(_REFRESH_MS)
        self._refresh_timer.timeout.connect(self._show_activations)
        document.changed.connect(self._show_network)
        document.selection_changed.connect(self._show_selection)
        document.replaced.connect(self._on_document_replaced)
        self.verticalScrollBar().valueChanged.connect(self._on_scroll_value_changed)
        if inspection is not None:
            inspection.sample_trace_changed.connect(self._on_inspection_changed)
            inspection.samples_changed.connect(self._on_inspection_changed)
        self._show_network()
        self._show_selection()

    # --------------------------------------------------------------------------------------- actions, for the shell

    def insert(self, layer_type: str) -> None:
        """Put a new layer behind the selection, at the top when the input is selected, else at the end."""
        self._try(lambda: commands.insert(self.document, layer_type))

    def delete_selection(self) -> None:
        """Take the selected layers out."""
        self._try(lambda: commands.delete(self.document))

    def duplicate_selection(self) -> None:
        """Put copies behind the selected layers."""
        self._try(lambda: commands.duplicate(self.document))

    def copy(self) -> None:
        """Put the selected layers on the clipboard."""
        self._try(lambda: commands.copy(self.document))

    def cut(self) -> None:
        """Put the selected layers on the clipboard and take them out."""
        self._try(lambda: commands.cut(self.document))

    def paste(self) -> None:
        """Put the layers of the clipboard where a new layer would go."""
        self._try(lambda: commands.paste(self.document))

    def move_selection_up(self) -> None:
        """Move the selected layers one place towards the input."""
        self._try(lambda: commands.move_up(self.document))

    def move_selection_down(self) -> None:
        """Move the selected layers one place towards the loss."""
        self._try(lambda: commands.move_down(self.document))

    def select_all(self) -> None:
        """Select every layer."""
        self._selection.select_all()

    def set_context_actions(self, context_actions: list[QAction]) -> None:
        """Show these actions in the cards' context menu."""
        self._context_actions = list(context_actions)

    def card(self, name: str) -> Card | None:
        """Return the card of the layer called `name`."""
        return next((card for card in self.card_stack.cards if card.model.name == name), None)

    def _try(self, action: Callable[[], None]) -> None:
        try:
            action()
        except TinymlError as error:
            self.message.emit(str(error))

    # ----------------------------------------------------------------------------------------------- what it shows

    @Slot()
    def _show_network(self) -> None:
        card_stack = self.card_stack
        card_stack.input_card.show_model(make_input_model(self.document))
        card_stack.loss_card.show_model(make_loss_model(self.document))
        had_focus = self._card_has_focus()
        cards, left_over = self._matched_cards(make_layer_models(self.document))
        for card in left_over:
            card.hide()
            card.setParent(None)
            card.deleteLater()
        card_stack.set_cards(cards)
        self._selection.follow_document()
        if had_focus and not self._card_has_focus():
            self._current_card().setFocus()
        for card in cards:
            card.set_hovered(False)
        self._show_selection()
        self._show_activations()

    def _matched_cards(self, models: list[CardModel]) -> tuple[list[Card], list[Card]]:
        """Give each layer the card it had, so that only what differs changes; also return the cards left over."""
        old: dict[str, list[Card]] = defaultdict(list)
        for card in self.card_stack.cards:
            old[card.model.name].append(card)
        found = [old[model.name].pop(0) if old[model.name] else None for model in models]
        left_over = [card for cards in old.values() for card in cards]
        cards: list[Card] = []
        for model, match in zip(models, found, strict=True):
            # A layer under a new name is most likely one that was renamed.
            card = match if match is not None else self._renamed_card(model, left_over)
            card.show_model(model)
            cards.append(card)
        return cards, left_over

    def _renamed_card(self, model: CardModel, left_over: list[Card]) -> Card:
        if left_over and left_over[0].model.family == model.family:
            return left_over.pop(0)
        card = Card(model, self.card_stack)
        card.fix_requested.connect(self._on_fix_requested)
        return card

    @Slot()
    def _show_selection(self) -> None:
        self._selection.follow_document()
        chosen = set(self.document.selection)
        for card in self.card_stack.cards:
            card.set_selected(card.model.name in chosen)
        self.card_stack.input_card.set_selected(self.document.input_selected)
        current = self._current_card()
        had_focus = self._card_has_focus()
        for card in self.card_stack.all_cards():
            card.setFocusPolicy(Qt.FocusPolicy.StrongFocus if card is current else Qt.FocusPolicy.ClickFocus)
        if had_focus and not current.hasFocus():
            current.setFocus()
        if chosen and not self._by_mouse:
            self._reveal(current)

    @Slot()
    def _on_document_replaced(self) -> None:
        """Show another project from its top."""
        self._selection.start_over()
        self._show_selection()
        self.verticalScrollBar().setValue(0)

    @Slot()
    def _on_scroll_value_changed(self) -> None:
        """Let go of the card that was scrolled away from under the mouse: Qt tells only when the mouse moves."""
        position = QCursor.pos()
        inside = self.viewport().rect().contains(self.viewport().mapFromGlobal(position))
        under = self.card_stack.card_at(self.card_stack.mapFromGlobal(position).toPointF()) if inside else None
        for card in self.card_stack.all_cards():
            card.set_hovered(card is under and card.isVisible())

    @Slot()
    def _on_inspection_changed(self) -> None:
        if not self._refresh_timer.isActive():
            self._refresh_timer.start()

    @Slot()
    def _show_activations(self) -> None:
        sample_trace = self._inspection.sample_trace if self._inspection is not None else None
        outputs = (
            {entry.layer.name: entry.output[0] for entry in sample_trace.trace.entries}
            if sample_trace is not None
            else {}
        )
        for card in self.card_stack.cards:
            values = outputs.get(card.model.name)
            card.show_activations(values if values is not None and values.shape == card.model.shape else None)
        example = self._example(sample_trace)
        self.card_stack.input_card.show_activations(
            example if example is not None and example.shape == self.card_stack.input_card.model.shape else None
        )
        self._show_scores(sample_trace)
        loss_card = self.card_stack.loss_card
        if loss_card.height_for(loss_card.width()) != loss_card.height():
            self.card_stack.arrange()

    def _example(self, sample_trace: SampleTrace | None) -> np.ndarray | None:
        """Return the sample that is looked at, also while the network can't be computed."""
        batch = sample_trace.trace.input if sample_trace is not None else None
        if sample_trace is None and self._inspection is not None and self._inspection.samples is not None:
            index = self._inspection.index
            batch = self._inspection.samples.examples(slice(index, index + 1))
        return np.asarray(batch[0]) if batch is not None and len(batch) else None

    def _show_scores(self, sample_trace: SampleTrace | None) -> None:
        data = self.document.data
        if sample_trace is not None and sample_trace.target is not None:
            self.card_stack.loss_card.show_activations(sample_trace.output, sample_trace.describe_numbers())
            return
        if (
            sample_trace is None
            or data is None
            or max(sample_trace.label, len(sample_trace.scores) - 1) >= len(data.class_names)
        ):
            self.card_stack.loss_card.show_activations(None)
            return
        says, share = data.class_names[sample_trace.prediction], sample_trace.scores[sample_trace.prediction]
        percentage = format_percentage(float(share))
        true = short(data.class_names[sample_trace.label])
        line = f"the sample is “{true}”, the network says “{short(says)}” ({percentage})"
        self.card_stack.loss_card.show_activations(sample_trace.scores, line)

    def _reveal(self, card: Card) -> None:
        """Scroll as little as is needed to see the whole card."""
        place, bar = self.card_stack.place_of(card), self.verticalScrollBar()
        top, bottom = place.top() - GRID, place.bottom() + GRID
        if top < bar.value():
            bar.setValue(top)
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(bottom - self.viewport().height())

    def _current_card(self) -> Card:
        return self.card_stack.all_cards()[self._selection.current + 1]

    def _card_has_focus(self) -> bool:
        """Tell whether a card, or the button on one, has the keyboard."""
        focus = QApplication.focusWidget()
        return focus is not None and self.card_stack.isAncestorOf(focus)

    @Slot()
    def _on_fix_requested(self) -> None:
        card = self.sender()
        if isinstance(card, Card) and card.model.problem is not None:
            problem = card.model.problem
            self._try(lambda: commands.fix(self.document, problem))

    # -------------------------------------------------------------------------------------------- mouse and keyboard

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        card = self._card_at(event)
        if card is None:
            self._current_card().setFocus(Qt.FocusReason.MouseFocusReason)  # a field finishes what is half typed
            self._selection.clear()
            return
        self._by_mouse = True
        self._selection.press(self.card_stack.all_cards().index(card) - 1, event.modifiers())
        self._show_selection()
        card.setFocus(Qt.FocusReason.MouseFocusReason)
        self._by_mouse = False
        self._request_form(card)
        if card.selected:
            self._arm(card, event.globalPosition().toPoint())

    def _arm(self, card: Card, position: QPoint) -> None:
        picture = badge(QPixmap(card.grab()), len(self.document.selection))
        self._drag.arm(DragPayload(names=self.document.selection), picture, card.mapFromGlobal(position), position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._selection.release()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)
        card = self._card_at(event)
        if card is not None and card.selected:
            self.settings_requested.emit()

    def _card_at(self, event: QMouseEvent) -> Card | None:
        return self.card_stack.card_at(self.card_stack.mapFromGlobal(event.globalPosition()))

    def _request_form(self, card: Card) -> None:
        if card is self.card_stack.input_card:
            self.data_requested.emit()
        elif card is self.card_stack.loss_card:
            self.training_requested.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        last = len(self.document.project.network.layers) - 1
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_A and other == Qt.KeyboardModifier.ControlModifier:
            self.select_all()
        elif other:
            event.ignore()
            return
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._selection.step(-1 if key == Qt.Key.Key_Up else 1, extend)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._selection.go(max(last, 0) if key == Qt.Key.Key_End else 0, extend)
        elif key == Qt.Key.Key_Space:
            self._selection.go(self._selection.current, extend)
        elif key == Qt.Key.Key_Escape:
            self._selection.clear()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.document.selection:
            self.settings_requested.emit()
        else:
            event.ignore()
            return
        event.accept()
        self._after_key()

    def _after_key(self) -> None:
        self._show_selection()
        card = self._current_card()
        self._reveal(card)
        if not self.document.selection:
            self._request_form(card)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._current_card().setFocus(event.reason())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.card_stack.input_card and isinstance(event, QFocusEvent) and event.gotFocus():
            by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            if by_tab and not self.document.selection:
                self._selection.go(INPUT)  # what is pasted now goes where the keyboard is
        return super().eventFilter(watched, event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        card = self.card_stack.card_at(self.card_stack.mapFromGlobal(event.globalPos()).toPointF())
        if card is not None and not card.selected and event.reason() == QContextMenuEvent.Reason.Mouse:
            self._selection.go(self.card_stack.all_cards().index(card) - 1)
            card.setFocus(Qt.FocusReason.MouseFocusReason)
        if self._context_actions:
            menu = QMenu(self)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.addActions(self._context_actions)
            menu.popup(event.globalPos())
            event.accept()

    # ------------------------------------------------------------------------------------------------------- dragging

    def drag_over(self, payload: DragPayload, position: QPoint) -> None:
        self.card_stack.lift(payload.names)
        height = self.card_stack.lifted_height() if payload.names else _NEW_GAP
        self.card_stack.open_gap(self.card_stack.gap_at(self.card_stack.mapFromGlobal(position).y()), height)

    def drag_leave(self) -> None:
        self.card_stack.close_gap()

    def drop(self, payload: DragPayload) -> None:
        gap = self.card_stack.gap
        index = self.card_stack.index_of_gap(gap) if gap is not None else None
        self.card_stack.close_gap(animated=False)
        if index is None:
            return
        project = self.document.project
        if payload.layer_type:
            self.document.apply(insert_layer(project, index, payload.layer_type))
        else:
            self.document.apply(move_layers(project, payload.names, index))
        self._current_card().setFocus(Qt.FocusReason.MouseFocusReason)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange) and self.widget() is not None:
            self.card_stack.arrange()
            self.card_stack.update()
