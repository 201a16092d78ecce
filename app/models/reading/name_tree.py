"""The names of tensors as a tree: "layer1.0.conv1.weight" lies in "layer1", there in "0", and there in "conv1"."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_CHILDREN = 200
"""A part with more parts inside shows them in groups."""


class Part(NamedTuple):
    """Neighbours in the list of the sorted names.

    Attributes:
        title: what they are called on screen.
        start, stop: the first rank in the sorted names, and the rank after the last one.
    """

    title: str
    start: int
    stop: int


@dataclass
class NameTree:
    """A part of the names, with the parts inside it. Tensors are not in the tree: the table lists them.

    Attributes:
        title: the name of the part; several names joined by dots if each has only the next one inside.
        start, stop: the first rank in the sorted names, and the rank after the last one.
        tensors: how many tensors the part has.
        numbers: how many numbers they have together.
        children: the parts inside, sorted.
        is_group: True if the part only groups neighbours, so that their names do not begin with its title.
        row: the place of the part among its neighbours.
        parent: the part around it; None for the whole file.
    """

    title: str = ""
    start: int = 0
    stop: int = 0
    tensors: int = 0
    numbers: int = 0
    children: "list[NameTree]" = field(default_factory=list)
    is_group: bool = False
    row: int = 0
    parent: "NameTree | None" = None

    @property
    def part(self) -> Part:
        """The part of the sorted names, with its whole name."""
        titles, node = [self.title], self.parent
        while node is not None and node.parent is not None:
            titles += [] if node.is_group else [node.title]
            node = node.parent
        return Part(".".join(reversed(titles)), self.start, self.stop)


def make_tree(
    names: Sequence[str],
    keys: Sequence[str],
    ranks: NDArray[Any],
    counts: Sequence[int],
    with_pauses: Callable[[Iterable[Any]], Iterator[Any]],
) -> NameTree:
    """Make the tree of all names.

    Arguments:
        names: of the tensors.
        keys: what sorts each name. Names that begin with the same parts have keys that begin with the same parts.
        ranks: `(tensors,)` the rank of each name.
        counts: the count of the numbers of each tensor.
        with_pauses: passes values on, with a pause from time to time.
    """
    order = np.argsort(ranks, kind="stable").tolist()
    rank_of = ranks.astype(int).tolist()
    root = NameTree(stop=(max(rank_of) + 1) if rank_of else 0)
    # The parts around the tensor before, each with the beginning of the keys inside it.
    open_parts: list[tuple[str, NameTree]] = [("", root)]
    for place in with_pauses(order):
        steps, title_steps = keys[place].split(".")[:-1], names[place].split(".")[:-1]
        shared = _count_shared(open_parts, steps)
        del open_parts[shared + 1 :]
        for step, title in zip(steps[shared:], title_steps[shared:], strict=True):
            parent = open_parts[-1][1]
            node = NameTree(title, rank_of[place], parent=parent)
            parent.children.append(node)
            open_parts.append((step, node))
        for _, node in open_parts:
            node.tensors += 1
            node.numbers += counts[place]
            node.stop = rank_of[place] + 1
    _tidy(root, with_pauses)
    return root


def _count_shared(open_parts: list[tuple[str, NameTree]], steps: list[str]) -> int:
    """Return how many of the open parts a name with these steps lies in."""
    shared = 0
    while shared < min(len(steps), len(open_parts) - 1) and open_parts[shared + 1][0] == steps[shared]:
        shared += 1
    return shared


def _tidy(root: NameTree, with_pauses: Callable[[Iterable[Any]], Iterator[Any]]) -> None:
    """Join parts with one part inside, group the children of large parts, and number all children."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for child in node.children:
            while len(child.children) == 1 and child.children[0].tensors == child.tensors:
                only = child.children[0]
                child.title, child.children = f"{child.title}.{only.title}", only.children
        if len(node.children) > MOST_CHILDREN:
            node.children = _group(node.children)
        for row, child in enumerate(with_pauses(node.children)):
            child.row, child.parent = row, node
        waiting.extend(node.children)


def _group(children: list[NameTree]) -> list[NameTree]:
    """Return groups of neighbours, named after the first and the last one."""
    size = max(MOST_CHILDREN // 2, -(-len(children) // MOST_CHILDREN))
    groups = []
    for start in range(0, len(children), size):
        inside = children[start : start + size]
        groups.append(
            NameTree(
                f"{inside[0].title} … {inside[-1].title}",
                inside[0].start,
                inside[-1].stop,
                sum(child.tensors for child in inside),
                sum(child.numbers for child in inside),
                inside,
                is_group=True,
            )
        )
    return groups
