"""Python source text: literals, calls and comments. Names and texts from files can never become code."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from tinyml.layers.base import short_pair

INDENT = "    "


def literal(value: Any) -> str:
    """Return the source code of a text, a number, True, False, None, or a tuple or dictionary of these.

    Texts are in double quotes.

    Arguments:
        value: the value.

    >>> literal("conv_1"), literal('say "x"'), literal((1, 0.5)), literal("a" + chr(10) + "b")
    ('"conv_1"', '\\'say "x"\\'', '(1, 0.5)', '"a\\\\nb"')
    """
    if isinstance(value, tuple | list):
        inner = ", ".join(literal(part) for part in value)
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{literal(key)}: {literal(inner)}" for key, inner in value.items()) + "}"
    code = repr(value)
    # repr escapes everything that does not print. It uses double quotes only if there are single quotes inside.
    return f'"{code[1:-1]}"' if isinstance(value, str) and code[0] == "'" and '"' not in value else code


def one_line(text: str) -> str:
    """Return a text without characters that do not print, such as line breaks, so that it fits behind a `#`.

    Arguments:
        text: any text.

    >>> one_line("a" + chr(10) + "import os")
    'a\\\\nimport os'
    """
    return "".join(character if character.isprintable() else repr(character)[1:-1] for character in text)


def call(name: str, arguments: Iterable[str]) -> str:
    """Return the source code of a call.

    Arguments:
        name: of the function or class.
        arguments: source code of each argument.

    >>> call("Linear", ['"fc"', "4", "bias=False"])
    'Linear("fc", 4, bias=False)'
    """
    return f"{name}({', '.join(arguments)})"


def named(arguments: Mapping[str, Any]) -> list[str]:
    """Return the source code of arguments with their names.

    Arguments:
        arguments: values by name; equal pairs become one number.

    >>> named({"stride": (1, 1), "bias": False})
    ['stride=1', 'bias=False']
    """
    return [f"{name}={literal(short_pair(value))}" for name, value in arguments.items()]


def without_defaults(function: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that differ from the default values of a function or class.

    Arguments:
        function: the function or class.
        arguments: values by name.

    >>> without_defaults(round, {"number": 1.5, "ndigits": None})
    {'number': 1.5}
    """
    defaults = {name: parameter.default for name, parameter in parameters_of(function).items()}
    return {
        name: value for name, value in arguments.items() if short_pair(value) != short_pair(defaults.get(name, ...))
    }


def attributes_as_arguments(made: Any) -> dict[str, Any]:
    """Return the arguments of a constructor from the attributes of the same names, without default values.

    Arguments:
        made: an optimiser, a schedule or an augmentation.

    >>> from tinyml.data import Flip
    >>> attributes_as_arguments(Flip(vertical=True))
    {'vertical': True}
    """
    constructor: Callable[..., Any] = type(made)
    return without_defaults(constructor, {name: getattr(made, name) for name in parameters_of(constructor)})


@cache
def parameters_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """Return the parameters of a function, or of the constructor of a class, by name.

    Arguments:
        function: the function or class.

    >>> from tinyml.layers import Linear
    >>> list(parameters_of(Linear))[:3]
    ['name', 'input_dim', 'output_dim']
    """
    if not isinstance(function, type):
        return dict(inspect.signature(function).parameters)
    # `inspect.signature` of a class with a metaclass, such as a layer, shows the metaclass instead.
    parameters = dict(inspect.signature(function.__init__).parameters)  # type: ignore[misc]  # of this very class
    del parameters["self"]
    return parameters
