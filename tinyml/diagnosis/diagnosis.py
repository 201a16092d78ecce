"""A diagnosis: what is wrong with a run, how that shows, and what helps; and the rule that makes it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tinyml.diagnosis.actions import Action
from tinyml.diagnosis.evidence import Evidence

Severity = Literal["danger", "warning", "note"]
"""The run is useless as it is; it could be clearly better; something that the user should know."""


@dataclass(frozen=True)
class Symptom:
    """What a rule has found in the evidence.

    Attributes:
        title: what is wrong, in one sentence.
        evidence: how that shows, in one or two sentences with the numbers.
        remedy: what helps, in one or two sentences.
        action: what a button can do about it; None if there is nothing that fits.
        severity: if it differs from that of the rule; else None.
    """

    title: str
    evidence: str
    remedy: str
    action: Action | None = None
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a run.

    Attributes:
        name: short name, also that of its lesson.
        checks: what the rule examines, in a few words: "dead units".
        severity: of its diagnoses, unless a symptom says otherwise.
        weight: how telling it is; the diagnosis with the largest weight is shown first.
        find: returns the symptom, or None if the evidence does not show it.
        why: the explanation, in two or three sentences.
        source: paper or section of a book.
        explains: names of the rules whose symptoms follow from this one. They are not shown beside it.
        needs: what the rule cannot do without, beside the epochs: "data" for facts about the data, "layers" for
            measurements of the layers.
    """

    name: str
    checks: str
    severity: Severity
    weight: int
    find: Callable[[Evidence], Symptom | None]
    why: str
    source: str
    explains: tuple[str, ...] = ()
    needs: Literal["data", "layers", "nothing"] = "data"


@dataclass(frozen=True)
class Diagnosis:
    """Something that is wrong with a run. (A finding is a sentence about a dataset.)

    Attributes:
        rule: name of the rule that found it.
        severity: how serious it is.
        title: what is wrong, in one sentence.
        evidence: how that shows, with the numbers.
        remedy: what helps.
        why: the explanation.
        source: paper or section of a book behind the explanation.
        action: what a button can do about it; None for no button.
    """

    rule: str
    severity: Severity
    title: str
    evidence: str
    remedy: str
    why: str
    source: str
    action: Action | None = None


@dataclass(frozen=True)
class Report:
    """The result of examining a run.

    Attributes:
        diagnoses: what is wrong, the most telling first; empty if nothing is.
        checked: what was examined, in words, in the order of the rules. A rule without its evidence is not in it.
    """

    diagnoses: tuple[Diagnosis, ...]
    checked: tuple[str, ...]
