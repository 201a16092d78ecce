"""Evidence made by hand, for the tests of the rules."""

from tinyml.diagnosis import DataFacts, Evidence, Neighbours, NetworkLayer, diagnose
from tinyml.learner import EpochFinished, TrainingSettings
from tinyml.learner.layer_stats import LayerStats

FACTS = DataFacts(
    training=1000,
    validation=360,
    test=360,
    class_names=tuple("0123456789"),
    class_counts=(100,) * 10,
    validation_counts=(36,) * 10,
    neighbours=Neighbours(800, 0.97, 0.01, 0.5, 720),
)
NETWORK = (
    NetworkLayer("linear_1", "Linear", 6400, 64),
    NetworkLayer("relu_1", "ReLU", 0, 64, is_curved=True),
    NetworkLayer("linear_2", "Linear", 650, 10, is_last=True),
)
USUAL = Evidence((), TrainingSettings(epochs=20), NETWORK, FACTS)


def history(training, accuracy, validation=None, validation_accuracy=None, epochs=20) -> tuple[EpochFinished, ...]:
    count = len(training)
    shares = [accuracy] * count if isinstance(accuracy, float) else accuracy
    held_out = [validation_accuracy] * count if not isinstance(validation_accuracy, list) else validation_accuracy
    losses = [None] * count if validation is None else validation
    rows = zip(training, shares, losses, held_out, strict=True)
    return tuple(
        EpochFinished(number, epochs, loss, share, validated, score, float(number), 0.1)
        for number, (loss, share, validated, score) in enumerate(rows, start=1)
    )


def falling(count: int, factor: float = 0.8, start: float = 2.3) -> list[float]:
    return [start * factor**number for number in range(count)]


def rules(evidence: Evidence) -> list[str]:
    return [diagnosis.rule for diagnosis in diagnose(evidence).diagnoses]


def measured(**stats) -> tuple[tuple[LayerStats, ...], ...]:
    """Five equal measurements: `measured(relu_1={"dead": 0.4})`."""
    return (tuple(LayerStats(name, **values) for name, values in stats.items()),) * 5
