"""The content of a card as plain values. A card changes only if its content differs from before."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from app.document import DATA_PENDING, BlockPath, Document, Hint
from app.formatting import format_count
from app.forms.target_description import describe_targets
from tinyml.core import Problem, Shape
from tinyml.layers import display_name
from tinyml.layers.base.blocks import BlockSettings
from tinyml.losses import loss_descriptions
from tinyml.net import LayerInference


@dataclass(frozen=True)
class CardModel:
    """Everything on a card except its live activations.

    Attributes:
        name: name of the layer: "conv_1".
        type_name: its type as people read it: "Conv2D", "ReLU · max(0, x)".
        family: family of the layer type, which decides icon and colour; empty for an unknown type.
        line: the key settings.
        shape: output shape without the batch axis; None if it is not known.
        parameter_count: number of parameters of this layer.
        share: its share of all parameters of the network, from 0 to 1, rounded to what the bar can show.
        problem: the problem and its fix; None if there is no problem.
        hint: the first hint on the layer; None if there is none.
        notes: further facts, such as pixels that the layer ignores.
        strip: True if the card has room for activations.
        block: path to the stack of the layer.
        foldable: True if the layer is a block whose layers inside are known.
        folded: True if these layers are not shown.
        shortcut: True if the block adds its input to the output of its layers.
        standard: True if the layer is one of a standard block, which is not written down.
    """

    name: str
    type_name: str
    family: str
    line: str = ""
    shape: Shape | None = None
    parameter_count: int = 0
    share: float = 0.0
    problem: Problem | None = None
    notes: tuple[str, ...] = field(default=())
    strip: bool = False
    block: BlockPath = ()
    foldable: bool = False
    folded: bool = False
    shortcut: bool = False
    standard: bool = False
    hint: Hint | None = None

    @property
    def remark(self) -> Problem | None:
        """The problem; without a problem the hint. The card shows its sentence and its fix."""
        return self.problem or self.hint

    @property
    def path(self) -> BlockPath:
        """The path of the layer: that of the stack inside it, if it is a block."""
        return (*self.block, self.name)

    @property
    def is_open(self) -> bool:
        """True if the cards of the layers inside are shown."""
        return self.foldable and not self.folded

    def describe(self) -> str:
        """Return the whole card as text, for screen readers."""
        shape = f"gives {' by '.join(str(size) for size in self.shape)}" if self.shape else ""
        parameters = f"{self.parameter_count} parameters" if self.parameter_count else ""
        kind = "Problem" if self.problem else "Hint"
        remark = f"{kind}: {self.remark.sentence}" if self.remark else ""
        place = f"inside {self.block[-1]}" if self.block else ""
        fold = ("folded" if self.folded else "open") if self.foldable else ""
        parts = (self.name, place, self.type_name, fold, self.line, shape, parameters, remark, *self.notes)
        return ", ".join(part for part in parts if part)


def make_layer_model(inferred: LayerInference, problem: Problem | None, total_parameters: int) -> CardModel:
    """Make the content of a layer's card.

    Arguments:
        inferred: the layer after shape inference.
        problem: its first problem; None if there is none.
        total_parameters: number of parameters of the whole network.
    """
    layer, count = inferred.specification, inferred.parameter_count
    if inferred.layer_type is None:
        return CardModel(layer.name, layer.type, "", f"unknown type '{layer.type}', kept as it is", problem=problem)
    settings_class = inferred.layer_type.Settings
    line = inferred.settings.describe() if inferred.settings is not None else ""
    shown = display_name(layer.type)
    type_name = shown if line or inferred.settings is None else f"{shown} · {settings_class.summary}"
    if inferred.paired_pooling:
        line = f"{line} · undoes {inferred.paired_pooling}" if line else f"undoes {inferred.paired_pooling}"
    return CardModel(
        layer.name,
        type_name,
        settings_class.family,
        line,
        inferred.output_shape,
        count,
        round(count / total_parameters, 2) if total_parameters else 0.0,
        problem,
        inferred.notes,
        strip=inferred.output_shape is not None,
    )


def make_layer_models(document: Document, folded: Collection[BlockPath] = ()) -> list[CardModel]:
    """Make the contents of all visible layer cards, in order. A block comes before the layers inside.

    Arguments:
        document: the document whose layers are shown.
        folded: paths of the blocks that do not show their layers.
    """
    inference = document.inference
    problems: dict[int, Problem] = {}
    for problem in document.problems:
        problems.setdefault(problem.index, problem)
    hints: dict[BlockPath, Hint] = {}
    for hint in document.hints:
        hints.setdefault(hint.key.path, hint)
    total = inference.parameter_count
    models: list[CardModel] = []

    def add(inferred: LayerInference, problem: Problem | None, block: BlockPath, standard: bool) -> None:
        hint = hints.get((*block, inferred.specification.name))
        model = replace(make_layer_model(inferred, problem, total), block=block, standard=standard, hint=hint)
        if not isinstance(inferred.settings, BlockSettings) or not inferred.inside:
            models.append(model)
            return
        models.append(_make_block_model(model, inferred, inferred.settings, model.path in folded))
        if model.path in folded:
            hidden = [path[-1] for path in hints if path[: len(model.path)] == model.path and path != model.path]
            notes = tuple(f"{name} inside has a hint." for name in hidden)
            models[-1] = replace(models[-1], notes=(*models[-1].notes, *notes))
        else:
            for inside in inferred.inside:
                add(inside, inside.problem, model.path, not inferred.settings.layers)

    for index, inferred in enumerate(inference.layers):
        add(inferred, problems.get(index), (), False)
    return models


def _make_block_model(model: CardModel, inferred: LayerInference, settings: BlockSettings, folded: bool) -> CardModel:
    """Return the content of a block's card: folded as of other layers, open only a header."""
    model = replace(model, foldable=True, folded=folded, shortcut=settings.adds_input)
    if folded:
        return model
    inside = "inside" if settings.layers else "standard block"
    relation = f"output = input + {inside}" if settings.adds_input else f"output = {inside}"
    reason = next((each.problem for each in inferred.inside if each.problem is not None), None)
    problem = model.problem
    if problem is not None and reason is not None and reason.fix is not None:
        # The card of the layer inside has the sentence and the button.
        problem = Problem(problem.index, problem.layer, f"{reason.layer} inside has a problem.")
    type_name = f"{display_name(inferred.specification.type)} · {relation}"
    return replace(model, type_name=type_name, line="", strip=False, notes=(), problem=problem)


def make_input_model(document: Document) -> CardModel:
    """Make the content of the input card, which describes the data.

    Arguments:
        document: the document whose data is shown.
    """
    data = document.data
    if document.data_pending:
        return CardModel("input", document.project.data.source, "input", DATA_PENDING)
    problem = next(iter(document.data_problems), None)
    if data is None:
        return CardModel("input", document.project.data.source, "input", problem=problem)
    line = f"{describe_targets(data)} · {format_count(data.count)} examples"
    return CardModel("input", data.title, "input", line, data.example_shape, problem=problem, strip=True)


def make_loss_model(document: Document) -> CardModel:
    """Make the content of the loss card. It also shows a problem of, and a hint on, the network as a whole.

    Arguments:
        document: the document whose loss is shown.
    """
    loss = loss_descriptions()[document.project.training.loss]
    outputs = f"the {len(document.data.class_names)} outputs" if document.data else "the outputs"
    truth = "the true class" if loss.targets == "labels" else "the targets of the true class"
    line = f"compares {outputs} with {truth}"
    if document.data is not None and document.data.target_shape is not None:
        line = f"compares the output with the {'input' if document.data.target == 'input' else 'target'}"
    layers = document.project.network.layers
    problem = next((each for each in document.problems if each.index < 0 and not each.layer), None) if layers else None
    known = bool(layers) and document.inference.output_shape is not None
    hint = next((each for each in document.hints if not each.layer), None)
    return CardModel("loss", loss.title, "loss", line, problem=problem, strip=known, hint=hint)
