"""The preview of an edit: the shapes, parameters and problems that it would change. The document stays as it is."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.document.blocks import BlockPath, inferred_in
from app.document.document import Document
from app.document.edits import Edit
from tinyml.core import Problem, Shape, TinymlError, describe_count, describe_shape
from tinyml.learner import find_problems
from tinyml.net import Inference, LayerInference, infer
from tinyml.storage import Project


@dataclass(frozen=True)
class Preview:
    """What an edit would change.

    Attributes:
        facts: short facts about it, such as "stays 8×14×14", "+16 parameters" or "a problem goes".
        trouble: one sentence that says why the edit is impossible, or which problem it would make; empty if neither.
        shapes: output shapes after the edit that differ from those now, by the path of the layer; None for a shape that
            would be unknown. Paths are those after the edit.
    """

    facts: tuple[str, ...] = ()
    trouble: str = ""
    shapes: dict[BlockPath, Shape | None] = field(default_factory=dict)


def preview_edit(document: Document, blocks: Sequence[BlockPath], make_edit: Callable[[Project], Edit]) -> Preview:
    """Return what an edit of some stacks would change.

    Arguments:
        document: the document that would be edited.
        blocks: paths to the stacks that the edit changes.
        make_edit: makes the edit of a project in which the layers of these stacks are written down.
    """
    try:
        edit = make_edit(document.project_for(*blocks))
    except TinymlError as error:
        return Preview(trouble=str(error))
    now, after = document.inference, _infer(document, edit.project)
    shapes_now, shapes_after = dict(_shapes(now.layers)), dict(_shapes(after.layers))
    shapes = {path: shape for path, shape in shapes_after.items() if shapes_now.get(path, shape) != shape}
    counts = _count_change(after.parameter_count - now.parameter_count)
    known = now.output_shape is not None and after.output_shape is not None
    gone, trouble = _compare_problems(now, after, edit)
    facts = (_describe_result(after, edit), counts if known else _own_parameters(now, after, edit), gone)
    return Preview(tuple(fact for fact in facts if fact), trouble, shapes)


def _infer(document: Document, project: Project) -> Inference:
    data = document.data
    if data is None:
        return infer(project.network, None)
    inference = infer(project.network, data.example_shape, len(data.class_names), data.target_shape)
    problems = find_problems(inference, project.training)
    return Inference(inference.layers, inference.output_shape, problems, inference.input_shape)


def _walk(layers: Sequence[LayerInference], block: BlockPath = ()) -> Iterator[tuple[BlockPath, LayerInference]]:
    """Yield all layers with their paths, those inside blocks too."""
    for inferred in layers:
        path = (*block, inferred.specification.name)
        yield path, inferred
        yield from _walk(inferred.inside, path)


def _shapes(layers: Sequence[LayerInference]) -> Iterator[tuple[BlockPath, Shape | None]]:
    return ((path, inferred.output_shape) for path, inferred in _walk(layers))


def _edited(after: Inference, edit: Edit) -> list[LayerInference]:
    """Return the layers that the edit selects: those that it inserts or moves."""
    names = edit.selection or ()
    return [each for each in inferred_in(after.layers, edit.block) if each.specification.name in names]


def _describe_result(after: Inference, edit: Edit) -> str:
    """Return the output shape of the inserted or moved layers; empty if it is not known."""
    edited = _edited(after, edit)
    if not edited or edited[0].input_shape is None or edited[-1].output_shape is None:
        return ""
    before, result = edited[0].input_shape, edited[-1].output_shape
    return f"stays {describe_shape(result)}" if before == result else f"gives {describe_shape(result)}"


def _count_change(difference: int) -> str:
    if not difference:
        return ""
    return f"{'+' if difference > 0 else '−'}{describe_count(abs(difference), 'parameter')}"


def _own_parameters(now: Inference, after: Inference, edit: Edit) -> str:
    """Return the parameters of new layers, if those of the whole network are not known."""
    known = {path for path, _ in _walk(now.layers)}
    new = [each for each in _edited(after, edit) if (*edit.block, each.specification.name) not in known]
    return _count_change(sum(inferred.parameter_count for inferred in new))


def _compare_problems(now: Inference, after: Inference, edit: Edit) -> tuple[str, str]:
    """Return a fact about problems that go, and the sentence of a problem that comes; empty if there is none."""
    before, later = _problems(now), _problems(after)
    gone = [path for path in before if path not in later]
    come = [path for path in later if path not in before]
    # A problem before a layer hides the problems of the network as a whole. They do not come when it goes.
    if come == [()] and gone:
        come = []
    fact = "a problem goes" if len(gone) == 1 else f"{len(gone)} problems go"
    if not come:
        return fact if gone else "", ""
    path, problem = come[0], later[come[0]]
    hidden = path and gone == [()]
    own = not path or path in [(*edit.block, name) for name in edit.selection or ()]
    return "" if hidden or not gone else fact, problem.sentence if own else f"{path[-1]}: {problem.sentence}"


def _problems(inference: Inference) -> dict[BlockPath, Problem]:
    """Return the problems of the layers by path, and the first problem of the network as a whole by `()`."""
    found: dict[BlockPath, Problem] = {}
    for path, inferred in _walk(inference.layers):
        reasons = any(inside.problem is not None for inside in inferred.inside)
        if inferred.problem is not None and not reasons:
            found[path] = inferred.problem
    own = {id(inferred.problem) for inferred in inference.layers}
    whole = next((problem for problem in inference.problems if id(problem) not in own and problem.index >= 0), None)
    whole = whole or next((problem for problem in inference.problems if problem.index < 0), None)
    if whole is not None and inference.layers:
        found[()] = whole
    return found
