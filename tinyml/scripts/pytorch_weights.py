"""The part of a PyTorch script that loads and saves weights: PyTorch's names of tensors, and those of the files."""

from collections.abc import Iterator, Sequence

from tinyml.net import LayerInference
from tinyml.scripts.pytorch_names import module_names
from tinyml.scripts.source_text import literal

_FUNCTIONS = '''

def load_weights(path):
    """Load weights of TinyML Studio (*.safetensors)."""
{load}


def save_weights(path):
    """Save the weights, so that TinyML Studio can load them (*.safetensors)."""
{save}'''

_COUNTS = """    # PyTorch counts the batches of a batch normalisation; the file does not.
    counts = {name: tensor for name, tensor in net.state_dict().items() if "num_batches" in name}
"""


def weights_part(layers: Sequence[LayerInference]) -> str:
    """Return the functions `load_weights` and `save_weights` of a script.

    The names of the tensors in files are those of the layers. A script renames those that PyTorch does not accept, and
    leaves out PyTorch's count of the batches of a batch normalisation, which files do not have.

    Arguments:
        layers: of the network, all of them with a module.
    """
    renamed = dict(renamed_tensors(layers))
    is_counted = any(inferred.buffer_shapes for inferred in layers)
    table, loaded, saved, load, save = "", "load_file(path)", "net.state_dict()", "", ""
    if renamed:
        entries = "".join(f"\n    {literal(old)}: {literal(new)}," for old, new in renamed.items())
        table = f"\n\nRENAMED = {{  # PyTorch does not accept these names{entries}\n}}"
        loaded = "{RENAMED.get(name, name): tensor for name, tensor in load_file(path).items()}"
        save += "    names = {new: old for old, new in RENAMED.items()}\n"
    if is_counted:
        load += _COUNTS
        loaded = f"counts | {loaded}"
    if renamed or is_counted:
        name = "names.get(name, name)" if renamed else "name"
        kept = ' if "num_batches" not in name' if is_counted else ""
        saved = f"{{{name}: tensor for name, tensor in net.state_dict().items(){kept}}}"
    load += f"    net.load_state_dict({loaded})"
    save += f"    save_file({saved}, path)"
    return table + _FUNCTIONS.format(load=load, save=save)


def renamed_tensors(
    layers: Sequence[LayerInference], old_prefix: str = "", new_prefix: str = ""
) -> Iterator[tuple[str, str]]:
    """Yield the name in files and the name in PyTorch of each tensor for which they differ.

    Arguments:
        layers: of one stack.
        old_prefix, new_prefix: names of the blocks around the stack, each with a dot.
    """
    names = module_names(inferred.specification.name for inferred in layers)
    for inferred, name in zip(layers, names, strict=True):
        old, new = f"{old_prefix}{inferred.specification.name}.", f"{new_prefix}{name}."
        if inferred.inside:
            yield from renamed_tensors(inferred.inside, old, new)
        elif old != new:
            yield from ((f"{old}{tensor}", f"{new}{tensor}") for tensor in inferred.tensor_shapes)
