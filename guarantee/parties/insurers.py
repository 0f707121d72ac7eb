"""Insurers, their products, and the exclusion clauses read out at the scene.

Clauses are versioned as a set: a letter's record names the version that was read out, so a set is
never changed once made; an edit makes the next version, valid from a day on.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    String,
    Text,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from guarantee.db import Base, FenColumn, Moment, PrimaryKey, db
from guarantee.refusals import NotFound, Words


class UnknownInsurer(NotFound):
    code = "unknown_insurer"
    words = Words("没有这家保险公司。", "There is no such insurer.")
    field = "insurer"


class Insurer(Base):
    __tablename__ = "insurers"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    products: Mapped[list[Product]] = relationship(
        back_populates="insurer", order_by="Product.code"
    )


class Product(Base):
    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("insurer_id", "code"),
        CheckConstraint("outpatient_cap_fen IS NULL OR outpatient_cap_fen > 0", name="outpatient"),
        CheckConstraint("inpatient_cap_fen IS NULL OR inpatient_cap_fen > 0", name="inpatient"),
    )

    id: Mapped[PrimaryKey]
    insurer_id: Mapped[int] = mapped_column(ForeignKey("insurers.id"))
    code: Mapped[str] = mapped_column(String(30))
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    outpatient_cap_fen: Mapped[FenColumn | None]
    """What top-ups may reach for outpatient treatment; the first guarantee does not obey it."""
    inpatient_cap_fen: Mapped[FenColumn | None]
    insurer: Mapped[Insurer] = relationship(back_populates="products")
    exclusion_versions: Mapped[list[ExclusionVersion]] = relationship(
        back_populates="product", order_by="ExclusionVersion.version"
    )


class ExclusionVersion(Base):
    __tablename__ = "exclusion_versions"
    __table_args__ = (
        UniqueConstraint("product_id", "version"),
        CheckConstraint("version >= 1", name="counted_from_one"),
    )

    id: Mapped[PrimaryKey]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    version: Mapped[int]
    valid_from: Mapped[date]
    made_at: Mapped[Moment]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    product: Mapped[Product] = relationship(back_populates="exclusion_versions")
    clauses: Mapped[list[ExclusionClause]] = relationship(
        order_by="ExclusionClause.position", cascade="all, delete-orphan"
    )

    @property
    def label(self) -> str:
        """How the version is written on a letter."""
        return version_label(self.product.code, self.version)


class ExclusionClause(Base):
    __tablename__ = "exclusion_clauses"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: Mapped[PrimaryKey]
    version_id: Mapped[int] = mapped_column(ForeignKey("exclusion_versions.id"))
    code: Mapped[str] = mapped_column(String(20))
    position: Mapped[int]
    text_zh: Mapped[str] = mapped_column(Text)
    """The clause as a sentence to read aloud."""
    text_en: Mapped[str] = mapped_column(Text)


def version_label(product_code: str, version: int) -> str:
    """How a version of a product's clauses is written: 'PA-ACC-01/3'."""
    return f"{product_code}/{version}"


def insurer_by_code(code: str) -> Insurer:
    """The insurer with this code. Refuses (`UnknownInsurer`)."""
    insurer = db.session.query(Insurer).filter_by(code=code).first()
    if insurer is None:
        raise UnknownInsurer()
    return insurer


def exclusions_on(product: Product, day: date) -> ExclusionVersion | None:
    """The clause set in force for `product` on `day`, or None when it excludes nothing."""
    query = (
        select(ExclusionVersion)
        .where(
            ExclusionVersion.product_id == product.id,
            ExclusionVersion.valid_from <= day,
        )
        .order_by(ExclusionVersion.valid_from.desc(), ExclusionVersion.version.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def new_exclusion_version(
    *,
    product: Product,
    clauses: list[tuple[str, str, str]],
    valid_from: date,
    by: object,
    at: datetime,
) -> ExclusionVersion:
    """The next version of a product's clauses: (code, zh, en) in reading order. Old ones stay."""
    made = ExclusionVersion(
        product=product,
        version=1 + max((v.version for v in product.exclusion_versions), default=0),
        valid_from=valid_from,
        made_at=at,
        made_by_id=getattr(by, "id", None),
        clauses=[
            ExclusionClause(code=code, position=i, text_zh=zh, text_en=en)
            for i, (code, zh, en) in enumerate(clauses, start=1)
        ],
    )
    db.session.add(made)
    db.session.flush()
    return made
