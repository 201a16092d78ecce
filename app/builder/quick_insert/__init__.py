"""Quick insert: a search by keyboard for the layer to insert into a gap, with its settings in the same line."""

from app.builder.quick_insert.quick_insert import QuickInsert

__all__ = ["QuickInsert"]
