"""Figures of a network as files: one reconstruction, and the sheet of figure 2 of Zeiler & Fergus 2014."""

from tinyml.visualize.figures.figure import FORMATS, Figure
from tinyml.visualize.figures.one_reconstruction import draw_reconstruction
from tinyml.visualize.figures.sheet import StrongestPatches, draw_sheet, strongest_patches

__all__ = ["FORMATS", "Figure", "StrongestPatches", "draw_reconstruction", "draw_sheet", "strongest_patches"]
