"""Name filters for file dialogs: one for each data format that consists of files."""

from tinyml.data.readers import readers


def data_name_filters() -> list[str]:
    """Return a Qt name filter for each file reader, e.g. "CSV tables (*.csv)", empty if all readers read folders."""
    return [
        f"{reader.title} ({' '.join(f'*{suffix}' for suffix in reader.suffixes)})"
        for reader in readers().values()
        if not reader.reads_folder
    ]
