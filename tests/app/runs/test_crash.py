"""A program that is killed while it writes runs leaves whole files, and a run that counts as interrupted."""

import random
import subprocess
import sys
from pathlib import Path
from threading import Event

import numpy as np

from app.runs import RunStore

KILLS = 6


def test_a_killed_program_leaves_a_run_that_can_be_read(tmp_path) -> None:
    chance = random.Random(5)
    for number in range(KILLS):
        folder = tmp_path / str(number)
        writer = subprocess.Popen(
            [sys.executable, "-m", "tests.app.runs.write_runs", str(folder)],
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        identifier = writer.stdout.readline().strip()
        store = RunStore(folder)
        assert store.read_one(identifier).elsewhere, "the writer lives"
        # The kill must come at any moment of a write, not after a line.
        Event().wait(chance.random() * 0.05)
        writer.kill()
        printed = 1 + writer.communicate()[0].count("\n")
        kept = store.read_all()[identifier]
        assert kept.problem == ""
        assert kept.interrupted
        assert not kept.elsewhere
        run = store.load(identifier)
        # The record is written last: it never promises batches that the curves do not have.
        assert printed <= run.batches_done <= len(run.curves.loss.batches) <= printed + 1
        assert np.array_equal(run.curves.loss.batches.x, 1.0 + np.arange(len(run.curves.loss.batches)))
        assert run.snapshot is not None
        assert store.claim(identifier), "the next window can continue it"
        store.release(identifier)
