"""The column at the right of the Train page: sections one below the other, which scroll."""

from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from app.widgets.theme.theme import GRID


class SideColumn(QWidget):
    """Sections one below the other. A section that hides itself takes no room.

    Arguments:
        parent: the parent widget.

    Example:
        column = SideColumn()
        column.add_section(RunSummary())
        column.add_section(ControlBox(session), place=0)
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train_page_side")
        self._content = QWidget()
        self._sections = QVBoxLayout(self._content)
        self._sections.setContentsMargins(0, 0, 0, 0)
        self._sections.setSpacing(2 * GRID)
        self._sections.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("run_summary_scroll")
        scroll.setAccessibleName("Summary of the run, to scroll")
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID + GRID // 2, GRID + GRID // 2, GRID + GRID // 2, GRID)
        layout.addWidget(scroll, 1)

    def add_section(self, widget: QWidget, place: int | None = None) -> None:
        """Add a section.

        Arguments:
            widget: the section.
            place: number of the section from the top, from 0; None for the last one.
        """
        last = self._sections.count() - 1  # the stretch stays below all sections
        self._sections.insertWidget(last if place is None else min(place, last), widget)
        self.setMinimumWidth(self._content.minimumSizeHint().width() + 6 * GRID)
