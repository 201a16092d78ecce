"""The picture of a network as SVG or PNG, drawn without a window."""

from tinyml.visualize.network_drawing.cards import Card, describe_targets, input_card, layer_cards, loss_card
from tinyml.visualize.network_drawing.drawing import Drawing
from tinyml.visualize.network_drawing.glyphs import block_extent
from tinyml.visualize.network_drawing.network import DARK, LIGHT, draw_network
from tinyml.visualize.network_drawing.pixels import draw_png

__all__ = [
    "DARK",
    "LIGHT",
    "Card",
    "Drawing",
    "block_extent",
    "describe_targets",
    "draw_network",
    "draw_png",
    "input_card",
    "layer_cards",
    "loss_card",
]
