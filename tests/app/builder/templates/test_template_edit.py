"""The edit that fills the network from a template keeps what fits."""

import pytest

from app.builder.templates.template_edit import use_template
from app.document import Document
from app.document.edits import change_data, change_training
from app.document.templates import templates
from tinyml.storage import Project


def template(name):
    return next(each for each in templates() if each.name == name)


@pytest.mark.parametrize("each", templates(), ids=lambda each: each.name)
@pytest.mark.parametrize("source", ["digits", "digits-28", "shapes", "circle", "sine"])
def test_every_template_can_be_trained_with_any_data_and_undone(qapp, each, source):
    document = Document()
    document.apply(change_data(document.project, source=source))
    before = document.project
    document.apply(use_template(document.project, document.data, each))
    assert document.problems == ()
    assert document.project.network.layers
    if each.fits(Document(before).data):
        assert document.project.data.source == source
    document.undo_stack.undo()
    assert document.project == before


def test_data_split_and_training_settings_stay_if_they_fit(qapp):
    document = Document()
    document.apply(change_training(document.project, epochs=7, learning_rate=0.02))
    document.apply(change_data(document.project, validation=0.25))
    before = document.project
    document.apply(use_template(document.project, document.data, template("lenet-5")))
    assert document.project.training == before.training
    assert document.project.data == before.data


def test_an_autoencoder_brings_its_loss_and_target_but_keeps_the_data(qapp):
    document = Document()
    document.apply(change_data(document.project, validation=0.25))
    document.apply(use_template(document.project, document.data, template("autoencoder")))
    project = document.project
    assert (project.data.source, project.data.target, project.data.validation) == ("digits", "input", 0.25)
    assert project.training == template("autoencoder").project.training


def test_without_known_data_the_template_brings_its_own(qapp):
    edit = use_template(Project(), None, template("vgg"))
    assert edit.project == template("vgg").project
    assert edit.text == "use the template Small VGG"
