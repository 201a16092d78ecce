"""The canvas: the view of the network, with mouse, keyboard, drag and drop, and a context menu."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QWidget

from app.builder.canvas.card import Card
from app.builder.canvas.compact_card import is_compact
from app.builder.canvas.context_menu import CANVAS_COMMANDS, CARD_COMMANDS, ContextMenus
from app.builder.canvas.drag_preview import DragPreview
from app.builder.canvas.gaps import GapButton, find_gap
from app.builder.canvas.hover_opening import HoverOpening
from app.builder.canvas.network_view import NetworkView
from app.builder.canvas.overlays import Overlays
from app.builder.canvas.panning import Panning
from app.builder.canvas.rename_editor import RenameEditor
from app.builder.canvas.rubber_band import RubberBand
from app.builder.canvas.selection import INPUT
from app.builder.canvas.stack_layout import CardGap
from app.builder.canvas.zoom import Zoom
from app.builder.clipboard import holds_layers
from app.builder.commands import LayerCommands
from app.builder.drag import DragController, DragPayload
from app.builder.drag_picture import add_count_badge
from app.document import BlockPath, Document
from app.document.edits import Names
from app.training.inspection import Inspection
from app.widgets.plain_text import button_text


class Canvas(NetworkView):
    """Shows the document's network and reacts to every gesture that selects or edits layers.

    Arguments:
        document: the document that is shown and edited.
        inspection: the source of the live activations; None for cards without activations.
        parent: the parent widget.

    Attributes:
        commands: the commands on the selected layers.
        zoom: the size of the cards.

    Signals:
        message(sentence): says why a command was impossible.
        settings_requested(): a layer was double-clicked, or Enter was pressed on it.
        data_requested(): the input card was selected.
        training_requested(): the loss card was selected.
        insert_requested(block, index, position, text): the user wants to choose a layer for a gap. `block` and `index`
            say where it goes; `position` is the middle of the gap, in global coordinates; `text` is what was typed on
            the canvas, and empty if nothing was typed.
    """

    message = Signal(str)
    settings_requested = Signal()
    data_requested = Signal()
    training_requested = Signal()
    insert_requested = Signal(object, int, QPoint, str)

    def __init__(self, document: Document, inspection: Inspection | None, parent: QWidget | None = None) -> None:
        super().__init__(document, inspection, parent)
        self.setObjectName("canvas")
        self.setAccessibleName("Network")
        self.commands = LayerCommands(document, self, self._folded)
        self.commands.message.connect(self.message)
        self.fix_requested.connect(self.commands.fix)
        self.card_stack.template_chosen.connect(self.commands.use_template)
        self._drag = DragController(self, document)
        self._drag_preview = DragPreview(document, self.card_stack)
        self._hover_opening = HoverOpening(self.card_stack, self)
        self._hover_opening.open_requested.connect(self._on_open_requested)
        self._panning = Panning(self)
        self._panning.space_tapped.connect(self._on_space_tapped)
        self._rubber_band = RubberBand(self, self.card_stack, document)
        self._rubber_band.selection_wanted.connect(self._on_selection_wanted)
        self.card_stack.input_card.installEventFilter(self)
        self.zoom = Zoom(self, self.card_stack)
        self._overlays = Overlays(self, self.card_stack, self.zoom)
        self._menus = ContextMenus()
        self._gap_button = GapButton(self.card_stack)
        self._gap_button.pressed_in.connect(self._on_gap_button_pressed_in)
        self._rename_editor = RenameEditor(self, self.card_stack, document)
        self._rename_editor.message.connect(self.message)
        self._rename_editor.finished.connect(self._on_rename_editor_finished)

    def select_all(self) -> None:
        """Select every layer of the stack of the selection; again: every layer of the stack around it."""
        self._refresh.catch_up()
        self._selection.select_all()

    @Slot()
    def request_insert(self, index: int | None = None, text: str = "", block: BlockPath | None = None) -> None:
        """Ask for a layer to insert into a gap, and scroll until the gap is visible.

        Arguments:
            index: position of the new layer; None for the place after the selection.
            text: what the user has typed so far.
            block: path to the stack of the new layer; None for the stack of the selection.
        """
        self._refresh.catch_up()
        stack = self.document.block if block is None else block
        gap = CardGap(stack, self.document.insertion_index if index is None else index)
        for depth in range(1, len(stack) + 1):
            self.set_folded(stack[:depth], False)
        self._scroll_to_rect(QRect(self.card_stack.point_of_gap(gap), QSize(1, 1)))
        middle = self.card_stack.mapToGlobal(self.card_stack.point_of_gap(gap))
        self.insert_requested.emit(gap.block, gap.index, middle, text)

    @Slot()
    def rename(self) -> None:
        """Rename the selected layer in place."""
        self._refresh.catch_up()
        card = self._current_card()
        if len(self.document.selection) > 1:
            self.message.emit("Select one layer to rename it.")
        elif card not in self.card_stack.cards:
            self.message.emit("No layer is selected. Click the card of the layer to rename.")
        else:
            self._scroll_to(card)
            self._rename_editor.open_on(card, card.model.block)

    def commit(self) -> str:
        """Apply the new name that the user has typed on a card but not confirmed.

        Returns the reason why it is refused; an empty text if it is applied, or if no layer is being renamed.
        """
        return self._rename_editor.commit()

    def set_actions(self, actions: Mapping[str, QAction]) -> None:
        """Set the actions for the context menus.

        Arguments:
            actions: the actions of the window, by the names of their commands.
        """
        self._menus.set_actions(actions)

    # ---------------------------------------------------------------------------------------------------------- mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._panning.press(event) or event.button() != Qt.MouseButton.LeftButton:
            return
        self._selection.forget_press()
        card, position = self._card_at(event), event.globalPosition().toPoint()
        keeps = bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier))
        if card is None:
            # An editor that loses the focus commits its draft.
            self._current_card().setFocus(Qt.FocusReason.MouseFocusReason)
            if not keeps:
                self._selection.clear()
            self._rubber_band.press(position, keeps)
            return
        if card.is_arrow_at(card.mapFromGlobal(event.globalPosition())):
            self.set_folded(card.model.path, card.model.is_open)
            return
        inside = card.model.is_open and card.mapFromGlobal(position).y() >= card.header_height
        if inside:
            self._rubber_band.press(position, keeps, card.model.path)
            if keeps:
                return
        self._scrolls_to_selection = False
        self._selection.press(self.card_stack.all_cards().index(card) - 1, event.modifiers())
        self._show_selection()
        card.setFocus(Qt.FocusReason.MouseFocusReason)
        self._scrolls_to_selection = True
        self._request_form(card)
        if card.selected and not inside:
            self._prepare_drag(card, position)

    def _prepare_drag(self, card: Card, position: QPoint) -> None:
        names, block = self.document.selection, self.document.block
        picture = add_count_badge(self.card_stack.picture_of(card), len(names))
        self._drag.prepare(DragPayload(names=names, block=block), picture, card.mapFromGlobal(position), position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._panning.move(event):
            return
        self._rubber_band.move(event.globalPosition().toPoint())

    @Slot(tuple, tuple)
    def _on_selection_wanted(self, names: Names, block: BlockPath) -> None:
        self._scrolls_to_selection = False
        self.document.select(names, block=block)
        self._scrolls_to_selection = True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if not self._panning.release(event) and event.button() == Qt.MouseButton.LeftButton:
            if not self._rubber_band.active:
                self._selection.release()
            self._rubber_band.cancel()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)
        if self._panning.active or event.button() != Qt.MouseButton.LeftButton:
            return
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

    def hideEvent(self, event: QHideEvent) -> None:
        """End what the mouse does, since another page is shown: the canvas may not get the release of the button."""
        super().hideEvent(event)
        self._panning.cancel()
        self._rubber_band.cancel()

    # ---------------------------------------------------------------------------------------------------------- menus

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu of what is under the pointer, or of the current card after the menu key."""
        event.accept()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            card = self._current_card()
            self._scroll_to(card)
            self._open_card_menu(card, card.mapToGlobal(card.title_rect.bottomLeft()))
            return
        point = self.card_stack.mapFromGlobal(event.globalPos())
        card_under, gap = self.card_stack.card_at(point.toPointF()), find_gap(self.card_stack, point)
        if gap is not None:
            self._open_gap_menu(gap, event.globalPos())
        elif card_under is not None:
            self._open_card_menu(card_under, event.globalPos())
        else:
            self._selection.clear()  # so that no command acts on a card elsewhere
            self._menus.open(self, event.globalPos(), CANVAS_COMMANDS)

    def _open_card_menu(self, card: Card, position: QPoint) -> None:
        if not card.selected:
            self._selection.move_to(self.card_stack.all_cards().index(card) - 1)
            card.setFocus(Qt.FocusReason.MouseFocusReason)
        first = []
        problem = card.model.problem
        if problem is not None and is_compact(self.zoom.factor):
            show = QAction("Show its &problem")
            show.triggered.connect(self._on_show_problem_triggered)
            first.append(show)
        if problem is not None and problem.fix is not None:
            fix = QAction(button_text(problem.fix.label))
            fix.triggered.connect(card.fix_requested)
            first.append(fix)
        self._menus.open(self, position, CARD_COMMANDS if card in self.card_stack.cards else CANVAS_COMMANDS, first)

    def _open_gap_menu(self, gap: CardGap, position: QPoint) -> None:
        insert, paste = QAction("&Insert a layer here…"), QAction("&Paste here")
        insert.triggered.connect(partial(self.request_insert, gap.index, "", gap.block))
        paste.setEnabled(holds_layers(QGuiApplication.clipboard().mimeData()))
        paste.triggered.connect(partial(self.commands.paste_at, gap.index, gap.block))
        self._menus.open(self, position, ("select_all",), (insert, paste))

    @Slot()
    def _on_show_problem_triggered(self) -> None:
        self.zoom.show_actual_size()
        self._scroll_to(self._current_card())

    @Slot(object)
    def _on_gap_button_pressed_in(self, gap: CardGap) -> None:
        self.request_insert(gap.index, block=gap.block)

    @Slot()
    def _on_rename_editor_finished(self) -> None:
        self._current_card().setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------------------------------------------- keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        other = event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        key = Qt.Key(event.key())
        if not other and key == Qt.Key.Key_Space:
            self._panning.hold_space()
            return
        if not other and event.text().isalpha():
            self.request_insert(text=event.text())
            return
        if key == Qt.Key.Key_A and other == Qt.KeyboardModifier.ControlModifier:
            self.select_all()
        elif other or not self._select_by_key(key, extend):
            event.ignore()
            return
        event.accept()
        self._show_current_card()

    def _show_current_card(self) -> None:
        self._show_selection()
        card = self._current_card()
        self._scroll_to(card)
        if not self.document.selection:
            self._request_form(card)

    @Slot(bool)
    def _on_space_tapped(self, extend: bool) -> None:
        self._selection.move_to(self._selection.current, extend)
        self._show_current_card()

    def _select_by_key(self, key: Qt.Key, extend: bool) -> bool:
        """Change the selection, or ask for the settings. Return False if the key does neither."""
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._selection.move_by(-1 if key == Qt.Key.Key_Up else 1, extend)
        elif key == Qt.Key.Key_Home:
            self._selection.move_to(0, extend)
        elif key == Qt.Key.Key_End:
            self._selection.move_to(max(len(self.card_stack.cards) - 1, 0), extend)
        elif key == Qt.Key.Key_Left:
            self._fold_or_leave()
        elif key == Qt.Key.Key_Right:
            self._unfold_or_enter()
        elif key == Qt.Key.Key_Escape:
            self._rubber_band.cancel()
            self._selection.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.document.selection:
            self.settings_requested.emit()
        else:
            return False
        return True

    def _fold_or_leave(self) -> None:
        """Fold the current block; from a layer inside a block, go to the block."""
        model = self._current_card().model
        if model.is_open:
            self.set_folded(model.path, True)
        elif model.block:
            self._selection.move_to(self._selection.position_of(model.block[:-1], model.block[-1]))

    def _unfold_or_enter(self) -> None:
        """Unfold the current block; if it is open, go to the first layer inside."""
        model = self._current_card().model
        if model.folded:
            self.set_folded(model.path, False)
        elif model.is_open:
            self._selection.move_by(1, extend=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._current_card().setFocus(event.reason())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Select the input card when Tab reaches it, so that the next layer is inserted after it."""
        if watched is self.card_stack.input_card and isinstance(event, QFocusEvent) and event.gotFocus():
            by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            if by_tab and not self.document.selection:
                self._selection.move_to(INPUT)
        return super().eventFilter(watched, event)

    # -------------------------------------------------------------------------------------------------- drag and drop

    def drag_over(self, payload: DragPayload, position: QPoint) -> None:
        self.card_stack.lift(() if payload.copies else payload.names, payload.block)
        height = self.card_stack.gap_height(payload.names, payload.block)
        gap = self.card_stack.gap_at(self.card_stack.mapFromGlobal(position).y())
        self.card_stack.open_gap(gap, height)
        self._drag_preview.follow(payload, gap)
        self._hover_opening.follow(self.card_stack.mapFromGlobal(position.toPointF()))

    @Slot(tuple)
    def _on_open_requested(self, path: BlockPath) -> None:
        self.set_folded(path, False)

    def gap_on_screen(self) -> QRect:
        gap, stack = self.card_stack.gap_rect(), self.card_stack
        return QRect(stack.mapToGlobal(gap.topLeft()), gap.size()) if not gap.isEmpty() else QRect()

    def drag_leave(self) -> None:
        self._hover_opening.stop()
        self._drag_preview.clear()
        self.card_stack.close_gap()

    def drop(self, payload: DragPayload) -> None:
        gap = self.card_stack.gap
        self._hover_opening.stop()
        self._drag_preview.clear()
        self.card_stack.close_gap(animated=False)
        if gap is None:
            return
        if payload.layer_type:
            self.commands.insert(payload.layer_type, gap.index, gap.block)
        elif payload.copies:
            self.commands.copy_to(payload.names, gap.index, payload.block, gap.block)
        else:
            self.commands.move(payload.names, gap.index, payload.block, gap.block)
        self._current_card().setFocus(Qt.FocusReason.MouseFocusReason)
