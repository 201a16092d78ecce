"""The form for the selected layers."""
