"""What tests of several folders share."""

import math
import time

import pytest

from tinyml.core import threads
from tinyml.net.execution.processes import team


@pytest.fixture
def no_helpers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start no helper processes during a test. Those that a former test has started no longer reserve processors."""
    monkeypatch.setattr(team, "START_AFTER", math.inf)
    team.end_team()
    end = time.monotonic() + team.LONGEST_START
    while threads._pool.reserved and time.monotonic() < end:
        time.sleep(0.01)
