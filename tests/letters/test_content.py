import json
from dataclasses import replace
from datetime import datetime

import pytest

from guarantee.letters.content import CopySeal, LetterContent
from guarantee.letters.paper.specimen import specimen, specimen_top_up


def test_a_snapshot_comes_back_from_its_record_unchanged():
    for content in (specimen(), specimen_top_up(provisional=True)):
        kept = json.dumps(content.to_json(), ensure_ascii=False)
        assert LetterContent.from_json(json.loads(kept)) == content


def test_a_snapshot_read_back_has_the_same_digests():
    content = specimen()
    again = LetterContent.from_json(content.to_json())
    assert (again.digest(), again.body_digest()) == (content.digest(), content.body_digest())


@pytest.mark.parametrize(
    "change",
    [
        {"member_name": "王晓海"},
        {"in_hospital_fen": 500_001, "total_in_hospital_fen": 500_001},
        {"asked_by": "李刚"},
        {"exclusions_version": "2026-04"},
    ],
)
def test_whatever_the_letter_says_is_in_both_digests(change):
    assert specimen(**change).body_digest() != specimen().body_digest()
    assert specimen(**change).digest() != specimen().digest()


def test_an_answer_to_an_exclusion_is_in_the_digest():
    one, *rest = specimen().exclusions
    changed = specimen(exclusions=(replace(one, applies=True), *rest))
    assert changed.body_digest() != specimen().body_digest()


def test_the_seals_do_not_change_what_they_vouch_for():
    other = specimen(copies=(CopySeal(1, "AAAA-BBBB-CCCC", "GL1:X"),))
    assert other.body_digest() == specimen().body_digest()
    assert other.digest() != specimen().digest()


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "31014728"},
        {"amends": "3101472809153641"},
        {"kind": "top_up"},
        {"total_in_hospital_fen": 400_000},
        {"pre_hospital_fen": -1},
        {"issued_at": datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_a_snapshot_that_contradicts_itself_is_not_made(wrong):
    with pytest.raises(ValueError):
        specimen(**wrong)


def test_a_top_up_total_below_its_increase_is_not_made():
    with pytest.raises(ValueError):
        specimen_top_up(increase_fen=300, total_in_hospital_fen=200)


def test_a_record_with_an_unknown_key_is_not_read():
    with pytest.raises(ValueError, match="surprise"):
        LetterContent.from_json({**specimen().to_json(), "surprise": 1})
