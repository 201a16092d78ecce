"""PyTorch modules as source code: what a layer is called in a PyTorch script."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class PyTorchModule(NamedTuple):
    """The PyTorch module that computes the same as a layer.

    The code needs two names: `nn` for `torch.nn`, and `OrderedDict` from `collections`. Nothing here imports PyTorch.

    Attributes:
        expression: the call that makes the module: "nn.Conv2d(1, 6, kernel_size=5)".
        definitions: source code of the classes that the expression uses and that `torch.nn` does not have.
    """

    expression: str
    definitions: tuple[str, ...] = ()

    def with_argument(self, name: str, value: Any) -> "PyTorchModule":
        """Return the call with one more argument.

        Arguments:
            name: of the argument.
            value: of the argument.

        >>> pytorch_call("nn.MaxPool2d", 2).with_argument("return_indices", True).expression
        'nn.MaxPool2d(2, return_indices=True)'
        """
        return self._replace(expression=f"{self.expression[:-1]}, {name}={value!r})")


def pytorch_call(name: str, *arguments: Any, defaults: Mapping[str, Any] | None = None, **named: Any) -> PyTorchModule:
    """Return the call of a class of `torch.nn`, as a person would write it.

    A pair of equal numbers becomes one number, and arguments with their default value are left out.

    Arguments:
        name: of the class, as in a script: "nn.Linear".
        arguments: positional arguments.
        defaults: PyTorch's default values of the arguments that can be left out.
        named: arguments by name.

    >>> pytorch_call("nn.Conv2d", 1, 8, kernel_size=(3, 3), stride=(1, 2), bias=True, defaults={"bias": True})[0]
    'nn.Conv2d(1, 8, kernel_size=3, stride=(1, 2))'
    """
    short = {key: short_pair(value) for key, value in named.items()}
    left_out = defaults or {}
    written = {key: value for key, value in short.items() if key not in left_out or left_out[key] != value}
    values = [repr(value) for value in arguments] + [f"{key}={value!r}" for key, value in written.items()]
    return PyTorchModule(f"{name}({', '.join(values)})")


def short_pair(value: Any) -> Any:
    """Return one number for a pair of equal numbers; return any other value unchanged.

    Arguments:
        value: of an argument.

    >>> short_pair((2, 2)), short_pair((2, 3)), short_pair("he_normal")
    (2, (2, 3), 'he_normal')
    """
    is_pair = isinstance(value, tuple) and len(value) == 2 and all(isinstance(part, int) for part in value)
    return value[0] if is_pair and value[0] == value[1] else value
