"""`tinyml train`: train a project, or resume a checkpoint, and save the model."""

import argparse
import json
import sys
import time
from typing import Any, NamedTuple

from pydantic import ValidationError

from tinyml.command_line.data_arguments import change_choice, load_splits
from tinyml.command_line.downloading import download_if_needed
from tinyml.command_line.run_diagnosis import make_recorder, print_report
from tinyml.core import DivergedError, Failure, SettingsError, TinymlError, failure_kind
from tinyml.core.files import check_can_save, remove_leftovers
from tinyml.core.memory import describe_bytes
from tinyml.core.suggestions import did_you_mean
from tinyml.core.validation import describe_validation_error
from tinyml.data import DataChoice, DataDescription, batch_count, describe_choice
from tinyml.diagnosis import EvidenceRecorder, diagnose, measure_every
from tinyml.learner import (
    BatchFinished,
    Checkpoint,
    EpochFinished,
    Evaluation,
    TrainingFinished,
    TrainingSettings,
    TrainingSetup,
    set_up_training,
)
from tinyml.storage import (
    Project,
    SavedModel,
    open_project,
    read_checkpoint,
    save_checkpoint,
    save_model,
    starter_for,
    summarise_history,
)

_NOT_WITH_RESUME = (
    *("data", "target", "option", "preprocess", "split", "skip_broken"),
    *("seed", "batch_size", "learning_rate", "momentum", "optimizer", "schedule", "set"),
)
"""Options that `--resume` does not allow, since the checkpoint holds them."""
_LARGE_DATA = 100 * 10**6
"""In bytes; the size of larger data is printed before loading."""


class _PreparedRun(NamedTuple):
    """A run with its project, its training setup, its options and the evidence for its diagnosis."""

    project: Project
    setup: TrainingSetup
    resume: Checkpoint | None
    options: argparse.Namespace
    recorder: EvidenceRecorder


def run(options: argparse.Namespace) -> None:
    """Train, evaluate and save a network, and print the result as one line of JSON.

    Arguments:
        options: the options of the parser.

    Raises `TinymlError`, before the training if possible.
    """
    started = time.perf_counter()
    for path in filter(None, (options.save, options.checkpoint)):
        check_can_save(path)
    project, resume = _open(options)
    download_if_needed(project.data.source, options.quiet)
    if not options.quiet:
        _announce_loading(describe_choice(project.data))
    data, splits = load_splits(project.data, options.skip_broken)
    project = project.model_copy(update={"data": data})
    setup = set_up_training(project.network, project.training, splits)
    prepared = _PreparedRun(project, setup, resume, options, make_recorder(project, setup))
    finished = _train(prepared)
    test = prepared.setup.test()
    if options.save:
        _save(prepared, finished.history, test)
    report = diagnose(prepared.recorder.evidence(test=test))
    if not options.quiet:
        print_report(report)
    last = finished.history[-1]
    result = {
        **_metrics(test, last),
        "epochs": last.epoch,
        "best_epoch": finished.best_epoch,
        "stopped_early": finished.stopped_early,
        "restored_best": finished.restored,
        "seed": project.training.seed,
        "data": project.data.source,
        "examples": {"train": len(splits.train), "validation": len(splits.validation), "test": len(splits.test)},
        "parameters": sum(parameter.tensor.size for parameter in prepared.setup.net.parameters),
        "seconds": round(time.perf_counter() - started, 3),
        "diagnoses": [diagnosis.rule for diagnosis in report.diagnoses],
        "saved": options.save,
    }
    print(json.dumps(result))


def _announce_loading(data: DataDescription) -> None:
    """Print how much memory the data needs, if it is large: the user then knows why loading takes time."""
    if data.memory >= _LARGE_DATA:
        size = describe_bytes(data.memory)
        print(f"Loading {data.title}: {data.count:,} examples, which need {size} of memory", file=sys.stderr)


def _metrics(test: Evaluation, last: EpochFinished) -> dict[str, float | None]:
    """Return the losses, and the accuracies (for classes) or R² and mean absolute error (for numbers), by name."""
    if test.accuracy is None:
        return {
            "test_r_squared": test.r_squared,
            "test_loss": test.loss,
            "test_mean_absolute_error": test.mean_absolute_error,
            "validation_r_squared": last.validation_r_squared,
            "validation_loss": last.validation_loss,
            "training_r_squared": last.training_r_squared,
            "training_loss": last.training_loss,
        }
    return {
        "test_accuracy": test.accuracy,
        "test_loss": test.loss,
        "validation_accuracy": last.validation_accuracy,
        "validation_loss": last.validation_loss,
        "training_accuracy": last.training_accuracy,
        "training_loss": last.training_loss,
    }


def _open(options: argparse.Namespace) -> tuple[Project, Checkpoint | None]:
    """Read the project, or the checkpoint with its project, and apply the options."""
    if options.resume is None:
        project = _start(options) if options.network is None else open_project(options.network)
        return _apply_options(project, options), None
    values = {name: getattr(options, name) for name in _NOT_WITH_RESUME}
    given = [
        f"--{name.replace('_', '-')}"
        for name, value in values.items()
        if value not in (None, []) and value is not False
    ]
    if given:
        raise SettingsError(f"A resumed run keeps the settings of its checkpoint. Leave out {', '.join(given)}.")
    checkpoint, project = read_checkpoint(options.resume)
    remove_leftovers(options.resume)
    return _apply_options(project, options), checkpoint


def _start(options: argparse.Namespace) -> Project:
    """Return a project with a network that fits the data of the options."""
    project = Project(training=TrainingSettings(seed=options.seed or 0))
    data = _choose_data(project, options)
    starter = starter_for(describe_choice(data))
    if not options.quiet:
        print(f"Training {starter.title}", file=sys.stderr)
    return starter.use_in(project)


def _choose_data(project: Project, options: argparse.Namespace) -> DataChoice:
    data = change_choice(project.data, options, options.data)
    return data if options.target is None else data.model_copy(update={"target": options.target})


def _apply_options(project: Project, options: argparse.Namespace) -> Project:
    """Return the project, changed by the options of the command line."""
    names = ("epochs", "seed", "batch_size", "learning_rate", "momentum", "optimizer", "schedule")
    given = {name: getattr(options, name) for name in names}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    changes |= dict(_read_setting(assignment) for assignment in options.set)
    try:
        training = TrainingSettings.model_validate({**project.training.model_dump(), **changes})
    except ValidationError as error:
        raise SettingsError(describe_validation_error(error, TrainingSettings)) from error
    return project.model_copy(update={"training": training, "data": _choose_data(project, options)})


def _read_setting(assignment: str) -> tuple[str, str]:
    """Split "name=value". The value remains a string; `TrainingSettings` converts it."""
    name, equals, value = assignment.partition("=")
    if name not in TrainingSettings.model_fields:
        known = TrainingSettings.model_fields
        raise SettingsError(f"There is no training setting '{name}'.{did_you_mean(name, known)}")
    if not equals:
        raise SettingsError(f"--set {name} has no value. Write --set {name}=VALUE.")
    return name, value


def _train(prepared: _PreparedRun) -> TrainingFinished:
    """Train to the end, show the progress, and save checkpoints. Return the event `TrainingFinished`."""
    setup, options = prepared.setup, prepared.options
    batches = batch_count(len(setup.splits.train), setup.training.batch_size)
    run = setup.run(prepared.resume, measure_every(batches), progress=not options.quiet)
    # Save before the first batch, so that an older checkpoint in this file is not taken for one of this run.
    _write_checkpoint(prepared)
    every = options.checkpoint_every
    try:
        for event in run:
            prepared.recorder.note(event)
            match event:
                case BatchFinished() if every != "epoch" and event.step % every == 0:
                    _write_checkpoint(prepared)
                case EpochFinished() if every == "epoch":
                    _write_checkpoint(prepared)
                case TrainingFinished():
                    return event
    except DivergedError as error:
        if not options.quiet:
            print_report(diagnose(prepared.recorder.evidence(Failure(failure_kind(error), str(error)))))
        raise TinymlError(f"{error.fault}{_save_kept_weights(prepared, error)} {error.advice}") from error
    finally:
        run.close()
    raise RuntimeError("The run ended without the event TrainingFinished.")


def _write_checkpoint(prepared: _PreparedRun) -> None:
    if prepared.options.checkpoint:
        save_checkpoint(prepared.options.checkpoint, prepared.setup.learner.checkpoint(), prepared.project)


def _save_kept_weights(prepared: _PreparedRun, error: DivergedError) -> str:
    """Save the weights from before the loss diverged, and return a sentence about it; empty if nothing is saved."""
    if not prepared.options.save or not error.kept_epoch:
        return ""
    _save(prepared, prepared.setup.learner.history, None)
    return f" The weights after epoch {error.kept_epoch} were saved as '{prepared.options.save}'."


def _save(prepared: _PreparedRun, history: tuple[EpochFinished, ...], test: Evaluation | None) -> None:
    project, description = prepared.project, prepared.setup.splits.train.description
    about = SavedModel(
        network=project.network,
        input_shape=description.example_shape,
        class_names=description.class_names,
        target_shape=description.target_shape,
        preprocessing=prepared.setup.splits.train.preprocessing,
        data=project.data,
        training=project.training,
        history=summarise_history(history),
        test_loss=None if test is None else test.loss,
        test_accuracy=None if test is None else test.accuracy,
        test_r_squared=None if test is None else test.r_squared,
    )
    save_model(prepared.options.save, prepared.setup.net, about)
