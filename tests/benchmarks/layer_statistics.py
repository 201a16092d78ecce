"""Measure what the statistics of layers cost: the speed of a training run with them and without them, in turn.

Run `python -m tests.benchmarks.layer_statistics` from the root of the repository. It asserts nothing.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np

from app.training.dataset_cache import load_splits
from app.training.worker import MEASURING_SHARE
from tests.benchmarks.settings import UnavailableError
from tests.benchmarks.tables import Table, as_markdown, as_text
from tests.benchmarks.training_window import NETWORKS, project_for
from tinyml.core.threads import one_blas_thread
from tinyml.learner import BatchFinished, set_up_training

_SECONDS = 2.0
_ROUNDS = 15
_BAR = 0.95


class Contestant:
    """A training run that continues for some seconds in each of its turns.

    Arguments:
        network: one of `NETWORKS`.
        share: share of the time for measuring the layers; None to measure nothing.

    Attributes:
        measured: number of measured batches so far.
        batches: number of all batches so far.
    """

    def __init__(self, network: str, share: float | None) -> None:
        project = project_for(network)
        setup = set_up_training(project.network, project.training, load_splits(project.data))
        events = setup.run(measure_share=share)
        self._batches: Iterator[BatchFinished] = (event for event in events if isinstance(event, BatchFinished))
        self.measured = self.batches = 0

    def train(self, seconds: float) -> np.ndarray:
        """Train for at least so many seconds; return the examples per second, and per second of a processor.

        Other programs slow down the first number; the second one hardly.

        Raises `StopIteration` if the run has no more epochs.
        """
        begin, worked, examples, passed = time.perf_counter(), time.process_time(), 0, 0.0
        while passed < seconds:
            batch = next(self._batches)
            examples += batch.examples
            self.batches += 1
            self.measured += bool(batch.layers)
            passed = time.perf_counter() - begin
        return examples / np.array([passed, time.process_time() - worked])


def compare(network: str, share: float, seconds: float, rounds: int) -> tuple[str, ...]:
    """Train with and without statistics in turn, and return the row of the table.

    Arguments:
        network: one of `NETWORKS`.
        share: share of the time for measuring.
        seconds: length of a turn.
        rounds: number of turns of each run.
    """
    plain, measured = Contestant(network, None), Contestant(network, share)
    plain.train(seconds)
    measured.train(seconds)
    rates: list[tuple[np.ndarray, np.ndarray]] = []
    for number in range(rounds):
        # The one that is first changes, because the other load of the machine may rise or fall steadily.
        if number % 2:
            with_statistics = measured.train(seconds)
            rates.append((plain.train(seconds), with_statistics))
        else:
            rates.append((plain.train(seconds), measured.train(seconds)))
    without, with_statistics = np.median(np.array(rates)[:, :, 0], axis=0)
    ratios = np.array([after / before for before, after in rates])
    lower, ratio, upper = np.percentile(ratios, (25, 50, 75), axis=0)
    cells = (f"{ratio[i]:.3f} ({lower[i]:.3f}–{upper[i]:.3f})" for i in range(2))
    every = f"{measured.batches / max(measured.measured, 1):,.1f}"
    reached = "yes" if ratio[0] >= _BAR else "no"
    return network, f"{without:,.0f}", f"{with_statistics:,.0f}", *cells, reached, every


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Measure what the statistics of layers cost.")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="length of a turn")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="number of turns of each run")
    parser.add_argument("--share", type=float, default=MEASURING_SHARE, help="share of the time for measuring")
    parser.add_argument("--network", choices=NETWORKS, help="only this network")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown")
    arguments = parser.parse_args()
    rows = []
    with one_blas_thread():
        for network in [arguments.network] if arguments.network else NETWORKS:
            try:
                rows.append(compare(network, arguments.share, arguments.seconds, arguments.rounds))
            except UnavailableError as error:
                print(error)
    columns = (
        "network",
        "without /s",
        "with /s",
        "ratio (quartiles)",
        "of processor time",
        f">= {_BAR}",
        "batches each",
    )
    note = "Examples per second: medians of turns. The ratios are medians over pairs of neighbouring turns."
    table = Table(
        f"Cost of layer statistics, {arguments.seconds:g} s × {arguments.rounds}", columns, tuple(rows), (note,)
    )
    print(as_markdown(table) if arguments.markdown else as_text(table))


if __name__ == "__main__":
    main()
