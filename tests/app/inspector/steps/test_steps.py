"""The pictures of a reconstruction's steps: their words come from the layers."""

import numpy as np
import pytest

from app.inspector.steps.steps import step_pictures
from tinyml.layers.base import Deconvolution
from tinyml.visualize import Reconstruction, Step


@pytest.mark.usefixtures("qapp")
def test_caption_and_sentence_are_those_of_the_layer() -> None:
    signal = np.ones((1, 2, 2), np.float32)
    words = Deconvolution("stretch", "{layer} multiplies every map by its number.")
    steps = (Step("<b>s", words, signal), Step("t", Deconvolution("turn", "{layer} turns it.", "{layer}·"), signal))
    box = (0, 1), (0, 1)
    reconstruction = Reconstruction(signal[0], "s", 0, (0, 0), 1.0, signal, steps, box)
    _, first, last = step_pictures(reconstruction, None, dark=False)
    assert (first.caption, last.caption) == ("stretch", "t·")
    assert first.tooltip == "<b>s multiplies every map by its number. Left: 1×2×2."
    assert last.tooltip == "t turns it. Left: 1×2×2, the pixels."
