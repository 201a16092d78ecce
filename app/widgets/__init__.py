"""Small widgets that two or more views share. They use Qt and NumPy, but no other part of the program."""
