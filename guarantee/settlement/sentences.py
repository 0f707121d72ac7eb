"""The sentence of why, in both languages, for every line that does not simply match."""

from __future__ import annotations

from typing import Any

import pandas as pd

from guarantee.money import yuan
from guarantee.refusals import Words
from guarantee.settlement.differences import SENTENCES, SUGGESTIONS, Alike, Kind
from guarantee.settlement.frames import Known

_SILENT = {Kind.ONLY_IN_REPORT, Kind.ONLY_IN_SYSTEM}  # said alone, never beside a heavier kind


def explain(out: pd.DataFrame, marks: pd.DataFrame, known: Known) -> pd.DataFrame:
    """`out` with `also` (lighter kinds, comma between), `why_zh` and `why_en`."""
    agree = SENTENCES[Kind.MATCHED]
    also, zh, en = ([text] * len(out) for text in ("", agree.zh, agree.en))
    different = out["kind"].ne(Kind.MATCHED.value).to_numpy().nonzero()[0]
    rows_of = out["row"].to_dict()
    kinds = list(marks.columns)
    set_marks = marks.to_numpy()
    for at, line in zip(different, out.iloc[different].to_dict("records"), strict=True):
        main = Kind(line["kind"])
        beside = [
            kind
            for kind, is_set in zip(kinds, set_marks[at], strict=True)
            if is_set and kind is not main and kind not in _SILENT
        ]
        said = [_sentence(kind, line, known, rows_of) for kind in (main, *beside)]
        if isinstance(line["suggested_because"], str):
            said.append(_suggestion(Alike(line["suggested_because"])))
        also[at] = ",".join(beside)
        zh[at] = "".join(words.zh for words in said)
        en[at] = " ".join(words.en for words in said)
    return out.assign(also=also, why_zh=zh, why_en=en)


def _suggestion(alike: Alike) -> Words:
    words = SUGGESTIONS[alike]
    return Words(f"可能对应另一行：{words.zh}", f"Perhaps the other line is meant: {words.en}")


def _sentence(kind: Kind, line: dict[str, Any], known: Known, rows_of: dict[int, Any]) -> Words:
    words = SENTENCES[kind]
    zh = _facts(kind, line, known, rows_of, chinese=True)
    en = _facts(kind, line, known, rows_of, chinese=False)
    return Words(words.zh.format(**zh), words.en.format(**en))


def _facts(
    kind: Kind, line: dict[str, Any], known: Known, rows_of: dict[int, Any], *, chinese: bool
) -> dict[str, object]:
    match kind:
        case Kind.BAD_NUMBER:
            return {"number": str(line["number_text"] or "")[:40]}
        case Kind.SETTLED_BEFORE:
            return {"batch": line["settled_in"]}
        case Kind.OUTSIDE_WEEK:
            day = line["dispatched_on"]
            week = line["known_week"]
            nothing = "无记录" if chinese else "no record"
            return {
                "reported": nothing if pd.isna(day) else str(day)[:10],
                "week": nothing if pd.isna(week) else week,
                "batch": known.week,
            }
        case Kind.LETTER_TWICE:
            return {
                "count": line["key_rows"],
                "total": _yuan(line["key_report_fen"]),
                "system": _yuan(line["key_system_fen"]),
            }
        case Kind.RECEIPT_USED_TWICE:
            return _receipt_facts(line["places"], rows_of, chinese=chinese)
        case Kind.ABOVE_LIMIT:
            return {
                "report": _yuan(line["key_report_fen"]),
                "limit": _yuan(line["key_limit_fen"]),
            }
        case _:
            return {
                "parts": _yuan(line["parts_fen"]),
                "report": _yuan(line["report_fen"]),
                "system": _yuan(line["system_fen"]),
                "difference": _yuan(abs(line["difference_fen"])),
            }


def _receipt_facts(
    places: dict[str, list[int | str]], rows_of: dict[int, Any], *, chinese: bool
) -> dict[str, object]:
    named = []
    for used in places.values():
        for place in used:
            if isinstance(place, str):
                named.append(f"{place} 批次" if chinese else f"batch {place}")
            else:
                row = rows_of[place]
                named.append(f"第 {row} 行" if chinese else f"row {row}")
    between = "、" if chinese else ", "
    return {"receipt": between.join(places), "places": between.join(dict.fromkeys(named))}


def _yuan(fen: Any) -> str:
    return "0.00" if pd.isna(fen) else yuan(int(fen))
