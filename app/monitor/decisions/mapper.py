"""Computes the map of the newest weights, a few times a second, while somebody looks at it."""

from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.document import Document
from app.jobs import BackgroundRunner, LatestJob
from app.monitor.decisions.plane_points import PlanePoints, collect_points, find_obstacle
from app.training import Session, Snapshot
from app.training.plane_map import PlaneMap, compute_plane_map, mapped_layers
from tinyml.data import DataChoice

PAUSE_MS = 220
"""Shortest time in milliseconds between two maps during a run: four a second, as often as the page can paint them."""

_NO_WEIGHTS = "Press Train (F5): the background shows what the network says at each point."


class Mapper(QObject):
    """The points of the chosen data, and the map of the newest weights that fit them.

    Arguments:
        document: the choice of data.
        session: the newest weights.

    Attributes:
        points: the examples as points; None until they are read.
        plane_map: the newest map; None while there is none.
        message: one sentence that says why there is no map; else empty.
        layer: name of the layer whose units are mapped too; empty for none.

    Signals:
        points_changed(): `points` changed.
        map_changed(): `plane_map` or `message` changed.
        obstacle_changed(): `obstacle` may have changed.
    """

    points_changed = Signal()
    map_changed = Signal()
    obstacle_changed = Signal()

    def __init__(self, document: Document, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._session = document, session
        self._background = BackgroundRunner()
        self._points_job = LatestJob(self._background, self)
        self._map_job = LatestJob(self._background, self)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._active = False
        self._mapped: tuple[Snapshot, PlanePoints, str] | None = None
        self._read: DataChoice | None = None
        self._unreadable: DataChoice | None = None
        self.points: PlanePoints | None = None
        self.plane_map: PlaneMap | None = None
        self.message = _NO_WEIGHTS
        self.layer = ""
        self._points_job.returned.connect(self._on_points_collected)
        self._map_job.returned.connect(self._on_map_computed)
        self._points_job.failed.connect(self._on_points_failed)
        self._map_job.failed.connect(self._on_map_failed)
        self._pause.timeout.connect(self._request)
        document.changed.connect(self._on_document_changed)
        session.snapshot_changed.connect(self._on_snapshot_changed)
        session.run_changed.connect(self._request)

    @property
    def obstacle(self) -> str:
        """One sentence that says why the chosen data have no map; empty if they have one."""
        return find_obstacle(self._document.data)

    @property
    def snapshot(self) -> Snapshot | None:
        """The newest weights, if they fit the points; else None."""
        snapshot, points = self._session.snapshot, self.points
        if snapshot is None or points is None or not snapshot.trained:
            return None
        data = points.samples.description
        shapes = (data.example_shape, data.class_names, data.target_shape)
        found = snapshot.description
        return snapshot if (found.example_shape, found.class_names, found.target_shape) == shapes else None

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers whose units can be mapped; empty without weights."""
        snapshot = self.snapshot
        return () if snapshot is None or self.points is None else mapped_layers(snapshot)

    def choose_layer(self, layer: str) -> None:
        """Map the units of another layer, too.

        Arguments:
            layer: its name; empty for none.
        """
        if layer != self.layer:
            self.layer = layer
            self._request()

    def set_active(self, active: bool) -> None:
        """Compute, or wait until somebody looks at the map.

        Arguments:
            active: True while the map is visible.
        """
        self._active = active
        if active:
            self._unreadable = None  # the file may be back
            self._request()
        else:
            self._pause.stop()

    def shutdown(self) -> None:
        """End the background thread. The window calls it when it closes."""
        self._pause.stop()
        self._background.shutdown()

    @Slot()
    def _on_document_changed(self) -> None:
        self.obstacle_changed.emit()
        self._request()

    @Slot()
    def _on_snapshot_changed(self) -> None:
        if not self._pause.isActive():
            self._request()

    @Slot()
    def _request(self) -> None:
        """Request the points of the chosen data, or the map of the newest weights."""
        if not self._active or self.obstacle:
            return
        choice = self._document.project.data
        if self.points is None or self.points.choice != choice:
            if not self._points_job.busy and choice != self._unreadable:
                self._read = choice
                self._points_job.start(partial(collect_points, choice))
            return
        snapshot = self.snapshot
        if snapshot is None:
            self.plane_map = self._mapped = None
            self._say(_NO_WEIGHTS)
            return
        wanted = snapshot, self.points, self.layer
        if wanted != self._mapped and not self._map_job.busy:
            self._mapped = wanted
            low, high = self.points.plane
            self._map_job.start(partial(compute_plane_map, snapshot, self.points.samples, low, high, self.layer))

    @Slot(str)
    def _say(self, message: str) -> None:
        self.message = message
        self.map_changed.emit()

    @Slot(object)
    def _on_points_collected(self, points: PlanePoints) -> None:
        self.points = points
        self.points_changed.emit()
        self._request()

    @Slot(str)
    def _on_points_failed(self, message: str) -> None:
        """Say why there are no points, and wait for another choice of data or for somebody who looks again."""
        self._unreadable = self._read
        self.points = self.plane_map = self._mapped = None
        self.points_changed.emit()
        self._say(message)
        self._request()  # the choice may have changed meanwhile

    @Slot(str)
    def _on_map_failed(self, message: str) -> None:
        self.plane_map = None
        self._say(message)
        self._pause.start()  # then other weights or another layer are tried

    @Slot(object)
    def _on_map_computed(self, plane_map: PlaneMap) -> None:
        self.plane_map = plane_map
        self._say("")
        self._pause.start()
