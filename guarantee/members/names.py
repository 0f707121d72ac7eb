"""Names as people type them in a hurry: Chinese characters, pinyin, initials.

About half of the surnames with two readings come out wrong from any table made for texts (曾 as
céng, 单 as dān), so a surname is indexed under every reading it has as a surname or a word.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import permutations

import pypinyin

_SURNAMES: dict[str, tuple[str, ...]] = {
    "曾": ("zeng", "ceng"), "单": ("shan", "dan"), "解": ("xie", "jie"), "查": ("zha", "cha"),
    "仇": ("qiu", "chou"), "区": ("ou", "qu"), "朴": ("piao", "pu"), "盖": ("ge", "gai"),
    "缪": ("miao", "mou", "miu"), "乐": ("yue", "le"), "覃": ("qin", "tan"),
    "翟": ("zhai", "di"), "种": ("chong", "zhong"), "员": ("yun", "yuan"), "秘": ("bi", "mi"),
    "折": ("she", "zhe"), "盛": ("sheng", "cheng"), "车": ("che", "ju"), "召": ("shao", "zhao"),
    "黑": ("he", "hei"), "繁": ("po", "fan"), "祭": ("zhai", "ji"), "隗": ("wei", "kui"),
    "郗": ("xi", "chi"), "郇": ("xun", "huan"), "句": ("gou", "ju"), "谌": ("chen", "shen"),
    "牟": ("mu", "mou"), "莘": ("shen", "xin"), "宓": ("mi", "fu"), "尉": ("wei", "yu"),
    "柏": ("bai", "bo"), "薄": ("bo", "bao"), "褚": ("chu", "zhu"), "强": ("qiang", "jiang"),
    "沈": ("shen", "chen"), "冼": ("xian", "xi"), "洗": ("xian", "xi"), "阚": ("kan", "han"),
    "晁": ("chao", "zhao"), "長": ("zhang", "chang"), "长": ("zhang", "chang"),
    "那": ("na", "nuo"), "卜": ("bu", "bo"), "俞": ("yu", "shu"), "逄": ("pang", "feng"),
    "万俟": ("moqi", "wansi"), "尉迟": ("yuchi", "weichi"), "长孙": ("zhangsun", "changsun"),
    "澹台": ("tantai", "dantai"), "令狐": ("linghu",), "欧阳": ("ouyang",),
    "司马": ("sima",), "上官": ("shangguan",), "诸葛": ("zhuge",), "夏侯": ("xiahou",),
    "皇甫": ("huangfu",), "慕容": ("murong",), "司徒": ("situ",), "东方": ("dongfang",),
    "公孙": ("gongsun",), "端木": ("duanmu",), "独孤": ("dugu",), "南宫": ("nangong",),
}  # fmt: skip

_HAN = re.compile("[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LONGEST = 490  # the column holds 500


def name_keys(name: str) -> str:
    """What a name is found by besides itself: ' wangwei ww '. Keys stand between blanks, so that
    a search for the beginning of a key is a search for a blank and that beginning."""
    keys = _chinese_keys(name) if _HAN.search(name) else _latin_keys(name)
    kept = " "
    for key in dict.fromkeys(keys):
        if key and len(kept) + len(key) < _LONGEST:
            kept += f"{key} "
    return kept if kept.strip() else ""


def search_key(text: str) -> str:
    """Pinyin or a Latin name as typed → the letters that `name_keys` would hold."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("ü", "v"))
    return "".join(c for c in plain if "a" <= c <= "z")


def _chinese_keys(name: str) -> list[str]:
    characters = [c for c in name if _HAN.match(c)]
    surname = "".join(characters[:2])
    if surname not in _SURNAMES:
        surname = characters[0]
    given = [_readings(c) for c in characters[len(surname) :]]
    spelled: list[tuple[str, ...]] = []
    for reading in _surname_readings(surname):
        usual = [options[0] for options in given]
        spelled.append((reading, *usual))
        for at, options in enumerate(given):
            spelled += [(reading, *usual[:at], other, *usual[at + 1 :]) for other in options[1:]]
    full = ["".join(syllables) for syllables in spelled]
    initials = ["".join(s[:1] for s in syllables) for syllables in spelled]
    if len(surname) == 2:  # 欧阳修远: oyxy as well as oxy
        second = _readings(surname[1])[0][:1]
        initials += [f"{i[:1]}{second}{i[1:]}" for i in initials]
    passport = [key.replace("v", "yu") for key in full if "v" in key]
    return [*full, *initials, *passport]


def _surname_readings(surname: str) -> tuple[str, ...]:
    named = _SURNAMES.get(surname, ())
    return tuple(dict.fromkeys([*named, *_readings(surname)])) if len(surname) == 1 else named


def _readings(character: str) -> list[str]:
    """At most three readings, the usual one first; a character nobody knows has one: ''."""
    found = pypinyin.pinyin(character, style=pypinyin.Style.NORMAL, heteronym=True, errors="ignore")
    plain = [search_key(reading) for reading in (found[0] if found else [])]
    return list(dict.fromkeys(filter(None, plain)))[:3] or [""]


def _latin_keys(name: str) -> list[str]:
    """Every order of the parts of a Latin name, each part, and the initials."""
    parts = [key for part in re.split(r"[^\w]+", name) if (key := search_key(part))][:4]
    orders = list(permutations(parts))
    whole = ["".join(order) for order in orders]
    return [*whole, *parts, *("".join(p[0] for p in order) for order in orders)]
