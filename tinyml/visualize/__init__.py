"""Looking inside a network: what makes a feature map fire, in pixels and in examples."""

from tinyml.visualize.deconvnet import Reconstruction, Step, reconstruct
from tinyml.visualize.strongest import StrongestExamples, search_strongest, strongest_examples

__all__ = [
    "Reconstruction",
    "Step",
    "StrongestExamples",
    "reconstruct",
    "search_strongest",
    "strongest_examples",
]
