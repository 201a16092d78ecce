"""PyTorch modules as source code: what a layer is called in a PyTorch script."""

from typing import Any, NamedTuple


class PyTorchModule(NamedTuple):
    """The PyTorch module that computes the same as a layer.

    The code needs two names: `nn` for `torch.nn`, and `OrderedDict` from `collections`. Nothing here imports PyTorch.

    Attributes:
        expression: the call that makes the module: "nn.Conv2d(1, 6, kernel_size=(5, 5))".
        definitions: source code of the classes that the expression uses and that `torch.nn` does not have.
    """

    expression: str
    definitions: tuple[str, ...] = ()


def pytorch_call(name: str, *arguments: Any, **named: Any) -> PyTorchModule:
    """Return the call of a class of `torch.nn`.

    Arguments:
        name: of the class, as in a script: "nn.Conv2d".
        arguments: positional arguments.
        named: arguments by name.

    >>> pytorch_call("nn.Linear", 784, 10, bias=False).expression
    'nn.Linear(784, 10, bias=False)'
    """
    values = [repr(value) for value in arguments] + [f"{key}={value!r}" for key, value in named.items()]
    return PyTorchModule(f"{name}({', '.join(values)})")
