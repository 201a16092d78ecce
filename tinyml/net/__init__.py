"""Networks: Sequential, network specifications, shape inference, and recorded forward passes."""

from tinyml.layers.base.blocks import is_block, layers_inside, with_layers_inside
from tinyml.net.facts import LayerFacts, NetworkFacts, collect_facts
from tinyml.net.inside import EntriesInside, LayerPath, entries_inside, joined_name, network_to, own_name, trace_to
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
from tinyml.net.trace import Trace, TraceEntry, record

__all__ = [
    "MOST_LAYERS",
    "EntriesInside",
    "Inference",
    "LayerFacts",
    "LayerInference",
    "LayerPath",
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
    "entries_inside",
    "free_name",
    "infer",
    "is_block",
    "joined_name",
    "layers_inside",
    "network_to",
    "own_name",
    "read_settings",
    "record",
    "trace_to",
    "with_layers_inside",
]
