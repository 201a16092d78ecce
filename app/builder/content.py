"""What a card says, as plain values: compared to find out which cards an edit has changed."""

from dataclasses import dataclass, field

from app.builder.words import targets_text
from app.document import DATA_PENDING, Document
from app.widgets.words import write_count
from tinyml.core import Problem, Shape
from tinyml.losses import loss_descriptions
from tinyml.net import LayerPlan


@dataclass(frozen=True)
class CardContent:
    """Everything on a card but its live activations.

    Attributes:
        name, type_name: the heading: "conv_1", "Conv2D".
        family: decides glyph and colour; empty for an unknown type.
        line: the key settings.
        shape: what comes out, without the batch axis; None when it is not known.
        parameter_count: of this layer.
        share: of the parameters of the whole network, 0 to 1, as finely as the bar can show.
        problem: what is wrong, with its fix; None when nothing is.
        notes: what is worth knowing.
        strip: whether room is kept for activations or a picture.
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

    def in_words(self) -> str:
        """Say the whole card, for screen readers."""
        shape = f"gives {' by '.join(str(size) for size in self.shape)}" if self.shape else ""
        parameters = f"{self.parameter_count} parameters" if self.parameter_count else ""
        problem = f"Problem: {self.problem.sentence}" if self.problem else ""
        parts = (self.name, self.type_name, self.line, shape, parameters, problem, *self.notes)
        return ", ".join(part for part in parts if part)


def layer_content(plan: LayerPlan, problem: Problem | None, total_parameters: int) -> CardContent:
    """Say what is known of a layer."""
    layer, count = plan.specification, plan.parameter_count
    if plan.layer_type is None:
        return CardContent(layer.name, layer.type, "", f"unknown type '{layer.type}', kept as it is", problem=problem)
    settings_class = plan.layer_type.Settings
    line = plan.settings.describe() if plan.settings is not None else ""
    type_name = layer.type if line or plan.settings is None else f"{layer.type} · {settings_class.summary}"
    if plan.partner:
        line = f"{line} · undoes {plan.partner}" if line else f"undoes {plan.partner}"
    return CardContent(
        layer.name,
        type_name,
        settings_class.family,
        line,
        plan.output_shape,
        count,
        round(count / total_parameters, 2) if total_parameters else 0.0,
        problem,
        plan.notes,
        strip=plan.output_shape is not None,
    )


def layer_contents(document: Document) -> list[CardContent]:
    """Say what is known of every layer of the document, in order."""
    inference = document.inference
    problems: dict[int, Problem] = {}
    for problem in document.problems:
        problems.setdefault(problem.index, problem)
    total = inference.parameter_count
    return [layer_content(plan, problems.get(index), total) for index, plan in enumerate(inference.layers)]


def input_content(document: Document) -> CardContent:
    """Say what is known of the data."""
    data = document.data
    if document.data_pending:
        return CardContent("input", document.project.data.source, "input", DATA_PENDING)
    if data is None:
        problem = Problem(-1, "input", document.data_problem)
        return CardContent("input", document.project.data.source, "input", problem=problem)
    line = f"{targets_text(data)} · {write_count(data.count)} examples"
    return CardContent("input", data.title, "input", line, data.example_shape, strip=True)


def loss_content(document: Document) -> CardContent:
    """Say what the loss compares, and what is wrong with the network as a whole."""
    loss = loss_descriptions()[document.project.training.loss]
    number = f"the {len(document.data.class_names)}" if document.data else "the"
    truth = "class" if loss.targets == "labels" else "code of its class"
    line = f"compares {number} outputs with the true {truth}"
    if document.data is not None and document.data.target_shape is not None:
        line = f"compares the output with the {'input' if document.data.target == 'input' else 'target'}"
    layers = document.project.network.layers
    problem = next((each for each in document.problems if each.index < 0 and not each.layer), None) if layers else None
    known = bool(layers) and document.inference.output_shape is not None
    return CardContent("loss", loss.title, "loss", line, problem=problem, strip=known)
