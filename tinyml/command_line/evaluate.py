"""`tinyml evaluate`: compute the metrics of a saved model."""

import argparse
import json
import math
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from tinyml.command_line.data_arguments import change_choice, load_splits
from tinyml.command_line.downloading import download_if_needed
from tinyml.data.alignment import align_classes
from tinyml.learner import Report, check_fits, class_report, report
from tinyml.storage import load_model


def run(options: argparse.Namespace) -> None:
    """Evaluate the model on its test data, or on the test data of another dataset with the same split; print JSON.

    Arguments:
        options: the parsed command line.

    Raises `TinymlError` if the model or the data cannot be read, or do not fit together.
    """
    started = time.perf_counter()
    net, about = load_model(options.model)
    choice = change_choice(about.data, options, options.data)
    download_if_needed(choice.source)
    test = load_splits(choice, options.skip_broken, fitted=about.preprocessing)[1].test
    if test.description.example_shape == about.input_shape:
        test = align_classes(test, about.class_names)
    check_fits(net, about.input_shape, test)
    metrics = report(net, test, about.training.loss)
    result = {
        **_metrics_by_name(metrics, test.description.class_names),
        "data": choice.source,
        "examples": len(test),
        "parameters": sum(parameter.tensor.size for parameter in net.parameters),
        "seconds": round(time.perf_counter() - started, 3),
    }
    print(json.dumps(result))


def _metrics_by_name(metrics: Report, class_names: Sequence[str]) -> dict[str, Any]:
    """Return the metrics that fit the targets of the data, by name."""
    if metrics.confusion is None:
        return {
            "test_r_squared": metrics.r_squared,
            "test_loss": metrics.loss,
            "test_mean_absolute_error": metrics.mean_absolute_error,
        }
    return {
        "test_accuracy": metrics.accuracy,
        "test_loss": metrics.loss,
        f"test_top_{metrics.top}_accuracy": metrics.top_accuracy,
        "test_r_squared": metrics.r_squared,
        "test_calibration_error": None if metrics.calibration is None else metrics.calibration.error,
        "test_not_finite": metrics.not_finite,
        "classes": _metrics_of_classes(metrics.confusion, class_names),
        "confusion_matrix": metrics.confusion.tolist(),
    }


def _metrics_of_classes(confusion: np.ndarray, class_names: Sequence[str]) -> list[dict[str, Any]]:
    """Return precision, recall, F1 and count of each class. A share of nothing is None, as JSON has no NaN."""
    found = class_report(confusion)
    shares = {"precision": found.precision, "recall": found.recall, "f1": found.f1}
    return [
        {
            "class": name,
            **{key: None if math.isnan(values[place]) else float(values[place]) for key, values in shares.items()},
            "examples": int(found.support[place]),
        }
        for place, name in enumerate(class_names)
    ]
