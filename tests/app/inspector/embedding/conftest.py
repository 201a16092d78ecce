"""Fixtures of the embedding: its section, unfolded in a visible inspector."""

import pytest

from app.forms.section import Section
from app.inspector.embedding.embedding_panel import EmbeddingPanel
from app.inspector.part_computation import PartStatus


class EmbeddingHarness:
    """The section of an inspector, and what its tests wait for."""

    def __init__(self, harness):
        self.harness = harness
        self.panel = harness.inspector.findChild(EmbeddingPanel)
        self.model = self.panel.model
        harness.inspector.resize(1400, 1200)
        harness.inspector.findChild(Section, "inspector_section_embedding").set_folded(False)
        harness.wait(self.panel.isVisible)

    def wait_for_points(self):
        """Wait until the points of the layer and part are known, and return the result."""
        self.harness.wait(lambda: self.model.computation.status is PartStatus.SHOWN)
        return self.model.result


@pytest.fixture
def unfold():
    """Return a function that shows the embedding of an inspector."""
    return EmbeddingHarness


@pytest.fixture
def embedding(digits):
    """The embedding of a small convolutional network for the digits."""
    return EmbeddingHarness(digits)
