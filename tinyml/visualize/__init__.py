"""Looking inside a network: which pixels made a feature map fire."""

from tinyml.visualize.deconvnet import Reconstruction, Step, reconstruct

__all__ = ["Reconstruction", "Step", "reconstruct"]
