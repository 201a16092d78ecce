"""The keyboard focus of a page: where it was on the page, or else on its first control."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.widgets.unfold_strip import UnfoldStrip


def focus_page(page: QWidget, first: QWidget | None = None) -> None:
    """Put the focus where it was on a page. The strip of a folded panel does not count.

    Arguments:
        page: a visible page.
        first: gets the focus if no widget of the page had it yet; None for the first control that Tab reaches.
    """
    focused: QWidget | None = page.focusWidget()
    if focused is None or not _takes_focus(focused):
        focused = first or next(filter(_takes_focus, _controls(page)), None)
    if focused is not None:
        focused.setFocus(Qt.FocusReason.OtherFocusReason)


def _takes_focus(widget: QWidget) -> bool:
    if isinstance(widget, UnfoldStrip):
        return False
    return widget.isVisible() and widget.isEnabled() and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)


def _controls(page: QWidget) -> Iterator[QWidget]:
    """Yield the widgets inside a page in the order of Tab."""
    widget = _following(page)
    while widget is not None and widget is not page:
        if page.isAncestorOf(widget):
            yield widget
        widget = _following(widget)


def _following(widget: QWidget) -> QWidget | None:
    """Return the next widget in the order of Tab.

    PySide takes it for a child of `widget`. Together with that one, it would take this one for deleted, perhaps the
    main window with the actions for undo and redo. Setting the same parent again corrects this, and Qt does nothing.
    """
    following: QWidget | None = widget.nextInFocusChain()
    if following is not None:
        following.setParent(following.parentWidget())
    return following
