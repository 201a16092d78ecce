"""Downloads of published files: resumed where they stopped, from several mirrors, checked with SHA-256."""

from tinyml.data.downloads.mirror import MIRROR_VARIABLE, check_mirror, school_mirror
from tinyml.data.downloads.published_file import PublishedFile
from tinyml.data.downloads.retrieval import Download, retrieve
from tinyml.data.downloads.transfer import Patience

__all__ = [
    "MIRROR_VARIABLE",
    "Download",
    "Patience",
    "PublishedFile",
    "check_mirror",
    "retrieve",
    "school_mirror",
]
