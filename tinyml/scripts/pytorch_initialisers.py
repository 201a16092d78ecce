"""The initial weights of a network in PyTorch, where they are not PyTorch's own."""

from collections.abc import Iterator, Sequence

from tinyml.core.initialisers import initial_spread
from tinyml.layers.conv_transpose2d import ConvTranspose2DSettings
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
"""The function of PyTorch for each initialiser but "uniform", which is PyTorch's default for most layers.

Those with a spread are wrong for transposed convolutions: PyTorch takes the fan-out of such a layer for its fan-in.
"""


def initialiser_lines(layers: Sequence[LayerInference]) -> list[str]:
    """Return the statements that draw the initial weights of `net`; empty if PyTorch's default is right.

    Arguments:
        layers: of the network.
    """
    lines: list[str] = []
    chosen = list(_chosen(layers, ""))
    transposed = dict(_transposed(layers, ""))
    for initialiser, statement in _CALLS.items():
        modules = [
            (path, has_bias) for path, name, has_bias in chosen if name == initialiser and path not in transposed
        ]
        if not modules:
            continue
        lines.append(f"for name in {literal(tuple(path for path, _ in modules))}:")
        lines += ["    module = net.get_submodule(name)", f"    {statement}"]
        if any(has_bias for _, has_bias in modules):
            lines += ["    if module.bias is not None:", "        nn.init.zeros_(module.bias)"]
    if transposed:
        lines.append("# PyTorch takes the wrong number of inputs for the initial weights of a transposed convolution.")
        lines += [statement for path in transposed for statement in transposed[path]]
    return lines


def _transposed(layers: Sequence[LayerInference], prefix: str) -> Iterator[tuple[str, list[str]]]:
    """Yield for each transposed convolution whose weights have a spread: its path, and what draws the weights."""
    names = module_names(inferred.specification.name for inferred in layers)
    for inferred, name in zip(layers, names, strict=True):
        settings, shape = inferred.settings, inferred.input_shape
        if inferred.inside:
            yield from _transposed(inferred.inside, f"{prefix}{name}.")
        if not isinstance(settings, ConvTranspose2DSettings) or shape is None or settings.initialiser == "orthogonal":
            continue
        path = f"{prefix}{name}"
        module, spread = (
            f"net.get_submodule({literal(path)})",
            initial_spread(settings.initialiser, settings.fans(shape)),
        )
        is_normal = settings.initialiser.endswith("normal")
        written = f"normal_({{}}, 0, {spread:.9g})" if is_normal else f"uniform_({{}}, -{spread:.9g}, {spread:.9g})"
        statements = [f"nn.init.{written.format(f'{module}.weight')}"]
        if settings.bias:
            drawn = written if settings.initialiser == "uniform" else "zeros_({})"
            statements.append(f"nn.init.{drawn.format(f'{module}.bias')}")
        yield path, statements


def _chosen(layers: Sequence[LayerInference], prefix: str) -> Iterator[tuple[str, str, bool]]:
    """Yield for each layer with an initialiser: the path of its module, the initialiser, and if it has a bias."""
    names = module_names(inferred.specification.name for inferred in layers)
    for inferred, name in zip(layers, names, strict=True):
        initialiser = getattr(inferred.settings, "initialiser", None)
        if inferred.inside:
            yield from _chosen(inferred.inside, f"{prefix}{name}.")
        elif initialiser is not None:
            yield f"{prefix}{name}", initialiser, "bias" in inferred.parameter_shapes
