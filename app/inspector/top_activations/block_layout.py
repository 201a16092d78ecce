"""Where the patches of several maps are painted: blocks of nine patches beside nine reconstructions."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, QSize

from app.widgets.theme.theme import GRID

_SIDE = 3
"""Patches side by side and one below the other in a block."""
_GAP = 1
"""Pixels between two patches."""
_BETWEEN = GRID
"""Pixels between the patches and the reconstructions."""


@dataclass(frozen=True)
class BlockLayout:
    """Places blocks in rows that wrap at a width, or in one long row.

    Attributes:
        count: number of blocks.
        cell: width and height of a patch.
        caption: height of the line above a block.
        width: the rows wrap at this width, in pixels; 0 for one row.
    """

    count: int
    cell: QSize
    caption: int
    width: int = 0

    @property
    def block(self) -> QSize:
        """The size of a block with its caption, without the gap to the next one."""
        third = self._grid
        return QSize(2 * third.width() + _BETWEEN, self.caption + third.height())

    @property
    def columns(self) -> int:
        """Blocks in a row."""
        if not self.width:
            return max(self.count, 1)
        return max((self.width + 2 * GRID) // (self.block.width() + 2 * GRID), 1)

    @property
    def size(self) -> QSize:
        """The size of all blocks together."""
        rows = -(-self.count // self.columns)
        columns = min(self.count, self.columns)
        step = self._step
        return QSize(max(columns * step.width() - 2 * GRID, 0), max(rows * step.height() - GRID, 0))

    def block_rect(self, place: int) -> QRect:
        """Return where a block is.

        Arguments:
            place: 0 for the first block.
        """
        row, column = divmod(place, self.columns)
        step = self._step
        return QRect(QPoint(column * step.width(), row * step.height()), self.block)

    def cell_rect(self, place: int, rank: int, reconstruction: bool) -> QRect:
        """Return where a patch is.

        Arguments:
            place: 0 for the first block.
            rank: 0 for the strongest example of the block.
            reconstruction: True for its reconstruction instead.
        """
        row, column = divmod(rank, _SIDE)
        shift = self._grid.width() + _BETWEEN if reconstruction else 0
        corner = self.block_rect(place).topLeft()
        left = corner.x() + shift + column * (self.cell.width() + _GAP)
        return QRect(QPoint(left, corner.y() + self.caption + row * (self.cell.height() + _GAP)), self.cell)

    def at(self, point: QPoint) -> tuple[int, int] | None:
        """Return the block and the rank of the patch or reconstruction at a point; None if there is none.

        Arguments:
            point: in the coordinates of the rectangles.
        """
        for place in self.visible(QRect(point, QSize(1, 1))):
            for rank in range(_SIDE * _SIDE):
                if any(self.cell_rect(place, rank, kind).contains(point) for kind in (False, True)):
                    return place, rank
        return None

    def visible(self, area: QRect) -> list[int]:
        """Return the blocks that a rectangle (`area`) touches."""
        step = self._step
        first, last = max(area.top() // step.height(), 0), area.bottom() // step.height()
        places = range(first * self.columns, min((last + 1) * self.columns, self.count))
        return [place for place in places if self.block_rect(place).intersects(area)]

    @property
    def _grid(self) -> QSize:
        gaps = _GAP * (_SIDE - 1)
        return QSize(_SIDE * self.cell.width() + gaps, _SIDE * self.cell.height() + gaps)

    @property
    def _step(self) -> QSize:
        return QSize(self.block.width() + 2 * GRID, self.block.height() + GRID)
