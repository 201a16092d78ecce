"""The tensors of the shown file: its layers, or its names as a tree, and the table."""
