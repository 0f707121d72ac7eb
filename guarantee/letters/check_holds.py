"""What must hold between letters and the books; part of `flask ledger check`.

A letter says what was set aside for it. While it stands all of that is promised or used; once it
has ended, what was not used has gone back to its cover.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, false, func, not_, or_, select
from sqlalchemy.orm import aliased

from guarantee.cases.models import Case
from guarantee.ledger import check
from guarantee.ledger.check_holds import OWED_TO
from guarantee.ledger.check_one import Check
from guarantee.ledger.models import Account, AccountKind, Hold, Part, Posting
from guarantee.letters.models import Letter
from guarantee.members.models import Enrolment
from guarantee.refusals import Words

_pre, _within = aliased(Hold), aliased(Hold)
_promised = case((Letter.kind == "initial", Letter.pre_hospital_fen))

PARTS = Check(
    "letter_holds",
    Words(
        "每份担保函恰有其各部分的冻结，金额与函上一致",
        "each letter has exactly its holds: both parts of an initial letter, the in-hospital part "
        "of a top-up, with the figures it states",
    ),
    "letters",
    select(
        Letter.id,
        Letter.kind,
        _promised.label("pre_hospital"),
        Letter.in_hospital_fen.label("in_hospital"),
        _pre.placed_fen.label("placed_pre_hospital"),
        _within.placed_fen.label("placed_in_hospital"),
        or_(
            _promised.is_distinct_from(_pre.placed_fen),
            Letter.in_hospital_fen.is_distinct_from(_within.placed_fen),
        ).label("wrong"),
    )
    .select_from(Letter)
    .outerjoin(_pre, (_pre.letter_id == Letter.id) & (_pre.part == Part.PRE_HOSPITAL))
    .outerjoin(_within, (_within.letter_id == Letter.id) & (_within.part == Part.IN_HOSPITAL)),
    "{kind}: pre-hospital {pre_hospital}, its hold {placed_pre_hospital}; "
    "in-hospital {in_hospital}, its hold {placed_in_hospital}",
)

_all_there = Hold.held_fen + Hold.captured_fen == Hold.placed_fen
_ended = Hold.held_fen == 0
FITS: dict[str, ColumnElement[bool]] = {
    "issued": _all_there,
    "presented": _all_there,
    "closed": _ended,
    "lapsed": _ended,
    "voided": and_(_ended, Hold.captured_fen == 0),
}
"""What a hold's figures are in each state of its letter (tables.LETTER)."""

STATES = Check(
    "hold_letters",
    Words(
        "有效担保函的冻结分文未退，失效、作废、结案的不再冻结",
        "a letter that stands has given nothing back, and one that has ended holds nothing",
    ),
    "holds",
    select(
        Hold.id,
        Hold.letter_id,
        Letter.state,
        Hold.state.label("hold_state"),
        Hold.placed_fen,
        Hold.held_fen,
        Hold.captured_fen,
        or_(
            not_(case(*((Letter.state == s, fits) for s, fits in FITS.items()), else_=false())),
            and_(Hold.state == "lapsed", Letter.state != "lapsed"),
        ).label("wrong"),
    )
    .select_from(Hold)
    .outerjoin(Letter, Letter.id == Hold.letter_id),
    "{hold_state} with placed {placed_fen}, held {held_fen}, captured {captured_fen}, "
    "but letter {letter_id} is {state}",
)

COVERS = Check(
    "hold_covers",
    Words("冻结所在的保额正是患者参保的保额", "a hold is on the cover of its case's enrolment"),
    "holds",
    select(
        Hold.id,
        Hold.cover_id.label("kept"),
        Enrolment.cover_id.label("recomputed"),
        Hold.cover_id.is_distinct_from(Enrolment.cover_id).label("wrong"),
    )
    .select_from(Hold)
    .outerjoin(Letter, Letter.id == Hold.letter_id)
    .outerjoin(Case, Case.id == Letter.case_id)
    .outerjoin(Enrolment, Enrolment.id == Case.enrolment_id),
    "cover_id is {kept}, the enrolment of its case has {recomputed}",
)

_first = aliased(Hold)
LINKS = Check(
    "hold_links",
    Words(
        "追加函的冻结指向首份担保函同一部分的冻结，其余不指向任何冻结",
        "a top-up's hold links to the initial letter's hold of that part and cover; no other links",
    ),
    "holds",
    select(
        Hold.id,
        Letter.kind,
        Hold.links_to_id.label("kept"),
        _first.id.label("recomputed"),
        or_(
            Hold.links_to_id.is_distinct_from(_first.id),
            and_(Letter.amends_id.is_not(None), Hold.cover_id.is_distinct_from(_first.cover_id)),
        ).label("wrong"),
    )
    .select_from(Hold)
    .outerjoin(Letter, Letter.id == Hold.letter_id)
    .outerjoin(_first, (_first.letter_id == Letter.amends_id) & (_first.part == Hold.part)),
    "{kind}: links_to_id is {kept}, the initial letter's hold is {recomputed}",
)

_payees = select(Account.id, Account.kind, Account.owner_id).where(Account.kind.in_(OWED_TO))
_into, _out = _payees.subquery(), _payees.subquery()
_kind = func.coalesce(_into.c.kind, _out.c.kind)
_owner = func.coalesce(_into.c.owner_id, _out.c.owner_id)
_owed_to = case((_kind == AccountKind.HOSPITAL_PAYABLE, Letter.hospital_id), else_=Case.center_id)
PAYEES = Check(
    "posting_payees",
    Words(
        "扣用的钱欠给该函的医院或出函中心",
        "what was captured is owed to the letter's hospital, or to its centre and its fund",
    ),
    "ledger_postings",
    select(
        Posting.id,
        Hold.letter_id,
        _kind.label("kind"),
        _owner.label("kept"),
        _owed_to.label("recomputed"),
        _owner.is_distinct_from(_owed_to).label("wrong"),
    )
    .select_from(Posting)
    .outerjoin(_into, _into.c.id == Posting.debit_account_id)
    .outerjoin(_out, _out.c.id == Posting.credit_account_id)
    .join(Hold, Hold.id == Posting.hold_id)
    .outerjoin(Letter, Letter.id == Hold.letter_id)
    .outerjoin(Case, Case.id == Letter.case_id)
    .where(or_(_into.c.id.is_not(None), _out.c.id.is_not(None))),
    "{kind} of {kept}, but letter {letter_id} is owed by {recomputed}",
)

check.more_checks.extend((PARTS, STATES, COVERS, LINKS, PAYEES))
