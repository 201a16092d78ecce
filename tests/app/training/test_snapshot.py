"""A snapshot holds everything that a trained network needs."""

import numpy as np

from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataChoice, load
from tinyml.learner import TrainingSettings
from tinyml.net import LayerSpecification, NetworkSpecification, build


def test_a_snapshot_keeps_the_statistics_of_batch_normalisation() -> None:
    network = NetworkSpecification(
        layers=tuple(LayerSpecification(type=kind, name=kind) for kind in ("Residual", "BatchNorm1D", "Linear"))
    )
    net = build(network, (2,), np.random.default_rng(0))
    net(np.random.default_rng(1).normal(5, 3, size=(20, 2)).astype(np.float32))
    snapshot = Snapshot(
        network, DataChoice(source="circle"), TrainingSettings(), load("circle").description, frozen_state(net)
    )
    points = np.random.default_rng(2).normal(size=(5, 2)).astype(np.float32)
    np.testing.assert_array_equal(snapshot.make_net()(points), net.predict(points))
    assert not any(tensor.flags.writeable for tensor in snapshot.tensors.values())
    net.train()
    net(points)
    assert (snapshot.tensors["BatchNorm1D.running_mean"] != net.named_tensors["BatchNorm1D.running_mean"]).any()
