"""A hint, a place in a network that may deserve one, and a rule. The rules are in `app/document/hints.py`."""

from collections.abc import Callable
from dataclasses import dataclass

from app.document.blocks import BlockPath
from tinyml.core import Fix, Problem
from tinyml.data import DataDescription
from tinyml.layers import display_name
from tinyml.net import Inference, LayerInference, NetworkFacts
from tinyml.storage import DismissedHint, Project


@dataclass(frozen=True)
class Hint(Problem):
    """A part of the network that can be trained but is probably not meant.

    Attributes:
        rule: name of the rule that found it.
        why: one or two sentences with the reason.
        block: path to the stack of the layer.
    """

    rule: str = ""
    why: str = ""
    block: BlockPath = ()

    @property
    def key(self) -> DismissedHint:
        """What the project keeps if the user dismisses the hint."""
        return DismissedHint(rule=self.rule, path=(*self.block, self.layer) if self.layer else ())


@dataclass(frozen=True)
class Place:
    """A layer, or the network as a whole, and everything that a rule may look at.

    Attributes:
        project: network specification, choice of data and training settings.
        data: description of the data.
        inference: shapes of the network.
        facts: facts of the network.
        block: path to the stack of the layer.
        stack: the layers of the stack.
        index: position of the layer in the stack; -1 for the network as a whole.
    """

    project: Project
    data: DataDescription
    inference: Inference
    facts: NetworkFacts
    block: BlockPath
    stack: tuple[LayerInference, ...]
    index: int

    @property
    def layer(self) -> LayerInference:
        """The layer."""
        return self.stack[self.index]

    @property
    def type(self) -> str:
        """Its type, as on screen."""
        return type_of(self.layer)

    @property
    def is_output(self) -> bool:
        """True if the output of the layer is the output of the network."""
        return not self.block and self.index == len(self.stack) - 1

    def before(self, *skipped: str) -> LayerInference | None:
        """Return the layer before this one in its stack.

        Arguments:
            skipped: layers of these types do not count.
        """
        earlier = (self.stack[index] for index in range(self.index - 1, -1, -1))
        return next((layer for layer in earlier if type_of(layer) not in skipped), None)

    def setting(self, name: str) -> object:
        """Return the value of the setting `name` of the layer; None if the layer has no such setting."""
        return getattr(self.layer.settings, name, None)


@dataclass(frozen=True)
class Rule:
    """A rule for hints.

    Attributes:
        name: its name in files. Never change it: projects keep it for dismissed hints.
        when: returns True if the hint applies to a place. It is called only for layers whose shapes are known.
        sentence: returns the sentence on the card, without the name of the layer.
        why: the reason, for the form.
        fix: returns the edit after which the rule no longer applies.
        of_network: the rule is about the network as a whole, not about a layer.
    """

    name: str
    when: Callable[[Place], bool]
    sentence: Callable[[Place], str]
    why: str
    fix: Callable[[Place], Fix]
    of_network: bool = False


def type_of(layer: LayerInference) -> str:
    """Return the type of a `layer`, as on screen."""
    return display_name(layer.specification.type)
