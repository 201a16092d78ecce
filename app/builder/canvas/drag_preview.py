"""The preview during a drag: what a drop into the open gap would change, in the gap and on the cards."""

from PySide6.QtCore import QTimer, Slot

from app.builder.canvas.card_stack import CardStack
from app.builder.canvas.gap_frame import GapText
from app.builder.canvas.stack_layout import CardGap
from app.builder.canvas.stack_part import StackPart
from app.builder.drag import DragPayload
from app.document import Document, Edit
from app.document.edits import copy_layers, describe_names, insert_layer, move_layers
from app.document.preview import Preview, preview_edit
from app.widgets.plain_text import sentence, short
from tinyml.layers import display_name
from tinyml.storage import Project

_PAUSE_MS = 40
"""The preview is computed when a gap has been open for this time. A fast drag past many gaps stays fluent."""


class DragPreview(StackPart):
    """Shows what a drop would change. It is computed once for each gap, not for each move of the mouse.

    Arguments:
        document: the document that a drop would edit.
        card_stack: shows the preview; it owns this object.
    """

    def __init__(self, document: Document, card_stack: CardStack) -> None:
        super().__init__(card_stack)
        self._document = document
        self._place: tuple[DragPayload, CardGap] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.setObjectName("drag_preview_timer")
        self._timer.timeout.connect(self._on_timeout)

    def follow(self, payload: DragPayload, gap: CardGap) -> None:
        """Show the preview of a drop soon, unless it is shown already.

        Arguments:
            payload: what is dragged.
            gap: the open gap.
        """
        if (payload, gap) != self._place:
            self._place = payload, gap
            self._card_stack.show_preview(_gap_text(payload, Preview()), {})
            self._timer.start()

    def clear(self) -> None:
        """Show no preview."""
        self._place = None
        self._timer.stop()
        self._card_stack.show_preview(None, {})

    @Slot()
    def _on_timeout(self) -> None:
        if self._place is None:
            return
        payload, gap = self._place
        preview = preview_edit(self._document, (payload.block, gap.block), lambda project: drop(project, payload, gap))
        self._card_stack.show_preview(_gap_text(payload, preview), preview.shapes)


def drop(project: Project, payload: DragPayload, gap: CardGap) -> Edit:
    """Return the edit that a drop makes.

    Arguments:
        project: the project before the edit.
        payload: what is dropped.
        gap: the place of the drop.

    Raises `TinymlError` if the drop is impossible.
    """
    if payload.layer_type:
        return insert_layer(project, gap.index, payload.layer_type, block=gap.block)
    change = copy_layers if payload.copies else move_layers
    return change(project, payload.names, gap.index, payload.block, gap.block)


def _gap_text(payload: DragPayload, preview: Preview) -> GapText:
    if payload.layer_type:
        verb, what = "drop", display_name(payload.layer_type)
    else:
        verb, what = "copy" if payload.copies else "move", short(describe_names(payload.names), 40)
    return GapText(verb, what, preview.facts, sentence(preview.trouble))
