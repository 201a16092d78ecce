"""Templates of source code with lines that only some scripts have."""

from collections.abc import Collection, Mapping
from string import Template


def fill_template(template: str, features: Collection[str], values: Mapping[str, str]) -> str:
    """Return the source code of a template.

    A line that starts with `?NAME|` is written if the script has this feature, and one that starts with `!NAME|` if it
    does not have it. A line can start with several of them; all of them must hold. `$NAME` stands for a value.

    Arguments:
        template: the text.
        features: names of the features of the script.
        values: source code by name.

    >>> fill_template("?clip|clip($norm)\\n!clip|pass\\nstep()", {"clip"}, {"norm": "1.0"})
    'clip(1.0)\\nstep()'
    """
    written: list[str] = []
    for line in template.split("\n"):
        is_wanted = True
        while line[:1] in ("?", "!"):
            name, _, rest = line[1:].partition("|")
            is_wanted = is_wanted and (name in features) == (line[0] == "?")
            line = rest
        if is_wanted:
            written.append(line)
    return Template("\n".join(written)).substitute(values)
