"""Views into a network: the pixels and the examples that activate a feature map, and the arithmetic of one number."""

from tinyml.visualize.arithmetic import Arithmetic, arithmetic_csv, arithmetic_of, arithmetic_text, largest_products
from tinyml.visualize.arithmetic_parts import Line, Part
from tinyml.visualize.deconvnet import reconstruct
from tinyml.visualize.embedding import Embedding, embed, embed_by_batch
from tinyml.visualize.gradients import gradient, gradient_times_input, integrated_gradients
from tinyml.visualize.guided import guided_backprop
from tinyml.visualize.occluding import occlusion
from tinyml.visualize.patches import patch, patch_box
from tinyml.visualize.random_weights import cascade, picture_similarity, randomise, rank_correlation
from tinyml.visualize.reconstruction import Reconstruction, Step
from tinyml.visualize.strongest import StrongestExamples, search_strongest, strongest_examples

__all__ = [
    "Arithmetic",
    "Embedding",
    "Line",
    "Part",
    "Reconstruction",
    "Step",
    "StrongestExamples",
    "arithmetic_csv",
    "arithmetic_of",
    "arithmetic_text",
    "cascade",
    "embed",
    "embed_by_batch",
    "gradient",
    "gradient_times_input",
    "guided_backprop",
    "integrated_gradients",
    "largest_products",
    "occlusion",
    "patch",
    "patch_box",
    "picture_similarity",
    "randomise",
    "rank_correlation",
    "reconstruct",
    "search_strongest",
    "strongest_examples",
]
