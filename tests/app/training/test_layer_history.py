"""The bounded record of the statistics of layers."""

import math
from pathlib import Path

import numpy as np
import pytest

from app.training.layer_history import CAPACITY, RECENT, LayerHistory
from app.training.run import Run, SessionState
from tinyml.core import StorageError
from tinyml.core.tensor_file import read_tensors, write_tensors
from tinyml.learner import BatchFinished
from tinyml.learner.layer_stats import INTERVALS, Histogram, LayerStats

BATCHES = 100


def histogram(step: int) -> Histogram:
    return Histogram(-float(step), float(step), tuple(step + interval for interval in range(INTERVALS)))


def stats_at(step: int) -> tuple[LayerStats, ...]:
    dense = LayerStats("fc", 1.0 * step, 0.001, -0.5, 2.0, None, None, histogram(step), histogram(2 * step), None)
    relu = LayerStats("block/relu", None, None, math.inf, 1.0, 0.25, None, activations=histogram(3 * step))
    return dense, relu


def event_at(step: int, measured: bool = True) -> BatchFinished:
    epoch, batch = (step - 1) // BATCHES + 1, (step - 1) % BATCHES + 1
    return BatchFinished(epoch, batch, BATCHES, step, 10, 0.5, None, layers=stats_at(step) if measured else ())


def history_of(steps: int) -> LayerHistory:
    history = LayerHistory()
    for step in range(1, steps + 1):
        history.add(event_at(step))
    return history


def test_short_runs_are_kept_completely() -> None:
    history = history_of(CAPACITY)
    assert history.layers == ("fc", "block/relu")
    np.testing.assert_array_equal(history.steps, np.arange(1, CAPACITY + 1))
    np.testing.assert_allclose(history.positions, np.arange(1, CAPACITY + 1) / BATCHES)
    assert [history.at(index) for index in range(CAPACITY)] == [stats_at(step) for step in history.steps]
    np.testing.assert_array_equal(history.series("fc", "gradient_norm"), history.steps)
    assert np.isnan(history.series("block/relu", "gradient_norm")).all()
    assert np.isposinf(history.series("block/relu", "activation_mean")).all()
    weights = history.histograms("fc", "weights")
    np.testing.assert_array_equal(weights.counts[41], np.arange(42, 42 + INTERVALS))
    np.testing.assert_array_equal((weights.low, weights.high), (-history.steps, history.steps))
    missing = history.histograms("fc", "activations")
    assert not missing.counts.any()
    assert np.isnan(missing.low).all()
    assert np.isnan(missing.high).all()


@pytest.mark.parametrize("steps", [CAPACITY + 1, 2 * CAPACITY - 1, 1000, 10_007])
def test_long_runs_are_thinned_evenly_and_the_newest_is_exact(steps: int) -> None:
    history = history_of(steps)
    assert CAPACITY / 2 <= len(history) <= CAPACITY
    assert (history.steps[0], history.steps[-1]) == (1, steps)
    assert history.newest == stats_at(steps)
    assert [history.at(index) for index in (0, 70, -2)] == [stats_at(history.steps[index]) for index in (0, 70, -2)]
    gaps = np.diff(history.steps)
    assert len(set(gaps[:-1].tolist())) == 1  # the distance to the newest is the only other one
    assert 0 < gaps[-1] <= gaps[0]


def test_the_newest_is_exact_after_every_measurement() -> None:
    history = LayerHistory()
    for step in range(1, 3 * CAPACITY):
        history.add(event_at(step))
        assert history.newest == stats_at(step)
        assert len(history) <= CAPACITY


@pytest.mark.parametrize("steps", [0, 7, CAPACITY, 20_000])
def test_the_newest_measurements_are_kept_beside_the_thinned_ones(steps: int) -> None:
    newest = range(max(1, steps - RECENT + 1), steps + 1)
    assert history_of(steps).recent == tuple(stats_at(step) for step in newest)


def test_the_newest_measurements_follow_the_run() -> None:
    history = history_of(250)
    history.continue_from(2.4)
    assert history.recent == tuple(stats_at(step) for step in range(231, 241))
    history.add(event_at(241))
    assert history.recent[-1] == stats_at(241)
    other = BatchFinished(3, 42, BATCHES, 242, 10, 0.5, None, layers=(LayerStats("other", dead=1.0),))
    history.add(other)
    assert history.recent == (other.layers,)


def test_after_reading_a_file_the_newest_of_the_thinned_measurements_are_there() -> None:
    history = history_of(1000)
    again = LayerHistory.from_tensors(history.to_tensors())
    steps = history.steps[-RECENT:].tolist()
    assert [[stats.layer for stats in layers] for layers in again.recent] == [["fc", "block/relu"]] * RECENT
    assert [fc.gradient_norm for fc, _ in again.recent] == steps
    assert {relu.dead for _, relu in again.recent} == {0.25}
    assert again.recent[-1][0].gradients is None
    again.add(event_at(1001))
    assert again.recent[-1] == stats_at(1001)
    assert len(again.recent) == RECENT


def test_the_memory_is_bounded() -> None:
    def size(history: LayerHistory) -> int:
        return sum(column.nbytes for column in history._columns.values())

    assert size(history_of(50_000)) == size(history_of(2 * CAPACITY))
    assert size(history_of(50_000)) < 2 * 220_000  # two layers


def test_batches_without_a_measurement_change_nothing() -> None:
    history = LayerHistory()
    history.add(event_at(1, measured=False))
    assert (len(history), history.layers, history.newest) == (0, (), ())
    with pytest.raises(IndexError):
        history.at(-1)
    with pytest.raises(ValueError, match="fc"):
        history.series("fc", "dead")


def test_what_was_read_does_not_change_later() -> None:
    history = history_of(CAPACITY)
    steps, weights, norms = history.steps, history.histograms("fc", "weights"), history.series("fc", "gradient_norm")
    before = steps.copy(), weights.counts.copy(), weights.low.copy(), norms.copy()
    for step in range(CAPACITY + 1, 2 * CAPACITY + 5):
        history.add(event_at(step))
    for now, then in zip((steps, weights.counts, weights.low, norms), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_run_that_continues_drops_what_a_failure_has_lost() -> None:
    history = history_of(250)
    history.continue_from(2.0)
    assert history.steps[-1] == 200
    assert history.newest == stats_at(200)
    for step in range(201, 601):
        history.add(event_at(step))
    assert history.newest == stats_at(600)
    assert (np.diff(history.steps) > 0).all()
    history.continue_from(0.0)
    assert len(history) == 0
    history.add(event_at(1))
    assert history.newest == stats_at(1)


def test_statistics_of_other_layers_start_a_new_record() -> None:
    history = history_of(10)
    other = BatchFinished(1, 11, BATCHES, 11, 10, 0.5, None, layers=(LayerStats("other", dead=1.0),))
    history.add(other)
    assert (history.layers, history.steps.tolist(), history.newest) == (("other",), [11], other.layers)


@pytest.mark.parametrize("steps", [0, 1, 10, CAPACITY, 3 * CAPACITY + 5])
def test_a_record_read_from_a_file_goes_on_as_if_it_had_never_been_saved(tmp_path: Path, steps: int) -> None:
    history = history_of(steps)
    write_tensors(tmp_path / "layers.safetensors", history.to_tensors())
    again = LayerHistory.from_tensors(read_tensors(tmp_path / "layers.safetensors").tensors)
    for step in range(steps + 1, steps + 2 * CAPACITY):
        assert again.layers == history.layers
        assert again.newest == history.newest
        assert {name: array.tobytes() for name, array in again.to_tensors().items()} == {
            name: array.tobytes() for name, array in history.to_tensors().items()
        }
        for record in (history, again):
            record.add(event_at(step))


@pytest.mark.parametrize("name", sorted(LayerHistory().to_tensors()))
def test_a_missing_or_wrong_array_is_refused_with_a_sentence(name: str) -> None:
    tensors = history_of(20).to_tensors()
    for wrong in (
        None,
        np.zeros((3, 4), np.float32),
        tensors[name][:1],
        tensors[name].astype(np.float16),
        tensors[name][..., None],
    ):
        damaged = {key: array for key, array in tensors.items() if key != name}
        if wrong is not None:
            damaged[name] = wrong
        with pytest.raises(StorageError, match=r"ecord of the layers"):
            LayerHistory.from_tensors(damaged)


def test_a_record_in_disorder_is_refused() -> None:
    for change in ({"numbers": 5}, {"state": 0}, {"state": -4}):
        tensors = history_of(20).to_tensors()
        for name, value in change.items():
            tensors[name][-1] = value
        with pytest.raises(StorageError, match="order"):
            LayerHistory.from_tensors(tensors)
    tensors = history_of(20).to_tensors()
    tensors["state"][0] = 0
    with pytest.raises(StorageError, match="order"):
        LayerHistory.from_tensors(tensors)


def test_a_record_that_is_too_long_is_refused() -> None:
    tensors = {name: np.repeat(array, 30, axis=0) for name, array in history_of(20).to_tensors().items()}
    tensors |= {name: history_of(20).to_tensors()[name] for name in ("layers", "state")}
    with pytest.raises(StorageError, match="600 measurements"):
        LayerHistory.from_tensors(tensors)


@pytest.mark.parametrize("names", [b"[]", b'{"layers": 3}', b'{"layers": [3]}', b"{", b"\xff", b"[" * 100_000])
def test_names_that_are_not_texts_are_refused(names: bytes) -> None:
    tensors = history_of(5).to_tensors()
    tensors["layers"] = np.frombuffer(names, np.uint8)
    with pytest.raises(StorageError, match="record of the layers"):
        LayerHistory.from_tensors(tensors)


def test_a_run_records_what_its_batches_report() -> None:
    run = Run()
    run.add_batches([event_at(1), event_at(2, measured=False), event_at(3)])
    assert run.layer_history.steps.tolist() == [1, 3]
    assert run.layer_history.newest == stats_at(3)


def test_every_run_of_the_window_records_its_layers(qtbot, session) -> None:
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    history = session.run.layer_history
    assert history.layers == ("linear_1", "relu_1", "linear_2")
    assert history.steps[0] == 1  # the first batch is always measured
    dense, relu, _ = history.newest
    assert dense.update_ratio is not None
    assert dense.update_ratio > 0
    assert relu.dead is not None
    assert relu.activations is not None


def test_a_run_that_continues_records_its_layers_further(qtbot, session) -> None:
    session.start()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    before, done = session.run.layer_history.steps, session.batches_done
    session.continue_run()
    qtbot.waitUntil(lambda: session.state is SessionState.FINISHED)
    after = session.run.layer_history.steps
    np.testing.assert_array_equal(after[: len(before)], before)
    assert after[len(before)] == done + 1  # the first batch of the rest


@pytest.mark.parametrize("count", [0, 1, 10, 1000])
def test_it_counts_the_measurements_that_were_dropped_too(count: int) -> None:
    assert history_of(count).measured == count
