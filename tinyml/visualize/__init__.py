"""Views into a network: the pixels and the examples that activate a feature map."""

from tinyml.visualize.deconvnet import Reconstruction, Step, reconstruct
from tinyml.visualize.patches import patch, patch_box
from tinyml.visualize.strongest import StrongestExamples, search_strongest, strongest_examples

__all__ = [
    "Reconstruction",
    "Step",
    "StrongestExamples",
    "patch",
    "patch_box",
    "reconstruct",
    "search_strongest",
    "strongest_examples",
]
