"""What scripts are written from, for tests; and the network that a script makes."""

from typing import Any

from tinyml.core.resources import resource_path
from tinyml.data import DataChoice, describe
from tinyml.learner import TrainingSettings
from tinyml.net import NetworkSpecification, Sequential, infer
from tinyml.scripts import Script, ScriptContent, infer_content
from tinyml.storage import PROJECT_SUFFIX, Project, read_project

PROJECTS = {
    path.name.removesuffix(PROJECT_SUFFIX): path
    for folder in ("templates", "networks")
    for path in sorted(resource_path(folder).glob(f"*{PROJECT_SUFFIX}"))
}
"""The files of all templates and example networks, by name."""


def content_of(project: Project, title: str = "network") -> ScriptContent:
    """Return what the scripts of a project with built-in data are written from."""
    data = describe(project.data.source)
    return infer_content(project.network, data, project.data, project.training, title)


def content_named(name: str) -> ScriptContent:
    """Return what the scripts of a template or example are written from."""
    return content_of(read_project(PROJECTS[name]), name)


def content_for(network: NetworkSpecification, input_shape: tuple[int, ...]) -> ScriptContent:
    """Return what the scripts of any network are written from; there is data, but no training that fits."""
    inference = infer(network, input_shape)
    return ScriptContent(inference, DataChoice(), TrainingSettings(), describe("digits"))


def run_script(script: Script) -> dict[str, Any]:
    """Run a script as a module, without its training; return its names."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(script.text, "script.py", "exec"), names)
    return names


def network_of(script: Script) -> Sequential:
    """Return the network that a script for tinyml makes."""
    net = run_script(script)["net"]
    assert isinstance(net, Sequential)
    return net
