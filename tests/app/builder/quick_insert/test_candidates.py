"""The layer types that quick insert offers for a gap, and their order."""

import pytest

from app.builder.layer_search import SearchTerms
from app.builder.quick_insert.candidates import Candidate, find_candidates
from app.builder.quick_insert.common_next import COMMON_NEXT
from app.builder.quick_insert.gap import Gap, gap_at, gap_in
from app.builder.quick_insert.query import parse_query
from app.builder.quick_insert.settings_text import setting_words
from tinyml.layers import layer_types
from tinyml.net import LayerSpecification, infer, read_settings
from tinyml.net.specification import NetworkSpecification

TYPES = {each: SearchTerms.for_layer_type(each.__name__, each.Settings, "") for each in layer_types().values()}
WORDS = setting_words([each.Settings for each in TYPES])
MAPS = (8, 14, 14)
VECTOR = (64,)


def find(text: str, gap: Gap, recent: tuple[str, ...] = ()) -> list[Candidate]:
    return find_candidates(parse_query(text, WORDS), gap, TYPES, recent)


def titles(text: str, gap: Gap, recent: tuple[str, ...] = ()) -> list[str]:
    return [candidate.title for candidate in find(text, gap, recent)]


@pytest.mark.parametrize(
    ("text", "gap", "first"),
    [
        ("", Gap(MAPS), ["Conv2D", "Flatten"]),
        ("", Gap(VECTOR), ["Flatten", "Linear"]),
        ("", Gap(MAPS, "Conv2D", "convolution"), ["ReLU", "MaxPool2D", "BatchNorm2D"]),
        ("", Gap(MAPS, "ReLu", "activation"), ["MaxPool2D", "Conv2D", "Flatten"]),
        ("", Gap(VECTOR, "ReLu", "activation"), ["Linear", "Flatten", "Dropout"]),
        ("", Gap(MAPS, "MaxPool2D", "pooling"), ["Conv2D", "Flatten", "Residual"]),
        ("", Gap(VECTOR, "Flatten", "dense"), ["Linear", "Dropout"]),
        ("", Gap(VECTOR, "Linear", "dense"), ["ReLU", "Linear", "Dropout"]),
        ("conv", Gap(MAPS), ["Conv2D", "ConvTranspose2D"]),
        ("pool", Gap(MAPS), ["MaxPool2D", "AvgPool2D"]),
        ("batchnorm", Gap(MAPS), ["BatchNorm2D"]),
        ("batchnorm", Gap(VECTOR), ["BatchNorm1D"]),
        ("bn", Gap(VECTOR), ["BatchNorm1D"]),
        ("re", Gap(MAPS, "Conv2D", "convolution"), ["ReLU"]),
        ("re", Gap(MAPS, "MaxPool2D", "pooling"), ["Residual"]),
        ("linear", Gap(MAPS), ["Linear"]),
        ("lienar", Gap(VECTOR), ["Linear"]),
        ("lin", Gap(VECTOR), ["Linear"]),
    ],
)
def test_the_most_likely_layer_comes_first(text: str, gap: Gap, first: list[str]) -> None:
    assert titles(text, gap)[: len(first)] == first


def test_what_fits_comes_before_what_does_not() -> None:
    for gap in (Gap(MAPS), Gap(VECTOR)):
        fits = [candidate.fits for candidate in find("", gap)]
        assert len(fits) == len(layer_types())
        assert fits == sorted(fits, reverse=True)
        assert False in fits


def test_recent_types_come_earlier_among_equals_only() -> None:
    usual = titles("", Gap(VECTOR, "Linear", "dense"))
    recent = titles("", Gap(VECTOR, "Linear", "dense"), ("Sigmoid", "Tanh"))
    assert recent[:4] == usual[:4]
    assert recent[4:6] == ["Sigmoid", "Tanh"]
    assert sorted(recent) == sorted(usual)


def test_a_row_shows_what_the_layer_gives() -> None:
    conv = find("conv 6 5x5 pad 2", Gap((1, 28, 28)))[0]
    assert (conv.title, conv.fits, conv.refusal) == ("Conv2D", True, "")
    assert conv.result == "6×28×28 · +156 parameters"
    assert conv.detail == "6 filters · 5×5 · stride 1 · padding 2"
    assert conv.describe() == (
        "Conv2D, 6 filters · 5×5 · stride 1 · padding 2, fits here, 6 by 28 by 28 · +156 parameters"
    )
    assert find("bn", Gap(MAPS))[0].result == "8×14×14 · +16 parameters"
    assert find("relu", Gap(MAPS))[0].result == "8×14×14"


def test_a_row_says_why_the_layer_does_not_fit() -> None:
    linear = find("linear 10", Gap(MAPS))[0]
    assert (linear.fits, linear.refusal) == (False, "")
    assert linear.detail == "needs a vector but receives 8×14×14"
    assert "does not fit here" in linear.describe()
    pool = find("pool 20", Gap(MAPS))[0]
    assert pool.fits is False
    assert "20×20" in pool.detail


def test_settings_outside_the_limits_are_refused_in_words() -> None:
    linear = find("linear 0", Gap(VECTOR))[0]
    assert linear.refusal.startswith("Linear: ")
    assert linear.detail == "Outputs is 0 but should be at least 1."
    assert find("linear 1", Gap(VECTOR))[0].refusal == ""


def test_without_a_known_shape_nothing_is_marked() -> None:
    candidates = find("", Gap(None))
    assert {candidate.fits for candidate in candidates if candidate.title != "MaxUnpool2D"} == {None}
    assert {candidate.result for candidate in candidates} == {""}


def inferred(*layers: tuple[str, dict], shape: tuple[int, ...] = (1, 28, 28)):
    specifications = tuple(
        LayerSpecification(type=kind, name=f"layer_{index}", settings=settings)
        for index, (kind, settings) in enumerate(layers)
    )
    return infer(NetworkSpecification(layers=specifications), shape).layers


def test_an_unpooling_layer_fits_after_a_pooling_layer_that_is_not_undone_yet() -> None:
    layers = inferred(("Conv2D", {}), ("MaxPool2D", {}), ("MaxUnpool2D", {}))
    (before,) = find("unpool", gap_in(layers, (1, 28, 28), 1))[:1]
    assert (before.fits, before.detail) == (False, "no MaxPool2D before it is left to undo")
    (between,) = find("unpool", gap_in(layers, (1, 28, 28), 2))[:1]
    assert (between.fits, between.result) == (True, "8×28×28")
    (after,) = find("unpool", gap_in(layers, (1, 28, 28), 3))[:1]
    assert (after.fits, after.detail) == (False, "no MaxPool2D before it is left to undo")


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 7, 5), (20,)])
def test_every_row_agrees_with_the_inference_of_the_whole_network(shape: tuple[int, ...]) -> None:
    for candidate in find("", Gap(shape)):
        if candidate.title == "MaxUnpool2D":
            continue
        (layer,) = inferred((candidate.type_name, dict(candidate.settings)), shape=shape)
        assert candidate.fits == (layer.problem is None)
        if candidate.fits:
            assert candidate.result.startswith("×".join(map(str, layer.output_shape)))
            count = "".join(character for character in candidate.result.partition("+")[2] if character.isdigit())
            assert int(count or 0) == layer.parameter_count


def test_the_usual_followers_are_layer_types() -> None:
    for type_name, following in COMMON_NEXT.items():
        assert {type_name, *following} - {""} <= set(layer_types())
        for each in following:
            read_settings(LayerSpecification(type=each, name="layer"))


def test_the_gap_inside_a_block_receives_what_the_block_receives(document_of) -> None:
    document = document_of(("Conv2D", "conv_1"), ("Residual", "residual_1"), ("Flatten", "flatten_1"))
    inside = gap_at(document, ("residual_1",), 0)
    assert (inside.input_shape, inside.layer_type) == ((8, 8, 8), "")
    assert gap_at(document, ("residual_1",), 2).layer_type == "BatchNorm2D"
    assert gap_at(document, (), 3).input_shape == (512,)
    assert gap_at(document, (), 0).input_shape == (1, 8, 8)
    assert gap_at(document, ("unknown",), 0).input_shape is None


@pytest.mark.parametrize(
    "text", ["linear 1e300", "linear 9e9999999", "conv 9e99999x5", f"conv {'9' * 190}", "dropout 1e999%"]
)
def test_enormous_numbers_are_refused_at_once(text: str) -> None:
    candidate = find(text, Gap(MAPS))[0]
    assert candidate.refusal
    assert len(candidate.detail) < 300
