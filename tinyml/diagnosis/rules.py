"""All rules of the diagnosis. To add one, write an entry here, a test in tests/tinyml/diagnosis and a lesson."""

from collections.abc import Sequence

from tinyml.diagnosis.data_symptoms import (
    find_imbalance,
    find_label_noise,
    find_one_class,
    find_other_validation,
    find_overlap,
    find_random_labels,
    find_unscaled_inputs,
)
from tinyml.diagnosis.descent import (
    find_divergence,
    find_failure,
    find_high_rate,
    find_low_rate,
    find_nothing_learned,
    find_too_short,
)
from tinyml.diagnosis.diagnosis import Diagnosis, Report, Rule, Symptom
from tinyml.diagnosis.evidence import Evidence
from tinyml.diagnosis.fit import find_luck, find_overfitting, find_underfitting
from tinyml.diagnosis.layers import (
    find_dead_units,
    find_exploding_gradient,
    find_no_nonlinearity,
    find_saturation,
    find_small_batch,
    find_vanishing_gradient,
)

MOST_SHOWN = 3
"""So many diagnoses are shown at most: who has to read more reads none."""

_NO_PROGRESS = ("nothing_learned", "low_rate", "underfitting", "too_short")
_DESCENT = (*_NO_PROGRESS, "high_rate", "exploding_gradient")

RULES = (
    Rule(
        "failure",
        "failures",
        "danger",
        100,
        find_failure,
        "The run could not continue. What is said about a run that failed is only about the epochs before.",
        "The message of the run",
        needs="nothing",
    ),
    Rule(
        "one_class",
        "one class only",
        "danger",
        98,
        find_one_class,
        "A classifier learns what distinguishes the classes. With one class, a constant answer is always right, so the "
        "loss falls to 0 and nothing is learned about the inputs.",
        "He and Garcia (2009), Learning from imbalanced data, section 2",
        ("random_labels", *_DESCENT, "imbalance", "luck", "overfitting", "vanishing_gradient", "dead_units"),
    ),
    Rule(
        "random_labels",
        "random labels",
        "danger",
        96,
        find_random_labels,
        "A large network can learn even random labels by heart, but nothing that holds for other examples. If neither "
        "the network nor the most similar examples predict better than the same answer for all, inputs and labels "
        "have probably nothing to do with each other.",
        "Zhang, Bengio, Hardt, Recht and Vinyals (2017), Understanding deep learning requires rethinking "
        "generalization, section 2",
        (*_DESCENT, "overfitting", "label_noise", "no_nonlinearity", "imbalance", "luck", "saturation", "dead_units"),
    ),
    Rule(
        "unscaled_inputs",
        "scale of the inputs",
        "warning",
        94,
        find_unscaled_inputs,
        "The gradient of a weight is proportional to its input. Inputs of very different sizes need different learning "
        "rates, and one rate for all is too large for some weights and too small for others.",
        "LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3",
        (*_NO_PROGRESS, "high_rate", "exploding_gradient", "saturation", "dead_units", "vanishing_gradient"),
    ),
    Rule(
        "small_batch",
        "batches for batch normalisation",
        "warning",
        93,
        find_small_batch,
        "Batch normalisation subtracts the mean of the batch. The mean of two or three examples is mostly noise, and "
        "differs from the running mean that is used after the training.",
        "Wu and He (2018), Group normalization, section 1 and figure 1; Ioffe and Szegedy (2015), section 3",
        ("overfitting", "high_rate", "vanishing_gradient", "dead_units", "nothing_learned", "too_short"),
        needs="nothing",
    ),
    Rule(
        "dead_units",
        "dead units",
        "warning",
        92,
        find_dead_units,
        "A ReLU whose input is negative for every example gives 0 and has the gradient 0, so the weights before it "
        "never change again. A single step that is too large can push many units there.",
        "Lu, Shin, Su and Karniadakis (2020), Dying ReLU and initialization, section 1; Maas, Hannun and Ng (2013), "
        "Rectifier nonlinearities improve neural network acoustic models, section 2",
        (*_DESCENT, "vanishing_gradient", "divergence"),
        needs="layers",
    ),
    Rule(
        "divergence",
        "divergence",
        "danger",
        90,
        find_divergence,
        "A step against the gradient makes the loss smaller only if it is short. If it is too long, it ends higher on "
        "the other side of the valley, where the gradient is larger, and the next step is longer still.",
        "Goodfellow, Bengio and Courville (2016), Deep Learning, section 4.3.1; LeCun et al. (1998), section 4.7",
        (*_DESCENT, "overfitting", "luck", "saturation", "vanishing_gradient"),
        needs="nothing",
    ),
    Rule(
        "no_nonlinearity",
        "nonlinearities",
        "warning",
        88,
        find_no_nonlinearity,
        "Linear layers one after the other compute what a single linear layer could. Only a nonlinearity between them, "
        "such as ReLU, lets a network bend the border between its classes.",
        "Goodfellow, Bengio and Courville (2016), Deep Learning, section 6.1; Minsky and Papert (1969), Perceptrons",
        (*_NO_PROGRESS, "high_rate", "luck"),
    ),
    Rule(
        "saturation",
        "saturated units",
        "warning",
        86,
        find_saturation,
        "At the ends of its range Sigmoid or Tanh is flat: another input hardly changes the output, so nearly no "
        "gradient passes and the layers before it stop learning.",
        "Glorot and Bengio (2010), section 3; LeCun et al. (1998), section 4.4",
        (*_NO_PROGRESS, "vanishing_gradient"),
        needs="layers",
    ),
    Rule(
        "vanishing_gradient",
        "vanishing gradients",
        "warning",
        84,
        find_vanishing_gradient,
        "On its way back the gradient is multiplied by the slope of each layer. The slope of Sigmoid is at most 1/4, "
        "so ten of them leave less than a millionth, and the first layers hardly learn.",
        "Hochreiter (1991), Untersuchungen zu dynamischen neuronalen Netzen; Glorot and Bengio (2010), Understanding "
        "the difficulty of training deep feedforward neural networks, section 4",
        _DESCENT,
        needs="layers",
    ),
    Rule(
        "exploding_gradient",
        "exploding gradients",
        "warning",
        82,
        find_exploding_gradient,
        "If each layer enlarges the gradient, their product grows with the number of layers. One such step throws the "
        "weights far away from where they were. Clipping keeps the direction and limits the length.",
        "Pascanu, Mikolov and Bengio (2013), On the difficulty of training recurrent neural networks, section 3.2",
        ("high_rate", "nothing_learned", "too_short"),
        needs="layers",
    ),
    Rule(
        "high_rate",
        "too high a learning rate",
        "warning",
        80,
        find_high_rate,
        "Steps that are too long jump over the valley of the loss again and again instead of going down into it. An "
        "update of about a thousandth of the weights is usual.",
        "Bengio (2012), Practical recommendations for gradient-based training of deep architectures, section 3.1.1; "
        "Hinton (2010), A practical guide to training restricted Boltzmann machines, section 7 (the thousandth)",
        (*_NO_PROGRESS, "luck"),
    ),
    Rule(
        "low_rate",
        "too low a learning rate",
        "warning",
        70,
        find_low_rate,
        "Each step goes in the right direction but hardly moves the weights. The loss falls in every epoch, and would "
        "need many times as many of them.",
        "Bengio (2012), section 3.1.1; Goodfellow et al. (2016), section 11.4.1",
        ("nothing_learned", "underfitting", "too_short"),
    ),
    Rule(
        "imbalance",
        "balance of the classes",
        "warning",
        68,
        find_imbalance,
        "If nearly all examples belong to one class, the answer that ignores the input has a high accuracy, and the "
        "gradient of the rare examples is lost among the others.",
        "He and Garcia (2009), Learning from imbalanced data, sections 2 and 4.1",
        ("nothing_learned", "underfitting", "luck", "too_short"),
    ),
    Rule(
        "other_validation",
        "validation like training",
        "warning",
        64,
        find_other_validation,
        "A network is only as good as its examples are like those that it meets later. If the parts come from "
        "different sources, the difference between their scores is no overfitting, and no Dropout helps.",
        "Schilling (1986), Multivariate two-sample tests based on nearest neighbors; Quiñonero-Candela et al. (2009), "
        "Dataset shift in machine learning, chapter 1",
        ("overfitting", "overlap"),
    ),
    Rule(
        "label_noise",
        "wrong labels",
        "warning",
        62,
        find_label_noise,
        "A network learns the common patterns first and wrong labels last, one by one and by heart. An example whose "
        "neighbours all agree on another label is more often labelled wrongly than special.",
        "Brodley and Friedl (1999), Identifying mislabeled training data, section 3; Arpit et al. (2017), A closer "
        "look at memorization in deep networks",
        ("underfitting", "too_short", "overlap"),
    ),
    Rule(
        "overfitting",
        "overfitting",
        "warning",
        60,
        find_overfitting,
        "With many parameters and few examples it is possible to remember each example instead of what they have in "
        "common. The training loss falls on, the loss on other examples does not.",
        "Goodfellow et al. (2016), sections 5.2 and 7.8; Prechelt (1998), Early stopping — but when?",
        ("too_short",),
    ),
    Rule(
        "nothing_learned",
        "a better answer than always the same",
        "warning",
        58,
        find_nothing_learned,
        "The simplest answer is the same for every example: the most frequent class, or the mean. A network that is no "
        "better has not used its inputs yet.",
        "Karpathy (2019), A recipe for training neural networks, step 2; Goodfellow et al. (2016), section 11.2",
        ("underfitting", "luck", "too_short"),
    ),
    Rule(
        "underfitting",
        "underfitting",
        "warning",
        50,
        find_underfitting,
        "A network with too few units or layers cannot follow the pattern in its data. Then it makes mistakes even on "
        "the examples that it was trained on, however long it trains.",
        "Goodfellow et al. (2016), section 5.2; Cover and Hart (1967), Nearest neighbor pattern classification",
        ("too_short",),
    ),
    Rule(
        "overlap",
        "classes that overlap",
        "note",
        45,
        find_overlap,
        "If equal inputs can belong to several classes, no network can always be right. With many examples, the "
        "nearest one errs at most twice as often as the best answer does, so any network errs at least half as often.",
        "Cover and Hart (1967), Nearest neighbor pattern classification, section 1",
        ("too_short", "luck"),
    ),
    Rule(
        "too_short",
        "enough epochs",
        "note",
        40,
        find_too_short,
        "A network that does worse on its own training examples than their nearest neighbours do, or whose loss still "
        "falls when the last epoch ends, has not come to the end of its way.",
        "Karpathy (2019), A recipe for training neural networks, steps 3 and 6",
    ),
    Rule(
        "luck",
        "enough test examples",
        "note",
        30,
        find_luck,
        "The examples of a small part are a small sample of all possible ones. Another sample would give another "
        "accuracy; the interval says how different it may be.",
        "Wilson (1927), Probable inference, the law of succession, and statistical inference; Brown, Cai and DasGupta "
        "(2001)",
    ),
)


def diagnose(evidence: Evidence, most: int = MOST_SHOWN, rules: Sequence[Rule] = RULES) -> Report:
    """Compare the evidence of a run with all rules.

    Arguments:
        evidence: everything that is known of the run.
        most: largest number of diagnoses; those that follow from a more telling one are left out.
        rules: the rules.

    >>> from tinyml.learner import TrainingSettings
    >>> diagnose(Evidence((), TrainingSettings())).diagnoses
    ()
    """
    found = [(rule, symptom) for rule in rules if (symptom := rule.find(evidence)) is not None]
    found.sort(key=lambda each: -each[0].weight)
    explained: set[str] = set()
    shown: list[Diagnosis] = []
    for rule, symptom in found:
        if rule.name not in explained:
            explained.update(rule.explains)
            shown.append(_describe(rule, symptom))
    return Report(tuple(shown[:most]), tuple(rule.checks for rule in rules if _is_able(rule, evidence)))


def _is_able(rule: Rule, evidence: Evidence) -> bool:
    """Return True if a rule has what it needs."""
    known = {
        "data": evidence.data is not None,
        "layers": bool(evidence.measurements or evidence.probe),
        "nothing": True,
    }
    return known[rule.needs]


def _describe(rule: Rule, symptom: Symptom) -> Diagnosis:
    return Diagnosis(
        rule.name,
        symptom.severity or rule.severity,
        symptom.title,
        symptom.evidence,
        symptom.remedy,
        rule.why,
        rule.source,
        symptom.action,
    )
