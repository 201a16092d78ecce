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
    is_worth_probing,
    measure_every,
    network_layers,
    probe_layers,
)
from tinyml.learner import EpochFinished, TrainingSettings, set_up_training
from tinyml.net import LayerSpecification, NetworkSpecification, infer
from tinyml.storage import Project


@dataclass(frozen=True)
class RealRun:
    """A run that has ended.

    Attributes:
        evidence: what it left.
        report: the diagnosis of it.
        reports: the diagnosis after each epoch, while it trained.
    """

    evidence: Evidence
    report: Report
    reports: tuple[Report, ...]

    @property
    def rules(self) -> list[str]:
        """The rules that found something, the most telling first."""
        return [diagnosis.rule for diagnosis in self.report.diagnoses]

    @property
    def on_the_way(self) -> dict[str, int]:
        """The rules that found something while it trained, with the first such epoch."""
        first: dict[str, int] = {}
        for report, epoch in zip(self.reports, self.evidence.history, strict=False):
            for found in report.diagnoses:
                first.setdefault(found.rule, epoch.epoch)
        return first

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


def run_project(project: Project, epochs: int | None = None, measure_share: float | None = None) -> RealRun:
    """Train a project and diagnose it; `epochs` shortens it."""
    training = project.training if epochs is None else project.training.model_copy(update={"epochs": epochs})
    return run(project.network, training, prepare_splits(project.data), measure_share)


def run(
    specification: NetworkSpecification,
    training: TrainingSettings,
    splits: Splits,
    measure_share: float | None = None,
) -> RealRun:
    """Train a network on data that are split, and diagnose the run after each epoch and at its end.

    As in the window, the layers of a run that learns little are probed after each epoch, and all at the end. With
    `measure_share` they are also measured as the window does, which depends on the clock; without, four times an epoch.
    """
    with one_blas_thread():
        setup = set_up_training(specification, training, splits)
        description = splits.train.description
        shape = setup.net.output_shape(description.example_shape)
        inference = infer(specification, description.example_shape, shape[0], description.target_shape)
        recorder = EvidenceRecorder(training, network_layers(inference), collect_data_facts(splits))
        every = measure_every(-(-len(splits.train) // training.batch_size)) if measure_share is None else None
        probe, failure, test = None, None, None
        reports: list[Report] = []
        try:
            for event in setup.run(measure_every=every, measure_share=measure_share):
                recorder.note(event)
                if isinstance(event, EpochFinished):
                    probe = None
                    if is_worth_probing(event, has_ended=False):
                        probe = probe_layers(specification, training, splits, setup.net.named_tensors)
                    reports.append(diagnose(recorder.evidence(probe=probe)))
            probe = probe_layers(specification, training, splits, setup.net.named_tensors)
            test = setup.test()
        except DivergedError as error:
            failure = Failure(failure_kind(error), str(error))
        evidence = recorder.evidence(failure, test, probe)
    return RealRun(evidence, diagnose(evidence), tuple(reports))


def split_arrays(inputs: np.ndarray, labels: np.ndarray, validation: int, test: int, names=None) -> Splits:
    """Return the first examples for training, the next for validation, the last for the test."""
    data = Dataset.from_arrays(inputs, labels, class_names=names)
    ends = np.cumsum([len(inputs) - validation - test, validation, test])
    return Splits(*(data.take(np.arange(start, end)) for start, end in zip([0, *ends[:-1]], ends, strict=True)))
