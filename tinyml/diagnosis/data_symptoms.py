"""Symptoms of the data: labels, classes, the scale of the inputs, and parts that differ from each other."""

import math

from tinyml.diagnosis.actions import OpenData, ScaleInputs
from tinyml.diagnosis.data_facts import DataFacts
from tinyml.diagnosis.diagnosis import Symptom
from tinyml.diagnosis.evidence import Evidence
from tinyml.diagnosis.neighbours import Neighbours
from tinyml.diagnosis.notation import number, percent, score
from tinyml.diagnosis.wilson import wilson_interval

_ISOLATED = 0.05
"""Share of labels that contradict all their neighbours, from which labels are called wrong."""
_EVEN, _CLEAR = 0.7, 0.45
"""Evenness of such labels, and gain of the neighbours, from which labels are called wrong; below, classes overlap."""
_UNCLEAR, _MOST_COLUMNS = 0.7, 100
"""Gain of the nearest neighbours up to which classes overlap, and number of inputs up to which neighbours are a good
measure of it: two images can be alike without being near each other."""
_AS_GOOD = 0.2
"""Difference of two gains up to which a network is as good as the neighbours."""
_RARE, _MOSTLY_ONE = 10.0, 0.8
"""Largest class divided by the smallest, and its share of all, from which classes are called unbalanced."""
_FAR, _UNEVEN = 10.0, 100.0
"""Size of the inputs, and largest divided by smallest deviation of a column, from which scaling is needed."""
_SAME_PART, _SURE = 0.6, 5.0
"""Share of neighbours in the same part, and deviations from one half, from which two parts differ."""
_GOOD = 0.9
"""Gain from which the inputs are no obstacle."""


def find_one_class(evidence: Evidence) -> Symptom | None:
    """Find data whose training examples all belong to one class.

    Arguments:
        evidence: of the run.
    """
    data = evidence.data
    if data is None or not data.has_classes or data.base_rate < 1:
        return None
    shown = f"All {data.training} training examples belong to '{data.most_frequent}'."
    if evidence.score is not None:
        shown += f" The accuracy of {percent(evidence.score)} only says that it gives this answer."
    return Symptom("There is nothing to learn: only one class.", shown, "Add examples of another class.", OpenData())


def find_random_labels(evidence: Evidence) -> Symptom | None:
    """Find labels that have nothing to do with the inputs, as far as network and neighbours can tell.

    Arguments:
        evidence: of the run.
    """
    data, now = evidence.data, evidence.score
    near = None if data is None else data.neighbours
    if data is None or near is None or now is None or len(evidence.history) < 3 or not _is_random(data, near):
        return None
    held_out = evidence.held_out
    if held_out is None:
        if evidence.gain is None or evidence.gain > 0.1:
            return None
        shown = f"The network reaches {score(now, data.has_classes)} on the training examples"
    else:
        base = data.base_rate_in(held_out.part)
        if data.has_classes:
            if wilson_interval(held_out.score, held_out.count, 2.6).low > base:
                return None
        elif held_out.score > 0.05:
            return None
        shown = f"The network reaches {score(held_out.score, data.has_classes)} on the {held_out.part} examples"
    what = f"always answering '{data.most_frequent}'" if data.has_classes else "always answering the mean"
    shown += f", their nearest neighbours {score(near.score, data.has_classes)}, and {what} "
    shown += f"{score(data.base_rate, data.has_classes)}."
    title = "The labels look random." if data.has_classes else "The targets look random."
    remedy = "Check that each example has its own label: sorted or shuffled files often mix them up."
    return Symptom(title, shown, remedy, OpenData())


def _is_random(data: DataFacts, near: Neighbours) -> bool:
    """Return True if the neighbours predict no better than the same answer for all, up to luck."""
    if not data.has_classes:
        return near.score < 0.05
    # If nearly all examples belong to one class, neighbours are hardly ever better than always giving it.
    return data.base_rate < _MOSTLY_ONE and wilson_interval(near.score, near.compared, 2.6).low <= data.base_rate


def find_label_noise(evidence: Evidence) -> Symptom | None:
    """Find examples whose label contradicts those of nearly all examples around them.

    Arguments:
        evidence: of the run.
    """
    data = evidence.data
    near = None if data is None else data.neighbours
    if data is None or near is None or not data.has_classes or not evidence.history:
        return None
    if near.isolated < _ISOLATED or wilson_interval(near.isolated, near.compared).low < 0.6 * _ISOLATED:
        return None
    if near.evenness < _EVEN or evidence.gain_of(near.score) < _CLEAR or _is_random(data, near):
        return None
    shown = (
        f"{percent(near.isolated)} of {near.compared} training examples have another label than at least 8 of their 10 "
        "nearest neighbours, which agree with each other."
    )
    remedy = "Look at these examples and correct their labels. Until then, stop early: the noise is learned last."
    return Symptom("Some labels are probably wrong.", shown, remedy, OpenData())


def find_overlap(evidence: Evidence) -> Symptom | None:
    """Find classes that the inputs do not tell apart: network and neighbours do equally badly.

    Arguments:
        evidence: of the run.
    """
    data, held_out = evidence.data, evidence.held_out
    near = None if data is None else data.neighbours
    if data is None or near is None or held_out is None or not data.has_classes or not evidence.finished:
        return None
    possible, reached = evidence.gain_of(near.score), evidence.gain_of(held_out.score)
    if near.columns > _MOST_COLUMNS or not 0.1 < possible < _UNCLEAR or abs(reached - possible) > _AS_GOOD:
        return None
    if _is_random(data, near):
        return None
    shown = (
        f"Comparing with the nearest examples gives {percent(near.score)}, and the network reaches "
        f"{percent(held_out.score)} on the {held_out.part} examples. More epochs or units will hardly help."
    )
    remedy = "Check some labels. If they are right, only other inputs can tell the classes apart."
    return Symptom("Examples that are alike have different labels.", shown, remedy, OpenData())


def find_imbalance(evidence: Evidence) -> Symptom | None:
    """Find unbalanced classes if the accuracy is no better than that of always giving the most frequent one.

    Arguments:
        evidence: of the run.
    """
    data, now = evidence.data, evidence.score
    if data is None or now is None or len(data.class_counts) < 2 or len(evidence.history) < 3 or data.base_rate >= 1:
        return None
    present = [count for count in data.class_counts if count]
    if max(present) < _RARE * min(present) and data.base_rate < _MOSTLY_ONE:
        return None
    held_out = evidence.held_out
    part, reached, count = ("training", now, data.training)
    if held_out is not None:
        part, reached, count = held_out.part, held_out.score, held_out.count
    base = data.base_rate_in(part)
    if wilson_interval(reached, count).low > base and reached > base + 0.25 * (1 - base):
        return None
    rarest = data.class_names[data.class_counts.index(min(present))]
    shown = (
        f"{percent(reached)} of the {part} examples are right, but always answering '{data.most_frequent}' gives "
        f"{percent(base)}. '{rarest}' has only {min(present)} of {data.training} training examples."
    )
    remedy = "Collect or repeat examples of the rare classes, and judge by precision and recall of each class."
    return Symptom("The accuracy hides a rare class.", shown, remedy, OpenData())


def find_unscaled_inputs(evidence: Evidence) -> Symptom | None:
    """Find inputs that are far from deviation 1, or whose columns have very different units.

    Arguments:
        evidence: of the run.
    """
    data = evidence.data
    if data is None or data.inputs.scaled or not evidence.network:
        return None
    first = next((layer.type for layer in evidence.network if layer.type not in ("Flatten", "Dropout", "Reshape")), "")
    does_well = evidence.gain is not None and evidence.gain > _GOOD
    if first.startswith("BatchNorm") or (does_well and not evidence.failure) or not _was_tried(evidence):
        return None
    inputs = data.inputs
    size = math.hypot(inputs.mean, inputs.deviation)
    if size > _FAR:
        shown = (
            f"The inputs have mean {number(inputs.mean)} and deviation {number(inputs.deviation)}; about 0 and 1 are "
        )
        shown += "usual."
    elif inputs.smallest > 0 and inputs.largest > _UNEVEN * inputs.smallest:
        shown = f"One input has the deviation {number(inputs.largest)}, another one {number(inputs.smallest)}."
    else:
        return None
    action = ScaleInputs("Standardise the inputs", "standardise")
    return Symptom("The inputs are not scaled.", shown, "Scale them to mean 0 and deviation 1.", action)


def _was_tried(evidence: Evidence) -> bool:
    """Return True if the run has failed, or had some epochs to show that the scale does no harm.

    A run that begins badly need not be waited for: what follows from the scale, such as dead units, is shown otherwise.
    """
    begins_badly = evidence.gain is not None and evidence.gain < 0.5
    return evidence.failure is not None or len(evidence.history) >= (1 if begins_badly else 3)


def find_other_validation(evidence: Evidence) -> Symptom | None:
    """Find validation examples that differ from the training examples, if the score on them is worse.

    Arguments:
        evidence: of the run.
    """
    data, held_out, now = evidence.data, evidence.held_out, evidence.score
    if data is None or held_out is None or now is None or held_out.part != "validation":
        return None
    if evidence.gain_of(now) - evidence.gain_of(held_out.score) < 0.08:
        return None
    near = data.neighbours
    if near is not None and near.same_part is not None:
        # Twice the variance of independent draws, because neighbours come in pairs.
        deviations = (near.same_part - 0.5) / math.sqrt(0.5 / near.pooled)
        if near.same_part >= _SAME_PART and deviations >= _SURE:
            shown = (
                f"{percent(near.same_part)} of nearest neighbours come from the same part; for parts that are alike it "
                f"is about 50{chr(160)}%. Training {score(now, data.has_classes)}, validation "
                f"{score(held_out.score, data.has_classes)}."
            )
            return _differs(shown)
    return _other_classes(data)


def _differs(shown: str) -> Symptom:
    remedy = "Mix all examples before they are split, or collect training examples like those that will come."
    action = OpenData("Change the split")
    return Symptom("The validation examples are not like the training examples.", shown, remedy, action)


def _other_classes(data: DataFacts) -> Symptom | None:
    """Find validation examples with other shares of the classes."""
    if not data.has_classes or sum(data.validation_counts) < 20:
        return None
    shares = [count / data.training for count in data.class_counts]
    others = [count / data.validation for count in data.validation_counts]
    distance = sum(abs(one - other) for one, other in zip(shares, others, strict=True)) / 2
    # The distance of a random split is about √(classes / 2π validation examples).
    if distance < max(0.2, 4 * math.sqrt(len(shares) / (2 * math.pi * data.validation))):
        return None
    label = max(range(len(shares)), key=lambda each: abs(shares[each] - others[each]))
    shown = (
        f"'{data.class_names[label]}' has {percent(shares[label])} of the training examples and "
        f"{percent(others[label])} of the validation examples."
    )
    return _differs(shown)
