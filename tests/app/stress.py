"""Let every background job begin and end late, as on a busy machine. Then a test fails if it waits for a time.

    python -m pytest -p tests.app.stress tests/app/models

The two delays of a job are random, up to 300 ms each. `STRESS_MS` sets another longest delay, and `STRESS_SEED` chooses
other delays. Tests that are marked `alone` measure times, so they are left out.
"""

import os
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from app.jobs import Job
from tinyml.data import ProgressCallback

_LONGEST_SECONDS = int(os.environ.get("STRESS_MS", "300")) / 1000
_random = Random(os.environ.get("STRESS_SEED", "0"))
_make_job = Job.__init__


def _make_late_job(job: Job, function: Callable[[ProgressCallback], Any]) -> None:
    before, after = (_random.uniform(0, _LONGEST_SECONDS) for _ in range(2))

    def late(progress: ProgressCallback) -> Any:
        time.sleep(before)
        try:
            return function(progress)
        finally:
            time.sleep(after)

    _make_job(job, late)


@pytest.fixture(autouse=True, scope="session")
def late_jobs() -> Any:
    """Delay the jobs of all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Job, "__init__", _make_late_job)
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that measure times."""
    measuring = [item for item in items if item.get_closest_marker("alone")]
    if measuring:
        items[:] = [item for item in items if item not in measuring]
        config.hook.pytest_deselected(items=measuring)
