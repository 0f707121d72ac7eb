"""Signatures as a finger draws them."""

import math

FINGER = tuple(
    tuple(
        (120 + 9 * i + 260 * part, 320 + round(120 * math.sin(i / 3 + part)), 16 * i + 700 * part)
        for i in range(24)
    )
    for part in range(3)
)
"""Three waves."""
