"""Names of PyTorch modules for layers."""

from collections.abc import Iterable

_ATTRIBUTES = """
    T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches
    eval extend extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half insert ipu
    load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters pop
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook register_full_backward_hook
    register_full_backward_pre_hook register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state
    set_submodule share_memory state_dict to to_empty train training type xpu zero_grad
"""
"""Public attributes of `nn.Sequential`: PyTorch refuses modules with these names. A test compares them with PyTorch."""

_TAKEN = frozenset(_ATTRIBUTES.split())


def module_names(names: Iterable[str]) -> list[str]:
    """Return a name for the PyTorch module of each layer of a stack: the layer's own name, if PyTorch accepts it.

    PyTorch refuses dots and the names of its own attributes. Such a layer gets its number in the stack.

    Arguments:
        names: of the layers, all different.

    >>> module_names(["conv_1", "a.b", "forward"])
    ['conv_1', 'layer_2', 'layer_3']
    """
    own = list(names)
    used = {name for name in own if is_accepted(name)}
    found: list[str] = []
    for number, name in enumerate(own, start=1):
        chosen = name if is_accepted(name) else f"layer_{number}"
        while chosen != name and chosen in used:
            chosen += "_"
        used.add(chosen)
        found.append(chosen)
    return found


def is_accepted(name: str) -> bool:
    """Return True if PyTorch accepts the name of a module in `nn.Sequential`.

    Arguments:
        name: not empty.

    >>> is_accepted("Faltung 1"), is_accepted("train"), is_accepted("__init__")
    (True, False, False)
    """
    return "." not in name and not name.startswith("_") and name not in _TAKEN
