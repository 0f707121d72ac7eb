"""System against report, line by line. Pure: frames in, a frame out, nothing looked up.

Rule: rule book, weekly settlement, step 4. What goes in comes out: every system line and every
report row stands in exactly one row of the outcome, paired or alone, with its fen untouched.

What the frames hold is said in `frames.py`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from guarantee.settlement import near, sentences
from guarantee.settlement.differences import Alike, Kind
from guarantee.settlement.frames import (
    OUTCOME_COLUMNS,
    RECEIPT_SEPARATOR,
    REPORT_COLUMNS,
    SYSTEM_COLUMNS,
    Known,
)

_KEY = ["letter_number", "part"]
_WEIGHT = [kind for kind in Kind if kind is not Kind.MATCHED]


def reconcile(system: pd.DataFrame, report: pd.DataFrame, known: Known) -> pd.DataFrame:
    """The outcome: `OUTCOME_COLUMNS`, rows of the report in its order, then what only the system
    has. `kind` is a `Kind`, `also` the lighter kinds beside it, `why_zh`/`why_en` one sentence
    for each of them. `difference_fen` = report − system, an absent side counting 0."""
    out = _paired(system, report)
    marks = _marks(out, known)
    out["kind"] = np.select(
        [marks[kind].to_numpy() for kind in _WEIGHT],
        [kind.value for kind in _WEIGHT],
        default=Kind.MATCHED.value,
    )
    out = _with_suggestions(out, marks)
    return sentences.explain(out, marks, known)[list(OUTCOME_COLUMNS)]


def _paired(system: pd.DataFrame, report: pd.DataFrame) -> pd.DataFrame:
    """One row a pair, or a line alone. Within a letter's part equal amounts meet first, then
    whatever is left in its order, so that a second row never steals a first one's match."""
    ours = system.loc[:, list(SYSTEM_COLUMNS)].reset_index(drop=True)
    theirs = report.loc[:, list(REPORT_COLUMNS)].reset_index(drop=True)
    ours["fen"], theirs["fen"] = ours["amount_fen"], theirs["total_fen"]
    for side in (ours, theirs):
        side["nth"] = side.groupby([*_KEY, "fen"], dropna=True, sort=False).cumcount()
        side["at"] = np.arange(len(side))
    findable = theirs[theirs["letter_number"].notna()]
    exact = _meet(ours, findable, [*_KEY, "fen", "nth"])
    ours_left = ours[~ours["at"].isin(exact["at_system"])].copy()
    theirs_left = findable[~findable["at"].isin(exact["at_report"])].copy()
    for side in (ours_left, theirs_left):
        side["nth"] = side.groupby(_KEY, sort=False).cumcount()
    unequal = _meet(ours_left, theirs_left, [*_KEY, "nth"])
    pairs = pd.concat([exact, unequal], ignore_index=True)

    out = theirs.merge(pairs, left_on="at", right_on="at_report", how="left")
    alone = ours[~ours["at"].isin(pairs["at_system"])]
    mine = ours.add_prefix("system_")
    out = out.merge(mine, left_on="at_system", right_on="system_at", how="left")
    out = pd.concat([out, mine.loc[alone.index]], ignore_index=True)
    return _columns_of(out)


def _meet(ours: pd.DataFrame, theirs: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    pairs = ours[[*on, "at"]].merge(
        theirs[[*on, "at"]], on=on, suffixes=("_system", "_report"), validate="one_to_one"
    )
    return pairs[["at_system", "at_report"]]


def _columns_of(out: pd.DataFrame) -> pd.DataFrame:
    result = pd.DataFrame(index=out.index)
    result["line_id"] = out["system_line_id"].astype("Int64")
    result["row"] = out["row"].astype("Int64")
    for name in _KEY:
        result[name] = out[name].where(out["row"].notna(), out[f"system_{name}"])
    result["number_text"] = out["number_text"]
    result["dispatched_on"] = out["dispatched_on"]
    result["parts_fen"] = out["parts_fen"].astype("Int64")
    result["system_fen"] = out["system_amount_fen"].astype("Int64")
    result["report_fen"] = out["total_fen"].astype("Int64")
    result["difference_fen"] = result["report_fen"].fillna(0) - result["system_fen"].fillna(0)
    result["limit_fen"] = out["system_limit_fen"].astype("Int64")
    result["late"] = out["system_late"].eq(True)
    result["system_receipts"] = out["system_receipts"].fillna("")
    result["report_receipts"] = out["receipts"].fillna("")
    return result


def _marks(out: pd.DataFrame, known: Known) -> pd.DataFrame:
    """One column of bool for each kind; adds to `out` what the sentences need beside them."""
    ours, theirs = out["system_fen"].notna(), out["row"].notna()
    pair, bare = ours & theirs, theirs & ~ours
    letters = known.letters.drop_duplicates("letter_number").set_index("letter_number")
    settled = known.settled.drop_duplicates(_KEY).set_index(_KEY)["batch"]
    out["known_week"] = out["letter_number"].map(letters["week"])
    out["settled_in"] = settled.reindex(pd.MultiIndex.from_frame(out[_KEY])).to_numpy()
    center, state = (out["letter_number"].map(letters[name]) for name in ("center", "state"))

    by_key = out[out["letter_number"].notna()].groupby(_KEY, sort=False)
    rows, lines = by_key["row"].transform("count"), by_key["system_fen"].transform("count")
    out["key_rows"] = rows.reindex(out.index)
    out["key_report_fen"] = by_key["report_fen"].transform("sum").reindex(out.index)
    out["key_system_fen"] = by_key["system_fen"].transform("sum").reindex(out.index)
    out["key_limit_fen"] = by_key["limit_fen"].transform("max").reindex(out.index)

    first, last = known.days
    day = pd.to_datetime(out["dispatched_on"])
    wrong_day = day.notna() & ~day.between(pd.Timestamp(first), pd.Timestamp(last))
    out["places"] = _receipts_elsewhere(out, known)

    marks = pd.DataFrame(index=out.index)
    marks[Kind.BAD_NUMBER] = theirs & out["letter_number"].isna()
    marks[Kind.VOIDED_LETTER] = state.eq("voided")
    marks[Kind.OTHER_CENTERS_LETTER] = center.notna() & center.ne(known.center)
    marks[Kind.SETTLED_BEFORE] = bare & out["settled_in"].notna()
    other_week = out["known_week"].notna() & out["known_week"].ne(known.week)
    marks[Kind.OUTSIDE_WEEK] = (bare & (other_week | wrong_day)) | (pair & wrong_day & ~out["late"])
    marks[Kind.LETTER_TWICE] = theirs & rows.gt(lines.clip(lower=1)).reindex(
        out.index, fill_value=False
    )
    marks[Kind.RECEIPT_USED_TWICE] = theirs & out["places"].notna()
    marks[Kind.ABOVE_LIMIT] = theirs & (out["key_report_fen"] > out["key_limit_fen"])
    marks[Kind.ROW_DOES_NOT_ADD_UP] = theirs & (out["parts_fen"] != out["report_fen"])
    marks[Kind.AMOUNT_DIFFERS] = pair & (out["system_fen"] != out["report_fen"])
    marks[Kind.ONLY_IN_SYSTEM] = ours & ~theirs
    marks[Kind.ONLY_IN_REPORT] = bare
    return marks.fillna(False).astype(bool)


def _receipts_elsewhere(out: pd.DataFrame, known: Known) -> pd.Series:
    """For each line: {receipt: [rows of the outcome and names of batches that use it too]}.

    A line only the system has is left aside: its receipt on a mistyped row is not a second use
    but the best hint at what was meant.
    """
    both = pd.concat([out["report_receipts"], out["system_receipts"][out["row"].notna()]])
    uses = both[both != ""].str.split(RECEIPT_SEPARATOR).explode().str.strip()
    uses = uses[uses != ""]
    uses = pd.DataFrame({"at": uses.index, "receipt": uses.to_numpy()}).drop_duplicates()
    again = uses[uses["receipt"].duplicated(keep=False)]
    before = uses.merge(known.receipts.drop_duplicates(), on="receipt")
    places: dict[int, dict[str, list[int | str]]] = {}
    users = again.groupby("receipt")["at"].apply(list).to_dict() if len(again) else {}
    for at, receipt in zip(again["at"], again["receipt"], strict=True):
        others = [other for other in users[receipt] if other != at]
        places.setdefault(at, {}).setdefault(receipt, []).extend(others)
    for at, receipt, batch in zip(before["at"], before["receipt"], before["batch"], strict=True):
        places.setdefault(at, {}).setdefault(receipt, []).append(str(batch))
    return pd.Series(places, dtype=object).reindex(out.index)


def _with_suggestions(out: pd.DataFrame, marks: pd.DataFrame) -> pd.DataFrame:
    """Beside each report row that found nothing, the system's line it most likely means, and
    beside that line the row. One suggestion a line; the likeliest slip first."""
    explained = marks[[Kind.VOIDED_LETTER, Kind.OTHER_CENTERS_LETTER, Kind.SETTLED_BEFORE]]
    bare = out[marks[Kind.ONLY_IN_REPORT] & ~explained.any(axis=1)]
    alone = out[marks[Kind.ONLY_IN_SYSTEM]]
    typed = bare["letter_number"].where(bare["letter_number"].notna(), None)
    typed = typed.fillna(bare["number_text"]).fillna("").astype(str).map(near.digits_of)
    numbers = near.numbers_alike(typed, alone["letter_number"].astype(str))
    same = _frame_of_same_number(bare, alone)
    receipts = near.receipts_alike(_receipts_of(bare, "report"), _receipts_of(alone, "system"))
    if len(receipts):
        equal = (
            out.loc[receipts["wrong"], "report_fen"].to_numpy()
            == out.loc[receipts["right"], "system_fen"].to_numpy()
        )
        # Receipts come in rows of neighbours: alike means something with the same amount only.
        receipts = receipts[equal | receipts["how"].eq(Alike.SAME_RECEIPT)]
    found = pd.concat([same, numbers, receipts], ignore_index=True)
    order = {how.value: at for at, how in enumerate(Alike)}
    found = found.assign(rank=found["how"].map(order)).sort_values("rank", kind="stable")
    for_row = found.drop_duplicates("wrong").set_index("wrong")
    for_line = found.drop_duplicates("right").set_index("right")
    line_ids, rows = for_row["right"].map(out["line_id"]), for_line["wrong"].map(out["row"])
    out["suggested_line_id"] = line_ids.astype("Int64").reindex(out.index)
    out["suggested_row"] = rows.astype("Int64").reindex(out.index)
    because = for_row["how"].reindex(out.index)
    out["suggested_because"] = because.where(because.notna(), for_line["how"].reindex(out.index))
    return out


def _frame_of_same_number(bare: pd.DataFrame, alone: pd.DataFrame) -> pd.DataFrame:
    ours = pd.DataFrame({"number": alone["letter_number"], "right": alone.index})
    theirs = pd.DataFrame({"number": bare["letter_number"], "wrong": bare.index}).dropna()
    return theirs.merge(ours, on="number")[["wrong", "right"]].assign(how=Alike.OTHER_FUND.value)


def _receipts_of(lines: pd.DataFrame, side: str) -> pd.DataFrame:
    each = lines[f"{side}_receipts"].str.split(RECEIPT_SEPARATOR).explode().dropna()
    plain = each.map(near.plain_receipt).astype(object)
    frame = pd.DataFrame({"label": each.index, "receipt": plain.to_numpy()})
    return frame[frame["receipt"] != ""].drop_duplicates()
