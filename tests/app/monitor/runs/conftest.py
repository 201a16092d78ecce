"""The panel of the kept runs, visible, with runs that no training made."""

from collections.abc import Callable, Iterator

import pytest

from app.monitor.runs import RunsPanel
from app.runs import RunKeeper
from app.training import Run
from tests.app.runs.conftest import document, keep, keeper, make_run, session, store, train  # noqa: F401 (fixtures)


@pytest.fixture
def panel(qtbot, document, session, keeper) -> Iterator[RunsPanel]:  # noqa: F811
    panel = RunsPanel(document, session, keeper)
    panel.resize(264, 800)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.activateWindow()
    qtbot.waitUntil(lambda: keeper.ready)
    yield panel
    session.shutdown()
    panel.close()
    panel.deleteLater()


@pytest.fixture
def keep_runs(qtbot, keeper, make_run) -> Callable[..., list[Run]]:  # noqa: F811
    """Return a function that keeps runs with these training settings, the oldest first, and waits for the list."""

    def make(*settings: dict[str, object], **facts: object) -> list[Run]:
        runs = [make_run(number, **training) for number, training in enumerate(settings, start=1)]
        for run in runs:
            for name, value in facts.items():
                setattr(run, name, value)
            keep(keeper.store, run)
        _wait_for(qtbot, keeper, runs)
        return runs

    return make


def _wait_for(qtbot, keeper: RunKeeper, runs: list[Run]) -> None:  # noqa: F811
    keeper.reload()
    qtbot.waitUntil(lambda: {run.identifier for run in runs} <= set(keeper.kept))
