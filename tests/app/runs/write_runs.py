"""Keep a run that never ends until this program is killed: `python -m tests.app.runs.write_runs FOLDER`."""

import sys
from itertools import count
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.document import Document
from app.runs import RunStore
from app.runs.curve_files import CurveData
from app.runs.record import record_of
from app.runs.weight_files import RunWeights
from app.training import Run, SessionState, Snapshot
from app.training.curves import RunCurves
from app.training.snapshot import frozen_state
from app.training.training_config import freeze_config
from tests.app.training.conftest import circle_project
from tinyml.net import build


def write_for_ever(folder: Path) -> None:
    """Write a run with more and more batches; print a line after each time."""
    application = QCoreApplication([])
    project = circle_project()
    config = freeze_config(Document(project, application))
    net = build(project.network, config.description.example_shape)
    store = RunStore(folder)
    run = Run(config, SessionState.RUNNING, number=1, curves=RunCurves(3, "accuracy"))
    assert store.claim(run.identifier)
    for batches in count(1):
        x = np.array([float(batches)])
        run.curves.restore_batches(5, x, x, x)
        run.batches_done = batches
        snapshot = Snapshot(project.network, project.data, config.training, config.description, frozen_state(net))
        store.write(record_of(run, config, "circle"), CurveData.of(run.curves), RunWeights(snapshot))
        print(run.identifier, flush=True)


if __name__ == "__main__":
    write_for_ever(Path(sys.argv[1]))
