"""How a run that has ended continues with more epochs.

With the same settings, the result has the same bits as one longer run. There is one exception: a learning-rate schedule
that depends on the number of epochs (cosine, one-cycle). It continues with the learning rate that a run of the new
length has at this epoch.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from app.document import Document
from app.training.run import Run
from app.training.setting_text import setting_title, write_setting
from app.training.snapshot import Snapshot
from app.training.training_config import TrainingConfig, freeze_config
from tinyml.core import TinymlError
from tinyml.data import batch_count
from tinyml.learner import Checkpoint, SettingChange, SettingValue, TrainingSettings
from tinyml.optims.schedules import schedule_descriptions

MOST_EPOCHS = 100_000
"""Largest total number of epochs of a run."""


def find_obstacle(run: Run, document: Document) -> str:
    """Return one sentence that says why a run cannot continue; empty if it can.

    Arguments:
        run: the run to continue.
        document: holds the current network, data and settings.
    """
    snapshot = _last_snapshot(run)
    if snapshot is None or not run.learned or (run.config is not None and not _has_own_weights(run)):
        return "There is nothing to continue yet. Train a new run (F5)."
    if run.interrupted:
        return (
            "This run was interrupted. Select it in the list of runs on the page Train and press Resume, or train a "
            "new run (F5)."
        )
    project = document.project
    new = {"network": project.network, "data": project.data, "loss": project.training.loss}
    old = {"network": snapshot.network, "data": snapshot.data, "loss": snapshot.training.loss}
    changed = [name for name in new if new[name] != old[name]]
    if changed:
        what = " and ".join([", ".join(changed[:-1]), changed[-1]] if len(changed) > 1 else changed)
        return f"The {what} changed since this run. Undo the changes to continue it, or train a new run (F5)."
    if document.data is not None and not snapshot.fits(project.network, document.data):
        return "The data files changed since this run. Train a new run (F5)."
    patience = project.training.early_stopping
    waited = _epochs_since_best(run) if patience else 0
    if patience and waited >= patience:
        return (
            f"The run stopped early: the loss did not improve for {waited} epochs. To continue, set Early stopping "
            f"to 0 or to more than {waited}."
        )
    return ""


def continuation_config(run: Run, document: Document, epochs: int | None = None) -> TrainingConfig:
    """Return the configuration that continues a run.

    Arguments:
        run: the run to continue.
        document: holds the current network, data and settings.
        epochs: how many epochs to add to those that are done; None for the planned ones, or as many as the settings
            say.

    Raises `TinymlError` with the reason if the run cannot continue.
    """
    config = freeze_config(document)
    snapshot, reason = _last_snapshot(run), find_obstacle(run, document)
    if reason or snapshot is None:
        raise TinymlError(reason)
    before = snapshot.training if run.config is None else run.config.training
    checkpoint = _valid_checkpoint(run)
    history = tuple(run.history) if checkpoint is not None else snapshot.history
    total = _total_epochs(run, len(history), config.project.training)
    if epochs is not None:
        total = min(len(history) + max(epochs, 1), MOST_EPOCHS)
    config = replace(config, epochs=total, history=history)
    if checkpoint is None:
        config = replace(config, start=snapshot)
    else:
        config = replace(config, resume=_adapt_checkpoint(checkpoint, before, config.training))
    return replace(config, note=_describe_continuation(config, before))


def _has_own_weights(run: Run) -> bool:
    """Return True if the run has trained its weights, False if it still has the weights that it started from."""
    if run.checkpoint is not None:
        return run.checkpoint.state.epoch > 1 or run.checkpoint.state.batch > 0
    snapshot = _last_snapshot(run)
    return snapshot is not None and snapshot.training == (run.config.training if run.config else None)


def _last_snapshot(run: Run) -> Snapshot | None:
    """Return the weights of the last epoch, also while the run shows those of its best one."""
    return run.last or run.snapshot


def _valid_checkpoint(run: Run) -> Checkpoint | None:
    """Return the run's checkpoint; None if an unexpected failure left one that is older than the last epoch."""
    checkpoint = run.checkpoint
    return checkpoint if checkpoint is not None and checkpoint.state.epoch - 1 == len(run.history) else None


def _epochs_since_best(run: Run) -> int:
    best = run.best_epoch
    return len(run.history) - (best.epoch if best is not None else 0)


def _total_epochs(run: Run, done: int, settings: TrainingSettings) -> int:
    """Return the total number of planned epochs.

    An interrupted run continues to its planned end, or to the new end if the setting changed. A finished run gets as
    many additional epochs as the settings say.
    """
    planned, setting = settings.epochs, settings.epochs
    if run.config is not None:
        planned, setting = run.config.epochs, run.config.project.training.epochs
    if done < planned and settings.epochs == setting:
        return planned
    if done < planned and done < settings.epochs:
        return settings.epochs
    return min(done + settings.epochs, MOST_EPOCHS)


def _adapt_checkpoint(checkpoint: Checkpoint, before: TrainingSettings, after: TrainingSettings) -> Checkpoint:
    """Return the checkpoint for the new settings, without the state that belongs to changed ones."""
    state = checkpoint.state
    done = (state.epoch - 1) * batch_count(state.examples, state.batch_size) + state.batch
    place = done / batch_count(state.examples, state.batch_size)
    changed = [
        SettingChange(place, done, name, changed_rate(state.changes, old) if name == "learning_rate" else old, new)
        for name, (old, new) in _changed_settings(before, after).items()
    ]
    changes: dict[str, object] = {
        "seed": after.seed,
        "batch_size": after.batch_size,
        "changes": (*state.changes, *(change for change in changed if change.before != change.after)),
    }
    tensors = checkpoint.tensors
    if (before.seed, before.batch_size) != (after.seed, after.batch_size):
        # The batches differ, so an unfinished epoch starts again.
        changes |= {"batch": 0, "total_loss": 0.0, "total_correct": 0}
    if before.schedule != after.schedule:
        changes["schedule"] = after.make_schedule(1).state()
    if before.optimizer != after.optimizer:
        tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("optimizer/")}
    return Checkpoint(checkpoint.state.model_copy(update=changes), tensors)


def _describe_continuation(config: TrainingConfig, before: TrainingSettings) -> str:
    """Return sentences that name the epochs to come and the settings that changed."""
    first, last = int(config.position) + 1, config.epochs
    sentences = [f"Continuing with epoch{f's {first} to' if first < last else ''} {last}."]
    changed = _describe_changes(before, config.training)
    if changed:
        sentences.append(f"New settings: {', '.join(changed)}.")
    rate = config.training.learning_rate if config.resume is None else changed_rate(config.resume.state.changes, -1)
    if rate not in (-1, config.training.learning_rate):
        sentences.append(f"The learning rate stays {write_setting(rate)}, as you changed it during the run.")
    if config.resume is None:
        sentences.append(
            "The optimiser starts without state, for example without momentum, since only the weights are known."
        )
    step = first * 1000
    if before.schedule == config.training.schedule and before.epochs != last:
        rates = [settings.make_schedule(1000).factor(step) for settings in (before, config.training)]
        if rates[0] != rates[1]:
            title = schedule_descriptions()[before.schedule].title
            sentences.append(f"The schedule “{title}” now ends with epoch {last}, so the learning rate jumps.")
    return " ".join(sentences)


def changed_rate(changes: Sequence[SettingChange], otherwise: SettingValue) -> SettingValue:
    """Return the learning rate of the last of some changes.

    Arguments:
        changes: of a run.
        otherwise: the result if no change is one of the learning rate.
    """
    return next((change.after for change in reversed(changes) if change.name == "learning_rate"), otherwise)


def _changed_settings(before: TrainingSettings, after: TrainingSettings) -> dict[str, tuple[Any, Any]]:
    """Return the old and the new value of each setting that has an effect and is another one."""
    ignored = {"epochs", *after.unused}
    values = {name: (getattr(before, name), getattr(after, name)) for name in TrainingSettings.model_fields}
    return {name: pair for name, pair in values.items() if name not in ignored and pair[0] != pair[1]}


def _describe_changes(before: TrainingSettings, after: TrainingSettings) -> list[str]:
    return [
        f"{setting_title(name)} {write_setting(new, name)} (was {write_setting(old, name)})"
        for name, (old, new) in _changed_settings(before, after).items()
    ]
