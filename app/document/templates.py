"""Templates: complete projects to start from, each for a kind of data. No widgets."""

from dataclasses import dataclass
from functools import cached_property

from app.document import edits
from app.document.fitting import fit_to, problems_with
from tinyml.core.resources import resource_path
from tinyml.data import DataDescription, describe
from tinyml.storage import PROJECT_SUFFIX, Project, read_project

_FOLDER = "templates"


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
        """Return the project with other data, changed by `fit_to` so that it fits the data as far as possible.

        Arguments:
            data: description of the other data.
        """
        if data.name == self.project.data.source:
            return self.project
        project = edits.change_data(self.project, source=data.name).project
        return fit_to(project, data.with_target(project.data.target)).project

    def fits(self, data: DataDescription) -> bool:
        """Return True if `project_for` returns a project without problems and with all layers of the template.

        Arguments:
            data: description of the data.
        """
        project = self.project_for(data)
        if problems_with(project, data.with_target(project.data.target)):
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


def _types_without_flatten(project: Project) -> list[str]:
    return [layer.type for layer in project.network.layers if layer.type != "Flatten"]
