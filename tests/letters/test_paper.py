import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from guarantee import money
from guarantee.letters import paper
from guarantee.letters.number import grouped
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.paper.wording import COPIES, lines_of
from tests.letters.reading import images_of, packed, pages_of, read_pages_of, text_of

ORDINARY, TOP_UP = specimen(), specimen_top_up()
PROVISIONAL = specimen(provisional=True, in_hospital_fen=0, total_in_hospital_fen=0)


def facts_of(content):
    """Everything that must be readable on each copy."""
    lines = lines_of(content)
    pairs = [lines.wide, *lines.left, *lines.right]
    clauses = [text for one in content.exclusions for text in (one.code, one.text_zh, one.text_en)]
    said = [lines.number, lines.remark, lines.asked, lines.hotline, lines.digest]
    return [*said, *(t for pair in pairs for t in pair), *lines.figures, *lines.capitals, *clauses]


@pytest.mark.parametrize("content", [ORDINARY, TOP_UP, PROVISIONAL], ids=["first", "more", "prov"])
def test_every_copy_states_everything_the_letter_says(content):
    pages = pages_of(paper.render(content))
    assert len(pages) == 4
    for page in pages:
        for fact in facts_of(content):
            assert packed(fact) in packed(page)


def test_the_copies_differ_in_words():
    pages = pages_of(paper.render(ORDINARY))
    for number, page in enumerate(pages, 1):
        for other, words in COPIES.items():
            assert (words.place.zh in page.split()) == (number == other)
            assert (words.place.en in page) == (number == other)
            assert words.name.zh in page or number != other
            assert (packed(words.purpose.zh) in packed(page)) == (number == other)


def test_each_copy_carries_its_own_code_to_type():
    pages = pages_of(paper.render(ORDINARY))
    for page, seal in zip(pages, ORDINARY.copies, strict=True):
        assert seal.code in page
        assert not any(other.code in page for other in ORDINARY.copies if other != seal)


def test_a_single_copy_is_just_that_page():
    whole, single = pages_of(paper.render(ORDINARY)), pages_of(paper.render(ORDINARY, (3,)))
    assert [packed(page) for page in single] == [packed(whole[2])]


def test_the_amounts_stand_in_figures_and_capitals():
    text = packed(text_of(paper.render(ORDINARY, (1,))))
    for fen in (100_000, 500_000, 600_000):
        assert f"¥{money.yuan(fen)}" in text
        assert money.in_capitals(fen) in text


def test_a_top_up_states_increase_and_new_total_and_that_the_earlier_letter_is_in_it():
    text = packed(text_of(paper.render(TOP_UP, (1,))))
    for fen in (2_000_000, 2_500_000):
        assert f"¥{money.yuan(fen)}" in text
        assert money.in_capitals(fen) in text
    assert packed(grouped(TOP_UP.amends)) in text
    assert "原担保函金额已包括在上列总额内，两函不得相加" in text
    assert packed("The earlier letter is included in the new total: never add the two.") in text
    assert packed("¥1,000.00") not in text  # the initial letter's part: nothing to add up


def test_a_provisional_letter_says_so_across_the_page_and_no_other_does():
    assert "临时担保函" in packed(text_of(paper.render(PROVISIONAL, (2,))))
    assert "PROVISIONAL" in packed(text_of(paper.render(PROVISIONAL, (2,))))
    assert "临时担保" not in packed(text_of(paper.render(ORDINARY, (2,))))


def test_a_letter_that_replaces_a_voided_one_names_it():
    content = specimen(replaces="3101882630417589")
    text = packed(text_of(paper.render(content, (1,))))
    assert packed("替代已作废的担保函 Replaces voided letter 3101 8826 3041 7589") in text


def test_an_exclusion_that_applies_is_told_apart_in_words():
    one, *rest = ORDINARY.exclusions
    content = specimen(exclusions=(replace(one, applies=True), *rest))
    text = text_of(paper.render(content, (1,)))
    assert text.count("■ 适用 YES") == 1
    assert text.count("不适用 No") == len(rest)


def test_times_are_shown_in_shanghai():
    text = packed(text_of(paper.render(ORDINARY, (1,))))
    assert packed("2026年11月20日 14:14") in text
    assert packed("23 Nov 2026, 14:14 (UTC+8)") in text


@pytest.mark.parametrize("content", [ORDINARY, TOP_UP, PROVISIONAL], ids=["first", "more", "prov"])
def test_form_with_fields_and_full_layout_look_the_same(content):
    fast, full = paper.render(content), paper.render_in_full(content)
    assert fast != full
    assert [packed(p) for p in read_pages_of(fast)] == [packed(p) for p in read_pages_of(full)]
    for one, other in zip(images_of(fast), images_of(full), strict=True):
        difference = abs(one.astype(int) - other.astype(int))
        assert (difference > 64).sum() < 40  # of a million points: a shifted line has thousands


def test_the_same_content_gives_the_same_bytes_in_another_process():
    code = (
        "import hashlib, sys\n"
        "from guarantee.letters import paper\n"
        "from guarantee.letters.paper.specimen import specimen, specimen_top_up\n"
        "contents = [specimen(), specimen_top_up(), specimen(provisional=True),"
        " specimen(hospital_zh='院' * 120), specimen(member_name='䶮𠅤')]\n"
        "order = contents if sys.argv[1] == '1' else contents[::-1]\n"
        "made = {c.digest(): hashlib.sha256(paper.render(c)).hexdigest() for c in order}\n"
        "print(sorted(made.items()))\n"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", code, seed],
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin:/bin", "HOME": f"/tmp/home-{seed}"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("', '") == 5


def test_dates_and_digest_in_the_file_come_from_the_content(tmp_path):
    file = tmp_path / "letter.pdf"
    file.write_bytes(paper.render(ORDINARY, (1,)))
    told = subprocess.run(
        ["pdfinfo", file], capture_output=True, text=True, check=True, env={"TZ": "UTC"}
    ).stdout
    assert "Fri Nov 20 06:14:00 2026" in told
    assert ORDINARY.digest() in told
    later = specimen(issued_at=ORDINARY.issued_at + timedelta(seconds=1))
    assert paper.render(later, (1,)) != file.read_bytes()
