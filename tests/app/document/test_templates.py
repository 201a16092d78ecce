"""Every template fits its data, trains, and adapts to other data."""

import numpy as np
import pytest

from app.document.templates import Template, templates
from tinyml.core.resources import resource_path
from tinyml.data import DataDescription, builtin_descriptions, describe, load, split
from tinyml.learner import TrainingSetup, evaluate, find_problems, set_up_training
from tinyml.net import infer
from tinyml.storage import PROJECT_SUFFIX, Project, project_to_json

every_template = pytest.mark.parametrize("template", templates(), ids=lambda template: template.name)

COLOURS = DataDescription("photos", "Photos", (3, 32, 48), ("cat", "dog", "horse"), 1000)
VECTORS = DataDescription("flowers", "Flowers", (4,), ("iris", "rose"), 150)
IMAGES = [data for data in builtin_descriptions() if len(data.example_shape) == 3]
EXAMPLES = 400
"""Number of examples of the short runs."""


def problems_of(project: Project, data: DataDescription) -> list[str]:
    data = data.with_target(project.data.target)
    inference = infer(project.network, data.example_shape, len(data.class_names), data.target_shape)
    return [str(problem) for problem in find_problems(inference, project.training)]


def set_up(project: Project) -> TrainingSetup:
    """Return the setup of a run of one epoch with a few examples."""
    parts = split(load(project.data.source), project.data)
    parts = parts._replace(train=parts.train.take(np.arange(min(EXAMPLES, len(parts.train)))))
    return set_up_training(project.network, project.training.model_copy(update={"epochs": 1}), parts)


def template_called(name: str) -> Template:
    return next(template for template in templates() if template.name == name)


def test_the_list_has_one_template_for_each_file() -> None:
    files = {path.name.removesuffix(PROJECT_SUFFIX) for path in resource_path("templates").iterdir()}
    names = [template.name for template in templates()]
    assert set(names) == files
    assert len(names) == len(files) >= 8
    assert len({template.title for template in templates()}) == len(names)


@every_template
def test_a_template_has_no_problems_with_its_own_data(template: Template) -> None:
    project = template.project
    assert problems_of(project, describe(project.data.source)) == []
    assert template.data_names[0] == project.data.source
    assert template.line.endswith(".")


@every_template
def test_the_file_of_a_template_is_as_the_program_writes_it(template: Template) -> None:
    text = resource_path("templates", template.name + PROJECT_SUFFIX).read_text(encoding="utf-8")
    assert text == project_to_json(template.project)


@every_template
def test_one_epoch_lowers_the_loss(template: Template) -> None:
    setup = set_up(template.project)
    before = evaluate(setup.net, setup.splits.train, setup.training.loss).loss
    for _ in setup.run():
        pass
    assert evaluate(setup.net, setup.splits.train, setup.training.loss).loss < before


@every_template
def test_a_template_fits_all_data_that_it_is_made_for(template: Template) -> None:
    for name in template.data_names:
        assert template.fits(describe(name)), name
        project = template.project_for(describe(name))
        assert project.data.source == name
        assert project.training.epochs == template.project.training.epochs
        assert next(set_up(project).run()).loss > 0
    assert template.data_titles == tuple(describe(name).title for name in template.data_names)


@every_template
@pytest.mark.parametrize("data", [*IMAGES, COLOURS], ids=lambda data: data.name)
def test_a_template_adapts_to_all_images(template: Template, data: DataDescription) -> None:
    project = template.project_for(data)
    assert problems_of(project, data) == []
    assert template.fits(data)
    own = [layer.type for layer in template.project.network.layers if layer.type != "Flatten"]
    assert [layer.type for layer in project.network.layers if layer.type != "Flatten"] == own


def test_a_template_keeps_its_windows_where_same_padding_helps() -> None:
    project = template_called("lenet-5").project_for(describe("digits"))
    windows = [layer.settings["window"] for layer in project.network.layers if layer.type == "Conv2D"]
    assert windows == [[5, 5], [5, 5]]


def test_an_autoencoder_of_colours_has_three_output_maps() -> None:
    project = template_called("autoencoder").project_for(COLOURS)
    assert infer(project.network, COLOURS.example_shape).output_shape == COLOURS.example_shape


def test_a_classifier_becomes_a_regression_for_numbers() -> None:
    project = template_called("mlp").project_for(describe("sine"))
    assert project.training.loss == "mse_loss"
    assert infer(project.network, (1,)).output_shape == (1,)


def test_a_network_for_images_does_not_fit_vectors() -> None:
    fitting = {template.name for template in templates() if template.fits(VECTORS)}
    assert fitting == {"softmax-regression", "mlp", "circle"}


def test_the_own_data_changes_nothing() -> None:
    template = template_called("lenet-5")
    assert template.project_for(describe("digits-28")) == template.project
