"""What is embedded, and what is said of it."""

import numpy as np
import pytest

from app.inspector.embedding import embedding_model
from app.inspector.embedding.embedding_panel import EmbeddingPanel
from app.inspector.part_computation import PartStatus
from app.training.sample_trace import predict_classes
from tinyml.visualize import randomise
from tinyml.visualize.embedding import embed


def test_nothing_is_computed_while_the_section_is_folded(digits):
    panel = digits.inspector.findChild(EmbeddingPanel)
    assert not panel.isVisible()
    assert panel.model.computation.status is PartStatus.OFFERED


def test_the_last_dense_layer_is_embedded_with_the_predictions(embedding):
    result = embedding.wait_for_points()
    inspection = embedding.harness.inspection
    assert result.key.layer == "linear_1"
    expected = embed(inspection.snapshot.make_net(), inspection.samples, "linear_1")
    np.testing.assert_allclose(result.value.points, expected.points, rtol=1e-6, atol=1e-9)
    assert np.array_equal(result.value.predictions, predict_classes(inspection.snapshot, inspection.samples))
    wrong = (result.value.predictions != inspection.samples.labels).mean()
    assert embedding.model.sentence == f"linear_1 · 359 test examples · {100 * wrong:.1f}\N{NO-BREAK SPACE}% wrong"


def test_the_layer_follows_the_inspector_only_if_it_should(embedding):
    embedding.wait_for_points()
    embedding.harness.document.select(("relu_1",))
    assert embedding.model.computation.layer == "linear_1"
    embedding.model.set_follows(True)
    assert embedding.model.computation.layer == "relu_1"
    embedding.harness.document.select(("conv_2",))
    assert embedding.wait_for_points().key.layer == "conv_2"
    embedding.model.set_follows(False)
    embedding.harness.document.select(("relu_1",))
    assert embedding.model.computation.layer == "conv_2"
    embedding.model.set_layer("pool_1")
    assert embedding.wait_for_points().key.layer == "pool_1"


def test_many_points_are_thinned_evenly_and_the_words_say_so(embedding, monkeypatch):
    embedding.wait_for_points()
    monkeypatch.setattr(embedding_model, "MOST_POINTS", 100)
    drawn = embedding.model.drawn
    assert len(drawn) == 100
    assert (drawn[0], drawn[-1]) == (0, 358)
    assert set(np.diff(drawn).tolist()) <= {3, 4}
    assert "359 test examples, 100 of them drawn" in embedding.model.sentence


def test_a_cancelled_embedding_is_offered_again(embedding):
    embedding.wait_for_points()
    embedding.model.computation.set_part("training")
    embedding.model.computation.cancel()
    assert embedding.model.sentence == (
        "The embedding of linear_1 is not computed yet: the computation was cancelled. "
        "Compute it now to see the classes apart."
    )
    embedding.model.computation.start()
    assert embedding.wait_for_points().key.part == "training"


def test_data_without_classes_have_points_without_predictions(make_harness, project_of, unfold):
    layers = (("Linear", "linear_1", {"outputs": 8}), ("Linear", "linear_2", {"outputs": 1}))
    harness = make_harness(project_of(layers, "sine", loss="mse_loss"))
    harness.wait(lambda: harness.inspection.sample_trace is not None)
    embedding = unfold(harness)
    embedding.model.set_layer("linear_1")
    result = embedding.wait_for_points()
    assert result.value.predictions is None
    assert result.value.shares[0] == pytest.approx(1, abs=1e-3)  # one input: all outputs lie on a line
    assert embedding.model.describe(3) == "test example 3"


def test_random_weights_have_their_own_points_and_predictions(embedding):
    trained = embedding.wait_for_points()
    embedding.harness.inspector.state.set_random_weights(True)
    embedding.harness.wait(lambda: embedding.model.result is not None and embedding.model.result.key.random)
    result, samples = embedding.wait_for_points(), embedding.harness.inspection.samples
    net = randomise(trained.key.make_net())
    assert np.array_equal(result.value.predictions, net.predict(samples.examples(slice(None))).argmax(axis=1))
    np.testing.assert_allclose(result.value.points, embed(net, samples, "linear_1").points, rtol=1e-6, atol=1e-9)
    assert embedding.model.sentence.startswith("random weights: linear_1")
    embedding.harness.inspector.state.set_random_weights(False)
    assert embedding.model.result is trained


def test_the_words_say_what_is_waited_for(embedding):
    embedding.harness.train()
    embedding.wait_for_points()
    epochs = embedding.harness.inspection.epochs
    epochs._rest_timer.setInterval(60_000)
    epochs.choose(0)
    embedding.model.set_layer("relu_1")
    assert embedding.model.sentence == "The embedding of relu_1 is computed as soon as you stay at an epoch."
    epochs._rest_timer.start(0)
    assert embedding.wait_for_points().key.layer == "relu_1"
