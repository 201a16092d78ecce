"""The inspector through the epochs of a run."""
