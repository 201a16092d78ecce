"""`tinyml evaluate`: judge a saved model."""

import argparse
import json
import time
from typing import Any

from tinyml.data import load, split
from tinyml.learner import Report, check_fits, report
from tinyml.storage import load_model


def run(options: argparse.Namespace) -> None:
    """Load the model, judge it on the test part of its data (or of other data, split alike), and print JSON.

    Raises `TinymlError` when the model or the data cannot be read, or do not fit together.
    """
    started = time.perf_counter()
    net, about = load_model(options.model)
    choice = about.data if options.data is None else about.data.model_copy(update={"source": options.data})
    test = split(load(choice.source), choice).test
    check_fits(net, about.input_shape, test)
    judged = report(net, test, about.training.loss)
    result = {
        **_metrics(judged),
        "data": choice.source,
        "examples": len(test),
        "parameters": sum(parameter.tensor.size for parameter in net.parameters),
        "seconds": round(time.perf_counter() - started, 3),
    }
    print(json.dumps(result))


def _metrics(judged: Report) -> dict[str, Any]:
    """Return the metrics that fit the targets of the data, by name."""
    if judged.confusion is None:
        return {
            "test_r_squared": judged.r_squared,
            "test_loss": judged.loss,
            "test_mean_absolute_error": judged.mean_absolute_error,
        }
    return {
        "test_accuracy": judged.accuracy,
        "test_loss": judged.loss,
        f"test_top_{judged.top}_accuracy": judged.top_accuracy,
        "test_r_squared": judged.r_squared,
        "confusion_matrix": judged.confusion.tolist(),
    }
