"""The panel below the canvas: the problems, the summary of the network, and the history of the edits."""
