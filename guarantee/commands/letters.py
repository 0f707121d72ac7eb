"""`flask letters verify | render | lapse`"""

from __future__ import annotations

import hashlib
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from guarantee.business_time import now
from guarantee.commands.terminal import as_json, done, found_wrong, tell
from guarantee.letters.lifecycle import lapse_due
from guarantee.letters.number import grouped
from guarantee.letters.printing import paper_of, single_copy
from guarantee.letters.verify import PublicAnswer, check_number
from guarantee.letters.visible import letter_for
from guarantee.money import yuan
from guarantee.parties.staff import system

letters = click.Group("letters", help="Guarantee letters.")


@letters.command()
@click.argument("number")
@as_json
@with_appcontext
def verify(number: str, as_json: bool) -> None:
    """What a number stands for now. Exit code 1: there is no such letter; 2: it is mistyped."""
    found = done(lambda: check_number(number, at=now()), as_json=as_json)
    tell(_facts(found), _sentence(found), as_json=as_json)
    if not found.genuine:
        found_wrong()


@letters.command()
@click.argument("number")
@click.option("-o", "--output", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--copy", "copy_no", type=click.IntRange(1, 4), help="One of the four copies.")
@as_json
@with_appcontext
def render(number: str, output: Path, copy_no: int | None, as_json: bool) -> None:
    """Write the letter's PDF as it was issued; the same bytes each time."""

    def print_it() -> tuple[str, bytes]:
        letter = letter_for(number, system())
        if copy_no is not None:
            return letter.number, single_copy(letter, copy_no)
        return letter.number, paper_of(
            letter, settings=current_app.config["SETTINGS"], at=now()
        ).pdf

    bare, pdf = done(print_it, as_json=as_json)
    output.write_bytes(pdf)
    mark = hashlib.sha256(pdf).hexdigest()
    facts = {"number": bare, "file": str(output), "bytes": len(pdf), "sha256": mark}
    tell(facts, f"{grouped(bare)}: {output}, {len(pdf)} bytes, sha256 {mark}", as_json=as_json)


@letters.command()
@as_json
@with_appcontext
def lapse(as_json: bool) -> None:
    """Let letters lapse that were not presented in time. May run twice, or late."""
    numbers: list[str] = []
    while some := done(
        lambda: [letter.number for letter in lapse_due(at=now(), by=system())], as_json=as_json
    ):
        numbers += some
    text = "\n".join([f"{len(numbers)} lapsed", *(grouped(number) for number in numbers)])
    tell({"lapsed": numbers}, text, as_json=as_json)


def _facts(found: PublicAnswer) -> dict[str, object]:
    return {
        "genuine": found.genuine,
        "state": found.state or None,
        "current_number": found.current_number or None,
        "center": found.center or None,
        "hospital": found.hospital or None,
        "issued_on": found.issued_on.isoformat() if found.issued_on else None,
        "holder": found.holder or None,
        "in_hospital_total_fen": found.in_hospital_total_fen if found.genuine else None,
        "checked": "online",
    }


def _sentence(found: PublicAnswer) -> str:
    if not found.genuine:
        return "没有这份担保函。 There is no such letter."
    return (
        f"{found.state}: {found.center} → {found.hospital}, {found.holder}, "
        f"{yuan(found.in_hospital_total_fen)} ({grouped(found.current_number)})"
    )


COMMANDS = (letters,)
