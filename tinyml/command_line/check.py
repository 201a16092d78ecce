"""`tinyml check`: compare the gradients of a project's network with numerical differentiation."""

import argparse
import json
import time

import numpy as np

from tinyml.command_line.downloading import download_if_needed
from tinyml.core import TinymlError
from tinyml.data import Dataset, choose_source, prepare_splits
from tinyml.learner import set_up_training
from tinyml.learner.objective import Objective
from tinyml.storage import open_project
from tinyml.verify import GradientReport, gradient_check


def run(options: argparse.Namespace) -> None:
    """Check the network on a few training examples; print a table, a verdict and JSON.

    Arguments:
        options: the parsed command line.

    Raises `TinymlError` if the project or its data cannot be read or do not fit together, and, after the table, if a
    gradient is wrong.
    """
    started = time.perf_counter()
    project = open_project(options.project)
    data, training = project.data, project.training
    data = choose_source(data, options.data)
    if options.seed is not None:
        training = training.model_copy(update={"seed": options.seed})
    download_if_needed(data.source)
    splits = prepare_splits(data)
    net = set_up_training(project.network, training, splits).net
    examples = _draw(splits.train, options.examples, training.seed)
    truth = Objective(training.loss, examples.class_targets).targets(examples)
    net.train()
    report = gradient_check(net, examples.inputs, truth, training.loss, elements=options.elements, seed=training.seed)
    print(report)
    print(_conclude(report))
    result = {
        "verdict": report.verdict,
        "worst_tensor": report.worst.name,
        "worst_relative_error": report.worst.relative_error,
        "kinks": sum(tensor.kinks for tensor in report.tensors),
        "loss": report.loss,
        "data": data.source,
        "examples": len(examples),
        "seed": training.seed,
        "seconds": round(time.perf_counter() - started, 3),
    }
    print(json.dumps(result))
    if report.verdict == "wrong":
        raise TinymlError(f"The gradient of '{report.worst.name}' is wrong.")


def _draw(train: Dataset, count: int, seed: int) -> Dataset:
    """Draw a few training examples."""
    order = np.random.default_rng(seed).permutation(len(train))
    return train.take(np.sort(order[:count]))


def _conclude(report: GradientReport) -> str:
    """Describe the result in one or two sentences."""
    if report.verdict == "right":
        return f"All {len(report.tensors)} gradients are right."
    error = f"The gradient of '{report.worst.name}' has a relative error of {report.worst.relative_error:.1e}."
    if report.verdict == "doubtful":
        return f"{error} This is too much for rounding and too little for most mistakes. Check with another --seed."
    return f"{error} The mistake is in 'backward' of its layer or of a later layer."
