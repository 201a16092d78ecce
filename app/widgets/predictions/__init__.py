"""What a network predicted: the confusion matrix, and examples with their true and their predicted class."""
