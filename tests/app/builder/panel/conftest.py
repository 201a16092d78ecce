import pytest

from app.builder.panel.build_panel import BuildPanel


@pytest.fixture
def make_panel(qtbot):
    """Return a function that shows the panel of a document in a window of its own."""

    def make(document):
        panel = BuildPanel(document)
        panel.resize(900, 240)
        qtbot.addWidget(panel)
        with qtbot.waitExposed(panel):
            panel.show()
        panel.activateWindow()
        return panel

    return make


@pytest.fixture
def panel(make_panel, document):
    """The panel of the small network, which has no problems."""
    return make_panel(document)
