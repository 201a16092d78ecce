"""The panel of the layers, in a session without a worker."""

from collections.abc import Iterator

import pytest

from app.monitor.layers import LayersPanel
from app.training import Run
from tests.app.monitor.layers.measurements import record


@pytest.fixture
def panel(qtbot, session) -> Iterator[LayersPanel]:
    """The visible panel, before the first run."""
    panel = LayersPanel(session)
    panel.resize(860, 320)
    with qtbot.waitExposed(panel):
        panel.show()
    yield panel
    panel.close()
    panel.deleteLater()


@pytest.fixture
def measured_run(session) -> Run:
    """The shown run, with twenty measurements."""
    session.begin()
    record(session.run.layer_history, 20)
    return session.run
