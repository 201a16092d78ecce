"""Small reconstructions of the target after some epochs, side by side. A click moves the page to that epoch."""

from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from app.inspector.layouts import make_row, with_names
from app.inspector.reconstruction.reconstruction_images import reconstruction_image
from app.inspector.state import InspectorState
from app.inspector.through_training.evolution import (
    MOST_PICTURES,
    EpochPicture,
    Question,
    choose_epochs,
    reconstruct_epochs,
)
from app.jobs import LatestJob
from app.training import Inspection, Snapshot
from app.widgets.paced_refresh import PacedRefresh
from app.widgets.plain_text import tool_tip
from app.widgets.theme.theme import GRID, current_theme

_SIZE = 6 * GRID
"""Width and height of a picture, in pixels."""
_INTERVAL_MS = 500
"""While a run trains, the pictures follow it so often."""


class EvolutionStrip(QWidget):
    """Shows how the reconstruction of the target grew, each picture on its own scale.

    Up to eight epochs are computed in the background, each once, with the trained weights. While the strip is hidden,
    and while the user moves through the epochs, nothing is computed.

    Arguments:
        state: the target and the method.
        inspection: the sample and the epochs.
    """

    def __init__(self, state: InspectorState, inspection: Inspection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_evolution")
        self._state, self._inspection, self._epochs = state, inspection, inspection.epochs
        self._question: Question | None = None
        self._pictures: dict[int, EpochPicture] = {}
        self._outdated = False
        self._drawn: dict[int, tuple[EpochPicture, bool]] = {}
        self._job = LatestJob(inspection.picture_jobs, self)
        self._job.returned.connect(self._on_job_returned)
        self._buttons = [self._make_button(number) for number in range(MOST_PICTURES)]
        row = make_row(GRID // 2)
        for button in self._buttons:
            row.addWidget(button)
        row.addStretch(1)
        self.setLayout(row)
        self._pace = PacedRefresh(self, _INTERVAL_MS)
        self._pace.due.connect(self._on_pace_due)
        for signal in (
            state.target_changed,
            state.methods_changed,
            inspection.sample_trace_changed,
            self._epochs.epochs_changed,
            self._epochs.rested,
        ):
            signal.connect(self._pace.request)
        state.target_changed.connect(self._on_target_changed)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show()

    def _make_button(self, number: int) -> QToolButton:
        button = with_names(QToolButton(), f"inspector_evolution_{number}", f"Reconstruction {number}")
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(_SIZE, _SIZE))
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self._on_button_clicked)
        button.hide()
        return button

    def _ask(self) -> Question | None:
        """Return what to reconstruct now; None if nothing can be."""
        samples, target, inspection = self._inspection.samples, self._state.target, self._inspection
        shows_epochs = self._state.shows_pixels and inspection.snapshot is self._epochs.snapshot
        if samples is None or target is None or not shows_epochs:
            return None
        chosen = inspection.index if inspection.own is None else inspection.own
        return Question(samples, chosen, target, self._state.methods[0])

    @Slot()
    def _on_pace_due(self) -> None:
        """Request the pictures that are missing, and show the others."""
        question = self._ask()
        if question is None or not question.same_as(self._question):
            self._job.cancel()
            self._outdated = True
        if question is None:
            self._pictures = {}
        self._question = question
        if self._epochs.moving:
            self._job.cancel()
        elif question is not None and not self._job.busy:
            kept = {epoch: self._epochs.snapshot_after(epoch) for epoch in choose_epochs(self._epochs.ended)}
            missing = {
                epoch: snapshot
                for epoch, snapshot in kept.items()
                if snapshot is not None and (self._outdated or self._is_missing(epoch, snapshot))
            }
            self._pictures = {epoch: picture for epoch, picture in self._pictures.items() if epoch in kept}
            if missing:
                self._job.start_with_progress(partial(reconstruct_epochs, question, missing))
        self._show()

    def _is_missing(self, epoch: int, snapshot: Snapshot) -> bool:
        return epoch not in self._pictures or self._pictures[epoch].tensors is not snapshot.tensors

    @Slot()
    def _on_target_changed(self) -> None:
        """Grey the pictures of the target before at once: they are not those of the new one."""
        question = self._ask()
        if question is not None and not question.same_as(self._question):
            for button in self._buttons:
                button.setEnabled(False)

    @Slot(object)
    def _on_job_returned(self, pictures: dict[int, EpochPicture]) -> None:
        kept = {} if self._outdated else self._pictures
        self._pictures = dict(sorted({**kept, **pictures}.items()))
        self._outdated = False
        self._show()
        self._pace.request()  # the run may have more epochs by now

    def _show(self) -> None:
        """Show the pictures that are there, and which of them is that of the page."""
        stops, place, dark = self._epochs.stops, self._epochs.place, current_theme().dark
        shown = stops[place] if place >= 0 else -1
        pictures = list(self._pictures.items())[:MOST_PICTURES]
        for number, button in enumerate(self._buttons):
            button.setVisible(number < len(pictures))
            button.setEnabled(not self._outdated)
            if number >= len(pictures):
                continue
            epoch, picture = pictures[number]
            button.setChecked(epoch == shown)
            if self._drawn.get(number) == (picture, dark):
                continue  # moving through the epochs must be fast
            self._drawn[number] = picture, dark
            name = "untrained" if epoch == 0 else f"epoch {epoch}"
            button.setText(str(epoch))
            button.setProperty("epoch", epoch)
            button.setAccessibleName(f"Reconstruction, {name}")
            button.setToolTip(tool_tip(picture.sentence or f"The reconstruction, {name}. Click: show this epoch."))
            button.setIcon(_icon(picture, dark))

    @Slot()
    def _on_button_clicked(self) -> None:
        epoch, stops = self.sender().property("epoch"), self._epochs.stops
        if epoch in stops:
            self._epochs.choose(stops.index(epoch))
        self._show()


def _icon(picture: EpochPicture, dark: bool) -> QIcon:
    """Return the picture in its own pixels, enlarged; an empty one if there is none."""
    if picture.reconstruction is None:
        return QIcon()
    image = reconstruction_image(picture.reconstruction.image, dark)
    size = QSize(_SIZE, _SIZE)
    return QIcon(
        QPixmap.fromImage(
            image.scaled(size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation)
        )
    )
