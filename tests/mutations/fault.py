"""A fault: a change of one place in the program that a test should find."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        what: the mistake in a few words.
        file: path of the changed file, from the root.
        before: the code to replace; it is in the file exactly once.
        after: the wrong code.
        tests: the tests that should fail, as arguments of pytest.
    """

    what: str
    file: str
    before: str
    after: str
    tests: tuple[str, ...]

    def apply(self, source: str) -> str:
        """Return `source` with the fault; raises `ValueError` if `before` is not in it exactly once."""
        if source.count(self.before) != 1:
            raise ValueError(f"{self.file} holds {self.before!r} {source.count(self.before)} times")
        return source.replace(self.before, self.after)
