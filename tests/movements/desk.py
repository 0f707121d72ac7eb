"""Letters and charges moved through the house's own functions, or through the API."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from guarantee.cases.intake import open_case
from guarantee.cases.models import Case, Condition, Method
from guarantee.cases.verification import exclusions_of, verify
from guarantee.charges.final_bill import close_with_final_bill
from guarantee.charges.lines import ChargeLine
from guarantee.charges.posting import post_charges
from guarantee.ledger.holds import change_sum_insured
from guarantee.ledger.models import Cover, Part
from guarantee.letters import lifecycle, top_up
from guarantee.letters.issue import issue
from guarantee.letters.models import Letter, TopUpRequest
from guarantee.members.models import Member
from guarantee.parties.centers import Center
from guarantee.parties.hospitals import Hospital
from guarantee.parties.insurers import Product
from guarantee.parties.staff import system
from tests import factories
from tests.movements.model_charges import Line
from tests.movements.model_letters import PRE
from tests.movements.people import People, get, staff

SETTINGS = factories.SETTINGS


class Desk:
    """What dispatchers, crews, billing desks and the hotline do. Answers ids of rows."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.members: dict[int, int] = {}
        self.numbers: dict[int, str] = {}

    def open_cover(self, product: int, insured: int) -> int:
        def work() -> tuple[int, int]:
            product_ = get(Product, product)
            made = factories.make_enrolment(product=product_, sum_insured_fen=insured)
            return made.cover_id, made.member_id

        cover, self.members[cover] = self.people.do(work)
        return cover

    def change_sum(self, cover: int, insured: int) -> None:
        self.people.do(
            lambda: change_sum_insured(
                cover=get(Cover, cover),
                sum_insured_fen=insured,
                cause="import",
                by=staff(self.people.clerk),
                at=self.people.at,
            )
        )

    def open_case(self, cover: int, center: int) -> int:
        return self.people.do(
            lambda: open_case(
                center=get(Center, center),
                caller="13800138000",
                condition=Condition.ACCIDENT,
                by=staff(self.people.dispatcher[center]),
                at=self.people.at,
                member=get(Member, self.members[cover]),
            )
        ).id

    def verify(self, case: int, method: str, against: str) -> None:
        def work() -> None:
            case_ = get(Case, case)
            assert case_.member is not None
            clauses = exclusions_of(case_, at=self.people.at)
            assert clauses is not None
            verify(
                case=case_,
                method=Method(method),
                document_type_text=case_.member.document_type,
                document_number=case_.member.document_number,
                condition_in_scope=against != "condition_out_of_scope",
                answers={c.code: against == "exclusion_applies" for c in clauses.clauses},
                exclusions_version=clauses.label,
                by=staff(self.people.hotline),
                at=self.people.at,
                provisional_for=timedelta(hours=24),
            )

        self.people.do(work)

    def end_case(self, case: int, center: int) -> None:
        self.people.do(
            lambda: lifecycle.end_case(
                case=get(Case, case),
                outcome="died",
                by=staff(self.people.dispatcher[center]),
                at=self.people.at,
            )
        )

    def issue(self, case: int, center: int, hospital: int, *, api: bool) -> int:
        people = self.people
        if api:
            body = {"hospital": people.hospital_codes[hospital], "channel": "center"}
            said = people.ask(people.dispatcher[center], f"/cases/{case}/letters", body)
            self.numbers[said["id"]] = said["number"]
            return int(said["id"])
        made = people.do(
            lambda: issue(
                case=get(Case, case),
                hospital=get(Hospital, hospital),
                channel="hotline",
                by=staff(people.hotline),
                at=people.at,
                settings=SETTINGS,
            )
        ).letter
        self.numbers[made.id] = made.number
        return made.id

    def present(self, letter: int, hospital: int, *, api: bool) -> None:
        by = self.people.desk[hospital]
        if api:
            self.people.ask(by, self._path(letter, "presentation"), {"accepted": True})
            return
        self.people.do(
            lambda: lifecycle.present(letter=get(Letter, letter), by=staff(by), at=self.people.at)
        )

    def hand_back(self, letter: int, hospital: int, *, api: bool) -> None:
        by = self.people.desk[hospital]
        if api:
            self.people.ask(by, self._path(letter, "handback"), {"reason": "送错医院"})
            return
        self.people.do(
            lambda: lifecycle.hand_back(
                letter=get(Letter, letter), reason="送错医院", by=staff(by), at=self.people.at
            )
        )

    def void(self, letter: int, center: int, *, api: bool) -> None:
        by = self.people.dispatcher[center]
        if api:
            self.people.ask(by, self._path(letter, "void"), {"reason": "填错"})
            return
        self.people.do(
            lambda: lifecycle.void(
                letter=get(Letter, letter), reason="填错", by=staff(by), at=self.people.at
            )
        )

    def lapse(self) -> None:
        self.people.do(lambda: lifecycle.lapse_due(at=self.people.at, by=system()))

    def ask_top_up(self, letter: int, hospital: int, fen: int, setting: str, *, api: bool) -> int:
        by = self.people.desk[hospital]
        if api:
            body = {"amount_fen": fen, "reason": "手术", "setting": setting}
            return int(self.people.ask(by, self._path(letter, "top-up-requests"), body)["id"])
        return self.people.do(
            lambda: top_up.ask(
                letter=get(Letter, letter),
                amount_fen=fen,
                reason="手术",
                setting=setting,
                by=staff(by),
                at=self.people.at,
                settings=SETTINGS,
            )
        ).id

    def decide(self, request: int, fen: int | None, *, approve: bool, api: bool) -> int | None:
        """Answers the top-up letter, once granted."""
        by, path = self.people.hotline, f"/top-up-requests/{request}/decision"
        if api:
            body = {"approve": approve, "amount_fen": fen, "reason": "病情需要"}
            self.people.ask(by, path, body)
        else:
            self.people.do(
                lambda: top_up.decide(
                    request=get(TopUpRequest, request),
                    approve=approve,
                    amount_fen=fen,
                    reason="病情需要",
                    by=staff(by),
                    at=self.people.at,
                    settings=SETTINGS,
                )
            )
        made = self.people.read(lambda: get(TopUpRequest, request).top_up)
        if made is not None:
            self.numbers[made.id] = made.number
        return made.id if made is not None else None

    def withdraw(self, request: int, hospital: int) -> None:
        self.people.do(
            lambda: top_up.withdraw(
                request=get(TopUpRequest, request),
                by=staff(self.people.desk[hospital]),
                at=self.people.at,
            )
        )

    def post(self, letter: int, sender: int, lines: list[Line], *, api: bool) -> None:
        """`sender`: the hospital of a stay's lines, the centre of a ride's."""
        ride = lines[0].part == PRE
        by = self.people.finance[sender] if ride else self.people.desk[sender]
        if api:
            body = {"lines": [_as_json(line) for line in lines]}
            self.people.ask(by, self._path(letter, "charges"), body)
            return
        self.people.do(
            lambda: post_charges(
                letter=get(Letter, letter),
                lines=[_charge_line(line) for line in lines],
                by=staff(by),
                at=self.people.at,
            )
        )

    def final_bill(self, letter: int, hospital: int, total: int | None, *, api: bool) -> None:
        by = self.people.desk[hospital]
        if api:
            self.people.ask(by, self._path(letter, "final-bill"), {"total_fen": total})
            return
        self.people.do(
            lambda: close_with_final_bill(
                letter=get(Letter, letter), total_fen=total, by=staff(by), at=self.people.at
            )
        )

    def _path(self, letter: int, what: str) -> str:
        return f"/letters/{self.numbers[letter]}/{what}"


def _charge_line(line: Line) -> ChargeLine:
    return ChargeLine(
        line_id=line.line_id,
        part=Part(line.part),
        charged_on=line.day,
        category="费用",
        code="",
        name=line.item,
        quantity=Decimal(1 if line.fen > 0 else -1),
        unit_price_fen=abs(line.fen),
        amount_fen=line.fen,
        in_scope=line.in_scope,
        receipt_number=f"R-{line.line_id}" if line.part == PRE else "",
    )


def _as_json(line: Line) -> dict[str, object]:
    made = _charge_line(line)
    return {
        "line_id": made.line_id,
        "part": str(made.part),
        "charged_on": made.charged_on.isoformat(),
        "category": made.category,
        "name": made.name,
        "quantity": int(made.quantity),
        "unit_price_fen": made.unit_price_fen,
        "amount_fen": made.amount_fen,
        "in_scope": made.in_scope,
        "receipt_number": made.receipt_number,
    }
