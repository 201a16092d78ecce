"""The rows of the layer table: the newest measurement of each layer, with what it means."""

from collections.abc import Mapping

from app.monitor.layers.judgement import judge_units
from app.monitor.layers.layer_columns import LayerRow
from app.monitor.layers.layer_facts import LayerFacts
from app.training import Run
from tinyml.diagnosis import Probe, judge_dead_units
from tinyml.learner.silent_units import ENOUGH_EXAMPLES


def make_rows(run: Run, facts: Mapping[str, LayerFacts], probe: Probe | None = None) -> list[LayerRow]:
    """Return a row for each measured layer of a run, in the order of the network.

    Arguments:
        run: the run.
        facts: what is known of its layers, by their paths.
        probe: of its last weights; None if there is none.
    """
    newest, recent, batch_size = run.layer_history.newest, run.layer_history.recent, _batch_size(run)
    trained = [number for number, stats in enumerate(newest) if stats.gradient_norm is not None]
    return [
        LayerRow(
            stats,
            facts.get(stats.layer, LayerFacts()),
            judge_units(
                judge_dead_units(stats.layer, recent, batch_size, probe),
                stats.saturated,
                # The outputs of the network are meant to reach the ends: the targets are there.
                is_output=number > max(trained, default=-1),
            ),
        )
        for number, stats in enumerate(newest)
    ]


def _batch_size(run: Run) -> int:
    if run.config is not None:
        return run.config.training.batch_size
    return run.snapshot.training.batch_size if run.snapshot is not None else ENOUGH_EXAMPLES
