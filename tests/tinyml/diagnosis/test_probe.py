"""The probe: what it measures, and that it counts more than the batches of a run."""

from dataclasses import replace

import numpy as np

from tests.tinyml.diagnosis.evidence import USUAL, falling, history, measured, rules
from tinyml.data import prepare_splits
from tinyml.diagnosis import Probe, network_layers, probe_layers
from tinyml.learner import set_up_training
from tinyml.learner.layer_stats import LayerStats
from tinyml.net import infer
from tinyml.storage import lesson_path, open_project, read_project


def test_a_probe_finds_units_that_are_dead_for_many_examples_and_changes_nothing() -> None:
    project = open_project("circle")
    splits = prepare_splits(project.data)
    net = set_up_training(project.network, project.training, splits).net
    tensors = {name: tensor.copy() for name, tensor in net.named_tensors.items()}
    tensors["linear_2.bias"][:10] = -100.0
    before = {name: tensor.copy() for name, tensor in tensors.items()}
    found = probe_layers(project.network, project.training, splits, tensors)
    stats = {each.layer: each for each in found.layers}
    assert found.examples == 256
    assert stats["relu_2"].dead >= 10 / 25
    assert stats["relu_1"].dead < 0.4
    assert stats["linear_1"].gradient_norm > 0
    assert stats["linear_1"].update_ratio is None
    assert all((tensors[name] == before[name]).all() for name in before)


def test_a_network_with_many_operations_is_probed_with_few_examples() -> None:
    project = open_project("shapes")
    splits = prepare_splits(project.data)
    net = set_up_training(project.network, project.training, splits).net
    found = probe_layers(project.network, project.training, splits, net.named_tensors)
    assert 32 <= found.examples < 256


def test_the_probe_of_ten_sigmoids_sees_the_gradient_vanish() -> None:
    project = read_project(lesson_path("vanishing_gradient"))
    splits = prepare_splits(project.data)
    net = set_up_training(project.network, project.training, splits).net
    found = probe_layers(project.network, project.training, splits, net.named_tensors)
    run = replace(USUAL, history=history(falling(4, 0.999), 0.1), probe=found)
    norms = {stats.layer: stats.gradient_norm for stats in found.layers}
    assert norms["linear_1"] < 1e-6 * norms["linear_11"]
    assert np.isfinite(norms["linear_1"])
    assert rules(replace(run, network=replace_network(project, splits))) == ["vanishing_gradient"]


def replace_network(project, splits):
    return network_layers(infer(project.network, splits.train.description.example_shape, 2))


def test_a_probe_counts_more_than_older_batches() -> None:
    run = replace(USUAL, history=history(falling(4), 0.1), measurements=measured(relu_1={"dead": 0.05}))
    assert rules(run) == []
    assert rules(replace(run, probe=Probe(256, (LayerStats("relu_1", dead=1.0),)))) == ["dead_units"]
    died = replace(run, measurements=measured(relu_1={"dead": 1.0}))
    assert rules(replace(died, probe=Probe(256, (LayerStats("relu_1", dead=0.1),)))) == []


def test_a_probe_of_few_examples_does_not_call_sparse_units_dead() -> None:
    run = replace(USUAL, history=history(falling(4), 0.3, epochs=8), measurements=measured(relu_1={"dead": 0.2}))
    half = (LayerStats("relu_1", dead=0.6),)
    assert rules(replace(run, probe=Probe(32, half))) == []
    assert rules(replace(run, probe=Probe(256, half))) == ["dead_units"]
    assert rules(replace(run, probe=Probe(32, (LayerStats("relu_1", dead=1.0),)))) == ["dead_units"]
