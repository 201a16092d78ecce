"""What the rows of the table say of a run: false alarms are as bad as missed ones."""

import pytest

from app.monitor.layers.layer_rows import lasting_share, make_rows
from app.training import Run
from app.training.training_config import TrainingConfig
from tests.app.monitor.layers.measurements import add, measure, measure_relu
from tinyml.data import DataDescription
from tinyml.learner import TrainingSettings
from tinyml.learner.layer_stats import LayerStats
from tinyml.storage import Project


def make_run(batch_size: int = 64) -> Run:
    project = Project(training=TrainingSettings(batch_size=batch_size))
    return Run(TrainingConfig(project, DataDescription("d", "D", (2,), ("a", "b"), 100), 5))


@pytest.mark.parametrize(("batch_size", "measured", "worrying"), [(256, 1, True), (10, 1, False), (10, 20, True)])
def test_few_examples_make_healthy_units_look_dead(batch_size, measured, worrying) -> None:
    run = make_run(batch_size)
    for step in range(1, measured + 1):
        add(run.layer_history, step, measure_relu("relu", dead=0.5), measure("fc"))
    assert make_rows(run, {})[0].units.worrying is worrying


def test_a_unit_that_fires_in_one_of_the_newest_batches_is_alive() -> None:
    run = make_run()
    for step, dead in enumerate([0.1] + [0.9] * 4 + [0.2] + [0.9] * 4, start=1):
        add(run.layer_history, step, measure_relu("relu", dead=dead), measure("fc"))
    assert lasting_share(run.layer_history, "relu") == 0.1
    assert not make_rows(run, {})[0].units.worrying
    for step in range(11, 30):
        add(run.layer_history, step, measure_relu("relu", dead=0.9), measure("fc"))
    assert make_rows(run, {})[0].units.worrying


def test_the_outputs_of_the_network_may_reach_their_ends() -> None:
    run = make_run()
    tanh = [LayerStats(name, saturated=0.8) for name in ("tanh_1", "tanh_2")]
    add(run.layer_history, 1, tanh[0], measure("fc"), tanh[1], LayerStats("reshape"))
    assert [row.units.worrying for row in make_rows(run, {})] == [True, False, False, False]


def test_a_run_without_measurements_has_no_rows() -> None:
    assert make_rows(Run(), {}) == []
