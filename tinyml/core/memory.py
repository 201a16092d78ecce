"""The memory that this process can still use, and sizes with units."""

from pathlib import Path

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_MEMINFO, _STATM = Path("/proc/meminfo"), Path("/proc/self/statm")
_GROUP = Path("/sys/fs/cgroup")


def available_memory() -> int | None:
    """Return the number of bytes that can be used without swapping or reaching a limit; None if it is unknown.

    This is the smallest of three numbers: the available memory of the system, the rest of the control group's limit (in
    a container), and the rest of the limit for the process's address space.

    >>> free = available_memory()
    >>> free is None or free > 0
    True
    """
    known = [free for free in (_free_in_system(), _free_in_group(), _free_in_address_space()) if free is not None]
    return max(0, min(known)) if known else None


def describe_bytes(count: int) -> str:
    """Format a number of bytes with a unit; 1 kB = 1000 bytes.

    Arguments:
        count: number of bytes.

    >>> describe_bytes(950), describe_bytes(54_880_000), describe_bytes(2_100_000_000)
    ('950 bytes', '55 MB', '2.1 GB')
    """
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= size:
            value = count / size
            return f"{value:.1f} {unit}" if value < 9.95 else f"{value:,.0f} {unit}"
    return f"{count} bytes"


def _free_in_system() -> int | None:
    for line in _read(_MEMINFO).splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _free_in_group() -> int | None:
    limit, used = _read(_GROUP / "memory.max").strip(), _read(_GROUP / "memory.current").strip()
    if not (limit.isdecimal() and used.isdecimal()):
        return None
    # The system frees cached parts of files when memory is needed.
    stat = dict(line.split(maxsplit=1) for line in _read(_GROUP / "memory.stat").splitlines())
    return int(limit) - int(used) + int(stat.get("inactive_file", 0))


def _free_in_address_space() -> int | None:
    if resource is None:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    pages = _read(_STATM).split()
    if limit == resource.RLIM_INFINITY or not pages:
        return None
    return limit - int(pages[0]) * resource.getpagesize()


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return ""
