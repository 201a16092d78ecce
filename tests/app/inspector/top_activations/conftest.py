"""Fixtures of the top activations: the section of a visible inspector."""

import pytest

from app.inspector.part_computation import PartStatus
from app.inspector.top_activations.top_panel import TopPanel


class TopHarness:
    """The section of an inspector, and what its tests wait for."""

    def __init__(self, harness):
        self.harness = harness
        self.panel = harness.inspector.findChild(TopPanel)
        self.model = self.panel.model

    def wait_for_search(self):
        """Wait until the strongest examples of the layer and part are known."""
        self.harness.wait(lambda: self.model.search.status is PartStatus.SHOWN and self.model.result is not None)
        return self.model.result.value

    def wait_for_block(self, map_index):
        """Wait until the pictures of a map are computed."""
        self.harness.wait(lambda: self.model.block(map_index) is not None)
        return self.model.block(map_index)


@pytest.fixture
def unfold(make_harness):
    """Return a function that shows the top activations of an inspector."""

    def unfold_section(harness):
        harness.inspector.resize(1400, 900)
        top = TopHarness(harness)
        harness.wait(top.panel.isVisible)
        return top

    return unfold_section


@pytest.fixture
def top(digits, unfold):
    """The top activations of relu_1 in a small convolutional network for the digits."""
    digits.document.select(("relu_1",))
    return unfold(digits)
