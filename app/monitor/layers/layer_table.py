"""The table of the layers with their newest measurements."""

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from app.monitor.layers.layer_columns import COLUMNS, LAYER, UNITS, UPDATE, write_tsv
from app.monitor.layers.layer_delegate import INDENT, MARGIN, ROW_HEIGHT, LayerDelegate
from app.monitor.layers.layer_table_model import LayerTableModel
from app.widgets.theme.fonts import bold_font
from app.widgets.theme.theme import GRID

_WIDEST_NAME = 26 * GRID
_NARROW_NAME = 12 * GRID
_NARROW_HISTOGRAM = 8 * GRID
_NARROWEST_HISTOGRAM = 9 * GRID
_WIDEST_HISTOGRAM = 24 * GRID
_BAR = 6 * GRID


class LayerTable(QTableView):
    """A row for each layer. A click, or Enter on the current row, opens the page of a layer.

    Arguments:
        model: the rows.
        parent: the parent widget.

    Signals:
        layer_opened(layer): the user wants to see the history of a layer; its path.
    """

    layer_opened = Signal(str)

    def __init__(self, model: LayerTableModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers = model
        self.setObjectName("layer_table")
        self.setAccessibleName("Layer statistics")
        self.setAccessibleDescription("A row for each layer. Enter shows the history of a layer.")
        self.setProperty("roomy", True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setModel(model)
        self.setItemDelegate(LayerDelegate(model, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        # The delegate tints the selected row, so that all colours in it stay readable.
        self.setStyleSheet("QTableView { selection-background-color: transparent; }")
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        header.setMinimumSectionSize(4 * GRID)
        self._offer_copy()
        self.clicked.connect(self._on_clicked)
        model.modelReset.connect(self._on_model_reset)

    @Slot()
    def copy(self) -> None:
        """Copy the table to the clipboard."""
        QGuiApplication.clipboard().setText(write_tsv(self._layers.rows))

    def select_layer(self, layer: str) -> None:
        """Make the row of a layer the current one, and scroll to it.

        Arguments:
            layer: its path; nothing happens if it has no row.
        """
        for number, row in enumerate(self._layers.rows):
            if row.stats.layer == layer:
                self.setCurrentIndex(self._layers.index(number, LAYER))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_columns()

    def fit_columns(self) -> None:
        """Give texts the width that they need, and share the rest among the histograms and the bar.

        If there is no room for that, the columns are narrower than their titles, the bar is left out, and the dead
        units come before the histograms, which may need scrolling.
        """
        room = self.viewport().width()
        widths = self._text_widths(with_titles=True)
        histograms = [number for number, column in enumerate(COLUMNS) if column.quantity is not None]
        left = room - sum(widths.values()) - _BAR
        enough = left >= len(histograms) * _NARROW_HISTOGRAM
        self._move_units(last=enough)
        if enough:
            wider = min(max(left - len(histograms) * 2 * _NARROW_HISTOGRAM, 0) // 4, _BAR)
            widths[UPDATE] += _BAR + wider
            left -= wider
        else:
            widths = self._text_widths(with_titles=False)
            left = room - sum(widths.values())
        share = min(max(left // len(histograms), _NARROWEST_HISTOGRAM), _WIDEST_HISTOGRAM)
        for number, width in (widths | dict.fromkeys(histograms, share)).items():
            self.setColumnWidth(number, width)

    def _move_units(self, last: bool) -> None:
        header, place = self.horizontalHeader(), UNITS if last else UPDATE + 1
        if header.visualIndex(UNITS) != place:
            header.moveSection(header.visualIndex(UNITS), place)

    def _text_widths(self, with_titles: bool) -> dict[int, int]:
        """Return the width of each column without a histogram.

        Arguments:
            with_titles: give the titles room, too.
        """
        metrics = self.fontMetrics()
        widths: dict[int, int] = {}
        for number, column in enumerate(COLUMNS):
            if column.quantity is None:
                widths[number] = metrics.horizontalAdvance(column.widest) + 2 * MARGIN
                if with_titles:
                    title = metrics.horizontalAdvance(column.title) + 3 * GRID
                    widths[number] = max(widths[number], title if number != UPDATE else title - _BAR)
        saturated = any(row.stats.saturated is not None for row in self._layers.rows)
        widest = "100 % saturated" if saturated else "100 % dead"
        widths[UNITS] = QFontMetrics(bold_font(self.font())).horizontalAdvance(widest) + 2 * MARGIN + 2 * GRID
        names = [
            metrics.horizontalAdvance("/".join(row.path)) + INDENT * (len(row.path) - 1) for row in self._layers.rows
        ]
        most = _WIDEST_NAME if with_titles else _NARROW_NAME
        widths[LAYER] = max(min(max(names, default=0) + 12, most) + 2 * MARGIN, widths[LAYER])
        return widths

    def _open(self, index: QModelIndex) -> None:
        self.layer_opened.emit(self._layers.rows[index.row()].stats.layer)

    def _offer_copy(self) -> None:
        copy = QAction("Copy table", self)
        copy.setObjectName("action_copy_layer_table")
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self._open(index)

    @Slot()
    def _on_model_reset(self) -> None:
        self.fit_columns()
