"""Reads the arrays in a pickle of the original tinyml, without running anything that it says.

A pickle is a program for a small machine, which can call any function of Python. The machine here has no functions: it
knows some names of NumPy, as words, and makes an array where their usual pattern stands. Everything else is refused.
Every step of the program takes bounded time and memory, and the number of steps is limited. The format is described in
`pickletools` of Python's standard library, whose reader of single steps is used.
"""

import math
import pickletools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tinyml.core import StorageError
from tinyml.core.files import read_bounded, show_path

LARGEST = 2**31
"""In bytes."""
_MOST_STEPS = 500_000
_MOST_VALUES = 100_000
_DEEPEST = 16
_MOST_AXES = 8
_LONGEST_KEY = 1_000
_LONGEST_NAMES = 16 * 2**20
"""Characters of all names together. A short file can repeat its keys in many names."""
_FIRST_TOO_LARGE = 2**32
"""For numbers that are keys. Larger ones can have equal hashes, and then a dictionary of them takes very long."""
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
"""No file can hold such a name, because UTF-8 cannot write it."""


@dataclass(frozen=True)
class _Name:
    """A function or class that a pickle names. It is never looked up."""

    word: str


_KNOWN = {
    "_codecs encode": _Name("encode"),
    "__builtin__ bytes": _Name("bytes"),
    "numpy ndarray": _Name("ndarray"),
    "numpy dtype": _Name("dtype"),
    **{f"numpy.{core}.multiarray _reconstruct": _Name("reconstruct") for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray scalar": _Name("scalar") for core in ("core", "_core")},
    **{f"numpy.{core}.numeric _frombuffer": _Name("frombuffer") for core in ("core", "_core")},
}
"""The names in the pickle of an array, in old and new releases of NumPy."""


@dataclass
class _Type:
    """An element type while it is read: `code` as in "f4", and the byte order."""

    code: str
    order: str = "<"

    def make(self) -> np.dtype[Any]:
        if not re.fullmatch("[fiub][1248]", self.code) or self.order not in ("<", ">", "|", "="):
            raise _RefusedError(f"It holds an array of the type '{show_path(self.code)}', and only numbers are read.")
        return np.dtype(f"{self.order if self.code[1] != '1' else '|'}{self.code}")


@dataclass
class _Array:
    """An array while it is read; `values` is None until its numbers came."""

    values: np.ndarray | None = None


class _RefusedError(Exception):
    """The pickle holds something that is not read; the text says what."""


class LegacyArrays(NamedTuple):
    """What a pickle holds.

    Attributes:
        tensors: the arrays by name. In a dictionary the key is the name, in a list the number; names of nested ones
            are joined by a dot.
        left_out: number of other values, such as texts and single numbers.
    """

    tensors: dict[str, np.ndarray]
    left_out: int


def read_legacy_arrays(path: str | Path) -> LegacyArrays:
    """Read the arrays of a pickle: arrays of numbers in lists, tuples and dictionaries. Nothing is executed.

    Arguments:
        path: the file.

    Raises `StorageError` if the file is no pickle, is damaged, holds anything that is neither a plain value nor an
    array of numbers, or needs too many steps.

    >>> import pickle, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "net.pkl"
    >>> _ = path.write_bytes(pickle.dumps({"fc": [np.zeros((2, 3)), np.zeros(2)]}))
    >>> {name: array.shape for name, array in read_legacy_arrays(path).tensors.items()}
    {'fc.0': (2, 3), 'fc.1': (2,)}
    """
    content, shown = read_bounded(path, LARGEST), show_path(path)
    try:
        root = _Machine(content).run()
        found = list(_walk(root))
    except _RefusedError as error:
        raise StorageError(f"'{shown}' was not read. {error}") from error
    # What the reader of steps, and steps without the values that they need, raise. It warns of a wrong escape, and a
    # program can turn warnings into errors.
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, DeprecationWarning) as error:
        raise StorageError(f"'{shown}' is no pickle, or it is damaged. Choose another file.") from error
    tensors = {name: value for name, value in found if isinstance(value, np.ndarray)}
    if len(tensors) != sum(isinstance(value, np.ndarray) for _, value in found):
        raise StorageError(f"'{shown}' was not read. Two of its arrays have the same name.")
    if sum(tensor.nbytes for tensor in tensors.values()) > 2 * len(content):
        raise StorageError(f"'{shown}' was not read. It holds the same array many times.")
    if not tensors:
        raise StorageError(f"'{shown}' holds no arrays, so there are no weights to convert.")
    return LegacyArrays(tensors, len(found) - len(tensors))


class _Machine:
    """Takes the steps of a pickle."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._encoded = 0

    def run(self) -> Any:
        """Take all steps; return the value that is left."""
        for number, (step, argument, _) in enumerate(pickletools.genops(self._content)):
            if number >= _MOST_STEPS:
                raise _RefusedError(f"It has more than {_MOST_STEPS:,} steps, which no file of weights needs.")
            if step.name == "STOP":
                break
            if step.name in _PUSHED:
                self._stack.append(argument)
            elif step.name in _STEPS:
                _STEPS[step.name](self, argument)
            else:
                raise _RefusedError(f"It uses the step {step.name}, which arrays do not need.")
        return self._stack.pop()

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def pop(self, count: int) -> list[Any]:
        """Return the last values, and remove them."""
        return [self._stack.pop() for _ in range(count)][::-1]

    def mark(self) -> None:
        self._marks.append(len(self._stack))

    def after_mark(self) -> list[Any]:
        """Return the values after the last mark, and remove them."""
        start = self._marks.pop()
        values = self._stack[start:]
        del self._stack[start:]
        return values

    def extend(self, values: list[Any]) -> None:
        """Add values to the list before them."""
        target = self._stack[-1]
        if type(target) is not list:
            raise _RefusedError("It adds values to something that is no list.")
        target += values

    def update(self, values: list[Any]) -> None:
        """Add pairs of keys and values to the dictionary before them."""
        target = self._stack[-1]
        if type(target) is not dict or len(values) % 2:
            raise _RefusedError("It adds values to something that is no dictionary.")
        for key, value in zip(values[::2], values[1::2], strict=True):
            _check_key(key)
            target[key] = value

    def push_dictionary(self, values: list[Any]) -> None:
        """Push a dictionary of pairs of keys and values."""
        self._stack.append({})
        self.update(values)

    def keep(self, number: int | None) -> None:
        """Remember the last value under a number; under the next one for None."""
        number = len(self._memo) if number is None else number
        if not 0 <= number < _FIRST_TOO_LARGE:
            raise _RefusedError(f"It numbers its values beyond {_FIRST_TOO_LARGE:,}, which no file of weights needs.")
        self._memo[number] = self._stack[-1]

    def recall(self, number: int) -> None:
        self._stack.append(self._memo[number])

    def name(self, written: str) -> None:
        """Push a known name; refuse any other one, whatever it is."""
        if written not in _KNOWN:
            raise _RefusedError(
                f"It names '{show_path(written.replace(' ', '.', 1))}'. Only arrays of NumPy are read, so nothing was "
                "run. If you know who made the file, save its arrays with numpy.savez."
            )
        self._stack.append(_KNOWN[written])

    def name_from_stack(self) -> None:
        word, module = self._stack.pop(), self._stack.pop()
        self.name(f"{module} {word}" if isinstance(module, str) and isinstance(word, str) else "")

    def call(self) -> None:
        """Do what the known function would do with its arguments."""
        arguments, function = self._stack.pop(), self._stack.pop()
        if not isinstance(function, _Name) or type(arguments) is not tuple:
            raise _RefusedError("It calls something that is no function of NumPy.")
        if function.word == "encode":
            self._stack.append(self._encode(*arguments))
        elif function.word == "dtype":
            self._stack.append(_Type(_text(arguments[0])))
        elif function.word == "reconstruct":
            self._stack.append(_Array())
        elif function.word == "bytes" and not arguments:
            self._stack.append(b"")
        elif function.word == "scalar":
            self._stack.append(_Array(self._values(arguments[1], arguments[0], (), "C")))
        elif function.word == "frombuffer":
            content, kind, shape, order = arguments
            self._stack.append(_Array(self._values(content, kind, shape, order)))
        else:
            raise _RefusedError(f"It calls {function.word} in an unusual way.")

    def _encode(self, text: Any, encoding: Any = "latin1") -> bytes:
        """Return bytes that old pickles hold as text. The same text can be named often, but a file needs each once."""
        if encoding not in ("latin1", "latin-1", "iso-8859-1"):
            raise _RefusedError("It holds bytes in an unusual way.")
        self._encoded += len(_text(text))
        if self._encoded > len(self._content):
            raise _RefusedError("It uses the same text many times.")
        return _text(text).encode("latin-1")

    def build(self) -> None:
        """Give an element type its byte order, or an array its numbers."""
        state, target = self._stack.pop(), self._stack[-1]
        if isinstance(target, _Type):
            target.order = _text(state[1])
        elif isinstance(target, _Array) and target.values is None:
            _, shape, kind, is_fortran, content = state
            target.values = self._values(content, kind, shape, "F" if is_fortran is True else "C")
        else:
            raise _RefusedError("It changes something that is no array.")

    def _values(self, content: Any, kind: Any, shape: Any, order: Any) -> np.ndarray:
        """Return the numbers of an array, after a check that there are as many bytes as its shape says."""
        if isinstance(content, str):  # bytes of Python 2
            content = self._encode(content)
        if isinstance(content, list):
            raise _RefusedError("It holds an array of Python objects, and only numbers are read.")
        if not isinstance(kind, _Type) or not isinstance(content, bytes | bytearray) or order not in ("C", "F"):
            raise _RefusedError("It holds an array in an unusual way.")
        if (
            type(shape) is not tuple
            or len(shape) > _MOST_AXES
            or not all(type(size) is int and size >= 0 for size in shape)
        ):
            raise _RefusedError("It holds an array whose shape is no list of sizes.")
        dtype = kind.make()
        if math.prod(shape) * dtype.itemsize != len(content):
            raise _RefusedError(f"An array has {len(content):,} bytes, but its shape and type need another number.")
        return np.frombuffer(content, dtype).reshape(shape, order=order)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _RefusedError("It has another value where a text should be.")
    return value


def _check_key(key: Any) -> None:
    """Refuse a key of a dictionary that is slow to find, or that cannot become part of a name."""
    if not isinstance(key, str | int):
        raise _RefusedError("It has a dictionary whose keys are neither texts nor whole numbers.")
    if isinstance(key, int):
        if abs(key) >= _FIRST_TOO_LARGE:
            raise _RefusedError(f"A number that is a key is beyond {_FIRST_TOO_LARGE:,}. Use texts as names.")
    elif len(key) > _LONGEST_KEY:
        raise _RefusedError(f"A key has {len(key):,} characters, and at most {_LONGEST_KEY:,} are read.")
    elif _HALF_CHARACTER.search(key):
        raise _RefusedError("A key holds half of a character, which no name can hold. Give the array another name.")


def _walk(root: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and value of everything inside lists, tuples and dictionaries, in order."""
    waiting: list[tuple[tuple[str, ...], Any]] = [((), root)]
    count = written = 0
    while waiting:
        path, value = waiting.pop()
        count += 1
        if count > _MOST_VALUES or len(path) > _DEEPEST:
            raise _RefusedError("It holds too many values, or they are nested too deeply, for a file of weights.")
        if isinstance(value, dict | list | tuple):
            inner = list(value.items()) if isinstance(value, dict) else list(enumerate(value))
            if len(inner) + len(waiting) > _MOST_VALUES:
                raise _RefusedError("It holds too many values for a file of weights.")
            waiting += [((*path, str(key)), each) for key, each in reversed(inner)]
        elif isinstance(value, _Array):
            if value.values is None:
                raise _RefusedError("It holds an array without numbers.")
            name = ".".join(path) or "array"
            written += len(name)
            if written > _LONGEST_NAMES:
                raise _RefusedError("The names of its arrays are too long for a file of weights. Use shorter keys.")
            yield name, value.values
        else:
            yield "", None  # only counted


_WITH_ARGUMENT = """
    INT BININT BININT1 BININT2 LONG LONG1 LONG4 FLOAT BINFLOAT STRING BINSTRING SHORT_BINSTRING UNICODE SHORT_BINUNICODE
    BINUNICODE BINUNICODE8 BINBYTES SHORT_BINBYTES BINBYTES8 BYTEARRAY8
"""
_PUSHED = frozenset(_WITH_ARGUMENT.split())
"""Steps that push their argument, which `pickletools` has read."""

_STEPS: dict[str, Callable[[_Machine, Any], object]] = {
    "PROTO": lambda machine, argument: None,
    "FRAME": lambda machine, argument: None,
    "NONE": lambda machine, argument: machine.push(None),
    "NEWTRUE": lambda machine, argument: machine.push(True),
    "NEWFALSE": lambda machine, argument: machine.push(False),
    "EMPTY_LIST": lambda machine, argument: machine.push([]),
    "EMPTY_DICT": lambda machine, argument: machine.push({}),
    "EMPTY_TUPLE": lambda machine, argument: machine.push(()),
    "TUPLE1": lambda machine, argument: machine.push(tuple(machine.pop(1))),
    "TUPLE2": lambda machine, argument: machine.push(tuple(machine.pop(2))),
    "TUPLE3": lambda machine, argument: machine.push(tuple(machine.pop(3))),
    "MARK": lambda machine, argument: machine.mark(),
    "TUPLE": lambda machine, argument: machine.push(tuple(machine.after_mark())),
    "LIST": lambda machine, argument: machine.push(machine.after_mark()),
    "DICT": lambda machine, argument: machine.push_dictionary(machine.after_mark()),
    "APPEND": lambda machine, argument: machine.extend(machine.pop(1)),
    "APPENDS": lambda machine, argument: machine.extend(machine.after_mark()),
    "SETITEM": lambda machine, argument: machine.update(machine.pop(2)),
    "SETITEMS": lambda machine, argument: machine.update(machine.after_mark()),
    "PUT": lambda machine, argument: machine.keep(argument),
    "BINPUT": lambda machine, argument: machine.keep(argument),
    "LONG_BINPUT": lambda machine, argument: machine.keep(argument),
    "MEMOIZE": lambda machine, argument: machine.keep(None),
    "GET": lambda machine, argument: machine.recall(argument),
    "BINGET": lambda machine, argument: machine.recall(argument),
    "LONG_BINGET": lambda machine, argument: machine.recall(argument),
    "GLOBAL": lambda machine, argument: machine.name(argument),
    "STACK_GLOBAL": lambda machine, argument: machine.name_from_stack(),
    "REDUCE": lambda machine, argument: machine.call(),
    "BUILD": lambda machine, argument: machine.build(),
}
"""What each step does; any other step is refused."""
