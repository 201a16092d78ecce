"""The initial weights of a network in PyTorch, where they are not PyTorch's own."""

from collections.abc import Iterator, Sequence

from tinyml.net import LayerInference
from tinyml.scripts.pytorch_names import module_names
from tinyml.scripts.source_text import literal

_CALLS = {
    "glorot_uniform": "nn.init.xavier_uniform_(module.weight)",
    "glorot_normal": "nn.init.xavier_normal_(module.weight)",
    "he_uniform": 'nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")',
    "he_normal": 'nn.init.kaiming_normal_(module.weight, nonlinearity="relu")',
    "orthogonal": "nn.init.orthogonal_(module.weight)",
}
"""The function of PyTorch for each initialiser but "uniform", which is PyTorch's default for most layers."""


def initialiser_lines(layers: Sequence[LayerInference]) -> list[str]:
    """Return the statements that draw the initial weights of `net`; empty if PyTorch's default is right.

    Arguments:
        layers: of the network.
    """
    lines: list[str] = []
    chosen = list(_chosen(layers, ""))
    for initialiser, statement in _CALLS.items():
        modules = [(path, has_bias) for path, name, has_bias in chosen if name == initialiser]
        if not modules:
            continue
        lines.append(f"for name in {literal(tuple(path for path, _ in modules))}:")
        lines += ["    module = net.get_submodule(name)", f"    {statement}"]
        if any(has_bias for _, has_bias in modules):
            lines += ["    if module.bias is not None:", "        nn.init.zeros_(module.bias)"]
    return lines


def _chosen(layers: Sequence[LayerInference], prefix: str) -> Iterator[tuple[str, str, bool]]:
    """Yield for each layer with an initialiser: the path of its module, the initialiser, and if it has a bias."""
    names = module_names(inferred.specification.name for inferred in layers)
    for inferred, name in zip(layers, names, strict=True):
        initialiser = getattr(inferred.settings, "initialiser", None)
        if inferred.inside:
            yield from _chosen(inferred.inside, f"{prefix}{name}.")
        elif initialiser is not None:
            yield f"{prefix}{name}", initialiser, "bias" in inferred.parameter_shapes
