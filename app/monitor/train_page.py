"""The Train page: the settings of the next run, the curves of the run, and its summary."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from app.document import Document
from app.forms import TrainingForm
from app.monitor.monitor import Monitor
from app.monitor.predictions.predictions_panel import PredictionsPanel
from app.training import Session
from app.widgets.labels import make_label
from app.widgets.page_layout import PageLayout
from app.widgets.theme.theme import GRID

_SIDE_WIDTHS = (264, 264)


class TrainPage(QWidget):
    """What to train with, how the loss and the accuracy develop, and what that means.

    Arguments:
        document: holds the training settings.
        session: reports the run that is shown.
        parent: the parent widget.

    Attributes:
        monitor: the curves with their summary.
        predictions: what the network predicts for validation examples, if the targets are numbers or images.
        page_layout: the panels of the page.

    Signals:
        data_requested(): the user wants to change what is on the Data page.
    """

    data_requested = Signal()

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("train_page")
        self.setAccessibleName("Train")
        self.monitor = Monitor(session)
        self._form = TrainingForm(document, "train_page_form")
        self._form.augmentation_requested.connect(self.data_requested)
        self.predictions = PredictionsPanel(document, session)
        self.page_layout = PageLayout(
            "train_page", self._make_middle(), left=self._make_left(), right=self.monitor.side, widths=_SIDE_WIDTHS
        )
        self.monitor.side.show()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.page_layout)

    def commit(self) -> str:
        """Apply all drafts. Return the error of the first draft that is refused; an empty text if none is refused."""
        return self._form.commit()

    def focus_setting(self, name: str) -> None:
        """Unfold the settings and put the focus into one of them.

        Arguments:
            name: field of `TrainingSettings`, such as "epochs".
        """
        if self.page_layout.is_folded("left"):
            self.page_layout.set_folded("left", folded=False)
        self._form.focus_field(name)

    def shutdown(self) -> None:
        """Wait until a running export is written, and end the threads. The window calls it when it closes."""
        self.monitor.shutdown()
        self.predictions.shutdown()

    def _make_middle(self) -> QWidget:
        middle = QSplitter(Qt.Orientation.Vertical)
        middle.setObjectName("train_page_splitter")
        middle.setChildrenCollapsible(False)
        for widget, share in ((self.monitor, 3), (self.predictions, 2)):
            middle.addWidget(widget)
            middle.setStretchFactor(middle.indexOf(widget), share)
        middle.setSizes([3000, 2000])
        return middle

    def _make_left(self) -> QWidget:
        left = QWidget()
        left.setObjectName("train_page_settings")
        heading = make_label("train_page_heading", "Settings of the next run", "heading")
        heading.setContentsMargins(GRID + GRID // 2, 0, GRID, 0)
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, GRID + GRID // 2, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(heading)
        layout.addWidget(self._form, 1)
        return left
