"""Base45 (RFC 9285): bytes in the alphabet that a QR code packs two characters into eleven bits."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_PAIRS = [a + b for b in ALPHABET for a in ALPHABET]  # value → its two low characters


def encode(raw: bytes) -> str:
    """`raw` as base45: three characters for two bytes, two for a last odd one."""
    parts = []
    for i in range(0, len(raw) - 1, 2):
        high, low = divmod((raw[i] << 8) | raw[i + 1], 2025)
        parts.append(_PAIRS[low] + ALPHABET[high])
    if len(raw) % 2:
        parts.append(_PAIRS[raw[-1]])
    return "".join(parts)


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
