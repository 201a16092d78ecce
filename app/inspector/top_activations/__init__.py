"""Top activations: the examples that activate a map most, as in figure 2 of Zeiler & Fergus 2014."""
