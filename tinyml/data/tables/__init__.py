"""Tables of texts: what a CSV file holds, recognised before it is believed, and how its rows become numbers."""
