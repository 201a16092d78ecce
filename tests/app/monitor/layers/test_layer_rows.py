"""What the rows of the table say of a run: false alarms are as bad as missed ones."""

from dataclasses import replace

import pytest

from app.formatting import SPACE
from app.monitor.layers.judgement import Judgement
from app.monitor.layers.layer_rows import make_rows
from app.training import Run
from app.training.training_config import TrainingConfig
from tests.app.monitor.layers.measurements import add, measure, measure_relu
from tests.tinyml.diagnosis.evidence import USUAL, falling, history, rules
from tinyml.data import DataDescription
from tinyml.diagnosis import Probe, diagnose
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
    assert make_rows(run, {})[0].units == Judgement(f"10{SPACE}% dead")
    for step in range(11, 1000):
        add(run.layer_history, step, measure_relu("relu", dead=0.9), measure("fc"))
    assert make_rows(run, {})[0].units == Judgement(f"90{SPACE}% dead", worrying=True)


@pytest.mark.parametrize("batch_size", [4, 10, 64, 256])
@pytest.mark.parametrize("shares", [[1.0], [0.6] * 5, [0.95] * 5, [0.2, *[0.9] * 12], [0.2, *[0.9] * 30]])
@pytest.mark.parametrize("probe", [None, (256, 0.14), (256, 0.6), (32, 0.6), (32, 0.95)])
def test_the_table_and_the_diagnosis_judge_dead_units_alike(batch_size, shares, probe) -> None:
    run = make_run(batch_size)
    for step, dead in enumerate(shares, start=1):
        add(run.layer_history, step, measure_relu("relu_1", dead=dead), measure("linear_2"))
    probed = Probe(probe[0], (LayerStats("relu_1", dead=probe[1]),)) if probe else None
    evidence = replace(
        USUAL,
        history=history(falling(4), 0.3, epochs=8),
        training=TrainingSettings(batch_size=batch_size),
        measurements=run.layer_history.recent,
        probe=probed,
    )
    units = make_rows(run, {}, probed)[0].units
    assert ("dead_units" in rules(evidence)) == units.worrying
    if units.worrying:
        share = units.text.removesuffix(" dead")
        assert share in diagnose(evidence).diagnoses[0].evidence


def test_the_outputs_of_the_network_may_reach_their_ends() -> None:
    run = make_run()
    tanh = [LayerStats(name, saturated=0.8) for name in ("tanh_1", "tanh_2")]
    add(run.layer_history, 1, tanh[0], measure("fc"), tanh[1], LayerStats("reshape"))
    assert [row.units.worrying for row in make_rows(run, {})] == [True, False, False, False]


def test_a_run_without_measurements_has_no_rows() -> None:
    assert make_rows(Run(), {}) == []
