"""Export as safetensors: a model file. TinyML can open it, and other programs can read its weights."""

from tinyml.storage.exporters.base import Exporter
from tinyml.storage.model import save_model

SAFETENSORS = Exporter(
    name="safetensors",
    title="Weights",
    suffix="safetensors",
    help="weights, with the network in the header; TinyML opens the file, and PyTorch and others read the weights",
    export=save_model,
)
