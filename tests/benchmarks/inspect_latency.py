"""Measure how long the Inspect page takes from a click to the picture, beside an idle session and while a run trains.

Run `python -m tests.benchmarks.inspect_latency` from the root of the repository. It asserts nothing.
"""

import argparse
import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer

from app.inspector import InspectPage
from app.inspector.reconstruction.picture import Picture
from app.training.priority import reserve_processor_for_window
from tests.benchmarks import mnist
from tests.benchmarks.settings import UnavailableError
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.training_window import LONG, handle_events, open_project
from tinyml.data import DataChoice
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification
from tinyml.storage import Project, example_path, read_project

NETWORKS = ("lenet-mnist", "small-vgg")
"""LeNet on MNIST, and a small VGG on colour images of 64×64 pixels."""
_CLICKS = 40
_LONGEST_WAIT = 20.0
"""Seconds after which a click counts as unanswered."""


@dataclass(frozen=True)
class Measurement:
    """The times from the click to the painted picture.

    Attributes:
        median, p95, longest: in milliseconds.
        unanswered: number of clicks without a picture.
        load: mean number of processes that wanted a processor in the last minute.
    """

    median: float
    p95: float
    longest: float
    unanswered: int
    load: float


def project_of(network: str, folder: Path) -> Project:
    """Return the project with a network that trains for a long time.

    Arguments:
        network: one of `NETWORKS`.
        folder: where to write data that are made here.

    Raises `UnavailableError` if MNIST is needed and is not on this machine.
    """
    if network == "lenet-mnist":
        if not mnist.FOLDER.is_dir():
            raise UnavailableError("MNIST is not at ../shared/data/mnist")
        project = read_project(example_path("lenet-mnist"))
        data = project.data.model_copy(update={"source": str(mnist.FOLDER)})
        training = project.training.model_copy(update={"epochs": LONG})
        return project.model_copy(update={"data": data, "training": training})
    layers: list[LayerSpecification] = []
    for block, filters in enumerate((16, 32, 64), start=1):
        for part in ("a", "b"):
            settings = {"filters": filters, "window": 3, "padding": 1}
            layers.append(LayerSpecification(type="Conv2D", name=f"conv_{block}{part}", settings=settings))
            layers.append(LayerSpecification(type="ReLu", name=f"relu_{block}{part}", settings={}))
        layers.append(LayerSpecification(type="MaxPool2D", name=f"pool_{block}", settings={}))
    layers.append(LayerSpecification(type="Flatten", name="flatten_1", settings={}))
    layers.append(LayerSpecification(type="Linear", name="linear_1", settings={"outputs": 3}))
    return Project(
        network=NetworkSpecification(layers=tuple(layers)),
        data=DataChoice(source=str(_write_colour_images(folder))),
        training=TrainingSettings(learning_rate=0.01, batch_size=16, epochs=LONG),
    )


def _write_colour_images(folder: Path) -> Path:
    """Write random colour images of three classes, and return the file."""
    rng = np.random.default_rng(0)
    path = folder / "images.npz"
    images = rng.integers(0, 256, (600, 3, 64, 64), dtype=np.uint8)
    np.savez(path, images=images, labels=rng.integers(0, 3, 600))
    return path


class Watch(QObject):
    """Measures the time from a click until the picture that belongs to it is painted.

    Arguments:
        page: the Inspect page.
    """

    def __init__(self, page: InspectPage) -> None:
        super().__init__()
        self._page, self._state = page, page.state
        picture = page.findChild(Picture, "inspector_reconstruction")
        assert isinstance(picture, Picture)
        picture.installEventFilter(self)
        self._loop = QEventLoop(self)
        self._before: object = None
        self._asked = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        found = self._state.found
        if event.type() == QEvent.Type.Paint and self._asked and found is not None and found is not self._before:
            self._asked = False
            # After the event is handled, the picture is painted.
            QTimer.singleShot(0, self._loop.quit)
        return False

    def time(self, click: Callable[[], object]) -> float | None:
        """Return the milliseconds from a click to its picture; None if there is none.

        Arguments:
            click: does what the click does.
        """
        limit = QTimer(singleShot=True, interval=round(1000 * _LONGEST_WAIT))
        limit.timeout.connect(self._loop.quit)
        self._before, self._asked = self._state.found, True
        start = time.perf_counter()
        click()
        limit.start()
        self._loop.exec()
        elapsed = 1000 * (time.perf_counter() - start)
        limit.stop()
        return None if self._asked else elapsed


def measure(network: str, trains: bool) -> dict[str, Measurement]:
    """Return the times of clicks on a map, on a place and on a sample.

    Arguments:
        network: one of `NETWORKS`.
        trains: True to measure while a run trains.
    """
    with TemporaryDirectory() as folder, open_project(project_of(network, Path(folder))) as window:
        window.pages.show_page("inspect")
        page = window.findChild(InspectPage)
        assert isinstance(page, InspectPage)
        _wait_until(lambda: page.state.found is not None)
        if trains:
            window.training.train()
            _wait_until(lambda: window.session.snapshot is not None)
            handle_events(2)
        state = page.state
        watch, rng = Watch(page), np.random.default_rng(0)
        maps, height, width = state.maps.shape if state.maps is not None else (1, 1, 1)
        clicks: dict[str, Callable[[int], object]] = {
            "map": lambda number: state.choose_map((state.map_index + 1) % maps),
            "place": lambda number: state.choose_position(number % height, int(rng.integers(width))),
            "sample": lambda number: window.inspection.select_sample(number + 1),
        }
        return {name: _measure_clicks(watch, click) for name, click in clicks.items()}


def _measure_clicks(watch: Watch, click: Callable[[int], object]) -> Measurement:
    times, unanswered = [], 0
    for number in range(_CLICKS):
        found = watch.time(lambda number=number: click(number))  # type: ignore[misc]
        if found is None:
            unanswered += 1
        else:
            times.append(found)
        handle_events(0.05)
    ordered = sorted(times) or [float("nan")]
    return Measurement(
        statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))], ordered[-1], unanswered, os.getloadavg()[0]
    )


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not condition() and time.monotonic() < end:
        handle_events(0.1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    reserve_processor_for_window()  # as the program does at its start
    rows = []
    for network in arguments.networks:
        for trains in (False, True):
            try:
                found = measure(network, trains)
            except UnavailableError as error:
                print(f"{network}: {error}")
                continue
            for click, times in found.items():
                numbers = (f"{number:.0f}" for number in (times.median, times.p95, times.longest))
                when = "training" if trains else "idle"
                rows.append((network, click, when, *numbers, str(times.unanswered), f"{times.load:.1f}"))
    columns = ("network", "click on", "run", "median ms", "95 % ms", "longest ms", "unanswered", "load")
    table = Table("From a click to its picture", columns, tuple(rows), (f"{_CLICKS} clicks each, deconvnet.",))
    print(as_markdown(table) if arguments.markdown else as_text(table))


if __name__ == "__main__":
    main()
