"""Whether an item is within the local social-insurance catalogue, as the hospital's bill says.

甲 and 乙 are in; 丙 and 自费 are the patient's own. Written many ways (甲类, A, 乙类药, 全自费);
what is none of these is not guessed.
"""

from __future__ import annotations

import re
import unicodedata

from guarantee.refusals import Invalid, Words

_IN = re.compile(r"(甲|乙)(类|级)?(药|药品|项目)?|[AB](类)?|医保内|社保内")
_OUT = re.compile(
    r"丙(类|级)?(药|药品|项目)?|C(类)?|(全|纯)?自费(类|药|药品|项目)?|医保外|社保外|非医保"
)


class UnknownScope(Invalid):
    code = "unknown_scope"
    words = Words(
        "医保类型应为甲、乙、丙或自费。", "The insurance class is one of 甲, 乙, 丙 or 自费."
    )
    field = "in_scope"


def in_scope(insurance_class: str) -> bool:
    """Whether an item of this 医保类型 counts. Refuses `unknown_scope`, also when it is empty."""
    text = "".join(unicodedata.normalize("NFKC", insurance_class).split()).upper()
    if _IN.fullmatch(text):
        return True
    if _OUT.fullmatch(text):
        return False
    raise UnknownScope()
