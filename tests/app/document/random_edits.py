"""Random edits of all kinds, for tests that undo, redo and save them."""

import random
from collections.abc import Iterator

from app.document import BlockPath, Document, edits
from app.document.blocks import layers_in
from tinyml.core import Problem, TinymlError
from tinyml.net import LayerSpecification, is_block
from tinyml.storage import Project

LAYER_TYPES = ("Conv2D", "ReLu", "BatchNorm2D", "Dropout", "Linear", "Flatten", "MaxPool2D", "MaxUnpool2D", "Residual")
SETTINGS = {
    "Conv2D": ("filters", (1, 2, 8)),
    "Linear": ("outputs", (2, 10, 10, 0)),
    "Dropout": ("probability", (0.1, 0.9)),
    "MaxPool2D": ("size", ([1, 1], [2, 2], [3, 2])),
}
NAMES = ("edge", "bend", "conv_1", "relu_1", "residual_1", "Ö <b>", "a.b")


class RandomEditor:
    """Edits a document at random, in all of its stacks.

    Arguments:
        document: the document that is edited.
        seed: the same seed makes the same edits.
    """

    def __init__(self, document: Document, seed: int) -> None:
        self._document = document
        self._random = random.Random(seed)
        self._copied: tuple[LayerSpecification, ...] = ()
        self.refused = 0
        self.kinds: set[str] = set()

    def step(self) -> None:
        """Make one random edit or selection. An edit that is refused must change nothing."""
        document = self._document
        kind = self._random.choice(sorted(name for name in dir(self) if name.startswith("do_")))
        before = document.project, document.selection, document.block, document.undo_stack.count()
        refusal = ""
        try:
            getattr(self, kind)()
        except TinymlError as error:
            refusal = str(error)
        if refusal:
            assert refusal.endswith(".")
            assert before == (document.project, document.selection, document.block, document.undo_stack.count())
            self.refused += 1
        else:
            self.kinds.add(kind)

    # ------------------------------------------------------------------------------------------------------- choices

    def _stacks(self) -> list[BlockPath]:
        """Return the paths to all stacks with known layers, those of standard blocks too."""

        def walk(block: BlockPath) -> Iterator[BlockPath]:
            yield block
            for inferred in self._document.inferred_layers(block):
                if inferred.inside:
                    yield from walk((*block, inferred.specification.name))

        return list(walk(()))

    def _stack(self) -> BlockPath:
        return self._random.choice(self._stacks())

    def _names(self, block: BlockPath) -> list[str]:
        return [inferred.specification.name for inferred in self._document.inferred_layers(block)]

    def _some(self, block: BlockPath) -> list[str]:
        names = self._names(block)
        return self._random.sample(names, self._random.randint(0, min(len(names), 3)))

    def _index(self, block: BlockPath) -> int:
        return self._random.randint(0, len(self._names(block)))

    def _problems(self) -> list[tuple[BlockPath, Problem]]:
        inside = [
            (block, inferred.problem)
            for block in self._stacks()
            if block
            for inferred in self._document.inferred_layers(block)
        ]
        found = [((), problem) for problem in self._document.problems] + inside
        return [(block, problem) for block, problem in found if problem is not None and problem.fix is not None]

    def _apply(self, edit: edits.Edit) -> None:
        self._document.apply(edit)

    def _project(self, *blocks: BlockPath) -> Project:
        return self._document.project_for(*blocks)

    # --------------------------------------------------------------------------------------------------------- edits

    def do_insert(self) -> None:
        block = self._stack()
        if len(self._names(block)) < 8:
            kind = self._random.choice(LAYER_TYPES)
            self._apply(edits.insert_layer(self._project(block), self._index(block), kind, block=block))

    def do_remove(self) -> None:
        block = self._stack()
        self._apply(edits.remove_layers(self._project(block), self._some(block), block=block))

    def do_move_within(self) -> None:
        block = self._stack()
        self._apply(edits.move_layers(self._project(block), self._some(block), self._index(block), block))

    def do_move_between(self) -> None:
        block, target = self._stack(), self._stack()
        project = self._project(block, target)
        self._apply(edits.move_layers(project, self._some(block), self._index(target), block, target))

    def do_wrap(self) -> None:
        block = self._stack()
        names = self._names(block)
        start = self._random.randint(0, len(names))
        some = self._some(block) if self._random.random() < 0.3 else names[start : start + 2]
        self._apply(edits.wrap_layers(self._project(block), some, block))

    def do_unwrap(self) -> None:
        block = self._stack()
        layers = [inferred.specification for inferred in self._document.inferred_layers(block)]
        blocks = [layer.name for layer in layers if is_block(layer.type)]
        if blocks:
            name = self._random.choice(blocks)
            self._apply(edits.unwrap_block(self._project((*block, name)), name, block))

    def do_rename(self) -> None:
        block = self._stack()
        for name in self._some(block)[:1]:
            new_name = self._random.choice(NAMES)
            self._apply(edits.rename_layer(self._project(block), name, new_name, block))

    def do_change_settings(self) -> None:
        block = self._stack()
        for inferred in self._document.inferred_layers(block):
            layer = inferred.specification
            if layer.type in SETTINGS and self._random.random() < 0.5:
                setting, values = SETTINGS[layer.type]
                change = {setting: self._random.choice(values)}
                self._apply(edits.change_settings(self._project(block), layer.name, change, block))
                return

    def do_fix(self) -> None:
        problems = self._problems()
        if problems:
            block, problem = self._random.choice(problems)
            self._apply(edits.apply_fix(self._project(block), problem, block))

    def do_copy(self) -> None:
        block = self._stack()
        names, project = self._some(block), self._project(block)
        self._copied = tuple(layer for layer in layers_in(project, block) if layer.name in names)

    def do_cut(self) -> None:
        block = self._stack()
        names, project = self._some(block), self._project(block)
        edit = edits.cut_layers(project, names, block)
        self._copied = tuple(layer for layer in layers_in(project, block) if layer.name in names)
        self._apply(edit)

    def do_paste(self) -> None:
        block = self._stack()
        if self._copied and len(self._names(block)) < 8:
            self._apply(edits.paste_layers(self._project(block), self._index(block), self._copied, block=block))

    def do_duplicate(self) -> None:
        block = self._stack()
        if len(self._names(block)) < 8:
            self._apply(edits.duplicate_layers(self._project(block), self._some(block), block))

    def do_change_training(self) -> None:
        self._apply(edits.change_training(self._document.project, epochs=self._random.randint(1, 9)))

    def do_change_data(self) -> None:
        source = self._random.choice(("digits", "digits", "digits", "circle"))
        self._apply(edits.change_data(self._document.project, source=source))

    def do_select(self) -> None:
        block = self._stack()
        self._document.select(tuple(self._some(block)), block=block, input_selected=self._random.random() < 0.1)

    def do_undo(self) -> None:
        if self._random.random() < 0.5:
            self._document.undo_stack.undo()

    def do_redo(self) -> None:
        self._document.undo_stack.redo()
