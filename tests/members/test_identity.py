"""Documents: only what is certainly wrong is refused."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guarantee.members.identity import (
    BadIdBirthDate,
    BadIdChecksum,
    DocumentType,
    IdPrecisionLost,
    MissingDocument,
    UnknownDocumentType,
    check_document,
    check_resident_id,
    document_type,
    is_known_area,
    mask_document,
    mask_name,
    mask_phone,
)
from guarantee.members.phones import BadPhone, normal_phone, normal_phones
from guarantee.refusals import Refusal
from tests.members.files import person

TODAY = date(2026, 11, 18)
PEOPLE = st.builds(
    lambda area, born, order: person(f"{area}{born:%Y%m%d}{order:03d}"),
    st.sampled_from(["310101", "110228", "654321", "810000"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@settings(max_examples=100)
@given(PEOPLE)
def test_any_well_formed_resident_id_is_taken_wherever_it_was_issued(number):
    checked = check_resident_id(number, on=TODAY)
    assert (checked.number, f"{checked.birth_date:%Y%m%d}") == (number, number[6:14])
    assert checked.sex == ("m" if int(number[16]) % 2 else "f")


@settings(max_examples=200)
@given(PEOPLE, st.integers(0, 17), st.integers(0, 9))
def test_any_valid_id_with_one_digit_changed_is_refused(number, place, digit):
    changed = f"{number[:place]}{digit}{number[place + 1 :]}"
    if changed == number:
        return
    with pytest.raises(BadIdChecksum):
        check_resident_id(changed, on=TODAY)


@settings(max_examples=200)
@given(PEOPLE, st.integers(0, 16))
def test_any_valid_id_with_two_neighbours_swapped_is_refused(number, place):
    changed = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if changed == number:
        return
    with pytest.raises(BadIdChecksum):
        check_resident_id(changed, on=TODAY)


@pytest.mark.parametrize("body", ["31010120260230", "31010120261301", "31010100000101"])
def test_a_birth_date_that_does_not_exist_is_refused(body):
    with pytest.raises(BadIdBirthDate):
        check_resident_id(person(f"{body}451"), on=TODAY)


def test_nobody_is_born_tomorrow_or_before_1880():
    check_resident_id(person("31010120261118451"), on=TODAY)
    for day in ("20261119", "18791231"):
        with pytest.raises(BadIdBirthDate):
            check_resident_id(person(f"310101{day}451"), on=TODAY)


@pytest.mark.parametrize(
    ("area", "known"),
    [("310101", True), ("330113", True), ("310230", False), ("310103", False), ("999999", False)],
)
def test_an_area_code_not_in_force_today_is_a_warning_only(area, known):
    checked = check_resident_id(person(f"{area}19720304451"), on=TODAY)
    assert is_known_area(area) is known
    assert checked.warnings == (() if known else ("unknown_area_code",))


def test_a_number_is_the_same_number_however_typed():
    ids = (person(f"11010119720304{order:03d}") for order in range(100))
    number = next(i for i in ids if i.endswith("X"))
    wide = number.lower().translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    for text in (number.lower(), wide, f" {number[:6]} {number[6:14]}-{number[14:]}", f"'{number}"):
        assert check_resident_id(text, on=TODAY).number == number


@pytest.mark.parametrize("text", ["310101720304451", "31010119720304451", "三一零", "A" * 18])
def test_a_form_no_resident_id_has_is_refused(text):
    with pytest.raises(BadIdChecksum):
        check_resident_id(text, on=TODAY)


def test_residence_permits_are_checked_like_resident_ids():
    kind = DocumentType.HMT_RESIDENCE_PERMIT
    number = person("83000019920130002")
    checked = check_document(kind, number, on=TODAY)
    assert (checked.warnings, checked.birth_date) == ((), date(1992, 1, 30))
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    with pytest.raises(BadIdChecksum):
        check_document(kind, wrong, on=TODAY)
    odd = check_document(kind, person("31010119920130002"), on=TODAY)
    assert odd.warnings == ("unusual_document_format",)


@pytest.mark.parametrize(
    ("kind", "usual", "unusual"),
    [
        (DocumentType.PASSPORT, "E21395134", "E2139513412"),
        (DocumentType.HK_MACAO_PERMIT, "H12345678", "12345678"),
        (DocumentType.TAIWAN_PERMIT, "12345678", "H12345678"),
        (DocumentType.FOREIGN_PERMANENT_RESIDENT, "USA110101900101", "110101900101"),
        (DocumentType.MILITARY_ID, "军字第1234567号", "1234"),
    ],
)
def test_other_documents_are_taken_as_written_with_a_warning_when_unusual(kind, usual, unusual):
    assert check_document(kind, usual, on=TODAY).warnings == ()
    odd = check_document(kind, unusual, on=TODAY)
    assert (odd.number, odd.warnings) == (unusual, ("unusual_document_format",))


@pytest.mark.parametrize("kind", DocumentType)
def test_a_missing_or_rounded_number_is_refused_for_every_kind(kind):
    with pytest.raises(MissingDocument):
        check_document(kind, " 　", on=TODAY)
    if kind != DocumentType.RESIDENT_ID:
        for nothing in ("=1+1", "无!", "E1\x07", "E" * 31):
            with pytest.raises(MissingDocument):
                check_document(kind, nothing, on=TODAY)
    for rounded in ("3.10101E+17", "３.1０１E17", "3E+17"):
        with pytest.raises(IdPrecisionLost):
            check_document(kind, rounded, on=TODAY)


def test_document_types_are_known_by_their_names():
    assert document_type("") == document_type(" 身 份证 ") == DocumentType.RESIDENT_ID
    assert document_type("港澳台居民居住证") == DocumentType.HMT_RESIDENCE_PERMIT
    assert document_type("passport") == DocumentType.PASSPORT
    with pytest.raises(UnknownDocumentType):
        document_type("驾驶证")


def test_a_refusal_never_repeats_the_number():
    for text in ("310101197203044519", "3.10101E+17"):
        with pytest.raises(Refusal) as refused:
            check_resident_id(text, on=TODAY)
        assert "310101" not in str(refused.value) + refused.value.message("zh")


def test_masks_hide_what_is_not_needed():
    assert [mask_name(n) for n in ("王伟", "欧阳修远", "SMITH, JOHN", "")] == [
        "王*",
        "欧*",
        "S*",
        "",
    ]
    assert mask_document("310101197203044514") == "310101********4"
    assert mask_document("E21395134") == "E****34"
    assert mask_document("1234") == "****"
    assert mask_phone("13800138000") == "138****8000"
    assert mask_phone("6666") == "****"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+86 158-9132-6740", "15891326740"),
        ("0086 15891326740", "15891326740"),
        ("１５８９１３２６７４０", "15891326740"),
        ("015891326740", "15891326740"),
        ("15409640415", "15409640415"),
        ("021-64370045", "02164370045"),
        ("(010) 6512 3456转802", "01065123456"),
        ("0571-88886666-801", "057188886666"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_a_phone_is_kept_in_one_form(written, kept):
    assert normal_phone(written) == kept
    assert normal_phone(kept) == kept


def test_a_local_number_needs_its_area_code():
    with pytest.raises(BadPhone):
        normal_phone("64370045")
    assert normal_phone("6437 0045", area_code="021") == "02164370045"


@pytest.mark.parametrize(
    "text", ["", "无", "1380013800", "138001380001", "95588", "400-800-1234", "1.38001E+10"]
)
def test_what_is_no_persons_phone_is_refused(text):
    with pytest.raises(BadPhone):
        normal_phone(text)


def test_several_phones_in_a_cell_are_all_kept():
    assert normal_phones("13800138000、021-64370045；13800138000") == ("13800138000", "02164370045")
    assert normal_phones(" ") == ()
