"""The recorded pass through the layers before a problem inside a block."""

import numpy as np
import pytest

from app.document import Document, edits
from app.training.sample_trace import SampleTrace, find_sound_layers, trace_sample, trace_sound_layers
from app.training.snapshot import Snapshot, frozen_state
from tests.tinyml.net.stacks import stack
from tinyml.data import Dataset, load
from tinyml.net import build
from tinyml.storage import Project

WIDE = ("Linear", {"outputs": 16})
INNER = stack(WIDE, "ReLu", WIDE).model_dump()["layers"]
NESTED = [{"type": "Tanh", "name": "tanh"}, {"type": "Residual", "name": "deep", "settings": {"layers": INNER}}]


@pytest.fixture
def document(qapp) -> Document:
    """A network with a block inside a block."""
    network = stack("Flatten", WIDE, ("Residual", {"layers": NESTED}), ("Linear", {"outputs": 10}))
    return Document(Project(network=network))


@pytest.fixture(scope="module")
def samples() -> Dataset:
    return load("digits")


def trained(document: Document) -> Snapshot:
    project, data = document.project, document.data
    assert data is not None
    net = build(project.network, data.example_shape, np.random.default_rng(5))
    return Snapshot(project.network, project.data, project.training, data, frozen_state(net))


def partial(document: Document, snapshot: Snapshot | None, samples: Dataset) -> SampleTrace:
    assert document.data is not None
    layers = find_sound_layers(document.project, document.data, document.inference, snapshot)
    assert layers is not None
    return trace_sound_layers(layers, samples, 3)


def test_the_layers_before_a_problem_inside_a_block_are_traced_with_their_weights(document, samples) -> None:
    assert document.problems == ()
    snapshot = trained(document)
    whole = trace_sample(snapshot, samples, 3)
    path = ("layer_2", "deep")
    document.apply(edits.change_settings(document.project, "layer_2", {"outputs": 0}, path))
    found = partial(document, snapshot, samples)
    assert [entry.layer.name for entry in found.trace.entries] == ["layer_0", "layer_1"]
    assert list(found.inside) == [("layer_2", "tanh"), (*path, "layer_0"), (*path, "layer_1")]
    for place, entry in found.inside.items():
        assert np.array_equal(entry.output, whole.inside[place].output)
    assert found.snapshot.trained


def test_a_block_that_changes_the_shape_shows_all_layers_inside(document, samples) -> None:
    document.apply(edits.insert_layer(document.project, 1, "Linear", {"outputs": 3}, ("layer_2",)))
    document.apply(edits.remove_layers(document.project, ["deep"], block=("layer_2",)))
    assert {path: entry.output.shape for path, entry in partial(document, None, samples).inside.items()} == {
        ("layer_2", "tanh"): (1, 16),
        ("layer_2", "linear_1"): (1, 3),
    }


def test_a_block_inside_that_is_sound_is_traced_too(document, samples) -> None:
    document.apply(edits.insert_layer(document.project, 2, "Conv2D", block=("layer_2",)))
    found = partial(document, None, samples)
    assert ("layer_2", "deep") in found.inside
    assert ("layer_2", "deep", "layer_2") in found.inside


def test_a_layer_with_the_name_of_a_path_is_no_confusion(document, samples) -> None:
    document.apply(edits.rename_layer(document.project, "layer_1", "layer_2.tanh"))
    document.apply(edits.insert_layer(document.project, 1, "Conv2D", block=("layer_2",)))
    found = partial(document, None, samples)
    assert [entry.layer.name for entry in found.trace.entries] == ["layer_0", "layer_2.tanh"]
    assert found.inside == {}
