"""Networks: Sequential, network specifications, shape inference, and recorded forward passes."""

from tinyml.layers.base.blocks import is_block, layers_inside, with_layers_inside
from tinyml.net.facts import LayerFacts, NetworkFacts, collect_facts
from tinyml.net.sequential import Sequential
from tinyml.net.specification import (
    MOST_LAYERS,
    Inference,
    LayerInference,
    LayerSpecification,
    NetworkSpecification,
    apply_fix,
    build,
    build_inferred,
    free_name,
    infer,
    read_settings,
)
from tinyml.net.trace import Trace, TraceEntry, outputs_inside, record

__all__ = [
    "MOST_LAYERS",
    "Inference",
    "LayerFacts",
    "LayerInference",
    "LayerSpecification",
    "NetworkFacts",
    "NetworkSpecification",
    "Sequential",
    "Trace",
    "TraceEntry",
    "apply_fix",
    "build",
    "build_inferred",
    "collect_facts",
    "free_name",
    "infer",
    "is_block",
    "layers_inside",
    "outputs_inside",
    "read_settings",
    "record",
    "with_layers_inside",
]
