"""`tinyml train`: from a project file to a model file."""

import argparse
import json
import sys
import time
from typing import Any

from pydantic import ValidationError
from tqdm import tqdm

from tinyml.core import SettingsError
from tinyml.core.files import check_can_save
from tinyml.core.validation import describe_validation_error
from tinyml.data import batch_count, load, split
from tinyml.learner import BatchFinished, EpochFinished, Experiment, TrainingSettings, prepare
from tinyml.storage import Project, SavedModel, open_project, save_model, summarise_history


def run(options: argparse.Namespace) -> None:
    """Train, judge, save, and print the result as one line of JSON.

    Raises `TinymlError`, before anything is computed where that is possible.
    """
    started = time.perf_counter()
    if options.save:
        check_can_save(options.save)
    project = _choose(open_project(options.network), options)
    splits = split(load(project.data.source), project.data)
    experiment = prepare(project.network, project.training, splits)
    history = _train(experiment, options.quiet)
    test = experiment.test()
    about = SavedModel(
        network=project.network,
        input_shape=splits.train.description.example_shape,
        class_names=splits.train.description.class_names,
        data=project.data,
        training=project.training,
        history=summarise_history(history),
        test_loss=test.loss,
        test_accuracy=test.accuracy,
    )
    if options.save:
        save_model(options.save, experiment.net, about)
    last = history[-1]
    result = {
        "test_accuracy": test.accuracy,
        "test_loss": test.loss,
        "validation_accuracy": last.validation_accuracy,
        "validation_loss": last.validation_loss,
        "training_accuracy": last.training_accuracy,
        "training_loss": last.training_loss,
        "epochs": last.epoch,
        "seed": project.training.seed,
        "data": project.data.source,
        "examples": {"train": len(splits.train), "validation": len(splits.validation), "test": len(splits.test)},
        "parameters": sum(parameter.tensor.size for parameter in experiment.net.parameters),
        "seconds": round(time.perf_counter() - started, 3),
        "saved": options.save,
    }
    print(json.dumps(result))


def _choose(project: Project, options: argparse.Namespace) -> Project:
    """Put what was given on the command line in place of what the project says."""
    given = {name: getattr(options, name) for name in ("epochs", "seed", "batch_size", "learning_rate", "momentum")}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    try:
        training = TrainingSettings.model_validate({**project.training.model_dump(), **changes})
    except ValidationError as error:
        raise SettingsError(describe_validation_error(error, TrainingSettings)) from error
    data = project.data if options.data is None else project.data.model_copy(update={"source": options.data})
    return project.model_copy(update={"training": training, "data": data})


def _train(experiment: Experiment, quiet: bool) -> tuple[EpochFinished, ...]:
    """Run to the end and show how far it is; return what every epoch achieved."""
    training = experiment.training
    steps = training.epochs * batch_count(len(experiment.splits.train), training.batch_size)
    history: list[EpochFinished] = []
    with tqdm(total=steps, disable=quiet, file=sys.stderr, unit="batch", mininterval=0.5, dynamic_ncols=True) as bar:
        for event in experiment.run():
            if isinstance(event, BatchFinished):
                bar.update()
            elif isinstance(event, EpochFinished):
                history.append(event)
                bar.set_postfix_str(_describe_epoch(event), refresh=False)
    return tuple(history)


def _describe_epoch(event: EpochFinished) -> str:
    text = f"epoch {event.epoch}/{event.epochs}, loss {event.training_loss:.4f}, accuracy {event.training_accuracy:.1%}"
    return text if event.validation_accuracy is None else f"{text}, validation {event.validation_accuracy:.1%}"
