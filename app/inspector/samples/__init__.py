"""The samples to choose from, and the prediction for the chosen one."""
