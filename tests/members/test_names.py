"""Names as they are indexed: every reading that someone may type."""

import pytest

from guarantee.members.names import name_keys


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("曾单", {"zengdan", "cengdan", "zd", "cd"}),
        ("单丽", {"shanli", "danli", "sl", "dl"}),
        ("解放", {"xiefang", "jiefang"}),
        ("查良镛", {"zhaliangyong", "chaliangyong", "zly", "cly"}),
        ("吕布", {"lvbu", "lyubu"}),
        ("尉迟恭", {"yuchigong", "ycg", "yg"}),
        ("王乐", {"wangle", "wangyue"}),
        ("SMITH, JOHN", {"smithjohn", "johnsmith", "john", "sj"}),
    ],
)
def test_a_name_is_indexed_under_every_reading_of_its_surname(name, keys):
    assert keys <= set(name_keys(name).split())


def test_keys_fit_their_column_however_long_the_name():
    assert len(name_keys("乐" * 100)) <= 500
    assert name_keys("???") == ""
