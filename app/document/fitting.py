"""Make a network fit its data: apply the fixes of its problems, one after the other. No widgets."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.document import edits
from tinyml.core import ChangeSettings, ChangeTraining, InsertBefore, Problem
from tinyml.data import DataDescription
from tinyml.layers import find_layer_type
from tinyml.learner import find_problems, loss_misfit
from tinyml.losses import loss_descriptions
from tinyml.net import infer
from tinyml.storage import Project

_MOST_CHANGES = 100
"""Limit of the changes that adapt a network to other data; about twice as many as the largest template has layers."""
_MAY_GO = frozenset({"Flatten", "Reshape", "Softmax", "Sigmoid"})
"""Types of layers that only bring numbers into a form. Without any other layer it would be a different network."""
_CLASS_LOSS = "cross_entropy_with_softmax_loss"


@dataclass(frozen=True)
class Fitted:
    """A project that fits its data as far as possible.

    Attributes:
        project: the changed project.
        steps: the label of each change, in order.
        fits: True if no problem is left and no layer of the network was lost.
    """

    project: Project
    steps: tuple[str, ...]
    fits: bool


def problems_with(project: Project, data: DataDescription) -> tuple[Problem, ...]:
    """Return every reason why the network of a project cannot be trained with some data.

    Arguments:
        project: gives the network and the training settings.
        data: the description of the data.
    """
    inference = infer(project.network, data.example_shape, len(data.class_names), data.target_shape)
    return find_problems(inference, project.training)


def fit_to(project: Project, data: DataDescription) -> Fitted:
    """Change a network so that it fits some data as far as possible.

    Windows that are larger than their maps get same padding. After this, the fixes of the problems are applied: a
    vector gets as many numbers as the data has classes, images become vectors with Flatten, and so on. What no fix
    corrects stays as a problem.

    Arguments:
        project: the project.
        data: the description of the data.
    """
    before, steps = Counter(_types(project)), []
    reshaped = False
    for _ in range(_MOST_CHANGES):
        problem = _next_correctable(project, data)
        if problem is None or problem.fix is None:
            break
        reshaped = reshaped or (isinstance(problem.fix, InsertBefore) and problem.fix.layer_type == "Reshape")
        steps.append(f"{problem.fix.label} ({problem.layer})" if problem.layer else problem.fix.label)
        project = edits.apply_fix(project, problem).project
    lost = set(before - Counter(_types(project))) - _MAY_GO
    return Fitted(project, tuple(steps), not lost and not reshaped and not problems_with(project, data))


def with_fitting_loss(project: Project, data: DataDescription) -> tuple[Project, str]:
    """Return the project with a loss that is made for the targets of its data, and the change as a label.

    A loss that compares numbers can learn classes too, but slowly; so classes get the cross-entropy.

    Arguments:
        project: the project.
        data: the description of the data.

    The label is empty if the loss is suitable already.
    """
    loss = loss_descriptions()[project.training.loss]
    suitable = loss.outputs != "values" if data.has_classes else not loss_misfit(loss.name, data)
    if suitable:
        return project, ""
    better = loss_descriptions()[_CLASS_LOSS if data.has_classes else "mse_loss"]
    fix = ChangeTraining(f"Use {better.title[:1].lower()}{better.title[1:]}", {"loss": better.name})
    return edits.apply_fix(project, Problem(-1, "", "", fix)).project, fix.label


def _next_correctable(project: Project, data: DataDescription) -> Problem | None:
    """Return the first problem that has a fix, with the fix to apply; None if there is none."""
    for problem in problems_with(project, data):
        padding = _same_padding(project, problem)
        if padding is not None or problem.fix is not None:
            return padding or problem
    return None


def _same_padding(project: Project, problem: Problem) -> Problem | None:
    """Return the problem with another fix, same padding, if its own fix is a smaller window; else None.

    Without this, a network for larger images would lose its windows.
    """
    fix = problem.fix
    if not isinstance(fix, ChangeSettings) or "window" not in fix.settings:
        return None
    layer = project.network.layers[problem.index]
    known = find_layer_type(layer.type)
    if known is None or "padding" not in known.Settings.model_fields:
        return None
    padding = [(window - 1) // 2 for window in _pair(layer.settings["window"])]
    if padding == list(_pair(layer.settings["padding"])):
        return None
    return Problem(problem.index, problem.layer, problem.sentence, ChangeSettings("Set padding", {"padding": padding}))


def _pair(value: int | Iterable[int]) -> tuple[int, ...]:
    return (value, value) if isinstance(value, int) else tuple(value)


def _types(project: Project) -> list[str]:
    return [layer.type for layer in project.network.layers]
