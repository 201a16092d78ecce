"""A kept run that comes back after a restart continues to the same bits as a run that was never interrupted."""

import numpy as np
import pytest

from app.document import Document
from app.runs import RunKeeper, RunStore, end_files, weight_files
from app.runs.curve_files import CurveData
from app.runs.record import record_of
from app.runs.weight_files import RunWeights
from app.training import Run, Session, SessionState
from tests.app.runs.conftest import ENDED
from tests.app.training.conftest import circle_project
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.data import DataChoice
from tinyml.net import LayerSpecification

STATEFUL = {"optimizer": "adam", "schedule": "reduce_on_plateau", "schedule_epochs": 2, "learning_rate": 0.01}


@pytest.fixture
def project():
    """A project whose run has everything that a checkpoint holds."""
    plain = circle_project(epochs=3, **STATEFUL)
    first, *others = plain.network.layers
    dropout = LayerSpecification(type="Dropout", name="dropout", settings={"probability": 0.2})
    network = plain.network.model_copy(update={"layers": (first, dropout, *others)})
    data = DataChoice(source="circle", validation=0.2)
    return plain.model_copy(update={"network": network, "data": data})


@pytest.fixture
def undisturbed(qtbot, project):
    """Return a function that trains so many epochs at once."""

    def train(epochs: int) -> Run:
        training = project.training.model_copy(update={"epochs": epochs})
        document = Document(project.model_copy(update={"training": training}))
        session = Session(document)
        session.start()
        qtbot.waitUntil(lambda: session.state in ENDED)
        session.shutdown()
        document.shutdown()
        return session.run

    return train


@pytest.fixture
def come_back(qtbot, document, project):
    """Return a function that opens another window on the kept runs, with one of them shown; then continues it."""
    parts = []

    def open_window(folder, identifier: str, epochs: int | None) -> Run:
        document = Document(project)
        session = Session(document)
        keeper = RunKeeper(session, document, folder)
        parts.extend((session, keeper, document))
        keeper.show(identifier)
        qtbot.waitUntil(lambda: session.run.identifier == identifier)
        assert session.obstacle == ""
        session.continue_run(epochs=epochs)
        qtbot.waitUntil(lambda: session.state in ENDED)
        return session.run

    yield open_window
    for part in parts:
        part.shutdown()


def end(qtbot, session: Session, keeper: RunKeeper, how: str) -> None:
    """Let the active run end, be stopped within an epoch, or be ended by the window that closes."""
    if how == "finished":
        qtbot.waitUntil(lambda: session.state in ENDED)
    else:
        qtbot.waitUntil(lambda: session.state is SessionState.PAUSED)
        if how == "stopped":
            session.stop()
            qtbot.waitUntil(lambda: session.state in ENDED)
    session.shutdown()
    keeper.shutdown()


@pytest.mark.parametrize("how", ["finished", "stopped", "closed"])
def test_a_kept_run_continues_to_the_same_bits_after_a_restart(
    qtbot, document, session, keeper, project, undisturbed, come_back, how
) -> None:
    document.show_project(project)
    session.start(steps=None if how == "finished" else 100)
    end(qtbot, session, keeper, how)
    before = session.run.batches_done
    run = come_back(keeper.folder, session.run.identifier, 2 if how == "finished" else None)
    assert run is not session.run
    assert "without state" not in run.config.note
    expected = undisturbed(5 if how == "finished" else 3)
    assert before < run.batches_done == expected.batches_done
    _assert_same(run, expected)


def _assert_same(run: Run, expected: Run) -> None:
    for found, other in ((run.snapshot, expected.snapshot), (run.best, expected.best)):
        assert found is not None
        assert other is not None
        assert all(np.array_equal(found.tensors[name], other.tensors[name]) for name in other.tensors)
    assert run.curves.loss.batches.y.tolist() == expected.curves.loss.batches.y.tolist()
    assert run.curves.loss.batches.x.tolist() == expected.curves.loss.batches.x.tolist()
    columns = ("epoch", "training_loss", "training_accuracy", "validation_loss", "learning_rate")
    assert [[getattr(epoch, name) for name in columns] for epoch in run.history] == [
        [getattr(epoch, name) for name in columns] for epoch in expected.history
    ]
    assert (run.test_loss, run.test_accuracy) == (expected.test_loss, expected.test_accuracy)


def test_the_best_and_the_last_weights_come_back(store, qtbot, train, make_run, session) -> None:
    first = train().snapshot
    session.continue_run()
    qtbot.waitUntil(lambda: session.state in ENDED)
    last = session.snapshot
    run = make_run()
    record, curves = record_of(run, run.config, "circle"), CurveData.of(run.curves)
    store.write(record, curves, RunWeights(first, last))
    again = store.load(run.identifier)
    for found, expected in ((again.best, first), (again.snapshot, last)):
        assert all(np.array_equal(found.tensors[name], expected.tensors[name]) for name in expected.tensors)
    assert again.exported is again.snapshot
    store.write(record, curves, RunWeights(last, last))
    assert not (store.folder / run.identifier / weight_files.LAST).exists(), "equal weights are one file"
    again = store.load(run.identifier)
    assert again.best is again.snapshot


def test_only_the_newest_runs_keep_the_state_of_their_optimiser(keeper, train, come_back, project, monkeypatch) -> None:
    monkeypatch.setattr(end_files, "MOST_ENDS", 2)
    runs = [train() for _ in range(3)]
    ends = [(keeper.folder / run.identifier / end_files.END).exists() for run in runs]
    assert ends == [False, True, True]
    assert RunStore(keeper.folder).load(runs[0].identifier).snapshot is not None


def test_too_large_an_end_is_not_kept(keeper, train, monkeypatch) -> None:
    monkeypatch.setattr(end_files, "LARGEST_ENDS", 100)
    run = train()
    assert not (keeper.folder / run.identifier / end_files.END).exists()
    assert RunStore(keeper.folder).load(run.identifier).checkpoint is None


@pytest.mark.parametrize("fault", ["missing", "cut", "shape", "names", "older"])
def test_without_its_end_a_run_continues_from_its_weights_and_says_so(
    qtbot, document, session, keeper, project, train, come_back, fault
) -> None:
    document.show_project(project)
    run = train()
    path = keeper.folder / run.identifier / end_files.END
    file = read_tensors(path)
    tensors = dict(file.tensors)
    if fault == "missing":
        path.unlink()
    elif fault == "cut":
        path.write_bytes(path.read_bytes()[:-7])
    elif fault == "older":
        state = dict(file.metadata["state"]) | {"epoch": 2}
        write_tensors(path, tensors, dict(file.metadata) | {"state": state})
    else:
        name = next(name for name in tensors if name.startswith("model/"))
        tensor = tensors.pop(name)
        tensors[name if fault == "shape" else "model/other"] = tensor[..., :1] if fault == "shape" else tensor
        write_tensors(path, tensors, file.metadata)
    again = come_back(keeper.folder, run.identifier, 1)
    assert again.state is SessionState.FINISHED, again.message
    assert "starts without state" in again.config.note
    assert [epoch.epoch for epoch in again.history] == [1, 2, 3, 4]


def test_a_run_that_goes_on_drops_its_older_end(store, make_run, train, session, keeper) -> None:
    run = train()
    path = keeper.folder / run.identifier / end_files.END
    assert path.exists()
    run.state = SessionState.RUNNING
    keeper.store.write(record_of(run, run.config, "circle"), CurveData.of(run.curves))
    assert not path.exists()
