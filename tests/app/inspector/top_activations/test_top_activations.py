"""The search for the strongest examples, and what the inspector shows of them."""

from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from app.inspector.page_sections import PageSection
from app.inspector.part_computation import Key, PartResult, PartStatus
from app.inspector.target import Method
from app.inspector.top_activations import map_block, top_activations
from app.inspector.top_activations.block_view import BlockView
from app.inspector.top_activations.map_block import find_strongest, make_block
from app.inspector.top_activations.top_activations import Scope
from tinyml.core import TinymlError
from tinyml.net import record
from tinyml.visualize import StrongestExamples, reconstruct, strongest_examples
from tinyml.visualize.figures import strongest_patches


def no_progress(_share):
    """Do nothing."""


def test_the_strongest_examples_of_the_layer_are_found_and_the_chosen_map_is_shown(top):
    found = top.wait_for_search()
    inspection = top.harness.inspection
    expected = strongest_examples(inspection.snapshot.make_net(), inspection.samples, "relu_1")
    assert np.array_equal(found.examples, expected.examples)
    assert top.model.all_maps == (0, 1, 2, 3)
    assert top.model.maps == (top.harness.inspector.state.map_index,)
    assert top.model.sentence == "strongest patches of 359 test examples, with their reconstructions (deconvnet)"


def test_a_block_holds_the_patches_and_the_reconstructions_of_the_same_places(top):
    found = top.wait_for_search()
    chosen = top.model.maps[0]
    block = top.wait_for_block(chosen)
    assert np.array_equal(block.examples, found.examples[chosen])
    samples, net = top.harness.inspection.samples, top.harness.inspection.snapshot.make_net()
    place = slice(block.examples[0], block.examples[0] + 1)
    row, column = block.positions[0]
    image = np.pad(samples.unscaled_examples(place)[0], ((0, 0), (1, 1), (1, 1)))
    assert np.array_equal(block.patches[0], image[:, row : row + 3, column : column + 3])
    pixels = reconstruct(record(net, samples.examples(place)), "relu_1", chosen, (row, column)).image
    pixels = np.pad(pixels, ((0, 0), (1, 1), (1, 1)))
    np.testing.assert_allclose(block.reconstructions[0], pixels[:, row : row + 3, column : column + 3], rtol=1e-6)
    assert block.sentence == ""


def test_another_map_of_the_layer_needs_no_other_search(top):
    top.wait_for_search()
    result, other = top.model.result, (top.model.maps[0] + 1) % 4
    top.harness.inspector.state.choose_map(other)
    assert top.model.maps == (other,)
    top.wait_for_block(other)
    assert top.model.result is result


def test_the_whole_layer_has_every_map_and_computes_those_that_are_visible(top):
    top.wait_for_search()
    top.model.set_scope(Scope.LAYER)
    assert top.model.maps == (0, 1, 2, 3)
    assert top.wait_for_block(0).map_index == 0
    bar = top.harness.find(BlockView, "top_blocks").horizontalScrollBar()
    assert bar.maximum() > 0
    bar.setValue(bar.maximum())
    assert top.wait_for_block(3).map_index == 3


def test_a_class_score_is_searched_in_the_last_dense_layer(top):
    top.wait_for_search()
    top.model.set_scope(Scope.CLASS)
    top.model.set_class(7)
    top.harness.wait(lambda: top.model.search.layer == "linear_1" and top.model.search.status is PartStatus.SHOWN)
    assert top.model.maps == (7,)
    assert top.model.title(7) == "class 7"
    inspection = top.harness.inspection
    scores = inspection.snapshot.make_net().predict(inspection.samples.examples(slice(None)))[:, 7]
    block = top.wait_for_block(7)
    assert block.activations == pytest.approx(np.sort(scores)[:-10:-1], rel=1e-5)
    assert block.patches[0].shape == (1, 8, 8)


def test_a_chosen_patch_becomes_the_sample_with_its_position(top):
    found = top.wait_for_search()
    top.model.choose(2, rank=3)
    state, inspection = top.harness.inspector.state, top.harness.inspection
    top.harness.wait(lambda: inspection.sample_trace.index == found.examples[2, 3])
    assert (state.target.layer, state.target.map_index) == ("relu_1", 2)
    assert state.target.position == tuple(found.positions[2, 3])
    shown = top.harness.wait_for_reconstruction("relu_1", 2)
    assert shown.position == tuple(found.positions[2, 3])


def test_a_patch_of_the_training_part_becomes_the_sample(top):
    top.model.search.set_part("training")
    top.harness.wait(lambda: top.model.result is not None and top.model.result.key.part == "training")
    example = int(top.model.result.value.examples[1, 0])
    top.model.choose(1, rank=0)
    inspection = top.harness.inspection
    top.harness.wait(lambda: inspection.part == "training" and inspection.sample_trace is not None)
    top.harness.wait(lambda: inspection.sample_trace.index == example)


def test_the_words_of_a_patch_name_index_class_and_activation(top):
    found = top.wait_for_search()
    label = top.harness.inspection.samples.labels[found.examples[0, 0]]
    row, column = found.positions[0, 0]
    words = top.model.describe(0, 0)
    assert words.startswith(f"test example {found.examples[0, 0]} · class {label} · activation ")
    assert words.endswith(f" at row {row}, column {column}")


def test_results_of_earlier_weights_are_marked(make_harness, project_of, unfold):
    layers = (("Conv2D", "conv_1", {"filters": 2, "window": 3}), ("Flatten", "flatten_1", {}))
    harness = make_harness(project_of((*layers, ("Linear", "linear_1", {"outputs": 10})), "digits", epochs=5000))
    harness.wait_for_sample_trace()
    top = unfold(harness)
    top.wait_for_search()
    harness.session.start()
    harness.wait(lambda: top.model.search.outdated)
    assert top.model.sentence.startswith("earlier weights: strongest patches")
    harness.session.stop()
    harness.wait(lambda: not harness.session.state.active and top.model.search.status is PartStatus.SHOWN)
    assert top.model.sentence.startswith("strongest patches")


def test_a_cancelled_search_is_offered_again_in_one_sentence(top):
    top.model.search.set_part("training")
    top.model.search.cancel()
    assert top.model.search.status is PartStatus.OFFERED
    assert top.model.sentence == (
        "relu_1 is not searched yet: the search was cancelled. Search now for its strongest examples."
    )
    top.model.search.start()
    assert top.wait_for_search().examples.shape == (4, 9)


def test_a_network_without_class_scores_says_so(make_harness, project_of, unfold):
    harness = make_harness(project_of((("Linear", "linear_1", {"outputs": 1}),), "sine", loss="mse_loss"))
    harness.wait(lambda: harness.inspection.sample_trace is not None)
    top = unfold(harness)
    assert top.model.scopes == (Scope.MAP,)
    top.model.set_scope(Scope.CLASS)
    assert top.model.sentence.startswith("This network has no class scores.")


@pytest.fixture
def result(top):
    """What was found for relu_1."""
    top.wait_for_search()
    return top.model.result


def test_a_dead_map_has_no_patches_but_a_reason(result):
    found = result.value
    dead = StrongestExamples(found.examples, np.zeros_like(found.activations), found.positions)
    block = make_block(replace(result, value=dead), 2, Method.DECONVNET, True, no_progress)
    assert block.sentence == "Map 2 is dead: none of the 359 test examples activates it."
    assert (len(block.examples), block.patches, block.reconstructions) == (0, (), ())


def test_a_method_that_refuses_a_layer_leaves_the_patches_and_its_reason(make_harness, project_of):
    layers = (
        ("Conv2D", "conv_1", {"filters": 2, "window": 3}),
        ("Tanh", "tanh_1", {}),
        ("Flatten", "flatten_1", {}),
        ("Linear", "linear_1", {"outputs": 10}),
    )
    harness = make_harness(project_of(layers, "digits"))
    harness.wait_for_sample_trace()
    inspection = harness.inspection
    key = Key(inspection.snapshot, "tanh_1", "test")
    found = find_strongest(key, inspection.samples, no_progress)
    block = make_block(PartResult(key, inspection.samples, found), 1, Method.DECONVNET, True, no_progress)
    assert [patch.shape for patch in block.patches] == [(1, 3, 3)] * 9
    assert block.reconstructions == ()
    assert "tanh_1" in block.sentence


def test_progress_is_told_before_each_reconstruction(result):
    told = []
    make_block(result, 0, Method.DECONVNET, True, told.append)
    assert told == [rank / 9 for rank in range(9)]


def test_hidden_blocks_are_dropped_when_blocks_take_too_much_memory(top, monkeypatch):
    monkeypatch.setattr(top_activations, "MOST_BLOCK_BYTES", 1)
    top.wait_for_search()
    first = top.model.maps[0]
    top.wait_for_block(first)
    second = (first + 1) % 4
    top.harness.inspector.state.choose_map(second)
    top.wait_for_block(second)
    assert top.model.block(first) is None


def test_a_dead_unit_of_a_dense_layer_is_called_a_unit(top):
    top.model.set_scope(Scope.CLASS)
    top.harness.wait(lambda: top.model.result is not None and top.model.result.key.layer == "linear_1")
    found = top.model.result.value
    dead = StrongestExamples(found.examples, np.zeros_like(found.activations), found.positions)
    block = make_block(replace(top.model.result, value=dead), 2, Method.DECONVNET, True, no_progress)
    assert block.sentence == "Unit 2 is dead: none of the 359 test examples activates it."


def test_a_slow_method_tells_its_progress_within_a_reconstruction(result):
    told = []
    make_block(result, 0, Method.OCCLUSION, True, told.append)
    assert len(told) == 2 * 9  # at the beginning of each picture, and after its batch of windows
    assert told == sorted(told)


def test_a_block_that_needs_too_much_memory_is_one_sentence(result, monkeypatch):
    def out_of_memory(*_arguments):
        raise MemoryError

    monkeypatch.setattr(map_block, "strongest_patches", out_of_memory)
    with pytest.raises(TinymlError, match="The memory is too small for the patches of 'relu_1'"):
        make_block(result, 0, Method.DECONVNET, True, no_progress)


def test_screen_and_file_have_the_same_pictures(result):
    block = make_block(result, 1, Method.GUIDED, True, no_progress)
    key, function = result.key, Method.GUIDED.function
    top = strongest_patches(key.make_net(), result.samples, key.layer, result.value, 1, function)
    assert np.array_equal(block.patches, top.patches)
    assert np.array_equal(block.reconstructions, top.reconstructions)
    assert block.limit == np.abs(top.reconstructions).max()


def test_a_folded_section_forgets_its_wishes_and_stops_its_job(top, monkeypatch):
    entered, released = Event(), Event()

    def wait_until_cancelled(*arguments):
        entered.set()
        while not released.is_set():
            arguments[-1](0.0)

    top.wait_for_search()
    top.wait_for_block(top.model.maps[0])
    monkeypatch.setattr(top_activations, "make_block", wait_until_cancelled)
    top.harness.inspector.state.choose_map((top.model.maps[0] + 1) % 4)
    top.harness.wait(entered.is_set)
    section = top.harness.find(PageSection, "section_top_activations")
    section.set_folded(True)
    assert not top.model._job.busy
    assert not any(top.model._wanted.values())
    released.set()
    monkeypatch.undo()
    section.set_folded(False)
    top.wait_for_block(top.model.maps[0])


def test_the_pictures_of_earlier_blocks_are_not_kept(top):
    top.wait_for_search()
    chosen = top.model.maps[0]
    view = top.harness.find(BlockView, "top_blocks")
    top.wait_for_block(chosen)
    top.harness.wait(lambda: chosen in view._pictures)
    top.harness.inspector.state.set_methods((Method.GUIDED,))
    assert view._pictures == {}
    top.wait_for_block(chosen)
    top.harness.wait(lambda: list(view._pictures) == [chosen])


def test_random_weights_are_searched_and_named(top):
    trained = top.wait_for_search()
    top.harness.inspector.state.set_random_weights(True)
    top.harness.wait(lambda: top.model.search.status is PartStatus.SHOWN and top.model.result.key.random)
    assert not np.array_equal(top.model.result.value.activations, trained.activations)
    assert top.model.sentence.startswith("random weights: strongest patches")
    top.harness.inspector.state.set_random_weights(False)
    assert top.model.result.value is trained
    assert top.model.sentence.startswith("strongest patches")


def test_the_words_say_what_is_waited_for(top):
    top.harness.train()
    top.wait_for_search()
    epochs = top.harness.inspection.epochs
    epochs._rest_timer.setInterval(60_000)
    epochs.choose(0)
    top.harness.wait(lambda: top.model.search.status is PartStatus.WAITING)
    assert top.model.sentence.startswith("earlier weights")
    top.model.set_scope(Scope.CLASS)
    assert top.model.search.status is PartStatus.WAITING
    assert top.model.sentence == "linear_1 is searched as soon as you stay at an epoch."
    epochs._rest_timer.start(0)
    top.wait_for_search()
