"""The decision map of the shown run: what the network says between the examples, if it has one or two inputs."""
