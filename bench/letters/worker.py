"""A process that makes letters by one recipe: python -m bench.letters.worker typst start

Questions come pickled on its input, answers go out on its output. It takes the recipe's module and
the name of its start, so a process loads nothing of the others.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from bench.letters.sheet import content, sealed
from guarantee.letters.content import LetterContent

Recipe = Callable[[LetterContent], bytes]
_BESIDE = ThreadPoolExecutor(1)
_AT = datetime(2026, 11, 20, 6, 14, tzinfo=UTC)


def main(module: str, start: str) -> None:
    """Answer until the input ends. The first answer says that the recipe is ready."""
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not fall among the answers
    recipe: Recipe = getattr(importlib.import_module(f"bench.letters.{module}"), start)()
    told: Any = "ready"
    while True:
        pickle.dump(told, answers)
        answers.flush()
        try:
            asked, *values = pickle.load(questions)
        except EOFError:
            return
        told = _ANSWERS[asked](recipe, *values)


def _pdf(recipe: Recipe, case: int) -> bytes:
    return recipe(sealed(content(case)))


def _letter(recipe: Recipe, case: int, clauses: str = "") -> float:
    """Milliseconds of the four seals and the PDF, the garbage of the letter before cleared away."""
    letter = content(case, clauses)
    gc.collect()
    start = time.perf_counter()
    recipe(sealed(letter))
    return (time.perf_counter() - start) * 1000


def _archived(recipe: Recipe, case: int) -> float:
    """The same with a PAdES signature appended, as our archive does where it is switched on."""
    letter, (key, certificate), appended = content(case), _pair(), _signer()
    gc.collect()
    start = time.perf_counter()
    # in a thread: playwright keeps an event loop in this one, and pyHanko wants one of its own
    _BESIDE.submit(appended, recipe(sealed(letter)), key, certificate, _AT).result()
    return (time.perf_counter() - start) * 1000


def _seals(_recipe: Recipe, case: int) -> float:
    letter = content(case)
    gc.collect()
    start = time.perf_counter()
    sealed(letter)
    return (time.perf_counter() - start) * 1000


def _many(recipe: Recipe, seconds: float, case: int) -> float:
    """Letters a second, one after another for so long; the last is made to its end."""
    start, made = time.perf_counter(), 0
    while time.perf_counter() < start + seconds:
        recipe(sealed(content(case + made)))
        made += 1
    return made / (time.perf_counter() - start)


def _run_of(recipe: Recipe, first: int, letters: int) -> int:
    """So many letters, no two the same; every tenth with exclusions not seen before."""
    for case in range(first, first + letters):
        recipe(sealed(content(case, "" if case % 10 else f"Z{case}")))
    return letters


@cache
def _signer() -> Callable[[bytes, str, str, datetime], bytes]:
    from guarantee.letters.pades_signer import appended  # half a second, for those who sign

    return appended


@cache
def _pair() -> tuple[str, str]:
    """A key on P-256 and its own certificate, both PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(_AT - timedelta(days=1)).not_valid_after(_AT + timedelta(days=1))
    signed = made.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private.decode(), signed.public_bytes(pem).decode()


_ANSWERS: dict[str, Callable[..., Any]] = {
    "pdf": _pdf,
    "letter": _letter,
    "archived": _archived,
    "seals": _seals,
    "many": _many,
    "run of": _run_of,
}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
