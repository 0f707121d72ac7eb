"""Whatever stands in either input stands in the outcome, once, with its fen."""

from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.settlement.differences import Kind
from guarantee.settlement.frames import (
    OUTCOME_COLUMNS,
    PRE_HOSPITAL,
    REPORT_COLUMNS,
    RESERVE_FUND,
    SYSTEM_COLUMNS,
    frame,
)
from guarantee.settlement.reconciliation import reconcile
from tests.settlement.frames import known

NUMBERS = [f"31010000000000{n:02d}" for n in range(6)]
fen = st.integers(0, 4).map(lambda n: n * 5_000)
parts = st.sampled_from([PRE_HOSPITAL, RESERVE_FUND])
receipts = st.lists(st.sampled_from(["R1", "R2", "R3"]), max_size=2).map("、".join)
days = st.none() | st.dates(date(2026, 11, 10), date(2026, 11, 26))

lines = st.lists(
    st.tuples(
        st.sampled_from(NUMBERS), parts, fen, st.none() | st.just(10_000), receipts, st.booleans()
    ),
    max_size=12,
).map(lambda found: [(at, *one) for at, one in enumerate(found)])
rows = st.lists(
    st.tuples(
        st.sampled_from([*NUMBERS, None, "9999888877776666"]), parts, days, fen, fen, receipts
    ),
    max_size=12,
).map(lambda found: [(at, one[0] or "3101OOOO", *one) for at, one in enumerate(found, start=2)])
facts = st.builds(
    known,
    letters=st.lists(
        st.tuples(
            st.sampled_from(NUMBERS),
            st.sampled_from(["3101", "4403"]),
            st.sampled_from(["presented", "voided"]),
            st.sampled_from(["2026-W47", "2026-W46"]),
        ),
        max_size=4,
    ),
    settled=st.lists(st.tuples(st.sampled_from(NUMBERS), parts, st.just("2026-W40")), max_size=3),
    receipts=st.lists(st.tuples(st.sampled_from(["R1", "R3"]), st.just("2026-W41")), max_size=2),
)


@settings(max_examples=30, deadline=None)
@given(lines, rows, facts)
def test_every_line_every_row_and_every_fen_comes_out_once(system, report, told):
    found = reconcile(frame(system, SYSTEM_COLUMNS), frame(report, REPORT_COLUMNS), told)

    assert tuple(found.columns) == OUTCOME_COLUMNS
    assert Counter(found["line_id"].dropna()) == Counter(one[0] for one in system)
    assert Counter(found["row"].dropna()) == Counter(one[0] for one in report)
    ours, theirs = (sum(one[at] for one in side) for side, at in ((system, 3), (report, 6)))
    assert found["system_fen"].sum() == ours
    assert found["report_fen"].sum() == theirs
    assert found["difference_fen"].sum() == theirs - ours
    for side, key, at, column in (
        (system, "line_id", 3, "system_fen"),
        (report, "row", 6, "report_fen"),
    ):
        by_key = {one[0]: one[at] for one in side}
        for label, amount in found[[key, column]].dropna().itertuples(index=False):
            assert by_key[label] == amount


@settings(max_examples=30, deadline=None)
@given(lines, rows, facts)
def test_a_match_is_never_said_of_unequal_sides_and_a_difference_always_has_a_sentence(
    system, report, told
):
    found = reconcile(frame(system, SYSTEM_COLUMNS), frame(report, REPORT_COLUMNS), told)
    for one in found.to_dict("records"):
        if one["kind"] == Kind.MATCHED:
            assert one["system_fen"] == one["report_fen"]
            assert one["also"] == ""
        assert one["why_zh"].endswith("。")
        assert one["why_en"].endswith(".")
    assert all(str(found[name].dtype) == "Int64" for name in ("system_fen", "report_fen"))
