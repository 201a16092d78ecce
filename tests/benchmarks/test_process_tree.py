"""The memory and the processor time of a process and of those that it has started."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.benchmarks.process_tree import PeakMemory, descendants, memory_is_measured, memory_of, processor_seconds

MIB = 1 << 20

pytestmark = pytest.mark.skipif(not memory_is_measured(), reason="This system has no /proc/PID/smaps_rollup.")

_CHILD = """
import subprocess, sys
mine = bytearray(b"x") * (64 << 20)
program = "mine = bytearray(b'x') * (64 << 20); print('ready', flush=True); import sys; sys.stdin.read()"
grandchild = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
sys.stdin.read()
grandchild.communicate()
"""


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """A process with 64 MiB, which has started another one with 64 MiB."""
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def test_children_of_children_are_descendants(child: subprocess.Popen[str]) -> None:
    below = descendants(child.pid)
    assert len(below) == 1
    assert {child.pid, *below} <= set(descendants(os.getpid()))
    assert os.getpid() not in below


def test_the_memory_of_all_processes_is_added(child: subprocess.Popen[str]) -> None:
    below = descendants(child.pid)
    assert 64 * MIB < memory_of([child.pid]) < 90 * MIB
    assert 128 * MIB < memory_of([child.pid, *below]) < 180 * MIB


def test_the_peak_is_that_of_process_and_descendants(child: subprocess.Popen[str]) -> None:
    memory = PeakMemory(child.pid)
    while memory.samples < 2:
        time.sleep(0.01)
    child.communicate()
    memory.stop()
    assert memory.processes == 2
    assert 128 * MIB < memory.peak < 180 * MIB


def test_a_process_that_has_ended_counts_nothing(child: subprocess.Popen[str]) -> None:
    child.communicate()
    assert memory_of([child.pid]) == 0
    assert processor_seconds(child.pid) == 0
    assert descendants(child.pid) == []


def test_processor_seconds_are_those_of_the_process() -> None:
    here = sum(os.times()[:2])
    assert here - 0.1 <= processor_seconds(os.getpid()) <= sum(os.times()[:2]) + 0.1
