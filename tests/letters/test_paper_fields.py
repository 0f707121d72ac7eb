"""Whatever stands in whichever field comes out as text on four pages, or is refused by name."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from guarantee.letters import paper
from guarantee.letters.content import ExclusionAnswer, LetterContent
from guarantee.letters.paper.fonts import printable
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from tests.letters.reading import packed, pages_of, words_of
from tests.letters.test_paper_text import LONG_CLAUSES, LONG_NAME

PLAIN = {
    "member_name", "hospital_zh", "hospital_en", "hospital_city", "center_zh", "center_en",
    "center_phone", "document_type_zh", "document_type_en", "document_masked", "sex_zh",
    "sex_en", "card_number", "insurer_zh", "insurer_en", "product_zh", "product_en",
    "policy_number", "exclusions_version", "asked_by", "case_number", "location", "issued_by",
    "hotline_phone", "document_last_four", "center_code",
}  # fmt: skip
"""Every field of the content that holds somebody's text."""
HOSTILE = (
    "<script>alert(1)</script>", "</div></td><style>@page{size:1cm}</style>", "{{ 7*7 }}",
    "{% include 'x' %}", "{# gone #}", "<img src=file:///etc/passwd>", "url(http://a.example)",
    "&#x202e;&nbsp;&lt;", "@import 'x';", "*{display:none}", "<!--", "]]>", "%PDF-1.7 endobj",
    "(\\) Tj ET Q", "</title>", "'\"`=", "<br><br><br>", "<p style='break-before:page'>",
)  # fmt: skip
REFUSED = ("\u202e", "\u2066", "\u200f", "\x00", "\x1b[0m", "\n", "\u200b", "\U0001f600", "\ue000")
NAMES = (
    "刘䶮", "𠅤𬭎𬱖𫞩𰻝", "古丽娜尔·艾合买提", "阿依古丽・买买提‧库尔班•江", "Đặng Thị Ánh",
    "Wolfeschlegelsteinhausenbergerdorff", "龘" * 30, "W" * 60, "嘎玛·旦增曲扎·索南",
)  # fmt: skip
RARE = sorted(c for c in printable() if 0x3400 <= ord(c) < 0x4DC0 or ord(c) >= 0x20000)
CHARACTERS = st.sampled_from(RARE) | st.characters(
    codec="gb2312", categories=("Lu", "Ll", "Lo", "Nd")
).filter(lambda c: c in printable())
GOOD = st.lists(
    st.sampled_from(HOSTILE + NAMES) | st.text(CHARACTERS, min_size=1, max_size=12),
    min_size=1,
    max_size=5,
).map(lambda parts: "".join(parts)[:120])


def test_every_field_of_text_is_among_those_tried():
    chosen = {"number", "amends", "replaces", "kind", "condition", "channel"}
    texts = {one.name for one in fields(LetterContent) if one.type in ("str", str)}
    assert texts - chosen == PLAIN


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(changes=st.dictionaries(st.sampled_from(sorted(PLAIN)), GOOD, min_size=1, max_size=3))
@example(changes=dict.fromkeys(["member_name", "hospital_zh", "location"], HOSTILE[1]))
@example(changes={"hotline_phone": "".join(HOSTILE)[:120], "asked_by": NAMES[1]})
def test_what_stands_in_a_field_comes_out_as_text_on_four_pages(changes):
    content = specimen(**changes)
    pages = pages_of(paper.render(content))
    assert len(pages) == 4
    for page in pages:
        for text in changes.values():
            assert packed(text) in packed(page)
        assert packed("¥5,000.00") in packed(page)  # and nothing else was lost for it


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(sorted(PLAIN)), bad=st.sampled_from(REFUSED), around=st.sampled_from(NAMES)
)
def test_what_turns_hides_or_cannot_be_printed_is_refused_by_name_in_every_field(name, bad, around):
    content = specimen(**{name: around[:1] + bad + around[1:]})
    for ask in (paper.check, paper.render):
        with pytest.raises(paper.CharactersMissing) as refused:
            ask(content)
        assert f"U+{ord(bad[0]):04X}" in refused.value.message("zh")


@pytest.mark.parametrize("bad", REFUSED)
def test_an_exclusion_is_read_as_strictly_as_a_name(bad):
    clause = ExclusionAnswer("A1", f"战争{bad}", "War", applies=False)
    with pytest.raises(paper.CharactersMissing):
        paper.check(specimen(exclusions=(clause,)))


@pytest.mark.parametrize("make", [specimen, specimen_top_up])
def test_hostile_exclusions_come_out_as_text(make):
    clauses = tuple(
        ExclusionAnswer(f"X{n}", text, text, applies=n == 3) for n, text in enumerate(HOSTILE[:15])
    )
    content = make(exclusions=clauses)
    for made in (paper.render(content), paper.render(replace(content, hospital_zh="院" * 120))):
        pages = pages_of(made)
        assert len(pages) == 4
        for page in pages:
            assert all(packed(clause.text_zh) in packed(page) for clause in clauses)


TIGHT = {
    "hospital_zh": LONG_NAME[:120],
    "member_name": "Featherstonehaugh-" * 5,
    "product_zh": "意外" * 30,
    "location": "浦东新区" * 20,
}


@pytest.mark.parametrize(
    "content",
    [
        specimen(),
        specimen_top_up(exclusions=LONG_CLAUSES),
        specimen(
            member_name="龘" * 40, issued_by="古丽娜尔·艾合买提·买买提依明江", asked_by="W" * 60
        ),
        specimen(exclusions=LONG_CLAUSES, replaces="3101882630417589", **TIGHT),
    ],
    ids=["plain", "top-up", "names", "everything"],
)
def test_no_word_lies_over_another_or_leaves_the_paper(content):
    words = words_of(paper.render(content, (1,)))
    margin, width, height = 8 * 72 / 25.4, 210 * 72 / 25.4, 297 * 72 / 25.4
    for word in words:
        assert margin < word.left < word.right < width - margin, word
        assert 0.9 * margin < word.top < word.bottom < height - margin, word
    over = [
        (one.text, other.text)
        for one, other in combinations(words, 2)
        if min(one.right, other.right) - max(one.left, other.left) > 1
        and min(one.bottom, other.bottom) - max(one.top, other.top)
        > 0.45 * min(one.bottom - one.top, other.bottom - other.top)
    ]
    assert over == []
