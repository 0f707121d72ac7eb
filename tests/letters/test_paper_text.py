"""Long, rare, foreign and hostile texts on the letter."""

from dataclasses import replace

import pytest
from fontTools.ttLib import TTFont

from guarantee.letters import paper
from guarantee.letters.content import ExclusionAnswer
from guarantee.letters.paper import layout
from guarantee.letters.paper.fields import fits
from guarantee.letters.paper.fonts import FILES, FOLDER
from guarantee.letters.paper.full import full_page
from guarantee.letters.paper.geometry import BODY_END
from guarantee.letters.paper.layout import ClosedFetcher, lay_out, position_of
from guarantee.letters.paper.specimen import specimen, specimen_top_up
from guarantee.letters.paper.wording import lines_of
from tests.letters.reading import images_of, packed, pages_of, text_of

NAMES = [
    "刘䶮", "陈㛃", "张𬭎", "李𬱖", "王𠅤", "陶喆", "欧阳夏侯端木令狐", "古丽娜尔·艾合买提",
    "阿卜杜热合曼·买买提依明江·库尔班", "Đặng Thị Ngọc Ánh", "José Ñuñez-Müller",
    "Wojciech Łukasiewicz-Šimůnek", "O'Brien & Sons <Ltd>", "Ağaoğlu Şükrü", "鏡﨑 さくら",
    "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmondeley Hubert Blaine",
    "X" * 90, "龘" * 40, "J.", "Иванова Мария", "嘎玛·旦增曲扎·索南",
]  # fmt: skip
LONG_NAME = "新疆维吾尔自治区伊犁哈萨克自治州友谊医院暨国家紧急医学救援综合基地" * 4
LONG_CLAUSES = tuple(
    ExclusionAnswer(
        f"C{n:02d}",
        f"第{n}款：被保险人因酗酒、斗殴、醉酒驾驶、无证驾驶或驾驶无有效行驶证的机动车所致的损害。",
        f"Clause {n}: injury from drunkenness, brawls, drunken driving, or driving unlicensed.",
        n == 7,
    )
    for n in range(1, 16)
)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_prints_and_can_be_read_back(name):
    for content in (specimen(member_name=name), specimen(hospital_zh=name, hospital_en=name)):
        pages = pages_of(paper.render(content))
        assert len(pages) == 4
        assert all(packed(name) in packed(page) for page in pages)


@pytest.mark.parametrize("name", ["刘䶮", "王𠅤", "Đặng Łukasz", "陶喆"])
def test_rare_characters_look_the_same_on_the_form_and_in_the_full_layout(name):
    content = specimen(member_name=name)
    fast, full = paper.render(content, (1,)), paper.render_in_full(content, (1,))
    one, other = images_of(fast)[0].astype(int), images_of(full)[0].astype(int)
    assert (abs(one - other) > 64).sum() < 40


def test_a_hospital_name_of_120_characters_comes_out_whole():
    content = specimen(hospital_zh=LONG_NAME[:120], hospital_en="Hospital of Long Names " * 8)
    assert not fits(lines_of(content))
    pages = pages_of(paper.render(content))
    assert len(pages) == 4
    for page in pages:
        assert packed(content.hospital_zh) in packed(page)
        assert packed(content.hospital_en) in packed(page)


@pytest.mark.parametrize("make", [specimen, specimen_top_up])
def test_fifteen_long_exclusions_come_out_whole_above_the_signatures(make):
    content = make(exclusions=LONG_CLAUSES)
    pages = pages_of(paper.render(content))
    assert len(pages) == 4
    for page in pages:
        for clause in LONG_CLAUSES:
            assert packed(clause.text_zh) in packed(page)
            assert packed(clause.text_en) in packed(page)
        assert page.count("不适用 No") == 14
    assert position_of(full_page(content), "end") <= BODY_END + 0.05


def test_long_names_and_many_exclusions_together_still_make_one_page():
    content = specimen(
        exclusions=LONG_CLAUSES,
        hospital_zh=LONG_NAME[:120],
        member_name="Featherstonehaugh-" * 5,
        product_zh="意外" * 30,
        location="浦东新区" * 20,
        replaces="3101882630417589",
    )
    pages = pages_of(paper.render(content))
    assert len(pages) == 4
    for fact in (content.hospital_zh, content.member_name, content.product_zh, content.location):
        assert all(packed(fact) in packed(page) for page in pages)


def test_the_measured_width_of_a_line_is_the_width_it_is_laid_out_with():
    """The longest hospital name that fits takes one line in the full layout, one more takes two."""
    fitting = max(n for n in range(40, 60) if fits(lines_of(specimen(hospital_zh="院" * n))))
    end = position_of(lay_full(specimen(hospital_zh="院" * fitting)), "end")
    assert end == position_of(lay_full(specimen()), "end")
    assert position_of(lay_full(specimen(hospital_zh="院" * (fitting + 2))), "end") > end


def lay_full(content):
    return full_page(replace(content, hospital_en=""))


def test_what_fits_no_page_is_refused_and_never_cut():
    clauses = tuple(replace(one, text_zh=one.text_zh * 12) for one in LONG_CLAUSES)
    for ask in (paper.check, paper.render):
        with pytest.raises(paper.LetterTooLong):
            ask(specimen(exclusions=clauses))


def test_characters_that_no_font_has_are_named():
    assert paper.missing_characters("王晓梅䶮㛃𬭎𬱖𠅤·Łž") == []
    assert paper.missing_characters("王\U0001f600A\U0001f600") == ["\U0001f600 (U+1F600)"]


@pytest.mark.parametrize("hidden", ["\x00", "\n", "\u202e", "\u200b", "\u2066", "\ufeff", "\x7f"])
def test_control_and_direction_characters_are_named_by_their_code_alone(hidden):
    assert paper.missing_characters(f"王{hidden}梅") == [f"U+{ord(hidden):04X}"]


@pytest.mark.parametrize("ask", [paper.check, paper.render])
def test_a_letter_that_cannot_be_printed_is_refused_by_name(ask):
    with pytest.raises(paper.CharactersMissing) as refused:
        ask(specimen(hospital_zh="仁济\U0001f600医院"))
    assert "U+1F600" in refused.value.message("zh")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src='file:///etc/hostname'>",
        "</div><style>*{display:none}</style>",
        "{{ 7 * 7 }}{% raw %}",
        "url(https://a.example/x.png)",
        "&lt;b&gt; &amp;",
        "(\\) Tj ET",
        "<!-- -->",
    ],
)
def test_markup_in_a_field_comes_out_as_text(text):
    content = specimen(member_name=text, location=text, case_number=text[:30], issued_by=text)
    pages = pages_of(paper.render(content))
    assert len(pages) == 4
    assert packed(text) in packed(pages[0])
    assert packed(text) in packed(text_of(paper.render_in_full(content, (1,))))


@pytest.mark.parametrize(
    "address", ["file:///etc/hostname", "http://127.0.0.1/", "data:,x", "letter-font:Other"]
)
def test_the_fetcher_gives_out_nothing_but_the_letters_fonts(address):
    for fetcher in (ClosedFetcher(), ClosedFetcher(fonts_allowed=True)):
        with pytest.raises(BaseException, match="fetches nothing"):
            fetcher.fetch(address)
    with pytest.raises(BaseException, match="fetches nothing"):
        ClosedFetcher().fetch("letter-font:Letter-Sans")


def test_an_address_in_the_page_itself_ends_the_rendering(monkeypatch, tmp_path):
    (tmp_path / "evil.html").write_text("<img src='file:///etc/hostname'>")
    monkeypatch.setattr(layout.press().templates.loader, "searchpath", [str(tmp_path)])
    with pytest.raises(BaseException, match=r"[Ee]rror fetching|fetches nothing"):
        lay_out("evil.html", style="form").write_pdf()


def test_the_committed_fonts_are_small_and_bear_their_own_name():
    cut = [path for path in FILES.values() if path.parent == FOLDER]
    assert sum(path.stat().st_size for path in cut) < 3_000_000
    for path in cut:
        with TTFont(path) as font:
            named = [str(r) for r in font["name"].names if r.nameID in (1, 3, 4, 6)]
        assert all(name.startswith("Letter") for name in named)
