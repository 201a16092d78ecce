"""A snapshot holds everything that a trained network needs."""

from dataclasses import replace

import numpy as np

from app.training.sample_trace import predict_classes, trace_sample
from app.training.snapshot import Snapshot, frozen_state
from tinyml.data import DataChoice, FittedPreprocessing, Preprocessing, describe, load, prepare_splits
from tinyml.data.preprocessing import Scaling
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


def test_samples_are_scaled_as_the_weights_were_trained() -> None:
    choice = DataChoice(source="circle", preprocessing=Preprocessing(scale="standardise"))
    network = NetworkSpecification(
        layers=(LayerSpecification(type="Linear", name="fc", settings={"outputs": 2}),),
    )
    net = build(network, (2,), np.random.default_rng(0))
    test = prepare_splits(choice).test
    trained_on_other_data = FittedPreprocessing(scaling=Scaling(offset=(3.0, 4.0), scale=(0.5, 0.25)))
    old = Snapshot(network, choice, TrainingSettings(), describe("circle"), frozen_state(net))
    new = replace(old, preprocessing=trained_on_other_data)
    assert old.prepare(test) is test
    scaled = (test.unscaled_examples(slice(0, 1)) - (3, 4)) / (0.5, 0.25)
    np.testing.assert_allclose(trace_sample(new, test, 0).sample.input, scaled, rtol=1e-6)
    assert not np.array_equal(trace_sample(old, test, 0).output, trace_sample(new, test, 0).output)
    assert (predict_classes(old, test) != predict_classes(new, test)).any()
