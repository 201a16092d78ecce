"""Measure what it costs to keep the weights after every epoch, and how fast one of them is on the screen again.

Run `python -m tests.benchmarks.kept_epochs` from the root of the repository. It asserts nothing.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np

from app.training.dataset_cache import load_splits
from app.training.epoch_weights import EpochWeights
from app.training.snapshot import Snapshot
from app.training.worker import MEASURING_SHARE
from tests.benchmarks.settings import UnavailableError
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.training_window import NETWORKS, project_for
from tinyml.core.threads import one_blas_thread
from tinyml.learner import EpochFinished, Event, set_up_training
from tinyml.net import record
from tinyml.visualize import reconstruct

_SECONDS = 2.0
_ROUNDS = 15
_ACCESSES = 40


class Contestant:
    """A training run that continues for some seconds in each of its turns.

    Arguments:
        network: one of `NETWORKS`.
        keeps: True to keep the weights after each epoch.

    Attributes:
        kept: these weights.
    """

    def __init__(self, network: str, keeps: bool) -> None:
        project = project_for(network)
        self._project, self._keeps = project, keeps
        self._setup = set_up_training(project.network, project.training, load_splits(project.data))
        self._events: Iterator[Event] = self._setup.run(measure_share=MEASURING_SHARE)
        self.kept = EpochWeights()

    def train(self, seconds: float) -> float:
        """Train for at least so many seconds of the processor; return the examples per second of the processor."""
        begin, examples, worked = time.process_time(), 0, 0.0
        while worked < seconds:
            event = next(self._events)
            examples += getattr(event, "examples", 0)
            if isinstance(event, EpochFinished) and self._keeps:
                weights = self._setup.learner.epoch_weights
                assert weights is not None
                self.kept.add(*weights)
            worked = time.process_time() - begin
        return examples / worked

    def open_epoch(self, epoch: int) -> float:
        """Return the milliseconds of the forward pass and a reconstruction with the weights after an epoch.

        Arguments:
            epoch: one that is kept.
        """
        tensors = self.kept.tensors(epoch)
        assert tensors is not None
        splits, project = self._setup.splits, self._project
        description = splits.test.description
        begin = time.perf_counter()
        snapshot = Snapshot(project.network, project.data, project.training, description, tensors)
        trace = record(snapshot.make_net(), splits.test.examples(slice(0, 1)))
        layer = next((entry.layer.name for entry in trace.entries if entry.output.ndim == 4), "")
        if layer:
            reconstruct(trace, layer, 0)
        return 1000 * (time.perf_counter() - begin)


def compare(network: str, seconds: float, rounds: int) -> tuple[str, ...]:
    """Train with and without kept epochs in turn, and return the row of the table.

    Arguments:
        network: one of `NETWORKS`.
        seconds: length of a turn.
        rounds: number of turns of each run.
    """
    plain, keeping = Contestant(network, False), Contestant(network, True)
    plain.train(seconds)
    keeping.train(seconds)
    rates = []
    for number in range(rounds):
        # The one that is first changes, because the other load of the machine may rise or fall steadily.
        if number % 2:
            second = keeping.train(seconds)
            rates.append((plain.train(seconds), second))
        else:
            rates.append((plain.train(seconds), keeping.train(seconds)))
    costs = [1 - after / before for before, after in rates]
    lower, cost, upper = np.percentile(costs, (25, 50, 75))
    epochs = keeping.kept.epochs or (0,)
    opened = "–"
    if keeping.kept.epochs:
        rng = np.random.default_rng(0)
        times = [keeping.open_epoch(int(rng.choice(epochs))) for _ in range(_ACCESSES)]
        opened = f"{np.median(times):.1f} ({max(times):.1f})"
    size = f"{keeping.kept.size / 10**6:.1f}"
    return (
        network,
        f"{100 * cost:.2f} ({100 * lower:.2f} to {100 * upper:.2f})",
        f"{epochs[-1]:,}",
        f"{len(epochs)}",
        size,
        opened,
    )


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Measure what kept epochs cost.")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="number of turns of each run")
    parser.add_argument("--network", choices=NETWORKS, help="only this network")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    arguments = parser.parse_args()
    rows = []
    with one_blas_thread():
        for network in [arguments.network] if arguments.network else NETWORKS:
            try:
                rows.append(compare(network, arguments.seconds, arguments.rounds))
            except UnavailableError as error:
                print(error)
    columns = ("network", "cost % (quartiles)", "epochs", "kept", "MB", "open ms (longest)")
    notes = (
        "Cost: lost examples per second of processor time, median over pairs of neighbouring turns.",
        "Open: forward pass and reconstruction of one sample with the weights after a random epoch.",
    )
    table = Table(f"Cost of kept epochs, {arguments.seconds:g} s × {arguments.rounds}", columns, tuple(rows), notes)
    print(as_markdown(table) if arguments.markdown else as_text(table))


if __name__ == "__main__":
    main()
