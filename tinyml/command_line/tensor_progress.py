"""A bar on standard error while the values of large files are read."""

import sys

_LARGE_FILE = 200 * 10**6
"""In bytes; smaller files are read too quickly for a bar."""


class TensorProgress:
    """The bar, a context.

    Arguments:
        size: bytes of the files.
        elements: number of elements that are read.
        quiet: True for no bar.
    """

    def __init__(self, size: int, elements: int, quiet: bool) -> None:
        # Imported here, because other uses of the command line do not need it.
        from tqdm import tqdm

        self._bar = tqdm(
            total=elements,
            desc="Reading values",
            file=sys.stderr,
            bar_format="{desc} {bar} {percentage:3.0f} %, {remaining} left",
            disable=quiet or size < _LARGE_FILE,
        )

    def __enter__(self) -> "TensorProgress":
        return self

    def __exit__(self, *reason: object) -> None:
        self._bar.close()

    def check(self) -> None:
        """Show the bar again while one large tensor is read."""
        self._bar.update(0)

    def add(self, elements: int) -> None:
        """Say that a tensor was read.

        Arguments:
            elements: number of its elements.
        """
        self._bar.update(elements)
