"""What `tinyml train` says about a run: the diagnoses, with their evidence and remedies."""

import sys

from tinyml.core.threads import one_blas_thread
from tinyml.data import Splits
from tinyml.diagnosis import DataFacts, EvidenceRecorder, Report, collect_data_facts, network_layers
from tinyml.learner import TrainingSetup
from tinyml.net import infer
from tinyml.storage import Project

_SIGNS = {"danger": "!!", "warning": "! ", "note": "- "}


def make_recorder(project: Project, setup: TrainingSetup) -> EvidenceRecorder:
    """Return the recorder of a run that has not begun.

    Arguments:
        project: with the network and the settings of the run.
        setup: with its data.
    """
    description = setup.splits.train.description
    classes = len(description.class_names)
    inference = infer(project.network, description.example_shape, classes, description.target_shape)
    return EvidenceRecorder(setup.training, network_layers(inference), _collect(setup.splits))


def _collect(splits: Splits) -> DataFacts:
    with one_blas_thread():
        return collect_data_facts(splits)


def print_report(report: Report) -> None:
    """Print the diagnoses to standard error, so that the result on standard output stays one line of JSON.

    Arguments:
        report: the diagnosis of the run.
    """
    if not report.diagnoses:
        print("Diagnosis: no problem found.", file=sys.stderr)
        return
    print("Diagnosis:", file=sys.stderr)
    for diagnosis in report.diagnoses:
        print(f"{_SIGNS[diagnosis.severity]} {diagnosis.title}", file=sys.stderr)
        for line in (diagnosis.evidence, diagnosis.remedy):
            if line:
                print(f"   {line}", file=sys.stderr)
