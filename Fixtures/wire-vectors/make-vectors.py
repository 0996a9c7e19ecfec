#!/usr/bin/env python3
"""Makes the vectors of this folder with implementations that are not Commy's.

    python3 -m venv .venv && .venv/bin/pip install msgpack==1.2.4 cbor2==6.3.0
    .venv/bin/python make-vectors.py
"""

import math
import random
import struct
from pathlib import Path

import cbor2
import msgpack

HERE = Path(__file__).parent


class Single(float):
    """A float that MessagePack writes in 32 bits."""


def notation(value):
    """A value as one word; README.md has the rules."""
    if value is None:
        return "null"
    if value is True or value is False:
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return "f:nan" if math.isnan(value) else "f:" + struct.pack(">d", value).hex()
    if isinstance(value, str):
        return "t:" + value.encode().hex()
    if isinstance(value, bytes):
        return "b:" + value.hex()
    if isinstance(value, list):
        return "[" + ",".join(notation(part) for part in value) + "]"
    return "{" + ",".join(notation(k) + "=" + notation(v) for k, v in value.items()) + "}"


def write(name, rows):
    with open(HERE / name, "w") as file:
        for row in rows:
            file.write("\t".join(row) + "\n")
    print(f"{name}: {len(rows)} rows")


def pack(value):
    """msgpack's Python front chooses the width of all floats of a message at once."""
    if isinstance(value, Single):
        return msgpack.packb(float(value), use_single_float=True)
    if isinstance(value, list):
        packer = msgpack.Packer()
        return packer.pack_array_header(len(value)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        packer = msgpack.Packer()
        parts = (pack(k) + pack(v) for k, v in value.items())
        return packer.pack_map_header(len(value)) + b"".join(parts)
    return msgpack.packb(value)


def borders():
    """Numbers and lengths on both sides of each change of form."""
    values = [None, True, False]
    for bits in (0, 4, 5, 7, 8, 15, 16, 31, 32, 53, 63, 64):
        for offset in (-1, 0, 1):
            for sign in (1, -1):
                number = sign * (1 << bits) + offset
                if -(1 << 63) <= number < 1 << 64:
                    values.append(number)
    values += [23, 24, -24, -25]
    values += [0.0, -0.0, 1.5, 0.1, -4.1, 1e300, 5e-324, 65504.0, 65505.0, 2.0**-24, 2.0**-25]
    values += [3.4028234663852886e38, 1e39, math.inf, -math.inf, math.nan]
    for length in (0, 1, 15, 16, 23, 24, 31, 32, 255, 256, 257):
        values += ["x" * length, bytes(length), [0] * length]
        values.append({f"{key:03}": key for key in range(length)})
    values += ["\u00fc", "\u6c34", "\U00010151", "\x00\x1f\x7f"]
    return values


def random_value(source, depth):
    kind = source.randrange(9 if depth else 7)
    if kind == 0:
        return source.choice([None, True, False])
    if kind in (1, 2):
        return source.randrange(-(1 << source.randrange(1, 64)), 1 << source.randrange(1, 65))
    if kind == 3:
        return struct.unpack(">d", source.randbytes(8))[0]
    if kind in (4, 5):
        return "".join(chr(source.choice([0x41, 0xE9, 0x6C34, 0x1F600])) for _ in range(source.randrange(40)))
    if kind == 6:
        return source.randbytes(source.randrange(40))
    count = source.randrange(6)
    if kind == 7:
        return [random_value(source, depth - 1) for _ in range(count)]
    keys = sorted({"".join(source.choices("abcxyz", k=source.randrange(1, 9))) for _ in range(count)})
    return {key: random_value(source, depth - 1) for key in keys}


def messagepack_rows():
    source = random.Random(7)
    values = borders() + [Single(1.5), Single(0.1), Single(math.inf)]
    values += [random_value(source, 4) for _ in range(300)]
    rows = []
    for value in values:
        packed = pack(value)
        assert notation(msgpack.unpackb(packed, strict_map_key=False)) != "" and packed
        if isinstance(value, Single):
            value = msgpack.unpackb(packed)
        rows.append((packed.hex(), notation(value), "same"))
    # Longer forms than needed, which some writers use, and what no text names.
    for text, value in [
        ("cc00", 0), ("cd0001", 1), ("ce00000001", 1), ("cf0000000000000001", 1), ("d0ff", -1),
        ("d1ffff", -1), ("d2ffffffff", -1), ("d3ffffffffffffffff", -1), ("d900", ""),
        ("da000161", "a"), ("db0000000161", "a"), ("c50000", b""), ("dc0000", []), ("dd00000000", []),
        ("de0000", {}), ("df00000000", {}), ("8101c0", {"1": None}), ("81ffc0", {"-1": None}),
    ]:
        assert msgpack.unpackb(bytes.fromhex(text), strict_map_key=False) == (
            value if not isinstance(value, dict) or not value else {int(k): v for k, v in value.items()}
        )
        rows.append((text, notation(value), "other"))
    for text in ["c1", "d40100", "c70001", "d6ff00000000", "81c0c0", "8190c0"]:
        rows.append((text, "refused", "other"))
    return rows


def cbor_rows():
    source = random.Random(8)
    rows = []
    for value in borders() + [random_value(source, 4) for _ in range(300)]:
        # Canonical sorts maps; for texts as keys its order is that of RFC 8949 section 4.2.1.
        packed = cbor2.dumps(value, canonical=True)
        rows.append((packed.hex(), notation(cbor2.loads(packed)), "same"))
    return rows


# RFC 8949, appendix A: encoding, value, and whether Commy's deterministic writer gives the same.
# `refused` are well-formed items that no Swift type asks for.
APPENDIX_A = [
    ("00", 0), ("01", 1), ("0a", 10), ("17", 23), ("1818", 24), ("1819", 25), ("1864", 100),
    ("1903e8", 1000), ("1a000f4240", 1000000), ("1b000000e8d4a51000", 1000000000000),
    ("1bffffffffffffffff", 18446744073709551615), ("c249010000000000000000", "refused"),
    ("3bffffffffffffffff", "refused"), ("c349010000000000000000", "refused"), ("20", -1),
    ("29", -10), ("3863", -100), ("3903e7", -1000), ("f90000", 0.0), ("f98000", -0.0),
    ("f93c00", 1.0), ("fb3ff199999999999a", 1.1), ("f93e00", 1.5), ("f97bff", 65504.0),
    ("fa47c35000", 100000.0), ("fa7f7fffff", 3.4028234663852886e38),
    ("fb7e37e43c8800759c", 1.0e300), ("f90001", 5.960464477539063e-8),
    ("f90400", 0.00006103515625), ("f9c400", -4.0), ("fbc010666666666666", -4.1),
    ("f97c00", math.inf), ("f97e00", math.nan), ("f9fc00", -math.inf),
    ("fa7f800000", math.inf, "other"), ("fa7fc00000", math.nan, "other"),
    ("faff800000", -math.inf, "other"), ("fb7ff0000000000000", math.inf, "other"),
    ("fb7ff8000000000000", math.nan, "other"), ("fbfff0000000000000", -math.inf, "other"),
    ("f4", False), ("f5", True), ("f6", None), ("f7", None, "other"), ("f0", "refused"),
    ("f8ff", "refused"),
    ("c074323031332d30332d32315432303a30343a30305a", "2013-03-21T20:04:00Z", "other"),
    ("c11a514b67b0", 1363896240, "other"), ("c1fb41d452d9ec200000", 1363896240.5, "other"),
    ("d74401020304", bytes([1, 2, 3, 4]), "other"), ("d818456449455446", b"dIETF", "other"),
    ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", "http://www.example.com", "other"),
    ("40", b""), ("4401020304", bytes([1, 2, 3, 4])), ("60", ""), ("6161", "a"),
    ("6449455446", "IETF"), ("62225c", '"\\'), ("62c3bc", "\u00fc"), ("63e6b0b4", "\u6c34"),
    ("64f0908591", "\U00010151"), ("80", []), ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", list(range(1, 26))),
    ("a0", {}), ("a201020304", {"1": 2, "3": 4}, "other"),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}), ("826161a161626163", ["a", {"b": "c"}]),
    ("a56161614161626142616361436164614461656145", dict(zip("abcde", "ABCDE"))),
    ("5f42010243030405ff", bytes([1, 2, 3, 4, 5]), "other"),
    ("7f657374726561646d696e67ff", "streaming", "other"), ("9fff", [], "other"),
    ("9f018202039f0405ffff", [1, [2, 3], [4, 5]], "other"),
    ("9f01820203820405ff", [1, [2, 3], [4, 5]], "other"),
    ("83018202039f0405ff", [1, [2, 3], [4, 5]], "other"),
    ("83019f0203ff820405", [1, [2, 3], [4, 5]], "other"),
    ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", list(range(1, 26)), "other"),
    ("bf61610161629f0203ffff", {"a": 1, "b": [2, 3]}, "other"),
    ("826161bf61626163ff", ["a", {"b": "c"}], "other"),
    ("bf6346756ef563416d7421ff", {"Fun": True, "Amt": -2}, "other"),
]

# RFC 8949, appendix F.1: what is not well-formed.
NOT_WELL_FORMED = """
18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000 fb000000
41 61 5affffffff00 5bffffffffffffffff010203 7affffffff00 7b7fffffffffffffff010203
81 818181818181818181 8200 a1 a20102 a100 a2000000 c0 5f4100 7f6100
9f 9f0102 bf bf01020102 819f 9f8000 9f9f9f9f9fffffffff 9f819f819f9fffffff
1c 1d 1e 3c 3d 3e 5c 5d 5e 7c 7d 7e 9c 9d 9e bc bd be dc dd de fc fd fe
f800 f801 f818 f81f 5f00ff 5f21ff 5f6100ff 5f80ff 5fa0ff 5fc000ff 5fe0ff 7f4100ff
5f5f4100ffff 7f7f6100ffff ff 81ff 8200ff a1ff a1ff00 a100ff a20000ff 9f81ff
9f829f819f9fffffffff bf00ff bf000000ff 1f 3f df
""".split()


def appendix_rows():
    rows = []
    for text, value, *form in APPENDIX_A:
        if value != "refused" and not form:
            assert cbor2.dumps(value, canonical=True).hex() == text, text
        shown = "refused" if value == "refused" else notation(value)
        rows.append((text, shown, form[0] if form else "other" if value == "refused" else "same"))
    return rows


def refused_rows():
    for text in NOT_WELL_FORMED:
        try:
            # Bytes behind the first item are fine for cbor2, so that a reader sees the same.
            value = cbor2.loads(bytes.fromhex(text))
        except Exception:
            continue
        print(f"cbor2 reads {text} as {value!r}")
    return [(text, "refused", "other") for text in NOT_WELL_FORMED]


write("messagepack.tsv", messagepack_rows())
write("cbor.tsv", cbor_rows())
write("cbor-appendix-a.tsv", appendix_rows())
write("cbor-not-well-formed.tsv", refused_rows())
