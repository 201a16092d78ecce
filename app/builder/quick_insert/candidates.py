"""The layer types that quick insert offers for a gap: what each of them gives there, and the best ones first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.builder.layer_search import Rank, SearchTerms
from app.builder.quick_insert.common_next import common_next
from app.builder.quick_insert.gap import Gap
from app.builder.quick_insert.query import Query
from app.builder.quick_insert.settings_text import SettingsTextError, read_values
from tinyml.core import SettingsError, ShapeError, describe_count, describe_shape
from tinyml.layers import Layer, LayerSettings
from tinyml.net import LayerSpecification, read_settings

_GROUPS = {
    Rank.NAME: 0,
    Rank.ALIAS: 1,
    Rank.NAME_PREFIX: 1,
    Rank.NAME_WORD: 1,
    Rank.ALIAS_WORD: 2,
    Rank.NAME_PART: 3,
    Rank.DESCRIPTION: 4,
    Rank.FUZZY: 5,
}
"""Ranks of the search that are nearly as good as each other. Within a group, what fits comes first."""

_NOT_AMONG_THEM = 1000


@dataclass(frozen=True)
class Candidate:
    """A layer type for a gap.

    Attributes:
        type_name: name of the type as files spell it.
        title: its name on screen.
        family: its family.
        settings: the settings that differ from the defaults.
        detail: the key settings, or what the layer does, or why it does not fit.
        result: what the layer gives here: "8×14×14 · +16 parameters"; empty if this is unknown.
        fits: True if the layer can stand in the gap, False if it cannot; None if the shape before it is unknown.
        refusal: why the layer cannot be inserted with these settings; empty if it can.
    """

    type_name: str
    title: str
    family: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    detail: str = ""
    result: str = ""
    fits: bool | None = None
    refusal: str = ""

    def describe(self) -> str:
        """Return the candidate as text, for screen readers."""
        fits = {True: "fits here", False: "does not fit here", None: ""}[self.fits]
        result = self.result.replace("×", " by ")
        return ", ".join(part for part in (self.title, self.detail, fits, result) if part)


def find_candidates(
    query: Query,
    gap: Gap,
    types: Mapping[type[Layer], SearchTerms],
    recent: Sequence[str] = (),
) -> list[Candidate]:
    """Return the layer types that match the search, the best one first.

    A better match of the name comes first. Among similar matches, what fits comes before what does not, then what
    usually follows the layer before the gap, then what was used recently.

    Arguments:
        query: the search.
        gap: the place of the new layer.
        types: the layer types, and the texts that the search compares with.
        recent: types that were inserted recently, the newest first.
    """
    usual = common_next(gap.layer_type, gap.family)
    found: list[tuple[tuple[float, ...], Candidate]] = []
    for layer_type, terms in types.items():
        rank = terms.rank(query.name) if query.name else Rank.NAME
        if rank is None:
            continue
        candidate = make_candidate(layer_type, query, gap)
        unsuitable = candidate.fits is False or bool(candidate.refusal)
        type_name = layer_type.type_name
        place = usual.index(type_name) if type_name in usual else len(usual)
        newness = recent.index(type_name) if type_name in recent else _NOT_AMONG_THEM
        closeness = rank if query.name else 0
        found.append(((_GROUPS[rank], unsuitable, closeness, place, newness), candidate))
    return [candidate for _, candidate in sorted(found, key=lambda pair: pair[0])]


def make_candidate(layer_type: type[Layer], query: Query, gap: Gap) -> Candidate:
    """Return what a layer type with the settings in the query gives in the gap.

    Arguments:
        layer_type: the layer type.
        query: its values are the settings.
        gap: the place of the new layer.
    """
    model, title = layer_type.Settings, layer_type.__name__
    known: dict[str, Any] = {"type_name": layer_type.type_name, "title": title, "family": model.family}
    try:
        values = read_values(model, query.values)
        settings = read_settings(LayerSpecification(type=layer_type.type_name, name=model.short_name, settings=values))
    except (SettingsTextError, SettingsError) as error:
        return Candidate(**known, detail=str(error), refusal=f"{title}: {error}")
    known["settings"] = values
    detail = settings.describe() or model.summary
    if model.paired_pooling is not None:
        if not gap.pending_pools:
            return Candidate(**known, detail=f"no {model.paired_pooling} before it is left to undo", fits=False)
        settings = _with_pooling(settings, gap)
    if gap.input_shape is None:
        return Candidate(**known, detail=detail)
    try:
        shape = settings.output_shape(gap.input_shape)
    except ShapeError as error:
        return Candidate(**known, detail=_short_reason(error, title), fits=False)
    parameters = sum(math.prod(each) for each in settings.parameter_shapes(gap.input_shape).values())
    result = describe_shape(shape) + (f" · +{describe_count(parameters, 'parameter')}" if parameters else "")
    return Candidate(**known, detail=detail, result=result, fits=True)


def _with_pooling(settings: LayerSettings, gap: Gap) -> LayerSettings:
    pooling = gap.pending_pools[-1]
    if pooling.settings is None or pooling.input_shape is None or pooling.problem is not None:
        return settings
    return settings.with_paired_pooling(pooling.settings, pooling.input_shape)


def _short_reason(error: ShapeError, title: str) -> str:
    """Return the error without the name of the layer type, which stands beside it, and without its last point."""
    return str(error).removeprefix(f"{title} ").removesuffix(".")
