"""The options of sets of points that are drawn on the spot."""

from typing import Annotated

from pydantic import Field

from tinyml.data.options import SourceOptions

Count = Annotated[int, Field(ge=20, le=100_000, title="Points", description="Number of points.")]
Noise = Annotated[
    float,
    Field(ge=0, le=1, title="Noise", description="Standard deviation of the random shift of each point."),
]
Seed = Annotated[
    int, Field(ge=0, le=2**31 - 1, title="Seed", description="The same seed draws the same points each time.")
]


class PointOptions(SourceOptions):
    """Options of drawn points. A set with another default noise has a subclass.

    Attributes:
        count: number of points.
        noise: standard deviation of the random shift of each point, in both directions.
        seed: of the random numbers.
    """

    count: Count = 1000
    noise: Noise = 0.1
    seed: Seed = 0
