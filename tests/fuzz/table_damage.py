"""Functions that damage tables and arrays by structure: fields, rows, quotes, encodings, headers and archives."""

import io
import random
import re
import struct
import zipfile

from tests.fuzz.damage import Bytes

_FIELDS = (
    *("", "NA", "?", "-", "nan", "inf", "-inf", "1e999", "1_000", "1,234", "1.234,5", "0x1f", "٣٫٥", "½", "²", "１２"),
    *(
        "9" * 400,
        "1e-999",
        "-0",
        "+",
        ".",
        "1e",
        "true",
        "None",
        "None ",
        "\u202e<b>x</b>",
        "=1+1",
        "a\rb",
        "名前",
        "قطة",
    ),
    *('"', "'", '"a', "a'b", '""', '"a"b"', "a\tb", "a;b", "a|b", "x" * 3000, "x" * 140_000, "\x1f", "\x0b", "\ufeff"),
)
_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "gb18030", "utf-7")
_SHAPES = (
    b"()",
    b"(0,)",
    b"(-1,)",
    b"(2,)",
    b"(1099511627776,)",
    b"(99999, 99999, 99999)",
    b"(3 4)",
    b"(" + b"1," * 70 + b")",
)
_TYPES = (b"|O", b"<f4", b">f8", b"<f2", b"<c16", b"|b1", b"<U3", b"|S0", b"<U999999", b"<M8[s]", b"|V8", b"<f16", b"?")


def damage_fields(content: bytes, rng: random.Random) -> bytes:
    """Replace a few fields of a table."""
    text = content.decode("utf-8", "replace")
    lines = text.splitlines(keepends=True)
    for _ in range(rng.choice((1, 1, 2, 10))):
        place = rng.randrange(len(lines))
        fields = re.split(r"([,;\t|])", lines[place])
        fields[rng.randrange(0, len(fields), 2)] = rng.choice(_FIELDS)
        lines[place] = "".join(fields)
    return "".join(lines).encode("utf-8", "surrogatepass")


def damage_rows(content: bytes, rng: random.Random) -> bytes:
    """Remove, repeat, empty or lengthen rows, or change the line ends."""
    lines = content.splitlines(keepends=True)
    place = rng.randrange(len(lines))
    action = rng.randrange(9)
    if action == 0:
        return b"".join(lines[:1])
    if action == 1:
        return b"".join(lines[1:])
    if action == 2:
        lines[place] = b"\n" * rng.choice((1, 1000))
    elif action == 3:
        lines[place] = lines[place].rstrip(b"\r\n") + rng.choice((b",", b";", b"," * 6000)) + b"\n"
    elif action == 4:
        lines[place] = lines[place] * rng.choice((2, 3000))
    elif action == 5:
        lines = [line.rstrip(b"\r\n") + rng.choice((b"\r", b"\n", b"\r\n")) for line in lines]
    elif action == 6:
        lines[place] = lines[place].replace(b",", b"").replace(b";", b"")
    elif action == 7:
        lines = [rng.choice((b"sep=,\n", b"sep=;\n", b"# note\n", b"\n")), *lines]
    else:
        lines = [line.replace(b"\n", b"") for line in lines]
    return b"".join(lines)


def damage_marks(content: bytes, rng: random.Random) -> bytes:
    """Replace all delimiters or decimal marks."""
    old, new = rng.choice(b",;.\t"), rng.choice(b",;.\t| _")
    return content.replace(bytes([old]), bytes([new]))


def damage_encoding(content: bytes, rng: random.Random) -> bytes:
    """Write the text in another encoding, or decode it wrongly."""
    text = content.decode("utf-8", "replace")
    if rng.random() < 0.3:
        return content + text.encode(rng.choice(_ENCODINGS), "replace")
    return text.encode(rng.choice(_ENCODINGS), "replace")


def damage_npy(content: bytes, rng: random.Random) -> bytes:
    """Change type, order, shape or length of the header of an array."""
    (length,) = struct.unpack_from("<H", content, 8)
    header, rest = content[10 : 10 + length], content[10 + length :]
    action = rng.randrange(6)
    if action == 0:
        header = re.sub(rb"'descr': '[^']*'", b"'descr': '" + rng.choice(_TYPES) + b"'", header)
    elif action == 1:
        header = re.sub(rb"\([^)]*\)", lambda _match: rng.choice(_SHAPES), header)
    elif action == 2:
        header = header.replace(b"False", b"True")
    elif action == 3:
        header = rng.choice((b"{" * 5000, b"{'descr': [('a', '<f4')]}", b"__import__('os')", header * 2, b""))
    elif action == 4:
        return content[:6] + bytes(rng.choices((0, 1, 2, 3, 255), k=2)) + content[8:]
    else:
        return content[:8] + struct.pack("<H", rng.choice((0, 1, length - 1, length + 1, 65535))) + content[10:]
    return content[:8] + struct.pack("<H", len(header)) + header + rest


def in_archive(damage: Bytes) -> Bytes:
    """Return a function that damages one array of an archive, and packs it again."""

    def damage_member(content: bytes, rng: random.Random) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        name = rng.choice(sorted(members))
        members[name] = damage(members[name], rng)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            for member, inside in members.items():
                archive.writestr(member, inside)
        return packed.getvalue()

    return damage_member


def grow_array(content: bytes, rng: random.Random) -> bytes:
    """Make an array of many zeros, which is small when it is packed; its header may declare even more."""
    count = rng.choice((10**5, 10**6, 10**7))
    declared = count * rng.choice((1, 1, 10**4))
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({declared},), }}".encode()
    return content[:8] + struct.pack("<H", len(header)) + header + bytes(count)


def damage_directory(content: bytes, rng: random.Random) -> bytes:
    """Change a number in the list of members of an archive, or in a header before a member."""
    mark = rng.choice((b"PK\1\2", b"PK\3\4", b"PK\5\6"))
    places = [match.start() for match in re.finditer(re.escape(mark), content)]
    if not places:
        return content
    changed = bytearray(content)
    place = rng.choice(places) + rng.randrange(4, 42, 2)
    changed[place : place + 4] = struct.pack("<L", rng.choice((0, 1, 9, 255, 2**16, 2**31, 2**32 - 1)))
    return bytes(changed)
