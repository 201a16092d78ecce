"""Templates: complete projects to start from, each for a kind of data. No widgets."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from app.document import edits
from tinyml.core import ChangeSettings, Problem
from tinyml.core.resources import resource_path
from tinyml.data import DataDescription, describe
from tinyml.layers import find_layer_type
from tinyml.learner import find_problems
from tinyml.net import infer
from tinyml.storage import PROJECT_SUFFIX, Project, read_project

_FOLDER = "templates"
_MOST_CHANGES = 100
"""Limit of the changes that adapt a template to other data; about twice as many as the largest template has layers."""


@dataclass(frozen=True)
class Template:
    """A complete project to start from.

    Attributes:
        name: stem of its file in `resources/templates`.
        title: name on screen.
        line: one sentence about the network.
        data_names: names of the built-in datasets that it is made for; the project uses the first one.
    """

    name: str
    title: str
    line: str
    data_names: tuple[str, ...]

    @cached_property
    def project(self) -> Project:
        """The project with its own data. It has no problems.

        Raises `StorageError` if the file is missing from the installation or damaged.
        """
        return read_project(resource_path(_FOLDER, self.name + PROJECT_SUFFIX))

    @property
    def data_titles(self) -> tuple[str, ...]:
        """Titles of the built-in datasets that it is made for."""
        return tuple(describe(name).title for name in self.data_names)

    def project_for(self, data: DataDescription) -> Project:
        """Return the project with other data, changed so that it fits the data as far as possible.

        Windows that are larger than their maps get same padding. After this, the fixes of the problems are applied: a
        vector gets as many numbers as the data has classes, images become vectors with Flatten, and so on. What no fix
        corrects stays as a problem.

        Arguments:
            data: description of the other data.
        """
        if data.name == self.project.data.source:
            return self.project
        project = edits.change_data(self.project, source=data.name).project
        data = data.with_target(project.data.target)
        for _ in range(_MOST_CHANGES):
            changed = _with_one_problem_less(project, data)
            if changed is None:
                break
            project = changed
        return project

    def fits(self, data: DataDescription) -> bool:
        """Return True if `project_for` returns a project without problems and with all layers of the template.

        Arguments:
            data: description of the data.
        """
        project = self.project_for(data)
        if _find_problems(project, data.with_target(project.data.target)):
            return False
        return _types_without_flatten(project) == _types_without_flatten(self.project)


_TEMPLATES = (
    Template(
        "softmax-regression",
        "Softmax regression",
        "One Linear layer, the smallest classifier: one weight for each pixel and class.",
        ("digits", "digits-28", "shapes", "circle"),
    ),
    Template(
        "mlp",
        "Multilayer perceptron",
        "Three Linear layers with ReLU between them.",
        ("digits", "digits-28", "shapes", "circle", "sine"),
    ),
    Template(
        "lenet-5",
        "LeNet-5",
        "The classic network for handwritten digits (LeCun et al. 1998), with ReLU and max pooling.",
        ("digits-28", "shapes", "digits"),
    ),
    Template(
        "mnist-cnn",
        "MNIST CNN",
        "Two convolutions, one max pooling and dropout: the mnist_cnn of the original tinyml.",
        ("digits-28", "shapes", "digits"),
    ),
    Template(
        "vgg",
        "Small VGG",
        "Pairs of 3×3 convolutions before each max pooling (Simonyan & Zisserman 2015).",
        ("shapes", "digits-28", "digits"),
    ),
    Template(
        "resnet",
        "Small ResNet",
        "Residual blocks with batch normalisation (He et al. 2016).",
        ("shapes", "digits-28", "digits"),
    ),
    Template(
        "autoencoder",
        "Autoencoder",
        "Convolutions compress an image, and transposed convolutions restore it.",
        ("digits-28", "shapes", "digits"),
    ),
    Template(
        "circle",
        "Circle network",
        "Three hidden layers learn which points of a square lie inside a circle.",
        ("circle",),
    ),
)
"""To add a template, save its project in `resources/templates` and add a line here."""


def templates() -> tuple[Template, ...]:
    """Return all templates, in the order on screen.

    >>> [template.title for template in templates()][:2]
    ['Softmax regression', 'Multilayer perceptron']
    """
    return _TEMPLATES


def _with_one_problem_less(project: Project, data: DataDescription) -> Project | None:
    """Return the project with its first problem corrected that can be corrected; None if there is none."""
    problems = _find_problems(project, data)
    for problem in problems:
        padding = _same_padding(project, problem)
        if padding is not None:
            return edits.apply_fix(project, padding).project
        if problem.fix is not None:
            return edits.apply_fix(project, problem).project
    return None


def _find_problems(project: Project, data: DataDescription) -> tuple[Problem, ...]:
    inference = infer(project.network, data.example_shape, len(data.class_names), data.target_shape)
    return find_problems(inference, project.training)


def _same_padding(project: Project, problem: Problem) -> Problem | None:
    """Return the problem with another fix, same padding, if its own fix is a smaller window; else None.

    Without this, a template for larger images would lose its windows.
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


def _types_without_flatten(project: Project) -> list[str]:
    return [layer.type for layer in project.network.layers if layer.type != "Flatten"]
