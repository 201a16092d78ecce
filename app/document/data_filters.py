"""Name filters of file dialogs for the formats of data that are files."""

from tinyml.data.readers import readers


def data_name_filters() -> list[str]:
    """Return a Qt name filter for each reader of files, e.g. "CSV tables (*.csv)"; empty if all data is folders."""
    return [
        f"{reader.title} ({' '.join(f'*{suffix}' for suffix in reader.suffixes)})"
        for reader in readers().values()
        if not reader.reads_folder
    ]
