"""What the Models page holds: the listed files, which of them are shown, and what of them is selected."""
