"""A network is changed until it fits its data."""

import pytest

from app.document import edits
from app.document.fitting import fit_to, problems_with, with_fitting_loss
from app.document.templates import templates
from tests.tinyml.net.stacks import stack
from tinyml.data import DataDescription, describe
from tinyml.learner import TrainingSettings
from tinyml.storage import Project

PHOTOS = DataDescription("photos", "Photos", (3, 48, 48), tuple("abcde"), 600)
FLOWERS = DataDescription("flowers", "Flowers", (4,), tuple("abc"), 150)
PRICES = DataDescription("prices", "Prices", (7,), (), 300, target_shape=(1,))
TEN = ("Linear", {"outputs": 10})


def project_of(*layers: object, **training: object) -> Project:
    return Project(network=stack(*layers), training=TrainingSettings(**training))


def types_of(project: Project) -> list[str]:
    return [layer.type for layer in project.network.layers]


def test_the_number_of_outputs_becomes_the_number_of_classes() -> None:
    fitted = fit_to(project_of("Flatten", "Linear", "ReLu", TEN), PHOTOS)
    assert fitted.fits
    assert fitted.steps == ("Set outputs to 5 (layer_3)",)
    assert fitted.project.network.layers[-1].settings["outputs"] == 5
    assert problems_with(fitted.project, PHOTOS) == ()


def test_a_network_for_vectors_reads_images() -> None:
    fitted = fit_to(project_of("Linear", "ReLu", TEN), PHOTOS)
    assert fitted.fits
    assert types_of(fitted.project) == ["Flatten", "Linear", "ReLu", "Linear"]


@pytest.mark.parametrize("data", [FLOWERS, PRICES], ids=["classes", "numbers"])
def test_convolutions_do_not_fit_vectors_and_are_not_dropped_for_them(data: DataDescription) -> None:
    assert not fit_to(project_of("Conv2D", "ReLu", "MaxPool2D", "Flatten", TEN), data).fits
    assert not fit_to(project_of(("Linear", {"outputs": 64}), "Conv2D", "Flatten", TEN), data).fits


def test_the_loss_follows_the_targets() -> None:
    for loss, data, better in (
        ("cross_entropy_with_softmax_loss", PHOTOS, "cross_entropy_with_softmax_loss"),
        ("mse_loss", PHOTOS, "cross_entropy_with_softmax_loss"),
        ("binary_cross_entropy_with_logits_loss", PHOTOS, "binary_cross_entropy_with_logits_loss"),
        ("cross_entropy_with_softmax_loss", PRICES, "mse_loss"),
        ("binary_cross_entropy_with_logits_loss", PRICES, "mse_loss"),
        ("huber_loss", PRICES, "huber_loss"),
        ("binary_cross_entropy_with_logits_loss", PHOTOS.with_target("input"), "binary_cross_entropy_with_logits_loss"),
    ):
        project, step = with_fitting_loss(project_of(TEN, loss=loss), data)
        assert project.training.loss == better, (loss, data.title)
        assert bool(step) == (loss != better)


def test_softmax_goes_when_numbers_are_the_target() -> None:
    project = project_of("Linear", "ReLu", TEN, "Softmax", loss="cross_entropy_loss")
    project, step = with_fitting_loss(project, PRICES)
    assert step == "Use mean squared error"
    fitted = fit_to(project, PRICES)
    assert fitted.fits
    assert types_of(fitted.project) == ["Linear", "ReLu", "Linear"]
    assert fitted.project.network.layers[-1].settings["outputs"] == 1


def test_templates_adapt_in_the_same_way() -> None:
    for template in templates():
        data = describe("shapes")
        before = edits.change_data(template.project, source="shapes").project
        fitted = fit_to(before, data.with_target(template.project.data.target))
        assert template.project_for(data) in (fitted.project, template.project)
