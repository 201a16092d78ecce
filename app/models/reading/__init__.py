"""What is read from files of tensors, off the GUI thread: headers, statistics, pictures."""
