"""Files of NumPy arrays: headers and sizes are checked before any memory is allocated, and no pickle is read."""
