"""Export as safetensors: a model file, which TinyML opens again and other programs read as weights."""

from tinyml.storage.exporters.base import Exporter
from tinyml.storage.model import save_model

SAFETENSORS = Exporter(
    name="safetensors",
    title="Weights",
    suffix="safetensors",
    help="weights, with the network in the header; TinyML opens it again, and PyTorch and others read the weights",
    export=save_model,
)
