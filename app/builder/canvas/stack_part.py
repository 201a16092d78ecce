"""An object that belongs to the stack of cards and changes what the cards show."""

from PySide6.QtCore import QObject

from app.builder.canvas.card_stack import CardStack


class StackPart(QObject):
    """Finds the stack of cards that owns it. The stack is no attribute, for the reason given in `AreaPart`.

    Arguments:
        card_stack: the owner.
    """

    def __init__(self, card_stack: CardStack) -> None:
        super().__init__(card_stack)

    @property
    def _card_stack(self) -> CardStack:
        card_stack = self.parent()
        assert isinstance(card_stack, CardStack), "the constructor sets the parent"
        return card_stack
