"""What is striking about the numbers of a file: NaN, infinities, tensors of zeros, constant tensors, dead filters.

Everything is found in the statistics of `summarise_tensors`, so a file is read once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tinyml.core import describe_count
from tinyml.core.files import show_path
from tinyml.core.memory import describe_bytes
from tinyml.core.tensor_header import TensorHeader, element_bits
from tinyml.storage.tensor_summary import TensorSummary

FindingKind = Literal["nan", "infinite", "dead filters", "zero", "constant", "unreadable"]

_MOST_NAMED = 3
_EMBEDDINGS = ("embed", "wte", "wpe", "lookup", "vocab")
"""Parts of the names of tables in which a row of zeros is usual: that of the padding."""
_WEIGHT_NAMES = ("weight", "w")
"""Keras calls its weights kernels. Their last axis counts the filters."""


class HealthFinding(NamedTuple):
    """Something striking about the tensors of a file.

    Attributes:
        kind: what it is.
        sentence: for people.
        tensors: names of the tensors, in the order of the summaries.
        serious: True if the network cannot compute with these numbers: NaN and infinities.
    """

    kind: FindingKind
    sentence: str
    tensors: tuple[str, ...]
    serious: bool


class TypeSize(NamedTuple):
    """The tensors of one element type.

    Attributes:
        dtype: name of the type.
        tensors: number of tensors.
        elements: number of their elements.
        bytes: what their elements take in the file; None if this is not known.
    """

    dtype: str
    tensors: int
    elements: int
    bytes: int | None


@dataclass(frozen=True)
class FileHealth:
    """The health of a file.

    Attributes:
        tensors: number of tensors.
        elements: number of elements.
        findings: what is striking, the worst first; empty if nothing is.
        sizes: the sizes by element type, the largest number of elements first.
        sentence: one line for all: the findings, or that there are none.
    """

    tensors: int
    elements: int
    findings: tuple[HealthFinding, ...]
    sizes: tuple[TypeSize, ...]

    @property
    def sentence(self) -> str:
        """One line for all: the findings, or that there are none."""
        if not self.tensors:
            return "There are no tensors."
        return " ".join(finding.sentence for finding in self.findings) or "All numbers are finite, and nothing is dead."


def assess_health(summaries: Iterable[TensorSummary]) -> FileHealth:
    """Say what is striking about the tensors of a file.

    Arguments:
        summaries: the statistics of all tensors.

    A filter is dead if all its weights are zero: row `weight[k]` of a weight of a convolution `(K, C, …)` or of a
    linear layer `(K, D)`, as PyTorch, ONNX and TinyML store them.

    >>> import numpy as np
    >>> from tinyml.storage import summarise
    >>> print(assess_health([summarise("fc.weight", np.array([[1.0, 2.0], [0.0, 0.0]]))]).sentence)
    1 of 2 filters of 'fc.weight' is dead: all its weights are zero.
    """
    all_of = list(summaries)
    findings = (
        _count_finding("nan", "hold NaN", all_of, [summary.nan for summary in all_of]),
        _count_finding("infinite", "hold infinity", all_of, [summary.infinite for summary in all_of]),
        _dead_filters(all_of),
        _list_finding("zero", "all zero", [summary.name for summary in all_of if _is_zero(summary)]),
        _list_finding("constant", "constant", [summary.name for summary in all_of if _is_constant(summary)]),
        _list_finding("unreadable", "not readable", [summary.name for summary in all_of if not summary.readable]),
    )
    headers = [TensorHeader(summary.name, summary.shape, summary.dtype) for summary in all_of]
    elements = sum(summary.count for summary in all_of)
    return FileHealth(len(all_of), elements, tuple(found for found in findings if found), sizes_by_type(headers))


def sizes_by_type(tensors: Iterable[TensorHeader]) -> tuple[TypeSize, ...]:
    """Return the sizes of tensors by element type, the largest number of elements first. No values are needed.

    Arguments:
        tensors: the entries of the tensors.

    >>> sizes_by_type([TensorHeader("a", (2, 3), "float32"), TensorHeader("b", (4,), "BF16")])[0]
    TypeSize(dtype='float32', tensors=1, elements=6, bytes=24)
    """
    counts: dict[str, tuple[int, int]] = {}
    for tensor in tensors:
        number, elements = counts.get(tensor.dtype, (0, 0))
        counts[tensor.dtype] = number + 1, elements + tensor.count
    sizes = []
    for dtype, (number, elements) in sorted(counts.items(), key=lambda item: (-item[1][1], item[0])):
        bits = element_bits(dtype)
        sizes.append(TypeSize(dtype, number, elements, None if bits is None else elements * bits // 8))
    return tuple(sizes)


def describe_sizes(sizes: Iterable[TypeSize]) -> str:
    """Return the sizes in words.

    Arguments:
        sizes: what `sizes_by_type` returned.

    >>> print(describe_sizes([TypeSize("float32", 2, 6, 24)]))
    2 × float32 (24 bytes)
    """
    return ", ".join(
        f"{describe_count(size.tensors)} × {show_path(size.dtype)}"
        + ("" if size.bytes is None else f" ({describe_bytes(size.bytes)})")
        for size in sizes
    )


def is_weight(name: str, axes: int) -> bool:
    """Return True if the first axis of a tensor counts filters or units.

    Arguments:
        name: name of the tensor.
        axes: number of its axes.

    >>> is_weight("conv1.weight", 4), is_weight("embedding.weight", 2), is_weight("bn.weight", 1)
    (True, False, False)
    """
    lower = name.lower()
    last = lower.replace("/", ".").rsplit(".", 1)[-1]
    return 2 <= axes <= 5 and last in _WEIGHT_NAMES and not any(part in lower for part in _EMBEDDINGS)


def _is_float(summary: TensorSummary) -> bool:
    return summary.dtype.startswith(("float", "BF", "F8"))


def _is_zero(summary: TensorSummary) -> bool:
    return _is_float(summary) and summary.count > 1 and summary.zeros == summary.count


def _is_constant(summary: TensorSummary) -> bool:
    same = summary.minimum is not None and summary.minimum == summary.maximum and not summary.non_finite
    return _is_float(summary) and summary.count > 1 and same and not _is_zero(summary)


def _count_finding(
    kind: FindingKind, words: str, summaries: list[TensorSummary], counts: list[int]
) -> HealthFinding | None:
    names = tuple(summary.name for summary, count in zip(summaries, counts, strict=True) if count)
    if not names:
        return None
    total = sum(counts)
    verb = words.replace("hold", "holds", 1) if len(names) == 1 else words
    numbers = f"{describe_count(total)} number{'s' if total > 1 else ''}"
    return HealthFinding(kind, f"{_tensors(names)} {verb} ({numbers}): {_list(names)}.", names, True)


def _list_finding(kind: FindingKind, words: str, names: list[str]) -> HealthFinding | None:
    if not names:
        return None
    verb = "is" if len(names) == 1 else "are"
    return HealthFinding(kind, f"{_tensors(names)} {verb} {words}: {_list(names)}.", tuple(names), False)


def _dead_filters(summaries: list[TensorSummary]) -> HealthFinding | None:
    weights = [summary for summary in summaries if is_weight(summary.name, len(summary.shape))]
    dead = [summary for summary in weights if summary.zero_rows and not _is_zero(summary)]
    if not dead:
        return None
    names = tuple(summary.name for summary in dead)
    number = sum(summary.zero_rows or 0 for summary in dead)
    filters = sum(summary.shape[0] for summary in dead)
    end = "is dead: all its weights are zero." if number == 1 else "are dead: all their weights are zero."
    sentence = f"{describe_count(number)} of {describe_count(filters)} filters of {_list(names)} {end}"
    return HealthFinding("dead filters", sentence, names, False)


def _tensors(names: list[str] | tuple[str, ...]) -> str:
    return f"{describe_count(len(names))} tensor{'s' if len(names) > 1 else ''}"


def _list(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(f"'{show_path(name)}'" for name in names[:_MOST_NAMED])
    rest = len(names) - _MOST_NAMED
    return shown + (f" and {describe_count(rest)} more" if rest > 0 else "")
