"""The three files that came with the task give exactly the outcomes of their answer keys."""

import json
from datetime import date

import pytest

from guarantee.members.rows import COLUMNS, JudgedRow, judge_rows
from guarantee.sheets.reading import read_table
from tests.members.files import FILES, FOLDER, PRODUCTS


def as_key(judged: JudgedRow) -> dict[str, object]:
    told: dict[str, object] = {"row": judged.number, "outcome": judged.outcome}
    if judged.reason:
        told["reason"] = judged.reason
    if judged.warnings:
        told["warning"] = ",".join(judged.warnings)
    if judged.outcome == "accepted":
        parsed = judged.parsed
        told |= {
            "name": parsed.name,
            "document": parsed.document.number,
            "phone": parsed.phones[0] if parsed.phones else None,
            "sum_insured_fen": parsed.sum_insured_fen,
            "start": str(parsed.start),
            "end": str(parsed.end),
        }
    return told


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_a_file_comes_out_as_its_answer_key_says(name: str):
    table = read_table((FOLDER / name).read_bytes(), filename=name, columns=COLUMNS)

    judged = judge_rows(table.rows, products=PRODUCTS, on=date(2026, 11, 18))

    key = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert [as_key(row) for row in judged] == key["rows"]
