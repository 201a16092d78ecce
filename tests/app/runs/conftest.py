"""A session whose runs are kept in the folder of the test."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from app.document import Document
from app.runs import CheckpointKeeper, RunKeeper, RunStore
from app.runs.curve_files import CurveData
from app.runs.record import record_of
from app.training import Run, Session, SessionState
from app.training.curves import RunCurves, metric_for
from app.training.training_config import freeze_config
from tests.app.training.conftest import circle_project
from tinyml.learner import EpochFinished

ENDED = (SessionState.FINISHED, SessionState.STOPPED, SessionState.FAILED)


@pytest.fixture
def document(qapp) -> Iterator[Document]:
    document = Document(circle_project())
    yield document
    document.shutdown()
    document.deleteLater()


@pytest.fixture
def session(document) -> Iterator[Session]:
    session = Session(document)
    yield session
    session.shutdown()
    session.deleteLater()


@pytest.fixture
def keeper(session, document, tmp_path) -> Iterator[RunKeeper]:
    keeper = RunKeeper(session, document, tmp_path / "runs")
    yield keeper
    session.shutdown()
    keeper.shutdown()
    keeper.deleteLater()


@pytest.fixture
def parts(session, document, keeper) -> tuple[Session, RunKeeper, CheckpointKeeper]:
    """Return a session, what keeps its runs, and what writes their checkpoints."""
    return session, keeper, CheckpointKeeper(session, keeper, document, keeper)


@pytest.fixture
def store(tmp_path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def train(qtbot, session, keeper) -> Callable[[], Run]:
    """Return a function that trains one run to its end and waits until it is kept."""

    def run() -> Run:
        session.start()
        qtbot.waitUntil(lambda: session.state in ENDED)
        identifier = session.run.identifier
        qtbot.waitUntil(lambda: _is_kept(keeper, identifier))
        return session.run

    return run


def _is_kept(keeper: RunKeeper, identifier: str) -> bool:
    kept = keeper.kept.get(identifier)
    return kept is not None and kept.record is not None and kept.record.state != "running"


@pytest.fixture
def make_run(document) -> Callable[..., Run]:
    """Return a function that makes a run with some batches and epochs, without training."""

    def make(number: int = 1, batches: int = 20, **training) -> Run:
        document.show_project(circle_project(**training))
        config = freeze_config(document)
        curves = RunCurves(config.epochs, metric_for(config.description))
        x = np.arange(1, batches + 1) / 10
        curves.restore_batches(7, x, 1 / x, np.minimum(x / 3, 1))
        run = Run(config, SessionState.FINISHED, number=number, curves=curves, batches_done=batches)
        run.add_epochs(
            [EpochFinished(1, 3, 0.5, 0.75, 0.4, 0.8, 1.5, 0.1), EpochFinished(2, 3, 0.3, 0.8, None, None, 2)]
        )
        run.test_accuracy = 0.9
        return run

    return make


def keep(store: RunStore, run: Run, project_name: str = "circle") -> None:
    """Write a run to a store, without weights."""
    assert run.config is not None
    store.write(record_of(run, run.config, project_name), CurveData.of(run.curves))
