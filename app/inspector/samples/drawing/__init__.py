"""A sample that the user draws: canvas, tools, and what the network says while the pen moves."""
