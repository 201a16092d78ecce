"""Small widgets that two or more views share; they know Qt and NumPy and nothing else of the program."""
