"""Remedies that several symptoms share, with their actions."""

from tinyml.core import ChangeTraining
from tinyml.diagnosis.actions import Action, ShowLayer
from tinyml.diagnosis.evidence import Evidence
from tinyml.diagnosis.notation import percent, rounded, setting

_MUCH_DROPOUT, _MUCH_DECAY = 0.6, 0.02
"""Share of dropped numbers, and weight decay, that hinder learning more than they help."""
_FEW_STEPS, _USUAL_BATCH = 4, 32
"""Steps in an epoch up to which smaller batches help more than other epochs do, and a usual size."""


def smaller_rate(evidence: Evidence) -> tuple[str, ChangeTraining]:
    """Return the remedy of steps that are too large, and its action.

    Arguments:
        evidence: of the run.
    """
    smaller = rounded(evidence.training.learning_rate / 10)
    text = setting(smaller)
    return (
        f"Use a smaller learning rate, such as {text} instead of {setting(evidence.training.learning_rate)}.",
        ChangeTraining(f"Set learning rate {text}", {"learning_rate": smaller}),
    )


def more_steps(evidence: Evidence) -> tuple[str, ChangeTraining]:
    """Return the remedy of too few steps, and its action: smaller batches if an epoch is only a few of them.

    Arguments:
        evidence: of the run.
    """
    data, size = evidence.data, evidence.training.batch_size
    if data is not None and 2 * _USUAL_BATCH < data.training <= _FEW_STEPS * size:
        steps = -(-data.training // size)
        change = ChangeTraining(f"Set batch size {_USUAL_BATCH}", {"batch_size": _USUAL_BATCH})
        counted = "one step" if steps == 1 else f"{steps} steps"
        return f"An epoch is only {counted}. Use smaller batches, such as {_USUAL_BATCH}.", change
    epochs = 3 * evidence.epochs_done
    return "Train for more epochs.", ChangeTraining(f"Set epochs {epochs}", {"epochs": epochs})


def weaker_regularisation(evidence: Evidence) -> tuple[str, Action] | None:
    """Return the remedy, and its action, if weight decay or Dropout is far too strong; else None.

    Arguments:
        evidence: of the run.
    """
    decay = evidence.training.weight_decay
    if decay > _MUCH_DECAY:
        less = rounded(decay / 100)
        change = ChangeTraining(f"Set weight decay {setting(less)}", {"weight_decay": less})
        return f"Weight decay {setting(decay)} shrinks the weights to 0. Use less, such as {setting(less)}.", change
    # Dropout multiplies what is left by 1/(1-p), so much of it makes the steps wild.
    for layer in evidence.network:
        if layer.dropped > _MUCH_DROPOUT:
            dropped = percent(layer.dropped)
            return f"{layer.name} drops {dropped}. Drop less, such as {percent(0.2)}.", ShowLayer(layer.name)
    return None
