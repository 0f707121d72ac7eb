"""Finding a member by whatever the caller can say."""

import pytest

from guarantee.db import db
from guarantee.members.lookup import find_members, member_of_document, search
from guarantee.members.names import name_keys
from guarantee.members.register import import_members
from guarantee.parties.staff import Staff
from guarantee.roles import Role
from tests.factories import make_insurer, make_member, make_product, make_staff
from tests.members.files import csv_file, person, row

IDS = {
    "王伟": person("31010119720304451"),
    "王玮琪": person("31010119820304452"),
    "曾丽": person("11010119900101123"),
    "古丽娜尔·艾合买提": person("65010119900101128"),
    "欧阳修远": person("65010119900101129"),
}


@pytest.fixture(autouse=True)
def family(app, at):
    """A register filled by a file: two people share a phone."""
    insurer = make_insurer("ALPHA")
    make_product(insurer, code="CC-GOLD", clauses=[])
    people = [
        row(被保险人姓名=name, 证件号码=number, 绿卡号=f"LK{n}", 联系电话=f"1380013800{n // 2}")
        for n, (name, number) in enumerate(IDS.items())
    ]
    people.append(
        row(
            被保险人姓名="SMITH, JOHN",
            证件类型="护照",
            证件号码="E21395134",
            联系电话="021-64370045",
            绿卡号="LK9",
        )
    )
    by: Staff = make_staff(Role.ADMIN)
    data = csv_file(*people)
    file = import_members(data=data, filename="a.csv", insurer=insurer, by=by, at=at)
    assert file.accepted == 6
    db.session.commit()


def names(found) -> list[str]:
    return [member.name for member in found]


def test_by_document_however_typed():
    number = IDS["王伟"]
    for text in (number, number.lower(), f"{number[:6]} {number[6:]}", f" {number} "):
        assert names(find_members(document_number=text)) == ["王伟"]
    assert find_members(document_number=number[:-1]) == []
    assert member_of_document("resident_id", number).name == "王伟"
    assert member_of_document("passport", number) is None


def test_by_phone_all_who_share_it():
    assert names(find_members(phone="+86 138-0013-8000")) == ["王伟", "王玮琪"]
    assert names(find_members(phone="64370045", area_code="021")) == ["SMITH, JOHN"]
    assert find_members(phone="64370045") == []
    assert find_members(phone="anonymous") == []


def test_by_card():
    assert names(find_members(card_number="lk2")) == ["曾丽"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("王伟", ["王伟"]),
        ("王", ["王伟", "王玮琪"]),
        ("wangwei", ["王伟", "王玮琪"]),
        ("Wang Wei", ["王伟", "王玮琪"]),
        ("ww", ["王伟", "王玮琪"]),
        ("zengli", ["曾丽"]),
        ("cengli", ["曾丽"]),
        ("zl", ["曾丽"]),
        ("古丽娜尔", ["古丽娜尔·艾合买提"]),
        ("古丽娜尔•艾", ["古丽娜尔·艾合买提"]),
        ("gulinaer", ["古丽娜尔·艾合买提"]),
        ("oyxy", ["欧阳修远"]),
        ("john sm", ["SMITH, JOHN"]),
        ("smith", ["SMITH, JOHN"]),
        ("wei", []),
        ("%", []),
        ("_伟", []),
    ],
)
def test_by_name_in_characters_pinyin_or_initials(typed, found):
    assert names(find_members(name=typed)) == found


def test_the_very_name_comes_first():
    make_member("王伟明", name_keys=name_keys("王伟明"))
    make_member("王维", name_keys=name_keys("王维"))
    assert names(find_members(name="王伟"))[0] == "王伟"
    assert names(find_members(name="wangwei"))[-1] != "王伟"
    assert names(find_members(name="wangwei", limit=1)) != []


def test_everything_given_has_to_apply():
    assert names(find_members(phone="13800138000", name="王玮琪")) == ["王玮琪"]
    assert find_members(phone="13800138000", card_number="LK2") == []
    assert find_members() == []
    assert find_members(name="  ") == []


def test_one_field_takes_whatever_is_typed():
    assert names(search(IDS["曾丽"])) == ["曾丽"]
    assert names(search("138 0013 8000")) == ["王伟", "王玮琪"]
    assert names(search("LK4")) == ["欧阳修远"]
    assert names(search("e21395134")) == ["SMITH, JOHN"]
    assert names(search("zeng")) == ["曾丽"]
    assert search("") == search("13900000000") == []
