"""The canvas: a stack of layer cards, with selection, drag and drop, and the clipboard."""
