"""Setting up and changing insurers, their products, and the clauses read out at the scene."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import select

from guarantee import audit
from guarantee.db import db
from guarantee.parties.insurers import ExclusionVersion, Insurer, Product, new_exclusion_version
from guarantee.parties.staff import Staff
from guarantee.refusals import Conflict, Invalid, Words

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,19}")


class BadCode(Invalid):
    code = "bad_code"
    words = Words(
        "代码由 2 至 20 位大写字母、数字或连字符组成。",
        "A code has 2 to 20 capital letters, digits or hyphens.",
    )
    field = "code"


class InsurerCodeTaken(Conflict):
    code = "insurer_code_taken"
    words = Words("已有保险公司使用此代码。", "Another insurer has this code.")
    field = "code"


class ProductCodeTaken(Conflict):
    code = "product_code_taken"
    words = Words("该公司已有险种使用此代码。", "Another product of this insurer has this code.")
    field = "code"


class NoSuchCap(Invalid):
    code = "cap_not_positive"
    words = Words("限额须大于零；不设限额请留空。", "A cap is above zero; leave it empty for none.")


class ClausesUnpaired(Invalid):
    code = "clauses_unpaired"
    words = Words(
        "每条免责条款都要有代码、中文和英文，且代码不重复。",
        "Every clause has a code of its own, its Chinese and its English.",
    )
    field = "clauses"


class ValidityInThePast(Invalid):
    code = "validity_in_the_past"
    words = Words(
        "新版本最早从今天起生效；已读出的条款不能改变。",
        "A new version is valid from today at the earliest: what was read out stays as it was.",
    )
    field = "valid_from"


def add_insurer(*, code: str, name_zh: str, name_en: str, by: Staff, at: datetime) -> Insurer:
    """A new insurer. Refuses `bad_code`, `insurer_code_taken`."""
    if not _CODE.fullmatch(code):
        raise BadCode()
    if db.session.scalar(select(Insurer.id).where(Insurer.code == code)):
        raise InsurerCodeTaken()
    made = Insurer(code=code, name_zh=name_zh, name_en=name_en)
    db.session.add(made)
    db.session.flush()
    audit.record(by=by, at=at, action="insurer created", subject=f"insurer:{made.id}", code=code)
    return made


def change_insurer(
    *, insurer: Insurer, name_zh: str, name_en: str, by: Staff, at: datetime
) -> None:
    """Rename an insurer; its code stays, files name it."""
    insurer.name_zh, insurer.name_en = name_zh, name_en
    audit.record(by=by, at=at, action="insurer changed", subject=f"insurer:{insurer.id}")


def add_product(
    *,
    insurer: Insurer,
    code: str,
    name_zh: str,
    name_en: str,
    outpatient_cap_fen: int | None,
    inpatient_cap_fen: int | None,
    by: Staff,
    at: datetime,
) -> Product:
    """A new product; the caps (fen, None for none) limit its top-ups, not the first guarantee.

    Refuses `bad_code`, `product_code_taken`, `cap_not_positive`.
    """
    if not _CODE.fullmatch(code):
        raise BadCode()
    taken = select(Product.id).where(Product.insurer_id == insurer.id, Product.code == code)
    if db.session.scalar(taken):
        raise ProductCodeTaken()
    _check_caps(outpatient_cap_fen, inpatient_cap_fen)
    made = Product(
        insurer=insurer, code=code, name_zh=name_zh, name_en=name_en,
        outpatient_cap_fen=outpatient_cap_fen, inpatient_cap_fen=inpatient_cap_fen,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record(by=by, at=at, action="product created", subject=f"product:{made.id}", code=code)
    return made


def change_product(
    *,
    product: Product,
    name_zh: str,
    name_en: str,
    outpatient_cap_fen: int | None,
    inpatient_cap_fen: int | None,
    by: Staff,
    at: datetime,
) -> None:
    """Rename a product or change its caps, for top-ups from now on. Refuses `cap_not_positive`."""
    _check_caps(outpatient_cap_fen, inpatient_cap_fen)
    before = (product.outpatient_cap_fen, product.inpatient_cap_fen)
    product.name_zh, product.name_en = name_zh, name_en
    product.outpatient_cap_fen, product.inpatient_cap_fen = outpatient_cap_fen, inpatient_cap_fen
    audit.record(
        by=by, at=at, action="product changed", subject=f"product:{product.id}",
        caps_before=before, caps=(outpatient_cap_fen, inpatient_cap_fen),
    )  # fmt: skip


def _check_caps(outpatient_fen: int | None, inpatient_fen: int | None) -> None:
    for field, cap in (("outpatient_cap", outpatient_fen), ("inpatient_cap", inpatient_fen)):
        if cap is not None and cap <= 0:
            raise NoSuchCap(field=field)


def publish_exclusions(
    *,
    product: Product,
    clauses: list[tuple[str, str, str]],
    valid_from: date,
    today: date,
    by: Staff,
    at: datetime,
) -> ExclusionVersion:
    """The next version of a product's clauses, (code, zh, en) in reading order; old ones stay.

    Refuses `clauses_unpaired`, `validity_in_the_past`.
    """
    if any(not all(clause) for clause in clauses) or len({c[0] for c in clauses}) != len(clauses):
        raise ClausesUnpaired()
    if valid_from < today:
        raise ValidityInThePast()
    made = new_exclusion_version(
        product=product, clauses=clauses, valid_from=valid_from, by=by, at=at
    )
    audit.record(
        by=by, at=at, action="exclusions published", subject=f"product:{product.id}",
        version=made.version, clauses=len(clauses), valid_from=valid_from.isoformat(),
    )  # fmt: skip
    return made
