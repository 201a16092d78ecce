"""One saved network, or two side by side, measured on data that fits them."""
