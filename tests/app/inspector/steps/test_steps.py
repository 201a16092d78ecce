"""The stages of a reconstruction: their words come from the layers, and their pictures from the signal."""

from typing import Any

import numpy as np
import pytest

from app.inspector.reconstruction.reconstruction_images import reconstruction_image
from app.inspector.steps.steps import stages
from tinyml.layers.base import Deconvolution
from tinyml.visualize import Reconstruction, Step

pytestmark = pytest.mark.usefixtures("qapp")
SIGNAL = np.arange(-2.0, 2.0).reshape(1, 2, 2)


def reconstruction_of(steps: tuple[Step, ...], kept: np.ndarray = SIGNAL, **others: Any) -> Reconstruction:
    return Reconstruction(SIGNAL, "<b>s", 0, (0, 1), 1.0, kept, steps, ((0, 1), (0, 1)), **others)


def step(signal: np.ndarray, caption: str = "") -> Step:
    return Step("<b>s", Deconvolution("stretch", "{layer} multiplies every map by its number.", caption), signal)


def test_caption_and_sentence_are_those_of_the_layer() -> None:
    found = stages(reconstruction_of((step(SIGNAL), step(SIGNAL, "{layer}·"))), SIGNAL[0], dark=False)
    assert [stage.caption for stage in found] == ["map 0", "keep one", "stretch", "<b>s·"]
    assert found[2].sentence == "<b>s multiplies every map by its number."
    assert found[3].sentence.endswith("These are the pixels.")
    assert [stage.shape for stage in found] == ["2×2", "1×2×2", "1×2×2", "1×2×2"]


def test_the_last_picture_is_the_reconstruction() -> None:
    found = stages(reconstruction_of((step(SIGNAL),)), None, dark=True)
    assert found[-1].image == reconstruction_image(SIGNAL, dark=True)


def test_of_several_maps_the_number_farthest_from_zero_is_painted() -> None:
    several = np.stack([SIGNAL[0], 3 * SIGNAL[0]])
    found = stages(reconstruction_of((step(several), step(SIGNAL))), None, dark=False)
    assert np.array_equal(found[1].values, 3 * SIGNAL[0])
    assert "farthest from zero of 2 maps" in found[1].sentence


def test_a_vector_is_painted_in_rows_without_losing_a_number() -> None:
    vector = np.arange(1.0, 8.0)
    found = stages(reconstruction_of((step(vector), step(SIGNAL)), kept=vector), None, dark=False)
    assert found[0].sentence.startswith("Only unit 0")
    assert found[1].shape == "7"
    assert found[1].values.ravel()[:7].tolist() == vector.tolist()
    assert (found[1].image.width(), found[1].image.height()) == (3, 3)


def test_the_start_of_a_whole_map_and_of_a_derivative_is_told() -> None:
    whole = stages(reconstruction_of((step(SIGNAL),), whole_map=True, method="gradient"), None, dark=False)[0]
    assert whole.caption == "keep map"
    assert "positive values of map 0" in whole.sentence
    assert whole.sentence.endswith("The derivative starts with 1.")


def test_a_method_without_steps_has_no_stages() -> None:
    assert stages(reconstruction_of(()), SIGNAL[0], dark=False) == []


def test_a_block_is_open() -> None:
    inner = (step(2 * SIGNAL, "{layer}·"), step(3 * SIGNAL))
    words = Deconvolution("both ways", "{layer} adds up both.")
    found = stages(reconstruction_of((Step("block", words, 4 * SIGNAL, inner), step(SIGNAL))), None, dark=False)
    assert [stage.caption for stage in found] == ["keep one", "↳ <b>s·", "↳ stretch", "both ways", "stretch"]
    assert found[1].sentence == "Inside block: <b>s multiplies every map by its number."
    assert np.array_equal(found[2].values, 3 * SIGNAL[0])
