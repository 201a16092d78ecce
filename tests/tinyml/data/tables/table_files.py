"""Small tables for the tests."""

from pathlib import Path

IRIS = (
    "sepal,petal,species\n"
    + "\n".join(
        f"{4 + index / 20},{index % 7},{('setosa', 'versicolor', 'virginica')[index % 3]}" for index in range(30)
    )
    + "\n"
)


def write_text(folder: Path, text: str, name: str = "table.csv", encoding: str = "utf-8") -> Path:
    """Write a file with this text, and return its path."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path
