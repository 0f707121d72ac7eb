"""Files into the register: each row whole or not at all, the same again changes nothing."""

import io
import json

import openpyxl
import pytest
from sqlalchemy import func, select

from guarantee.audit import AuditRecord
from guarantee.db import db
from guarantee.ledger.check import check_ledger
from guarantee.ledger.entries import Movement, account, post_entry
from guarantee.ledger.holds import lock_cover, remaining_fen
from guarantee.ledger.models import AccountKind, Cover, Entry
from guarantee.members.models import Enrolment, ImportFile, ImportRow, Member, MemberPhone, Policy
from guarantee.members.register import import_members, import_summary, preview_members
from guarantee.members.rejects import REASONS, WARNINGS, rejected_workbook
from guarantee.parties.insurers import Insurer
from guarantee.refusals import Refusal
from guarantee.roles import Role
from tests.factories import make_insurer, make_product, make_staff
from tests.members.files import FILES, FOLDER, HEADER, PRODUCTS, csv_file, person, row

OTHER_ID = person("11010119900101123")


@pytest.fixture
def alpha(app) -> Insurer:
    insurer = make_insurer("ALPHA")
    for code in PRODUCTS:
        make_product(insurer, code=code, clauses=[])
    db.session.commit()
    return insurer


@pytest.fixture
def send(alpha, at):
    by = make_staff(Role.ADMIN)

    def sent(data: bytes, filename: str = "members.csv", insurer: Insurer = alpha) -> ImportFile:
        file = import_members(data=data, filename=filename, insurer=insurer, by=by, at=at)
        db.session.commit()
        return file

    return sent


def counts() -> dict[str, int]:
    tables = (Member, MemberPhone, Policy, Enrolment, Cover, Entry)
    return {t.__name__: db.session.scalar(select(func.count(t.id))) for t in tables}


def outcomes(file: ImportFile) -> list[str]:
    return [r.reason or r.outcome for r in file.rows]


def only_enrolment() -> Enrolment:
    db.session.expire_all()
    return db.session.scalars(select(Enrolment)).one()


@pytest.mark.parametrize("name", FILES)
def test_a_file_comes_in_as_its_answer_key_says_and_twice_changes_nothing(send, name):
    key = json.loads((FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))["rows"]
    data = (FOLDER / name).read_bytes()

    first = import_summary(send(data, name))

    told = [
        (r["row"], r["outcome"], r.get("reason"), *r.get("warnings", [])) for r in first["rows"]
    ]
    wanted = [
        (k["row"], k["outcome"], k.get("reason"), *([k["warning"]] if "warning" in k else []))
        for k in key
    ]
    assert told == wanted
    accepted = [k for k in key if k["outcome"] == "accepted"]
    members = db.session.scalars(select(Member)).all()
    assert {(m.name, m.document_number) for m in members} == {
        (k["name"], k["document"]) for k in accepted
    }
    written = db.session.scalars(select(Enrolment)).all()
    assert sorted((e.starts_on.isoformat(), e.ends_on.isoformat()) for e in written) == sorted(
        (k["start"], k["end"]) for k in accepted
    )
    assert sum(remaining_fen(e.cover) for e in written) == sum(
        k["sum_insured_fen"] for k in accepted
    )
    assert check_ledger().faults == []

    before = counts()
    second = send(data, name)
    assert counts() == before
    assert second.accepted == 0
    assert second.duplicates == len(accepted) + sum(k["outcome"] == "duplicate" for k in key)
    assert second.rejected == first["rejected"]


def test_a_preview_says_the_same_and_writes_nothing(send, alpha, at):
    data = (FOLDER / FILES[0]).read_bytes()
    by = make_staff(Role.ADMIN)
    db.session.commit()
    before = counts()

    preview = preview_members(data=data, filename=FILES[0], insurer=alpha, by=by, at=at)
    db.session.commit()

    assert counts() == before
    assert db.session.scalar(select(func.count(ImportFile.id))) == 0
    real = send(data, FILES[0])
    assert [(r.row, r.outcome, r.reason) for r in preview.rows] == [
        (r.row, r.outcome, r.reason) for r in real.rows
    ]
    assert preview.count("accepted") == real.accepted


def test_rejected_rows_come_back_with_reasons_and_the_corrected_workbook_is_taken(send):
    file = send(csv_file(row(), row(证件号码=OTHER_ID[:-1] + "?", 被保险人姓名="=1+1", 保额="x")))
    assert outcomes(file) == ["accepted", "bad_name"]

    book = openpyxl.load_workbook(io.BytesIO(rejected_workbook(file)))
    sheet = book.active
    header = [cell.value for cell in sheet[1]]
    assert tuple(header[: len(HEADER)]) == HEADER
    cells = {title: sheet.cell(2, at) for at, title in enumerate(header, start=1)}
    assert cells["被保险人姓名"].value == "=1+1"
    assert cells["被保险人姓名"].data_type == "s"
    assert cells["行号 Row"].value == "3"
    assert cells["退回代码 Code"].value == "bad_name"
    assert cells["退回原因"].value == REASONS["bad_name"].zh
    assert rejected_workbook(file) == rejected_workbook(file)

    still_wrong = send(rejected_workbook(file), "again.xlsx")
    assert outcomes(still_wrong) == ["bad_name"]

    cells["被保险人姓名"].value = "赵𠅤"
    cells["证件号码"].value = OTHER_ID
    corrected = io.BytesIO()
    book.save(corrected)
    assert outcomes(send(corrected.getvalue(), "corrected.xlsx")) == ["accepted"]
    assert {m.name for m in db.session.scalars(select(Member))} == {"王伟", "赵𠅤"}


def test_cells_are_kept_for_rejected_rows_only_and_unreadable_in_the_database(send):
    send(csv_file(row(), row(被保险人姓名="", 证件号码=OTHER_ID)))

    kept = db.session.scalars(select(ImportRow.cells).order_by(ImportRow.row)).all()
    assert kept[0] is None
    assert OTHER_ID in json.loads(kept[1])
    raw = db.session.connection().exec_driver_sql("SELECT cells FROM import_rows").all()
    assert not any(OTHER_ID in (cells or "") for (cells,) in raw)


def test_one_person_in_two_files_is_one_member(send):
    send(csv_file(row()))
    send(csv_file(row(保单号="P2", 联系电话="021-66661234")))

    member = db.session.scalars(select(Member)).one()
    assert [e.policy.number for e in member.enrolments] == ["P1000000001", "P2"]
    assert [p.phone for p in member.phones] == ["13800138000", "02166661234"]


def test_the_same_row_in_another_file_is_a_duplicate(send):
    send(csv_file(row()))
    before = counts()
    assert outcomes(send(csv_file(row(), row(证件号码=OTHER_ID)))) == ["duplicate", "accepted"]
    assert counts()["Enrolment"] == before["Enrolment"] + 1


def test_two_enrolments_in_one_policy_never_cover_the_same_day(send):
    send(csv_file(row()))
    overlapping = send(csv_file(row(起保日期="2026-06-01", 终保日期="2027-05-31")))
    assert outcomes(overlapping) == ["conflict"]
    renewed = send(csv_file(row(起保日期="2027-01-01", 终保日期="2027-12-31")))
    assert outcomes(renewed) == ["accepted"]


def test_an_addition_never_overwrites_what_is_registered(send):
    send(csv_file(row()))
    before = counts()
    for changed in ({"保额（元）": "30000"}, {"终保日期": "2027-01-31"}, {"被保险人姓名": "王维"}):
        assert outcomes(send(csv_file(row(**changed)))) == ["conflict"]
    assert counts() == before


def test_another_insurer_may_spell_the_name_its_own_way_without_changing_it(send):
    send(csv_file(row()))
    beta = make_insurer("BETA")
    make_product(beta, code="CC-GOLD", clauses=[])
    file = send(csv_file(row(被保险人姓名="王 玮")), insurer=beta)
    assert (file.rows[0].outcome, file.rows[0].warnings) == ("accepted", ["name_differs"])
    assert db.session.scalars(select(Member.name)).all() == ["王伟"]


def test_a_modification_changes_name_phone_days_and_sum(send):
    send(csv_file(row()))
    change = row(
        变更类型="修改",
        被保险人姓名="王炜",
        联系电话="13900139000",
        终保日期="2027-01-31",
        绿卡号="",
        **{"保额（元）": "5万"},
    )
    assert outcomes(send(csv_file(change))) == ["accepted"]

    enrolment = only_enrolment()
    assert enrolment.member.name == "王炜"
    assert "wangwei" in enrolment.member.name_keys
    assert [p.phone for p in enrolment.member.phones] == ["13900139000"]
    assert enrolment.ends_on.isoformat() == "2027-01-31"
    assert enrolment.cover.sum_insured_fen == remaining_fen(enrolment.cover) == 5_000_000
    assert enrolment.card_number == "LK10000001"
    assert check_ledger().faults == []
    again = csv_file(change, row(证件号码=OTHER_ID, 变更类型="修改"))
    assert outcomes(send(again)) == ["duplicate", "not_enrolled"]


def test_a_sum_below_what_is_promised_is_refused_and_nothing_of_the_row_is_kept(send, hold):
    send(csv_file(row()))
    hold(only_enrolment().cover, 600_000)

    file = send(csv_file(row(变更类型="修改", 被保险人姓名="王炜", **{"保额（元）": "5999.99"})))

    assert outcomes(file) == ["sum_below_use"]
    enrolment = only_enrolment()
    assert enrolment.member.name == "王伟"
    assert enrolment.cover.sum_insured_fen == 2_000_000
    assert outcomes(send(csv_file(row(变更类型="修改", **{"保额（元）": "6000"})))) == ["accepted"]
    assert remaining_fen(only_enrolment().cover) == 0


@pytest.fixture
def hold(at):
    """Money promised from a cover, as a letter promises it."""

    def held(cover: Cover, amount_fen: int) -> None:
        lock_cover(cover.id)
        move = Movement(
            account(AccountKind.COVER_HELD, cover.id),
            account(AccountKind.COVER_AVAILABLE, cover.id),
            amount_fen,
        )
        post_entry(kind="hold placed", cause="test", movements=[move], by=None, at=at)
        db.session.commit()

    return held


def test_a_surrender_ends_the_cover_from_the_day_of_the_file(send, at):
    send(csv_file(row()))
    surrender = row(变更类型="退保", **{"保额（元）": "", "起保日期": "", "终保日期": ""})
    assert outcomes(send(csv_file(surrender))) == ["accepted"]

    enrolment = only_enrolment()
    assert enrolment.cancelled_on == at.date()
    assert not enrolment.in_force_on(at.date())
    assert outcomes(send(csv_file(surrender, row(证件号码=OTHER_ID)))) == ["duplicate", "accepted"]


def test_a_surrender_with_an_earlier_last_day_ends_after_that_day(send):
    send(csv_file(row()))
    send(csv_file(row(变更类型="退保", 终保日期="2026-06-30")))
    assert only_enrolment().cancelled_on.isoformat() == "2026-07-01"


def test_the_old_file_sent_after_a_change_and_a_surrender_brings_nothing_back(send):
    added = csv_file(row())
    raised = csv_file(row(变更类型="修改", **{"保额（元）": "50000"}))
    send(added)
    send(raised)
    send(csv_file(row(变更类型="修改", **{"保额（元）": "60000"})))
    send(csv_file(row(变更类型="退保")))
    before = counts()
    assert outcomes(send(added)) == ["duplicate"]
    assert outcomes(send(raised)) == ["duplicate"]
    assert counts() == before
    assert only_enrolment().cover.sum_insured_fen == 6_000_000
    assert only_enrolment().cancelled_on is not None


def test_a_file_refused_as_a_whole_leaves_nothing_behind(send):
    before = counts()
    for data, name, code in (
        (b"", "a.csv", "empty_file"),
        (csv_file(), "a.csv", "empty_file"),
        (b"%PDF-1.7", "a.csv", "not_a_workbook"),
        (csv_file(row(), header=HEADER[:-5]), "a.csv", "missing_column"),
    ):
        with pytest.raises(Refusal) as refused:
            send(data, name)
        assert refused.value.code == code
        db.session.rollback()
    assert counts() == before
    assert db.session.scalar(select(func.count(ImportFile.id))) == 0


def test_the_files_name_is_kept_without_folders_and_control_characters(send):
    assert send(csv_file(row()), "/etc/会员\x00\n名单.csv").filename == "会员名单.csv"
    assert send(csv_file(row(被保险人姓名="")), "长" * 300 + ".csv").filename.endswith("长.csv")


def test_every_code_has_a_sentence_in_both_languages():
    for words in (*REASONS.values(), *WARNINGS.values()):
        assert words.zh
        assert words.en.isascii() or "修改" in words.en or "新增" in words.en or "“" in words.en


def test_a_modification_never_makes_two_enrolments_overlap(send):
    send(csv_file(row(), row(起保日期="2027-01-01", 终保日期="2027-12-31")))
    longer = row(变更类型="修改", 终保日期="2027-03-31")
    assert outcomes(send(csv_file(longer))) == ["conflict"]


def test_a_modification_that_gives_only_the_end_is_held_against_the_registered_start(send):
    send(csv_file(row()))
    ended = row(变更类型="修改", 起保日期="", 终保日期="2025-12-31")
    assert outcomes(send(csv_file(ended))) == ["end_before_start"]


def test_after_a_surrender_the_same_policy_may_start_anew(send):
    send(csv_file(row()))
    send(csv_file(row(变更类型="退保", 终保日期="2026-06-30")))
    assert outcomes(send(csv_file(row(起保日期="2026-06-30")))) == ["conflict"]
    assert outcomes(send(csv_file(row(起保日期="2026-07-01")))) == ["accepted"]


def test_nothing_of_a_row_stays_when_its_last_part_is_refused(send, hold):
    send(csv_file(row()))
    hold(only_enrolment().cover, 600_000)
    both = row(变更类型="修改", 终保日期="2027-06-30", **{"保额（元）": "1"})
    assert outcomes(send(csv_file(both))) == ["sum_below_use"]
    assert only_enrolment().ends_on.isoformat() == "2026-12-31"


def test_a_new_name_is_found_by_its_own_pinyin(send):
    send(csv_file(row()))
    send(csv_file(row(变更类型="修改", 被保险人姓名="曾丽")))
    assert "zengli" in only_enrolment().member.name_keys.split()


def test_phones_that_another_insurer_sent_stay_when_one_insurer_changes_its_own(send):
    beta = make_insurer("BETA")
    make_product(beta, code="CC-GOLD", clauses=[])
    data = csv_file(row())
    assert outcomes(send(data)) == ["accepted"]
    assert outcomes(send(data, insurer=beta)) == ["accepted"]

    send(csv_file(row(变更类型="修改", 联系电话="13900139000")))

    member = db.session.scalars(select(Member)).one()
    assert {p.phone for p in member.phones} == {"13800138000", "13900139000"}


def test_a_surrender_has_to_name_the_right_person_and_the_right_period(send):
    send(csv_file(row(), row(起保日期="2027-01-01", 终保日期="2027-12-31")))
    surrender = row(变更类型="退保", **{"保额（元）": "", "终保日期": ""})
    unclear = surrender | {"起保日期": ""}
    assert outcomes(send(csv_file(surrender | {"被保险人姓名": "王维"}))) == ["conflict"]
    assert outcomes(send(csv_file(unclear))) == ["not_enrolled"]
    assert outcomes(send(csv_file(surrender | {"起保日期": "2026-03-01"}))) == ["not_enrolled"]
    assert outcomes(send(csv_file(surrender | {"起保日期": "2027-01-01"}))) == ["accepted"]
    cancelled = db.session.scalars(select(Enrolment).where(Enrolment.cancelled_on.is_not(None)))
    assert [e.starts_on.isoformat() for e in cancelled] == ["2027-01-01"]


def test_one_insurer_can_not_touch_what_another_insures(send):
    beta = make_insurer("BETA")
    make_product(beta, code="CC-GOLD", clauses=[])
    send(csv_file(row()))
    for change in ("修改", "退保"):
        file = send(csv_file(row(变更类型=change, 被保险人姓名="王伟")), insurer=beta)
        assert outcomes(file) == ["not_enrolled"]
    assert only_enrolment().cancelled_on is None


def test_changes_are_audited_without_personal_data(send):
    send(csv_file(row()))
    send(csv_file(row(变更类型="修改", 被保险人姓名="曾丽")))
    records = db.session.scalars(select(AuditRecord).order_by(AuditRecord.id)).all()
    told = [(r.action, r.subject) for r in records if r.action.startswith("member")]
    member = only_enrolment().member
    assert [action for action, _ in told] == [
        "members imported",
        "members imported",
        "member changed",
    ]
    assert told[-1][1] == f"member:{member.id}"
    assert not any("曾丽" in json.dumps(r.facts, ensure_ascii=False) for r in records)
