"""The rows of the layer table: the newest measurement of each layer, with what it means."""

from collections.abc import Mapping

import numpy as np

from app.monitor.layers.judgement import judge_units
from app.monitor.layers.layer_columns import LayerRow
from app.monitor.layers.layer_facts import LayerFacts
from app.training import Run
from app.training.layer_history import LayerHistory
from tinyml.learner.silent_units import ENOUGH_EXAMPLES

_NEWEST = 10
"""A unit that fires in one of so many measurements is alive."""


def make_rows(run: Run, facts: Mapping[str, LayerFacts]) -> list[LayerRow]:
    """Return a row for each measured layer of a run, in the order of the network.

    Arguments:
        run: the run.
        facts: what is known of its layers, by their paths.
    """
    newest = run.layer_history.newest
    trained = [number for number, stats in enumerate(newest) if stats.gradient_norm is not None]
    few_examples = _batch_size(run) * run.layer_history.measured < ENOUGH_EXAMPLES
    return [
        LayerRow(
            stats,
            facts.get(stats.layer, LayerFacts()),
            judge_units(
                None if stats.dead is None else lasting_share(run.layer_history, stats.layer),
                stats.saturated,
                few_examples=few_examples,
                # The outputs of the network are meant to reach the ends: the targets are there.
                is_output=number > max(trained, default=-1),
            ),
        )
        for number, stats in enumerate(newest)
    ]


def lasting_share(history: LayerHistory, layer: str) -> float:
    """Return the smallest share of dead units in the newest measurements: more of them cannot be dead.

    Arguments:
        history: the measurements of the run.
        layer: path of a layer whose dead units are measured.
    """
    shares = history.series(layer, "dead")[-_NEWEST:]
    return float(np.fmin.reduce(shares))


def _batch_size(run: Run) -> int:
    if run.config is not None:
        return run.config.training.batch_size
    return run.snapshot.training.batch_size if run.snapshot is not None else ENOUGH_EXAMPLES
