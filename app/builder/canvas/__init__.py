"""The canvas: the network as a stack of cards, which can be selected, dragged and edited."""
