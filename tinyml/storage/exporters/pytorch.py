"""Export as a PyTorch script, with the weights in a file beside it."""

import shlex
from pathlib import Path

from tinyml.scripts import pytorch_obstacles, pytorch_script
from tinyml.storage.exporters.model_script import script_exporter


def _usage(script: Path) -> list[str]:
    """Return how the script runs in several processes."""
    return [
        f"torchrun --nproc-per-node 2 {shlex.quote(script.name)}",
        "    does the same in two processes, on one machine or several.",
    ]


PYTORCH = script_exporter(
    "PyTorch",
    "numpy safetensors torch",
    "PyTorch script with weights",
    "a script with the network, its training and its evaluation in PyTorch, for one or several processes, and a file "
    "with the weights beside it",
    pytorch_script,
    pytorch_obstacles,
    _usage,
)
