"""Base45 (RFC 9285): bytes in the alphabet that a QR code packs two characters into eleven bits."""

from __future__ import annotations

import functools
import struct

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = [a + b for b in ALPHABET for a in ALPHABET]  # value → its two low characters


def encode(raw: bytes) -> str:
    """`raw` as base45: three characters for two bytes, two for a last odd one."""
    words = struct.unpack(f">{len(raw) // 2}H", raw[: len(raw) // 2 * 2])
    last = _PAIRS[raw[-1]] if len(raw) % 2 else ""
    return "".join(map(_triples().__getitem__, words)) + last


@functools.cache
def _triples() -> list[str]:
    """The three characters of every value of two bytes: four seals a letter, so made once."""
    return [pair + high for high in ALPHABET for pair in _PAIRS][: 1 << 16]


def decode(text: str) -> bytes:
    """The bytes that `encode` wrote. Raises ValueError for any other text."""
    try:
        values = [_VALUES[character] for character in text]
    except KeyError:
        raise ValueError("a character outside base45") from None
    if len(values) % 3 == 1:
        raise ValueError("base45 cut short")
    out = bytearray()
    for i in range(0, len(values), 3):
        chunk = values[i : i + 3]
        number = sum(value * 45**place for place, value in enumerate(chunk))
        width = len(chunk) - 1
        if number >= 256**width:
            raise ValueError("base45 out of range")
        out += number.to_bytes(width, "big")
    return bytes(out)
