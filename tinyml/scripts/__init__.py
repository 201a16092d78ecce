"""A network and its training as Python source code: a script for tinyml, and one for PyTorch."""

from collections.abc import Callable
from dataclasses import dataclass

from tinyml.scripts.keras_script import keras_obstacles, keras_script
from tinyml.scripts.pytorch_script import pytorch_obstacles, pytorch_script
from tinyml.scripts.script import LayerPath, Script, ScriptContent, infer_content
from tinyml.scripts.tinyml_script import tinyml_script

__all__ = [
    "SCRIPT_KINDS",
    "LayerPath",
    "Script",
    "ScriptContent",
    "ScriptKind",
    "infer_content",
    "keras_obstacles",
    "keras_script",
    "pytorch_obstacles",
    "pytorch_script",
    "tinyml_script",
]


@dataclass(frozen=True)
class ScriptKind:
    """A framework that scripts are written for.

    Attributes:
        name: word on the command line, e.g. "pytorch".
        title: name on screen, e.g. "PyTorch".
        write: writes the script.
    """

    name: str
    title: str
    write: Callable[[ScriptContent], Script]


SCRIPT_KINDS = {
    kind.name: kind
    for kind in (ScriptKind("tinyml", "tinyml", tinyml_script), ScriptKind("pytorch", "PyTorch", pytorch_script))
}
"""The frameworks that scripts can be written for, by name."""
