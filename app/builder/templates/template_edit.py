"""The edit that fills a network from a template."""

from app.document.edits import Edit
from app.document.templates import Template
from tinyml.data import DataDescription
from tinyml.learner import find_problems
from tinyml.net import infer
from tinyml.storage import Project


def use_template(project: Project, data: DataDescription | None, template: Template) -> Edit:
    """Replace the network by that of a template. Data and training settings stay if the template fits them.

    Arguments:
        project: the project before the edit.
        data: description of its data; None if it is not known.
        template: gives the network, and also the data and the training settings that the project cannot keep.
    """
    return Edit(f"use the template {template.title}", _filled(project, data, template), selection=())


def _filled(project: Project, data: DataDescription | None, template: Template) -> Project:
    if data is None or not template.fits(data):
        return template.project.model_copy(update={"dismissed_hints": project.dismissed_hints})
    adapted = template.project_for(data)
    filled = project.model_copy(update={"network": adapted.network})
    own_data = data.with_target(filled.data.target)
    inference = infer(filled.network, own_data.example_shape, len(own_data.class_names), own_data.target_shape)
    if not find_problems(inference, filled.training):
        return filled
    choice = project.data.model_copy(update={"target": adapted.data.target})
    return filled.model_copy(update={"data": choice, "training": adapted.training})
