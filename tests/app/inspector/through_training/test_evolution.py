"""The row of small reconstructions: which epochs it shows, and that they are those of the weights of that time."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QToolButton, QWidget

from app.document import edits
from app.inspector.page_sections import PageSection
from app.inspector.target import Method
from app.inspector.through_training.evolution import choose_epochs, reconstruct_epochs
from app.inspector.through_training.evolution_strip import EvolutionStrip
from tinyml.net import record
from tinyml.visualize import reconstruct


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 9, 21, 500])
@pytest.mark.parametrize("most", [3, 8])
def test_few_epochs_are_chosen_with_the_first_and_the_last(count, most):
    chosen = choose_epochs(range(count), most)
    assert len(chosen) <= most
    assert list(chosen) == sorted(set(chosen))
    if count:
        assert (chosen[0], chosen[-1]) == (0, count - 1)


@pytest.fixture
def trained(digits):
    """The page after a run of two epochs, with the pictures of all three epochs."""
    digits.find(PageSection, "section_through_training").set_folded(False)
    digits.train()
    digits.wait(lambda: len(shown(digits)) == 3)
    return digits


def strip_of(harness) -> EvolutionStrip:
    return harness.inspector.findChild(EvolutionStrip)


def shown(harness) -> list[QToolButton]:
    return [button for button in strip_of(harness).findChildren(QToolButton) if button.isVisible()]


def test_each_picture_is_the_reconstruction_with_the_weights_of_its_epoch(trained):
    assert [button.text() for button in shown(trained)] == ["0", "1", "2"]
    target, inspection = trained.inspector.state.target, trained.inspection
    for epoch, picture in strip_of(trained)._pictures.items():
        net = inspection.epochs.snapshot_after(epoch).make_net()
        trace = record(net, inspection.samples.examples(slice(0, 1)))
        expected = reconstruct(trace, target.layer, target.map_index, target.position)
        assert np.array_equal(picture.reconstruction.image, expected.image)


def test_a_click_moves_the_page_to_the_epoch(trained):
    shown(trained)[1].click()
    assert trained.inspection.epochs.place == 1
    trained.wait(lambda: [button.isChecked() for button in shown(trained)] == [False, True, False])
    shown(trained)[2].click()
    assert trained.inspection.epochs.following
    trained.wait(lambda: [button.isChecked() for button in shown(trained)] == [False, False, True])


def test_moving_through_the_epochs_computes_no_picture_again(trained):
    before = dict(strip_of(trained)._pictures)
    trained.inspection.epochs.choose(0)
    trained.wait(lambda: shown(trained)[0].isChecked())
    assert strip_of(trained)._pictures == before
    assert not strip_of(trained)._job.busy


def test_another_sample_has_other_pictures(trained):
    strip, before = strip_of(trained), strip_of(trained)._pictures[2].reconstruction.image
    trained.inspection.select_sample(5)
    trained.wait(lambda: 2 in strip._pictures and not np.array_equal(strip._pictures[2].reconstruction.image, before))


def test_a_folded_section_computes_nothing(digits):
    section = digits.find(PageSection, "section_through_training")
    section.set_folded(True)
    digits.train()
    assert strip_of(digits)._pictures == {}
    section.set_folded(False)
    digits.wait(lambda: len(shown(digits)) == 3)


def test_an_edit_of_the_network_takes_the_pictures_away(trained):
    trained.document.apply(edits.change_settings(trained.document.project, "conv_1", {"filters": 5}))
    trained.wait(lambda: shown(trained) == [])


def test_a_layer_that_is_refused_says_why(trained):
    question = strip_of(trained)._question
    wrong = type(question)(question.samples, 0, type(question.target)("no_such_layer", 0), question.method)
    snapshots = {1: trained.inspection.epochs.snapshot_after(1)}
    (picture,) = reconstruct_epochs(wrong, snapshots, lambda _share: None).values()
    assert picture.reconstruction is None
    assert "no_such_layer" in picture.sentence


def test_the_pictures_wait_while_the_user_moves_through_the_epochs(trained):
    strip, epochs = strip_of(trained), trained.inspection.epochs
    epochs._rest_timer.setInterval(60_000)
    epochs.choose(0)
    trained.inspection.select_sample(5)
    trained.wait(lambda: not any(button.isEnabled() for button in shown(trained)))
    assert not strip._job.busy
    epochs._rest_timer.start(0)
    trained.wait(lambda: all(button.isEnabled() for button in shown(trained)))


def test_a_slow_method_can_be_cancelled_within_a_picture(trained):
    question, told = strip_of(trained)._question, []
    slow = replace(question, method=Method.OCCLUSION)
    reconstruct_epochs(slow, {1: trained.inspection.epochs.snapshot_after(1)}, told.append)
    assert len(told) > 2
    assert told == sorted(told)


def test_with_random_weights_the_section_says_what_the_row_shows(trained):
    text = trained.find(QWidget, "epoch_text")
    assert "trained weights" not in text.text()
    trained.inspector.state.set_random_weights(True)
    trained.wait(lambda: text.text().endswith("the row below shows the trained weights"))


def test_pictures_of_the_target_before_are_grey_until_the_new_ones_are_there(trained):
    before = [button.icon().cacheKey() for button in shown(trained)]
    trained.inspector.state.choose_map(trained.inspector.state.map_index + 1)
    assert [button.isEnabled() for button in shown(trained)] == [False, False, False]
    trained.wait(lambda: all(button.isEnabled() for button in shown(trained)))
    assert len(shown(trained)) == 3
    assert not {button.icon().cacheKey() for button in shown(trained)} & set(before)
