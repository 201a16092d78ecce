"""How a run that has ended goes on: with more epochs, as if it had had them from the start.

The same settings give the same bits as one longer run. A learning-rate schedule that depends on the number of epochs
(cosine, one-cycle) takes the rate that a run of the new length has at this place, so there the longer run differs.
"""

import math
from dataclasses import replace

from app.document import Document
from app.training.run import Run
from app.training.training_config import TrainingConfig, freeze_config
from tinyml.core import TinymlError
from tinyml.learner import Checkpoint, TrainingSettings
from tinyml.optims.schedules import schedule_descriptions

MOST_EPOCHS = 100_000


def obstacle(run: Run, document: Document) -> str:
    """Return why a run cannot be continued with what the document holds now, in a sentence; empty when it can."""
    snapshot = run.snapshot
    if snapshot is None or not run.learned or (run.config is not None and not _begun(run)):
        return "There is nothing to continue yet. Train a new run (F5)."
    project = document.project
    now = {"network": project.network, "data": project.data, "loss": project.training.loss}
    then = {"network": snapshot.network, "data": snapshot.data, "loss": snapshot.training.loss}
    changed = [name for name in now if now[name] != then[name]]
    if changed:
        what = " and ".join([", ".join(changed[:-1]), changed[-1]] if len(changed) > 1 else changed)
        return f"The {what} changed since this run. Undo the changes to continue it, or train a new run (F5)."
    if document.data is not None and not snapshot.fits(project.network, document.data):
        return "The files of the data changed since this run. Train a new run (F5)."
    patience = project.training.early_stopping
    waited = _epochs_since_best(run) if patience else 0
    if patience and waited >= patience:
        return (
            f"The run stopped early: nothing got better for {waited} epochs. Set Early stopping to 0 or to more than "
            f"{waited} to continue."
        )
    return ""


def continuation_config(run: Run, document: Document) -> TrainingConfig:
    """Return the configuration that continues a run; raises `TinymlError` with the reason when that is not possible."""
    config = freeze_config(document)
    snapshot, reason = run.snapshot, obstacle(run, document)
    if reason or snapshot is None:
        raise TinymlError(reason)
    before = snapshot.training if run.config is None else run.config.training
    checkpoint = _valid_checkpoint(run)
    history = tuple(run.history) if checkpoint is not None else snapshot.history
    config = replace(config, epochs=_total_epochs(run, len(history), config.project.training), history=history)
    if checkpoint is None:
        config = replace(config, start=snapshot)
    else:
        config = replace(config, resume=_adapt(checkpoint, before, config.training))
    return replace(config, note=_describe(config, before))


def _begun(run: Run) -> bool:
    """Return True when the weights of the run are its own, and not those that it started from."""
    if run.checkpoint is not None:
        return run.checkpoint.state.epoch > 1 or run.checkpoint.state.batch > 0
    return run.snapshot is not None and run.snapshot.training == (run.config.training if run.config else None)


def _valid_checkpoint(run: Run) -> Checkpoint | None:
    """Return the run's checkpoint; None when an unexpected failure has left one that is older than the epochs."""
    checkpoint = run.checkpoint
    return checkpoint if checkpoint is not None and checkpoint.state.epoch - 1 == len(run.history) else None


def _epochs_since_best(run: Run) -> int:
    judged = [epoch for epoch in run.history if math.isfinite(epoch.monitored_loss)]
    best = min(judged, key=lambda epoch: epoch.monitored_loss, default=None)
    return len(run.history) - (best.epoch if best is not None else 0)


def _total_epochs(run: Run, done: int, settings: TrainingSettings) -> int:
    """Return how many epochs are planned in all.

    A run that was interrupted goes on to its planned end, or to the one that the settings ask for now; a run that
    reached its end gets as many epochs more as the settings say.
    """
    planned, setting = settings.epochs, settings.epochs
    if run.config is not None:
        planned, setting = run.config.epochs, run.config.project.training.epochs
    if done < planned and settings.epochs == setting:
        return planned
    if done < planned and done < settings.epochs:
        return settings.epochs
    return min(done + settings.epochs, MOST_EPOCHS)


def _adapt(checkpoint: Checkpoint, before: TrainingSettings, after: TrainingSettings) -> Checkpoint:
    """Return the checkpoint as it fits the settings of now: without what belongs to others that were changed."""
    changes: dict[str, object] = {"seed": after.seed, "batch_size": after.batch_size}
    tensors = checkpoint.tensors
    if (before.seed, before.batch_size) != (after.seed, after.batch_size):
        # Other batches: an epoch that was begun begins again.
        changes |= {"batch": 0, "total_loss": 0.0, "total_correct": 0}
    if before.schedule != after.schedule:
        changes["schedule"] = after.make_schedule(1).state()
    if before.optimizer != after.optimizer:
        tensors = {name: tensor for name, tensor in tensors.items() if not name.startswith("optimizer/")}
    return Checkpoint(checkpoint.state.model_copy(update=changes), tensors)


def _describe(config: TrainingConfig, before: TrainingSettings) -> str:
    """Say which epochs follow, and what is different from those before."""
    first, last = int(config.position) + 1, config.epochs
    sentences = [f"Continuing with epoch{f's {first} to' if first < last else ''} {last}."]
    changed = _describe_changes(before, config.training)
    if changed:
        sentences.append(f"From here on: {', '.join(changed)}.")
    if config.resume is None:
        sentences.append("The optimiser starts afresh, since the weights came without its state.")
    step = first * 1000
    if before.schedule == config.training.schedule and before.epochs != last:
        rates = [settings.make_schedule(1000).factor(step) for settings in (before, config.training)]
        if rates[0] != rates[1]:
            title = schedule_descriptions()[before.schedule].title
            sentences.append(f"The schedule “{title}” now ends with epoch {last}, so the learning rate jumps.")
    return " ".join(sentences)


def _describe_changes(before: TrainingSettings, after: TrainingSettings) -> list[str]:
    ignored = {"epochs", *after.unused}
    changed = []
    for name, field in TrainingSettings.model_fields.items():
        value, former = getattr(after, name), getattr(before, name)
        if name not in ignored and value != former:
            changed.append(f"{(field.title or name).lower()} {_write(value)} (was {_write(former)})")
    return changed


def _write(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value)
