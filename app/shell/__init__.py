"""The main window and all that holds the views together."""
