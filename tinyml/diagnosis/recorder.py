"""The recorder: gathers the evidence of a run from its events."""

from collections import deque

from tinyml.core import Failure
from tinyml.diagnosis.data_facts import DataFacts
from tinyml.diagnosis.evidence import Evidence, NetworkLayer
from tinyml.diagnosis.probe import Probe
from tinyml.learner import BatchFinished, EpochFinished, Evaluation, Event, TrainingFinished, TrainingSettings
from tinyml.learner.layer_stats import LayerStats

MEASUREMENTS = 40
"""Number of measurements that are kept."""
_PER_EPOCH = 4


class EvidenceRecorder:
    """Gathers the evidence of a run. Its memory does not grow with the number of batches.

    Arguments:
        training: the settings of the run.
        network: its layers, see `network_layers`.
        data: facts about its data.

    >>> from tinyml.data import DataChoice, prepare_splits
    >>> from tinyml.diagnosis import collect_data_facts, diagnose
    >>> facts = collect_data_facts(prepare_splits(DataChoice(source="circle")))
    >>> diagnose(EvidenceRecorder(TrainingSettings(), (), facts).evidence()).diagnoses
    ()
    """

    def __init__(self, training: TrainingSettings, network: tuple[NetworkLayer, ...], data: DataFacts | None) -> None:
        self._training, self._network, self._data = training, network, data
        self._history: list[EpochFinished] = []
        self._measurements: deque[tuple[LayerStats, ...]] = deque(maxlen=MEASUREMENTS)
        self._finished = False

    def note(self, event: Event) -> None:
        """Note an `event` of the run."""
        if isinstance(event, BatchFinished) and event.layers:
            self._measurements.append(event.layers)
        elif isinstance(event, EpochFinished):
            self._history.append(event)
        elif isinstance(event, TrainingFinished):
            self._finished = True
            self._history = list(event.history)  # of a resumed run, with the epochs before it was resumed

    def evidence(
        self, failure: Failure | None = None, test: Evaluation | None = None, probe: Probe | None = None
    ) -> Evidence:
        """Return what was gathered.

        Arguments:
            failure: why the run failed; None if it did not.
            test: the result on the test set; None before it is known.
            probe: of the newest weights; None if they were not probed.
        """
        return Evidence(
            tuple(self._history),
            self._training,
            self._network,
            self._data,
            tuple(self._measurements),
            self._finished,
            failure,
            test,
            probe,
        )


def measure_every(batches: int) -> int:
    """Return from how many batches to measure one, so that a diagnosis has enough and training stays fast.

    Arguments:
        batches: number of batches in an epoch.

    >>> measure_every(3), measure_every(100)
    (1, 25)
    """
    return max(1, batches // _PER_EPOCH)
