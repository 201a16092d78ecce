"""Download a public set before a command uses it: say so, and show a bar."""

import sys

from tinyml.core.memory import describe_bytes
from tinyml.data import download
from tinyml.data.public import public_sets


def download_if_needed(source: str, quiet: bool = False) -> None:
    """Download the data if it is a public set that is not downloaded. A message says so, also without a bar.

    Ctrl+C stops the download; what was received is kept.

    Arguments:
        source: of the data.
        quiet: True to show no bar.

    Raises `DataError` when the download fails.

    >>> download_if_needed("digits")
    """
    public = public_sets().get(source)
    if public is None or public.is_downloaded:
        return
    received = public.received
    begins = f"Downloading {public.title}" if not received else f"Continuing the download of {public.title}"
    size = describe_bytes(public.download_size)
    print(f"{begins}, {size}, to {public.folder}", file=sys.stderr)
    # Imported here, because a command without a download does not need it.
    from tqdm import tqdm

    with tqdm(
        total=public.download_size,
        initial=received,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        dynamic_ncols=True,
        disable=quiet,
    ) as bar:

        def show(share: float) -> None:
            # A server that ignores Range sends everything again, so the number can become smaller, which `update`
            # does not accept.
            bar.n = round(share * public.download_size)
            bar.update(0)

        download(source, show)
