"""What the network says about the layers of a run: their type and family, by the path that the statistics use."""

from dataclasses import dataclass

from app.training import Run
from tinyml.layers import display_name
from tinyml.net import LayerInference, infer


@dataclass(frozen=True)
class LayerFacts:
    """Facts about a layer that do not change during a run.

    Attributes:
        type_name: its type as people read it, such as "ReLU"; empty if it is not known.
        family: its family, which decides its colour; empty if it is not known.
    """

    type_name: str = ""
    family: str = ""


def collect_facts(run: Run) -> dict[str, LayerFacts]:
    """Return the facts about each layer of a `run`, by its path, such as "residual_1/conv_1"."""
    if run.config is not None:
        network, description = run.config.project.network, run.config.description
    elif run.snapshot is not None:
        network, description = run.snapshot.network, run.snapshot.description
    else:
        return {}
    facts: dict[str, LayerFacts] = {}

    def add(layer: LayerInference, block: str) -> None:
        path = f"{block}{layer.specification.name}"
        family = layer.layer_type.Settings.family if layer.layer_type is not None else ""
        facts[path] = LayerFacts(display_name(layer.specification.type), family)
        for inside in layer.inside:
            add(inside, f"{path}/")

    for layer in infer(network, description.example_shape).layers:
        add(layer, "")
    return facts
