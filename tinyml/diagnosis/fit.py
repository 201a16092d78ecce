"""Symptoms of the fit: overfitting, underfitting, and a score that is luck."""

import statistics

from tinyml.core import ChangeTraining
from tinyml.diagnosis.actions import OpenData
from tinyml.diagnosis.diagnosis import Symptom
from tinyml.diagnosis.evidence import Evidence, HeldOut, training_score, validation_score
from tinyml.diagnosis.notation import number, percent, score
from tinyml.diagnosis.trend import is_flat
from tinyml.diagnosis.wilson import wilson_interval

_PATIENCE = 5
"""So many epochs after the best one, a missing improvement is no longer called noise."""
_GAP = 0.1
"""Training score minus held-out score, from which a network overfits."""
_MORE_MISTAKES = 3.0
"""Held-out error divided by training error, from which the network knows its examples much better than others."""
_ENOUGH = 20
"""Fewer held-out examples say nothing about a gap."""
_NEARLY_SURE = 2.576
"""Quantile for 99 %: the gap is judged after every epoch, so luck has many chances."""
_LOSS_ROSE = 1.2
"""Held-out loss divided by its lowest value, from which it has clearly risen."""
_LOSS_STAYS = 1.1
"""The same, compared with the epochs around the best one."""
_SMALL_ERROR = 0.03
"""With a smaller held-out error than this, no change is needed."""
_LEVEL = 0.03
"""Relative change within some epochs of a loss that has levelled off; noise moves it a little."""
_UNDERFIT = 0.8
"""Gain from which a network counts as having learned its examples."""
_UNSURE = 0.07
"""Half width of a confidence interval from which a score says little."""

_WORTH_COMPARING = 0.3
"""Gain from which a score may be believed."""


def find_overfitting(evidence: Evidence) -> Symptom | None:
    """Find a network that is much better on its training examples, or whose validation loss has risen again.

    Arguments:
        evidence: of the run.
    """
    held_out, now, data = evidence.held_out, evidence.score, evidence.data
    if held_out is None or now is None or data is None or len(evidence.history) < 2:
        return None
    error = 1 - held_out.score
    if error < _SMALL_ERROR:
        return None
    gap = _gap(evidence, held_out, now)
    rise = _rise(evidence)
    if gap is None and rise is None:
        return None
    sentences = []
    if gap is not None:
        sentences.append(
            f"{score(now, data.has_classes)} on the training examples, {score(held_out.score, data.has_classes)} on "
            f"the {held_out.part} examples."
        )
    best = evidence.best
    if rise is not None and best is not None:
        sentences.append(
            f"Validation loss has not fallen since epoch {best.epoch}: it was {number(best.monitored_loss)}, and is "
            f"{number(evidence.history[-1].monitored_loss)} now."
        )
    return Symptom(
        "It learns its examples by heart (overfitting).", " ".join(sentences), *_against_overfitting(evidence)
    )


def _gap(evidence: Evidence, held_out: HeldOut, now: float) -> float | None:
    """Return training minus held-out score, if it is large, and larger than luck can make it; else None."""
    gap = now - held_out.score
    if (
        gap < _GAP
        or held_out.count < _ENOUGH
        or 1 - held_out.score < _MORE_MISTAKES * (1 - now)
        or not _lasts(evidence)
    ):
        return None
    if evidence.data is not None and evidence.data.has_classes:
        lucky = wilson_interval(held_out.score, held_out.count, _NEARLY_SURE).high
        return gap if now > lucky else None
    return gap


def _lasts(evidence: Evidence) -> bool:
    """Return True if each of the newest epochs shows half of the gap: one jump of the weights is no overfitting."""
    for epoch in evidence.history[-_PATIENCE:]:
        trained, validated = training_score(epoch), validation_score(epoch)
        if trained is not None and validated is not None and trained - validated < _GAP / 2:
            return False
    return True


def _rise(evidence: Evidence) -> float | None:
    """Return by which factor the validation loss has risen since its best epoch, if that is no noise; else None."""
    best, history = evidence.best, evidence.history
    if best is None or best.validation_loss is None or best.validation_loss <= 0:
        return None
    since = [epoch for epoch in history if epoch.epoch > best.epoch]
    if len(since) < _PATIENCE:
        return None
    recent = since[-_PATIENCE:]
    # One lucky epoch is easily the best one where the loss jumps, so its neighbours count too.
    usual = statistics.median(epoch.monitored_loss for epoch in history if abs(epoch.epoch - best.epoch) <= 2)
    lowest = min(epoch.monitored_loss for epoch in recent)
    if lowest < max(_LOSS_ROSE * best.monitored_loss, _LOSS_STAYS * usual):
        return None
    if recent[-1].training_loss >= best.training_loss:
        return None  # both rise: the steps are too large
    if any(epoch.monitored_loss <= epoch.training_loss for epoch in recent):
        return None  # what is learned by heart is known better than the rest, in every epoch
    before, after = validation_score(best), validation_score(recent[-1])
    if before is not None and after is not None and after > before:
        return None  # it is surer of its mistakes, but makes fewer of them
    return recent[-1].monitored_loss / best.monitored_loss


def _against_overfitting(evidence: Evidence) -> tuple[str, ChangeTraining | None]:
    training = evidence.training
    if training.early_stopping and training.restore_best:
        return "Use more data, augmentation, Dropout or weight decay, or a smaller network.", None
    change = ChangeTraining("Stop early, keep the best", {"early_stopping": 5, "restore_best": True})
    return "Stop early and keep the best weights; more data, Dropout or weight decay help too.", change


def find_underfitting(evidence: Evidence) -> Symptom | None:
    """Find a network that no longer improves although its data allow more.

    Arguments:
        evidence: of the run.
    """
    now, gain, data, losses = evidence.score, evidence.gain, evidence.data, evidence.training_losses
    if now is None or gain is None or data is None or gain > _UNDERFIT or len(losses) < 2 * _PATIENCE:
        return None
    window = losses[-max(2 * _PATIENCE, len(losses) // 3) :]
    if not is_flat(window, _LEVEL) or gain < 0.05 or evidence.share_done < 0.5:
        return None
    held_out = evidence.held_out
    if held_out is not None and _gap(evidence, held_out, now) is not None:
        return None
    near = data.neighbours
    if near is not None and near.score < now + 0.05 * (1 - data.base_rate):
        return None  # the neighbours do no better: the classes overlap, or the labels are wrong
    shown = f"{score(now, data.has_classes)} on its own training examples, and the loss no longer falls"
    shown += f" ({number(window[0])} → {number(window[-1])} in {len(window)} epochs)."
    if near is not None:
        shown += f" Comparing with the nearest examples gives {score(near.score, data.has_classes)}."
    regular = evidence.training.weight_decay > 0 or any(layer.type == "Dropout" for layer in evidence.network)
    remedy = "Use more units or layers" + (", or less Dropout and weight decay." if regular else ".")
    return Symptom("The network is too simple for its data (underfitting).", shown, remedy)


def find_luck(evidence: Evidence) -> Symptom | None:
    """Find a score that was measured on so few examples that luck decides.

    Arguments:
        evidence: of the run.
    """
    held_out, data = evidence.held_out, evidence.data
    if not evidence.finished or held_out is None or data is None or not data.has_classes:
        return None
    if evidence.test is not None and evidence.test.accuracy is not None and data.test:
        held_out = HeldOut("test", evidence.test.accuracy, data.test)
    interval = wilson_interval(held_out.score, held_out.count)
    believed = evidence.gain_of(held_out.score) >= _WORTH_COMPARING or held_out.count < _ENOUGH
    if interval.half_width < _UNSURE or not believed:
        return None
    shown = (
        f"{percent(held_out.score)} of {held_out.count} {held_out.part} examples: the true accuracy lies between "
        f"{percent(interval.low)} and {percent(interval.high)} (95{chr(160)}% confidence)."
    )
    remedy = f"Do not compare runs by it. Use more {held_out.part} examples, or several splits with other seeds."
    return Symptom("The accuracy is partly luck.", shown, remedy, OpenData("Change the split"))
