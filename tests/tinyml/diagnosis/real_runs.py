"""Real runs of tinyml, with the evidence that they leave."""

from dataclasses import dataclass

import numpy as np

from tinyml.core import DivergedError, Failure, failure_kind
from tinyml.core.threads import one_blas_thread
from tinyml.data import Dataset, Splits, prepare_splits
from tinyml.diagnosis import (
    Evidence,
    EvidenceRecorder,
    Report,
    collect_data_facts,
    diagnose,
    measure_every,
    network_layers,
)
from tinyml.learner import EpochFinished, TrainingSettings, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification, infer
from tinyml.storage import Project


@dataclass(frozen=True)
class RealRun:
    """A finished run.

    Attributes:
        evidence: what it left.
        report: the diagnosis of it.
        on_the_way: the rules that found something after an epoch before the last one, with the first such epoch.
    """

    evidence: Evidence
    report: Report
    on_the_way: dict[str, int]

    @property
    def rules(self) -> list[str]:
        """The rules that found something, the most telling first."""
        return [diagnosis.rule for diagnosis in self.report.diagnoses]

    def __str__(self) -> str:
        last = self.evidence.history[-1] if self.evidence.history else None
        lines = [f"{last} on the way {self.on_the_way}"]
        lines += [f"[{each.severity}] {each.title} | {each.evidence} | {each.remedy}" for each in self.report.diagnoses]
        return "\n".join(lines)


def network(*layers: str | tuple[str, dict]) -> NetworkSpecification:
    """Return a network: `network(("Linear", {"outputs": 2}), "ReLU")`."""
    named = []
    for number, layer in enumerate(layers, start=1):
        kind, settings = (layer, {}) if isinstance(layer, str) else layer
        named.append(LayerSpecification(type=kind, name=f"{kind.lower()}_{number}", settings=settings))
    return NetworkSpecification(layers=tuple(named))


def linear(outputs: int) -> tuple[str, dict]:
    return "Linear", {"outputs": outputs}


def run_project(project: Project, epochs: int | None = None) -> RealRun:
    """Train a project and diagnose it; `epochs` shortens it."""
    training = project.training if epochs is None else project.training.model_copy(update={"epochs": epochs})
    return run(project.network, training, prepare_splits(project.data))


def run(specification: NetworkSpecification, training: TrainingSettings, splits: Splits) -> RealRun:
    """Train a network on data that are split, and diagnose the run."""
    with one_blas_thread():
        setup = set_up_training(specification, training, splits)
        description = splits.train.description
        shape = setup.net.output_shape(description.example_shape)
        inference = infer(specification, description.example_shape, shape[0], description.target_shape)
        recorder = EvidenceRecorder(training, network_layers(inference), collect_data_facts(splits))
        failure, test = None, None
        on_the_way: dict[str, int] = {}
        every = measure_every(-(-len(splits.train) // training.batch_size))
        try:
            for event in setup.run(measure_every=every):
                recorder.note(event)
                if isinstance(event, EpochFinished):
                    for found in diagnose(recorder.evidence()).diagnoses:
                        on_the_way.setdefault(found.rule, event.epoch)
            test = setup.test()
        except DivergedError as error:
            failure = Failure(failure_kind(error), str(error))
        evidence = recorder.evidence(failure, test)
    return RealRun(evidence, diagnose(evidence), on_the_way)


def split_arrays(inputs: np.ndarray, labels: np.ndarray, validation: int, test: int, names=None) -> Splits:
    """Return the first examples for training, the next for validation, the last for the test."""
    data = Dataset.from_arrays(inputs, labels, class_names=names)
    ends = np.cumsum([len(inputs) - validation - test, validation, test])
    return Splits(*(data.take(np.arange(start, end)) for start, end in zip([0, *ends[:-1]], ends, strict=True)))
