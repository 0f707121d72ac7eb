"""Every table of the first release, and the triggers that let ledger and audit only grow."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = ("default",)
depends_on = None

ONLY_ADDED_TO = ["audit_records", "ledger_entries", "ledger_postings", "settlement_resolutions"]


def upgrade() -> None:
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "centers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("city_code", sa.String(length=6), nullable=False),
        sa.Column("area_code", sa.String(length=4), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("bank_name", sa.String(length=80), nullable=False),
        sa.Column("bank_account_name", sa.String(length=80), nullable=False),
        sa.Column("bank_account_number", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "length(code) = 4 AND substr(code, 1, 1) <> '0'",
            name=op.f("ck_centers_code_four_digits"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_centers")),
        sa.UniqueConstraint("code", name=op.f("uq_centers_code")),
    )
    op.create_table(
        "check_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_attempts")),
    )
    op.create_index(
        "ix_check_attempts_address_at", "check_attempts", ["address", "at"], unique=False
    )
    op.create_table(
        "demo_mark",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_demo_mark")),
    )
    op.create_table(
        "failed_attempts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_attempts")),
    )
    op.create_index("ix_failed_attempts_mark_at", "failed_attempts", ["mark", "at"], unique=False)
    op.create_table(
        "first_guarantees",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("pre_hospital_fen", sa.BigInteger(), nullable=False),
        sa.Column("in_hospital_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "pre_hospital_fen >= 0 AND in_hospital_fen >= 0",
            name=op.f("ck_first_guarantees_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_guarantees")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_first_guarantees_valid_from")),
    )
    op.create_table(
        "hospitals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=160), nullable=False),
        sa.Column("province", sa.String(length=40), nullable=False),
        sa.Column("city", sa.String(length=40), nullable=False),
        sa.Column("city_code", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("designated", sa.Boolean(), nullable=False),
        sa.Column("in_network", sa.Boolean(), nullable=False),
        sa.Column("network_since", sa.Date(), nullable=True),
        sa.Column("accepting", sa.Boolean(), nullable=False),
        sa.Column("desk_contact", sa.String(length=120), nullable=False),
        sa.Column("bank_name", sa.String(length=80), nullable=False),
        sa.Column("bank_account_name", sa.String(length=120), nullable=False),
        sa.Column("bank_account_number", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospitals")),
        sa.UniqueConstraint("code", name=op.f("uq_hospitals_code")),
    )
    op.create_index(
        "ix_hospitals_city_network", "hospitals", ["city_code", "in_network"], unique=False
    )
    op.create_index(op.f("ix_hospitals_name"), "hospitals", ["name"], unique=False)
    op.create_table(
        "insurers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_insurers")),
        sa.UniqueConstraint("code", name=op.f("uq_insurers_code")),
    )
    op.create_table(
        "ledger_accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("balance_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind <> 'reserve_fund' OR balance_fen >= 0",
            name=op.f("ck_ledger_accounts_reserve_fund_positive"),
        ),
        sa.CheckConstraint(
            "kind IN ('cover_granted', 'cover_available', 'cover_held', 'cover_captured', 'insurer_receivable', 'center_payable', 'hospital_payable', 'reserve_fund', 'courier_expense', 'bank')",
            name=op.f("ck_ledger_accounts_kind_known"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('cover_available', 'cover_held', 'cover_captured') OR balance_fen >= 0",
            name=op.f("ck_ledger_accounts_cover_never_overdrawn"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_accounts")),
        sa.UniqueConstraint("kind", "owner_id", name="uq_ledger_accounts_kind_owner"),
    )
    op.create_table(
        "letter_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("private_key", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_keys")),
        sa.UniqueConstraint("kid", name=op.f("uq_letter_keys_kid")),
    )
    op.create_table(
        "live_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_events")),
    )
    op.create_index(op.f("ix_live_events_topic"), "live_events", ["topic"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_keys", sa.String(length=500), nullable=False),
        sa.Column("document_type", sa.String(length=30), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("document_fingerprint", sa.String(length=40), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("stop_reason", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("document_type", "document_fingerprint", name="uq_members_document"),
    )
    op.create_index(
        op.f("ix_members_document_fingerprint"), "members", ["document_fingerprint"], unique=False
    )
    op.create_index(op.f("ix_members_name"), "members", ["name"], unique=False)
    op.create_table(
        "calls",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("call_id", sa.String(length=80), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("extension", sa.String(length=10), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("caller_fingerprint", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_calls_center_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("center_id", "call_id", name="uq_calls_call_id"),
    )
    op.create_index(
        op.f("ix_calls_caller_fingerprint"), "calls", ["caller_fingerprint"], unique=False
    )
    op.create_table(
        "covers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "insurer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sum_insured_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("sum_insured_fen > 0", name=op.f("ck_covers_sum_insured_positive")),
        sa.ForeignKeyConstraint(["insurer_id"], ["insurers.id"], name=op.f("fk_covers_insurer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covers")),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_incidents_center_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
    )
    op.create_table(
        "member_phones",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_member_phones_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_phones")),
        sa.UniqueConstraint("member_id", "fingerprint", name="uq_member_phones_member"),
    )
    op.create_index(
        op.f("ix_member_phones_fingerprint"), "member_phones", ["fingerprint"], unique=False
    )
    op.create_table(
        "policies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "insurer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer_id"], ["insurers.id"], name=op.f("fk_policies_insurer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("insurer_id", "number", name="uq_policies_insurer_number"),
    )
    op.create_table(
        "products",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "insurer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("outpatient_cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("inpatient_cap_fen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "inpatient_cap_fen IS NULL OR inpatient_cap_fen > 0", name=op.f("ck_products_inpatient")
        ),
        sa.CheckConstraint(
            "outpatient_cap_fen IS NULL OR outpatient_cap_fen > 0",
            name=op.f("ck_products_outpatient"),
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"], ["insurers.id"], name=op.f("fk_products_insurer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("insurer_id", "code", name=op.f("uq_products_insurer_id_code")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("username", sa.String(length=60), nullable=False),
        sa.Column("display_name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("extension", sa.String(length=10), nullable=False),
        sa.Column("center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "insurer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "role <> 'billing_desk' OR hospital_id IS NOT NULL", name=op.f("ck_staff_has_hospital")
        ),
        sa.CheckConstraint(
            "role <> 'insurer' OR insurer_id IS NOT NULL", name=op.f("ck_staff_has_insurer")
        ),
        sa.CheckConstraint(
            "role IN ('dispatcher', 'crew', 'center_finance', 'hotline', 'supervisor', 'billing_desk', 'alliance_finance', 'insurer', 'admin', 'auditor')",
            name=op.f("ck_staff_role_known"),
        ),
        sa.CheckConstraint(
            "role NOT IN ('center_finance', 'crew', 'dispatcher') OR center_id IS NOT NULL",
            name=op.f("ck_staff_has_center"),
        ),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_staff_center_id")),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_staff_hospital_id")
        ),
        sa.ForeignKeyConstraint(["insurer_id"], ["insurers.id"], name=op.f("fk_staff_insurer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("username", name=op.f("uq_staff_username")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_api_tokens_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_staff_id"), "api_tokens", ["staff_id"], unique=False)
    op.create_table(
        "audit_records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audit_records_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_records")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_records_hash")),
    )
    op.create_index(op.f("ix_audit_records_action"), "audit_records", ["action"], unique=False)
    op.create_index(op.f("ix_audit_records_subject"), "audit_records", ["subject"], unique=False)
    op.create_table(
        "bank_statements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("already_seen", sa.Integer(), nullable=False),
        sa.Column("handed_back", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "taken_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "form IN ('csv', 'camt.053', 'mt940')", name=op.f("ck_bank_statements_form_known")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by_id"], ["staff.id"], name=op.f("fk_bank_statements_taken_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statements")),
    )
    op.create_table(
        "enrolments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "policy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("cover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("card_number", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_enrolments_period_in_order")),
        sa.ForeignKeyConstraint(["cover_id"], ["covers.id"], name=op.f("fk_enrolments_cover_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_enrolments_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policies.id"], name=op.f("fk_enrolments_policy_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_enrolments_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("cover_id", name=op.f("uq_enrolments_cover_id")),
        sa.UniqueConstraint(
            "member_id", "policy_id", "product_id", "starts_on", name="uq_enrolments_period"
        ),
    )
    op.create_index("ix_enrolments_card_number", "enrolments", ["card_number"], unique=False)
    op.create_table(
        "exclusion_versions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_exclusion_versions_made_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["products.id"], name=op.f("fk_exclusion_versions_product_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion_versions")),
        sa.UniqueConstraint(
            "product_id", "version", name=op.f("uq_exclusion_versions_product_id_version")
        ),
    )
    op.create_table(
        "hospital_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("remit_by", sa.Date(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (approved_by_id IS NULL)",
            name=op.f("ck_hospital_batches_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'paid') = (paid_on IS NOT NULL)",
            name=op.f("ck_hospital_batches_paid_on_a_day"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'approved', 'remitted', 'paid')",
            name=op.f("ck_hospital_batches_state_known"),
        ),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_fen IS NULL)",
            name=op.f("ck_hospital_batches_approved_with_total"),
        ),
        sa.CheckConstraint(
            "approved_by_id <> opened_by_id", name=op.f("ck_hospital_batches_approved_by_another")
        ),
        sa.CheckConstraint("approved_fen > 0", name=op.f("ck_hospital_batches_approved_positive")),
        sa.CheckConstraint("length(week) = 8", name=op.f("ck_hospital_batches_week_like_2026_w47")),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name=op.f("fk_hospital_batches_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_hospital_batches_hospital_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["staff.id"], name=op.f("fk_hospital_batches_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospital_batches")),
        sa.UniqueConstraint("hospital_id", "week", name="uq_hospital_batches_hospital_week"),
    )
    op.create_index(
        "ix_hospital_batches_hospital_paid",
        "hospital_batches",
        ["hospital_id", "paid_on"],
        unique=False,
    )
    op.create_index("ix_hospital_batches_state", "hospital_batches", ["state"], unique=False)
    op.create_table(
        "idempotent_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_idempotent_answers_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_answers")),
        sa.UniqueConstraint("staff_id", "key", name="uq_idempotent_answers_key"),
    )
    op.create_table(
        "import_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "insurer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "imported_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["staff.id"], name=op.f("fk_import_files_imported_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["insurer_id"], ["insurers.id"], name=op.f("fk_import_files_insurer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_files")),
    )
    op.create_index(op.f("ix_import_files_sha256"), "import_files", ["sha256"], unique=False)
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("cause", sa.String(length=80), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("key", sa.String(length=120), nullable=True),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_ledger_entries_by_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_entries.id"], name=op.f("fk_ledger_entries_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_entries_key")),
    )
    op.create_index(op.f("ix_ledger_entries_cause"), "ledger_entries", ["cause"], unique=False)
    op.create_table(
        "pending_imports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "insurer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["insurer_id"], ["insurers.id"], name=op.f("fk_pending_imports_insurer_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_pending_imports_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_imports")),
    )
    op.create_table(
        "settlement_batches",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("remit_by", sa.Date(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "prepared_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "approved_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("approved_fen", sa.BigInteger(), nullable=True),
        sa.Column("ledger_head", sa.String(length=64), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("mail_by", sa.Date(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "closed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "(state IN ('open', 'reported', 'reconciled')) = (approved_by_id IS NULL)",
            name=op.f("ck_settlement_batches_approved_by_somebody"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'reported', 'reconciled', 'approved', 'remitted', 'paid', 'mailed', 'closed')",
            name=op.f("ck_settlement_batches_state_known"),
        ),
        sa.CheckConstraint(
            "(approved_by_id IS NULL) = (approved_fen IS NULL)",
            name=op.f("ck_settlement_batches_approved_with_total"),
        ),
        sa.CheckConstraint(
            "approved_by_id <> prepared_by_id",
            name=op.f("ck_settlement_batches_approved_by_another"),
        ),
        sa.CheckConstraint(
            "approved_fen >= 0", name=op.f("ck_settlement_batches_approved_not_negative")
        ),
        sa.CheckConstraint(
            "length(week) = 8", name=op.f("ck_settlement_batches_week_like_2026_w47")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["staff.id"], name=op.f("fk_settlement_batches_approved_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["center_id"], ["centers.id"], name=op.f("fk_settlement_batches_center_id")
        ),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["staff.id"], name=op.f("fk_settlement_batches_closed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["staff.id"], name=op.f("fk_settlement_batches_opened_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["prepared_by_id"], ["staff.id"], name=op.f("fk_settlement_batches_prepared_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_batches")),
        sa.UniqueConstraint("center_id", "week", name="uq_settlement_batches_center_week"),
    )
    op.create_index("ix_settlement_batches_state", "settlement_batches", ["state"], unique=False)
    op.create_table(
        "sign_offs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("letters_fen", sa.BigInteger(), nullable=False),
        sa.Column("charges", sa.Integer(), nullable=False),
        sa.Column("charges_fen", sa.BigInteger(), nullable=False),
        sa.Column("drawdowns", sa.Integer(), nullable=False),
        sa.Column("drawdowns_fen", sa.BigInteger(), nullable=False),
        sa.Column("center_letters", sa.Integer(), nullable=False),
        sa.Column("center_fen", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "signed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "(letters = center_letters AND charges_fen + drawdowns_fen = center_fen) OR note <> ''",
            name=op.f("ck_sign_offs_difference_has_note"),
        ),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_sign_offs_center_id")),
        sa.ForeignKeyConstraint(
            ["signed_by_id"], ["staff.id"], name=op.f("fk_sign_offs_signed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_offs")),
        sa.UniqueConstraint("center_id", "day", name="uq_sign_offs_center_day"),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index(
        op.f("ix_staff_sessions_staff_id"), "staff_sessions", ["staff_id"], unique=False
    )
    op.create_table(
        "supervised_centers",
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["center_id"], ["centers.id"], name=op.f("fk_supervised_centers_center_id")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_supervised_centers_staff_id")
        ),
        sa.PrimaryKeyConstraint("staff_id", "center_id", name=op.f("pk_supervised_centers")),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "incident_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("call_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("condition", sa.String(length=20), nullable=False),
        sa.Column("location", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "condition IN ('accident', 'acute_illness')", name=op.f("ck_cases_condition_known")
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR outcome <> ''", name=op.f("ck_cases_closed_has_outcome")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'verified', 'guaranteed', 'closed')",
            name=op.f("ck_cases_state_known"),
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_cases_call_id")),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_cases_center_id")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name=op.f("fk_cases_enrolment_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_cases_incident_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_cases_member_id")),
        sa.ForeignKeyConstraint(["opened_by_id"], ["staff.id"], name=op.f("fk_cases_opened_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_center_id"), "cases", ["center_id"], unique=False)
    op.create_index(op.f("ix_cases_incident_id"), "cases", ["incident_id"], unique=False)
    op.create_index(op.f("ix_cases_member_id"), "cases", ["member_id"], unique=False)
    op.create_table(
        "exclusion_clauses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["exclusion_versions.id"], name=op.f("fk_exclusion_clauses_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion_clauses")),
        sa.UniqueConstraint(
            "version_id", "code", name=op.f("uq_exclusion_clauses_version_id_code")
        ),
    )
    op.create_table(
        "hospital_remittances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("payee", sa.String(length=120), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("bank_name", sa.String(length=80), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "state <> 'overpaid' OR paid_fen > amount_fen",
            name=op.f("ck_hospital_remittances_overpaid_is_more"),
        ),
        sa.CheckConstraint(
            "state <> 'paid' OR paid_fen = amount_fen",
            name=op.f("ck_hospital_remittances_paid_in_full"),
        ),
        sa.CheckConstraint(
            "state <> 'partly_paid' OR paid_fen < amount_fen",
            name=op.f("ck_hospital_remittances_partly_is_less"),
        ),
        sa.CheckConstraint(
            "state IN ('ordered', 'partly_paid', 'paid', 'overpaid', 'returned')",
            name=op.f("ck_hospital_remittances_state_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_hospital_remittances_amount_positive")),
        sa.CheckConstraint("paid_fen >= 0", name=op.f("ck_hospital_remittances_paid_not_negative")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["hospital_batches.id"], name=op.f("fk_hospital_remittances_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_hospital_remittances_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospital_remittances")),
        sa.UniqueConstraint("batch_id", "attempt", name="uq_hospital_remittances_attempt"),
        sa.UniqueConstraint("reference", name=op.f("uq_hospital_remittances_reference")),
    )
    op.create_index(
        "uq_hospital_remittances_one_live",
        "hospital_remittances",
        ["batch_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'returned'"),
        postgresql_where=sa.text("state <> 'returned'"),
    )
    op.create_table(
        "import_rows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("cells", sa.String(), nullable=True),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "outcome <> 'rejected' OR reason <> ''", name=op.f("ck_import_rows_rejected_has_reason")
        ),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'duplicate', 'rejected')",
            name=op.f("ck_import_rows_outcome_known"),
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["import_files.id"], name=op.f("fk_import_rows_file_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_import_rows_member_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
        sa.UniqueConstraint("file_id", "row", name="uq_import_rows_row"),
    )
    op.create_table(
        "mailings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("courier", sa.String(length=40), nullable=False),
        sa.Column("tracking_number", sa.String(length=40), nullable=False),
        sa.Column("mailed_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint("tracking_number <> ''", name=op.f("ck_mailings_has_tracking_number")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_mailings_batch_id")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["staff.id"], name=op.f("fk_mailings_made_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
        sa.UniqueConstraint("courier", "tracking_number", name="uq_mailings_tracking"),
    )
    op.create_index(op.f("ix_mailings_batch_id"), "mailings", ["batch_id"], unique=False)
    op.create_table(
        "remittances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("payee", sa.String(length=80), nullable=False),
        sa.Column("account_number", sa.String(length=40), nullable=False),
        sa.Column("bank_name", sa.String(length=80), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "state <> 'overpaid' OR paid_fen > amount_fen",
            name=op.f("ck_remittances_overpaid_is_more"),
        ),
        sa.CheckConstraint(
            "state <> 'paid' OR paid_fen = amount_fen", name=op.f("ck_remittances_paid_in_full")
        ),
        sa.CheckConstraint(
            "state <> 'partly_paid' OR paid_fen < amount_fen",
            name=op.f("ck_remittances_partly_is_less"),
        ),
        sa.CheckConstraint(
            "state IN ('ordered', 'partly_paid', 'paid', 'overpaid', 'returned')",
            name=op.f("ck_remittances_state_known"),
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_remittances_amount_positive")),
        sa.CheckConstraint("paid_fen >= 0", name=op.f("ck_remittances_paid_not_negative")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_remittances_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_remittances_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittances")),
        sa.UniqueConstraint("batch_id", "attempt", name="uq_remittances_attempt"),
        sa.UniqueConstraint("reference", name=op.f("uq_remittances_reference")),
    )
    op.create_index(
        "uq_remittances_one_live",
        "remittances",
        ["batch_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'returned'"),
        postgresql_where=sa.text("state <> 'returned'"),
    )
    op.create_table(
        "settlement_reports",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("ignored", sa.JSON(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "uploaded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_settlement_reports_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["staff.id"], name=op.f("fk_settlement_reports_uploaded_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_reports")),
    )
    op.create_index(
        op.f("ix_settlement_reports_batch_id"), "settlement_reports", ["batch_id"], unique=False
    )
    op.create_index(
        "uq_settlement_reports_current",
        "settlement_reports",
        ["batch_id"],
        unique=True,
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "bank_statement_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("counterparty", sa.String(length=120), nullable=False),
        sa.Column("account", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column(
            "remittance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "hospital_remittance_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(outcome = 'unmatched') = (remittance_id IS NULL AND hospital_remittance_id IS NULL)",
            name=op.f("ck_bank_statement_lines_matched_to_something"),
        ),
        sa.CheckConstraint(
            "outcome IN ('matched', 'partly_paid', 'overpaid', 'returned', 'unmatched')",
            name=op.f("ck_bank_statement_lines_outcome_known"),
        ),
        sa.CheckConstraint(
            "amount_fen <> 0", name=op.f("ck_bank_statement_lines_amount_not_nothing")
        ),
        sa.CheckConstraint(
            "remittance_id IS NULL OR hospital_remittance_id IS NULL",
            name=op.f("ck_bank_statement_lines_matched_to_one"),
        ),
        sa.ForeignKeyConstraint(
            ["hospital_remittance_id"],
            ["hospital_remittances.id"],
            name=op.f("fk_bank_statement_lines_hospital_remittance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["remittance_id"],
            ["remittances.id"],
            name=op.f("fk_bank_statement_lines_remittance_id"),
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["bank_statements.id"],
            name=op.f("fk_bank_statement_lines_statement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement_lines")),
        sa.UniqueConstraint("serial", name="uq_bank_statement_lines_serial"),
    )
    op.create_index(
        op.f("ix_bank_statement_lines_hospital_remittance_id"),
        "bank_statement_lines",
        ["hospital_remittance_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bank_statement_lines_remittance_id"),
        "bank_statement_lines",
        ["remittance_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bank_statement_lines_statement_id"),
        "bank_statement_lines",
        ["statement_id"],
        unique=False,
    )
    op.create_table(
        "hospital_refusals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_hospital_refusals_by_id")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_hospital_refusals_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_hospital_refusals_hospital_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospital_refusals")),
    )
    op.create_index(
        op.f("ix_hospital_refusals_case_id"), "hospital_refusals", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_hospital_refusals_hospital_id"), "hospital_refusals", ["hospital_id"], unique=False
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("amends_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "replaces_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("pre_hospital_fen", sa.BigInteger(), nullable=False),
        sa.Column("in_hospital_fen", sa.BigInteger(), nullable=False),
        sa.Column("total_in_hospital_fen", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "issued_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("lapses_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("presented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        sa.Column("content_json", sa.String(), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(kind = 'top_up') = (amends_id IS NOT NULL)", name=op.f("ck_letters_top_up_amends")
        ),
        sa.CheckConstraint(
            "channel IN ('center', 'hotline')", name=op.f("ck_letters_channel_known")
        ),
        sa.CheckConstraint("kind IN ('initial', 'top_up')", name=op.f("ck_letters_kind_known")),
        sa.CheckConstraint(
            "state <> 'voided' OR void_reason <> ''", name=op.f("ck_letters_voided_has_reason")
        ),
        sa.CheckConstraint(
            "state IN ('issued', 'presented', 'closed', 'voided', 'lapsed')",
            name=op.f("ck_letters_state_known"),
        ),
        sa.CheckConstraint("length(number) = 16", name=op.f("ck_letters_number_sixteen_digits")),
        sa.CheckConstraint(
            "pre_hospital_fen >= 0 AND in_hospital_fen >= 0", name=op.f("ck_letters_not_negative")
        ),
        sa.ForeignKeyConstraint(["amends_id"], ["letters.id"], name=op.f("fk_letters_amends_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id")),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_letters_hospital_id")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["staff.id"], name=op.f("fk_letters_issued_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["letters.id"], name=op.f("fk_letters_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("number", name=op.f("uq_letters_number")),
    )
    op.create_index(op.f("ix_letters_case_id"), "letters", ["case_id"], unique=False)
    op.create_index("ix_letters_hospital_state", "letters", ["hospital_id", "state"], unique=False)
    op.create_index("ix_letters_state_lapses", "letters", ["state", "lapses_at"], unique=False)
    op.create_index(
        "uq_letters_one_initial_per_case",
        "letters",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'initial' AND state NOT IN ('voided', 'lapsed')"),
        postgresql_where=sa.text("kind = 'initial' AND state NOT IN ('voided', 'lapsed')"),
    )
    op.create_table(
        "settlement_handed_back_rows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("reason_zh", sa.String(length=300), nullable=False),
        sa.Column("reason_en", sa.String(length=300), nullable=False),
        sa.Column("cells", sa.String(), nullable=False),
        sa.CheckConstraint("code <> ''", name=op.f("ck_settlement_handed_back_rows_has_code")),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["settlement_reports.id"],
            name=op.f("fk_settlement_handed_back_rows_report_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_handed_back_rows")),
        sa.UniqueConstraint("report_id", "row", name="uq_settlement_handed_back_rows_row"),
    )
    op.create_table(
        "settlement_report_rows",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("number_text", sa.String(length=80), nullable=False),
        sa.Column("letter_number", sa.String(length=16), nullable=True),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("patient_name", sa.String(), nullable=False),
        sa.Column("dispatched_on", sa.Date(), nullable=True),
        sa.Column("vehicle_fen", sa.BigInteger(), nullable=True),
        sa.Column("treatment_fen", sa.BigInteger(), nullable=True),
        sa.Column("visit_fen", sa.BigInteger(), nullable=True),
        sa.Column("transfer_fen", sa.BigInteger(), nullable=True),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("parts_fen", sa.BigInteger(), nullable=False),
        sa.Column("receipts", sa.Text(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "part IN ('pre_hospital', 'reserve_fund')",
            name=op.f("ck_settlement_report_rows_part_known"),
        ),
        sa.CheckConstraint(
            "total_fen >= 0", name=op.f("ck_settlement_report_rows_total_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["settlement_reports.id"],
            name=op.f("fk_settlement_report_rows_report_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_report_rows")),
        sa.UniqueConstraint("report_id", "row", name="uq_settlement_report_rows_row"),
    )
    op.create_index(
        "ix_settlement_report_rows_letter",
        "settlement_report_rows",
        ["letter_number"],
        unique=False,
    )
    op.create_table(
        "tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "opened_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "done_at IS NULL OR answer <> ''", name=op.f("ck_tickets_done_has_answer")
        ),
        sa.CheckConstraint(
            "kind IN ('hand_over', 'not_eligible', 'hospital_refuses', 'question', 'complaint', 'call_back')",
            name=op.f("ck_tickets_kind_known"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tickets_case_id")),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_tickets_center_id")),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["staff.id"], name=op.f("fk_tickets_opened_by_id")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_tickets_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index(op.f("ix_tickets_case_id"), "tickets", ["case_id"], unique=False)
    op.create_index("ix_tickets_open", "tickets", ["done_at", "due_at"], unique=False)
    op.create_table(
        "verifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("document_type", sa.String(length=30), nullable=False),
        sa.Column("document_number", sa.String(), nullable=False),
        sa.Column("condition_in_scope", sa.Boolean(), nullable=False),
        sa.Column(
            "exclusion_version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "verified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("document_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "method IN ('document', 'provisional')", name=op.f("ck_verifications_method_known")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_verifications_case_id")),
        sa.ForeignKeyConstraint(
            ["exclusion_version_id"],
            ["exclusion_versions.id"],
            name=op.f("fk_verifications_exclusion_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["staff.id"], name=op.f("fk_verifications_verified_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(op.f("ix_verifications_case_id"), "verifications", ["case_id"], unique=False)
    op.create_table(
        "charges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("in_scope", sa.Boolean(), nullable=False),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.Column("guaranteed_fen", sa.BigInteger(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "posted_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "(part = 'in_hospital' AND hospital_id IS NOT NULL AND center_id IS NULL) OR (part = 'pre_hospital' AND center_id IS NOT NULL AND hospital_id IS NULL)",
            name=op.f("ck_charges_sent_by_whom_it_concerns"),
        ),
        sa.CheckConstraint("line_id <> ''", name=op.f("ck_charges_line_id_given")),
        sa.CheckConstraint(
            "part IN ('pre_hospital', 'in_hospital')", name=op.f("ck_charges_part_known")
        ),
        sa.CheckConstraint(
            "(amount_fen > 0 AND guaranteed_fen BETWEEN 0 AND amount_fen) OR (amount_fen < 0 AND guaranteed_fen BETWEEN amount_fen AND 0)",
            name=op.f("ck_charges_guaranteed_within_amount"),
        ),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_charges_amount_not_zero")),
        sa.CheckConstraint(
            "in_scope OR guaranteed_fen = 0", name=op.f("ck_charges_self_pay_not_guaranteed")
        ),
        sa.ForeignKeyConstraint(["center_id"], ["centers.id"], name=op.f("fk_charges_center_id")),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_charges_hospital_id")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_charges_letter_id")),
        sa.ForeignKeyConstraint(
            ["posted_by_id"], ["staff.id"], name=op.f("fk_charges_posted_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
    )
    op.create_index("ix_charges_center_posted", "charges", ["center_id", "posted_at"], unique=False)
    op.create_index("ix_charges_letter_part", "charges", ["letter_id", "part"], unique=False)
    op.create_index(
        "uq_charges_center_line",
        "charges",
        ["center_id", "line_id"],
        unique=True,
        sqlite_where=sa.text("center_id IS NOT NULL"),
        postgresql_where=sa.text("center_id IS NOT NULL"),
    )
    op.create_index(
        "uq_charges_hospital_line",
        "charges",
        ["hospital_id", "line_id"],
        unique=True,
        sqlite_where=sa.text("hospital_id IS NOT NULL"),
        postgresql_where=sa.text("hospital_id IS NOT NULL"),
    )
    op.create_table(
        "exclusion_answers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["verification_id"],
            ["verifications.id"],
            name=op.f("fk_exclusion_answers_verification_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exclusion_answers")),
        sa.UniqueConstraint("verification_id", "code", name="uq_exclusion_answers"),
    )
    op.create_table(
        "final_bills",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("stated_fen", sa.BigInteger(), nullable=True),
        sa.Column("guaranteed_fen", sa.BigInteger(), nullable=False),
        sa.Column("patient_fen", sa.BigInteger(), nullable=False),
        sa.Column("self_pay_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.CheckConstraint(
            "guaranteed_fen >= 0", name=op.f("ck_final_bills_guaranteed_not_negative")
        ),
        sa.CheckConstraint("released_fen >= 0", name=op.f("ck_final_bills_released_not_negative")),
        sa.CheckConstraint(
            "self_pay_fen BETWEEN 0 AND patient_fen",
            name=op.f("ck_final_bills_self_pay_within_share"),
        ),
        sa.CheckConstraint(
            "stated_fen IS NULL OR stated_fen = total_fen", name=op.f("ck_final_bills_as_stated")
        ),
        sa.CheckConstraint(
            "total_fen = guaranteed_fen + patient_fen", name=op.f("ck_final_bills_adds_up")
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_final_bills_hospital_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_final_bills_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_final_bills_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_final_bills")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_final_bills_letter_id")),
    )
    op.create_index(
        op.f("ix_final_bills_hospital_id"), "final_bills", ["hospital_id"], unique=False
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("placed_fen", sa.BigInteger(), nullable=False),
        sa.Column("captured_fen", sa.BigInteger(), nullable=False),
        sa.Column("released_fen", sa.BigInteger(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "links_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "part IN ('pre_hospital', 'in_hospital')", name=op.f("ck_holds_part_known")
        ),
        sa.CheckConstraint(
            "state IN ('placed', 'partly_captured', 'captured', 'released')",
            name=op.f("ck_holds_state_known"),
        ),
        sa.CheckConstraint(
            "captured_fen + released_fen <= placed_fen", name=op.f("ck_holds_within_placed")
        ),
        sa.CheckConstraint("captured_fen >= 0", name=op.f("ck_holds_captured_not_negative")),
        sa.CheckConstraint("placed_fen >= 0", name=op.f("ck_holds_placed_not_negative")),
        sa.CheckConstraint("released_fen >= 0", name=op.f("ck_holds_released_not_negative")),
        sa.ForeignKeyConstraint(["cover_id"], ["covers.id"], name=op.f("fk_holds_cover_id")),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_holds_letter_id")),
        sa.ForeignKeyConstraint(["links_to_id"], ["holds.id"], name=op.f("fk_holds_links_to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("letter_id", "part", name="uq_holds_letter_part"),
    )
    op.create_index("ix_holds_cover_state", "holds", ["cover_id", "state"], unique=False)
    op.create_table(
        "hospital_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_hospital_lines_amount_not_nothing")),
        sa.CheckConstraint("nth >= 1", name=op.f("ck_hospital_lines_counted_from_one")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["hospital_batches.id"], name=op.f("fk_hospital_lines_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_hospital_lines_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hospital_lines")),
        sa.UniqueConstraint("batch_id", "letter_id", name="uq_hospital_lines_batch_letter"),
        sa.UniqueConstraint("letter_id", "nth", name="uq_hospital_lines_nth"),
    )
    op.create_table(
        "letter_copies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("copy_no", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "state IN ('printed', 'handed_over', 'signed', 'returned', 'mailed', 'archived')",
            name=op.f("ck_letter_copies_state_known"),
        ),
        sa.CheckConstraint("copy_no BETWEEN 1 AND 4", name=op.f("ck_letter_copies_one_to_four")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_letter_copies_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_copies")),
        sa.UniqueConstraint("code", name=op.f("uq_letter_copies_code")),
        sa.UniqueConstraint("letter_id", "copy_no", name="uq_letter_copies_copy_no"),
    )
    op.create_table(
        "letter_papers",
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf", sa.LargeBinary(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("printed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_letter_papers_letter_id")
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_papers")),
    )
    op.create_table(
        "originals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column(
            "mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "arrived_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "kind IN ('copy_3', 'copy_4', 'receipt')", name=op.f("ck_originals_kind_known")
        ),
        sa.CheckConstraint(
            "(arrived_at IS NULL) = (arrived_by_id IS NULL)",
            name=op.f("ck_originals_arrived_at_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["arrived_by_id"], ["staff.id"], name=op.f("fk_originals_arrived_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_originals_batch_id")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name=op.f("fk_originals_letter_id")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailings.id"], name=op.f("fk_originals_mailing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_originals")),
        sa.UniqueConstraint("batch_id", "kind", "code", name="uq_originals_code"),
    )
    op.create_index("ix_originals_owed", "originals", ["batch_id", "arrived_at"], unique=False)
    op.create_table(
        "pending_bills",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_pending_bills_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_pending_bills_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending_bills")),
    )
    op.create_table(
        "settled_receipts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_settled_receipts_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["center_id"], ["centers.id"], name=op.f("fk_settled_receipts_center_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_settled_receipts_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_receipts")),
        sa.UniqueConstraint("center_id", "receipt_number", name="uq_settled_receipts_once"),
    )
    op.create_index(
        "ix_settled_receipts_number", "settled_receipts", ["receipt_number"], unique=False
    )
    op.create_table(
        "settlement_lines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("limit_fen", sa.BigInteger(), nullable=True),
        sa.Column("receipts", sa.Text(), nullable=False),
        sa.Column("charged_from", sa.Date(), nullable=True),
        sa.Column("charged_to", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column(
            "carried_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("reported_fen", sa.BigInteger(), nullable=True),
        sa.Column("settled_fen", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(part = 'courier') = (letter_id IS NULL)",
            name=op.f("ck_settlement_lines_letter_unless_courier"),
        ),
        sa.CheckConstraint(
            "part IN ('pre_hospital', 'reserve_fund', 'courier')",
            name=op.f("ck_settlement_lines_part_known"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_settlement_lines_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["carried_from_id"],
            ["settlement_lines.id"],
            name=op.f("fk_settlement_lines_carried_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_settlement_lines_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_lines")),
        sa.UniqueConstraint("carried_from_id", name="uq_settlement_lines_carried_once"),
    )
    op.create_index(
        "ix_settlement_lines_letter", "settlement_lines", ["letter_id", "part"], unique=False
    )
    op.create_index(
        "uq_settlement_lines_once",
        "settlement_lines",
        ["batch_id", "letter_id", "part", "late"],
        unique=True,
        sqlite_where=sa.text("carried_from_id IS NULL AND added = 0"),
        postgresql_where=sa.text("carried_from_id IS NULL AND NOT added"),
    )
    op.create_table(
        "settlement_report_receipts",
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["row_id"],
            ["settlement_report_rows.id"],
            name=op.f("fk_settlement_report_receipts_row_id"),
        ),
        sa.PrimaryKeyConstraint(
            "row_id", "receipt_number", name=op.f("pk_settlement_report_receipts")
        ),
    )
    op.create_index(
        op.f("ix_settlement_report_receipts_receipt_number"),
        "settlement_report_receipts",
        ["receipt_number"],
        unique=False,
    )
    op.create_table(
        "top_up_requests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("asked_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("setting", sa.String(length=10), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("decision_reason", sa.String(length=300), nullable=False),
        sa.Column("top_up_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(state = 'granted') = (top_up_id IS NOT NULL)",
            name=op.f("ck_top_up_requests_granted_has_letter"),
        ),
        sa.CheckConstraint(
            "state <> 'denied' OR decision_reason <> ''",
            name=op.f("ck_top_up_requests_denied_has_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'granted', 'denied', 'withdrawn')",
            name=op.f("ck_top_up_requests_state_known"),
        ),
        sa.CheckConstraint("asked_fen > 0", name=op.f("ck_top_up_requests_asked_positive")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["staff.id"], name=op.f("fk_top_up_requests_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff.id"], name=op.f("fk_top_up_requests_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_top_up_requests_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["top_up_id"], ["letters.id"], name=op.f("fk_top_up_requests_top_up_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_top_up_requests")),
    )
    op.create_index(
        "uq_top_up_requests_one_open",
        "top_up_requests",
        ["letter_id"],
        unique=True,
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_table(
        "copy_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("copy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["staff.id"], name=op.f("fk_copy_events_by_id")),
        sa.ForeignKeyConstraint(
            ["copy_id"], ["letter_copies.id"], name=op.f("fk_copy_events_copy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_copy_events")),
    )
    op.create_index(op.f("ix_copy_events_copy_id"), "copy_events", ["copy_id"], unique=False)
    op.create_table(
        "courier_fees",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("tracking_number", sa.String(length=40), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_courier_fees_amount_positive")),
        sa.ForeignKeyConstraint(
            ["center_id"], ["centers.id"], name=op.f("fk_courier_fees_center_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["settlement_lines.id"], name=op.f("fk_courier_fees_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_courier_fees_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courier_fees")),
        sa.UniqueConstraint("center_id", "tracking_number", name="uq_courier_fees_tracking"),
    )
    op.create_index(op.f("ix_courier_fees_line_id"), "courier_fees", ["line_id"], unique=False)
    op.create_table(
        "ledger_postings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "debit_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "credit_account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("hold_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_postings_amount_positive")),
        sa.CheckConstraint(
            "debit_account_id <> credit_account_id", name=op.f("ck_ledger_postings_two_accounts")
        ),
        sa.ForeignKeyConstraint(
            ["credit_account_id"],
            ["ledger_accounts.id"],
            name=op.f("fk_ledger_postings_credit_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["debit_account_id"],
            ["ledger_accounts.id"],
            name=op.f("fk_ledger_postings_debit_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["ledger_entries.id"], name=op.f("fk_ledger_postings_entry_id")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_ledger_postings_hold_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_postings")),
    )
    op.create_index(
        op.f("ix_ledger_postings_credit_account_id"),
        "ledger_postings",
        ["credit_account_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_postings_debit_account_id"),
        "ledger_postings",
        ["debit_account_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_postings_entry_id"), "ledger_postings", ["entry_id"], unique=False
    )
    op.create_index(
        op.f("ix_ledger_postings_hold_id"), "ledger_postings", ["hold_id"], unique=False
    )
    op.create_table(
        "reserve_drawdowns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "center_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "hospital_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("receipt_number", sa.String(length=40), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "adjusts_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_reserve_drawdowns_amount_not_nothing")),
        sa.CheckConstraint(
            "amount_fen > 0 OR adjusts_id IS NOT NULL",
            name=op.f("ck_reserve_drawdowns_amount_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["adjusts_id"], ["reserve_drawdowns.id"], name=op.f("fk_reserve_drawdowns_adjusts_id")
        ),
        sa.ForeignKeyConstraint(
            ["center_id"], ["centers.id"], name=op.f("fk_reserve_drawdowns_center_id")
        ),
        sa.ForeignKeyConstraint(
            ["hospital_id"], ["hospitals.id"], name=op.f("fk_reserve_drawdowns_hospital_id")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letters.id"], name=op.f("fk_reserve_drawdowns_letter_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["settlement_lines.id"], name=op.f("fk_reserve_drawdowns_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["staff.id"], name=op.f("fk_reserve_drawdowns_made_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reserve_drawdowns")),
    )
    op.create_index(
        "ix_reserve_drawdowns_center_day",
        "reserve_drawdowns",
        ["center_id", "paid_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_reserve_drawdowns_line_id"), "reserve_drawdowns", ["line_id"], unique=False
    )
    op.create_index(
        "uq_reserve_drawdowns_receipt",
        "reserve_drawdowns",
        ["center_id", "receipt_number"],
        unique=True,
        sqlite_where=sa.text("adjusts_id IS NULL"),
        postgresql_where=sa.text("adjusts_id IS NULL"),
    )
    op.create_table(
        "settlement_differences",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "carried_from_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("also", sa.String(length=200), nullable=False),
        sa.Column("letter_number", sa.String(length=16), nullable=True),
        sa.Column("number_text", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("system_fen", sa.BigInteger(), nullable=True),
        sa.Column("report_fen", sa.BigInteger(), nullable=True),
        sa.Column("limit_fen", sa.BigInteger(), nullable=True),
        sa.Column("receipts", sa.Text(), nullable=False),
        sa.Column(
            "suggested_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("suggested_row", sa.Integer(), nullable=True),
        sa.Column("suggested_because", sa.String(length=20), nullable=False),
        sa.Column("why_zh", sa.Text(), nullable=False),
        sa.Column("why_en", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "decision IN ('take_center', 'take_system', 'leave_out', 'carry')",
            name=op.f("ck_settlement_differences_decision_known"),
        ),
        sa.CheckConstraint(
            "decision IS NULL OR reason <> ''",
            name=op.f("ck_settlement_differences_decided_with_reason"),
        ),
        sa.CheckConstraint(
            "kind IN ('bad_number', 'voided_letter', 'other_centers_letter', 'settled_before', 'outside_week', 'letter_twice', 'receipt_used_twice', 'above_limit', 'row_does_not_add_up', 'amount_differs', 'only_in_system', 'only_in_report')",
            name=op.f("ck_settlement_differences_kind_known"),
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_settlement_differences_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "line_id IS NOT NULL OR row_id IS NOT NULL OR carried_from_id IS NOT NULL",
            name=op.f("ck_settlement_differences_has_a_side"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["settlement_batches.id"], name=op.f("fk_settlement_differences_batch_id")
        ),
        sa.ForeignKeyConstraint(
            ["carried_from_id"],
            ["settlement_differences.id"],
            name=op.f("fk_settlement_differences_carried_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["staff.id"], name=op.f("fk_settlement_differences_decided_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["settlement_lines.id"], name=op.f("fk_settlement_differences_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["row_id"], ["settlement_report_rows.id"], name=op.f("fk_settlement_differences_row_id")
        ),
        sa.ForeignKeyConstraint(
            ["suggested_line_id"],
            ["settlement_lines.id"],
            name=op.f("fk_settlement_differences_suggested_line_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_differences")),
        sa.UniqueConstraint("carried_from_id", name="uq_settlement_differences_carried_once"),
    )
    op.create_index(
        "ix_settlement_differences_batch",
        "settlement_differences",
        ["batch_id", "superseded_at"],
        unique=False,
    )
    op.create_index(
        "uq_settlement_differences_line",
        "settlement_differences",
        ["line_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.create_index(
        "uq_settlement_differences_row",
        "settlement_differences",
        ["row_id"],
        unique=True,
        sqlite_where=sa.text("superseded_at IS NULL AND carried_from_id IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL AND carried_from_id IS NULL"),
    )
    op.create_table(
        "settlement_line_charges",
        sa.Column(
            "charge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charges.id"], name=op.f("fk_settlement_line_charges_charge_id")
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["settlement_lines.id"], name=op.f("fk_settlement_line_charges_line_id")
        ),
        sa.PrimaryKeyConstraint("charge_id", name=op.f("pk_settlement_line_charges")),
    )
    op.create_index(
        op.f("ix_settlement_line_charges_line_id"),
        "settlement_line_charges",
        ["line_id"],
        unique=False,
    )
    op.create_table(
        "settlement_resolutions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "difference_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "decision = 'undo' OR reason <> ''", name=op.f("ck_settlement_resolutions_has_reason")
        ),
        sa.CheckConstraint(
            "decision IN ('take_center', 'take_system', 'leave_out', 'carry', 'undo')",
            name=op.f("ck_settlement_resolutions_decision_known"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["staff.id"], name=op.f("fk_settlement_resolutions_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["difference_id"],
            ["settlement_differences.id"],
            name=op.f("fk_settlement_resolutions_difference_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_resolutions")),
    )
    op.create_index(
        op.f("ix_settlement_resolutions_difference_id"),
        "settlement_resolutions",
        ["difference_id"],
        unique=False,
    )
    for table in ONLY_ADDED_TO:
        _only_added_to(table)


def _only_added_to(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only ever added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_settlement_resolutions_difference_id"), table_name="settlement_resolutions"
    )
    op.drop_table("settlement_resolutions")
    op.drop_index(op.f("ix_settlement_line_charges_line_id"), table_name="settlement_line_charges")
    op.drop_table("settlement_line_charges")
    op.drop_index(
        "uq_settlement_differences_row",
        table_name="settlement_differences",
        sqlite_where=sa.text("superseded_at IS NULL AND carried_from_id IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL AND carried_from_id IS NULL"),
    )
    op.drop_index(
        "uq_settlement_differences_line",
        table_name="settlement_differences",
        sqlite_where=sa.text("superseded_at IS NULL"),
        postgresql_where=sa.text("superseded_at IS NULL"),
    )
    op.drop_index("ix_settlement_differences_batch", table_name="settlement_differences")
    op.drop_table("settlement_differences")
    op.drop_index(
        "uq_reserve_drawdowns_receipt",
        table_name="reserve_drawdowns",
        sqlite_where=sa.text("adjusts_id IS NULL"),
        postgresql_where=sa.text("adjusts_id IS NULL"),
    )
    op.drop_index(op.f("ix_reserve_drawdowns_line_id"), table_name="reserve_drawdowns")
    op.drop_index("ix_reserve_drawdowns_center_day", table_name="reserve_drawdowns")
    op.drop_table("reserve_drawdowns")
    op.drop_index(op.f("ix_ledger_postings_hold_id"), table_name="ledger_postings")
    op.drop_index(op.f("ix_ledger_postings_entry_id"), table_name="ledger_postings")
    op.drop_index(op.f("ix_ledger_postings_debit_account_id"), table_name="ledger_postings")
    op.drop_index(op.f("ix_ledger_postings_credit_account_id"), table_name="ledger_postings")
    op.drop_table("ledger_postings")
    op.drop_index(op.f("ix_courier_fees_line_id"), table_name="courier_fees")
    op.drop_table("courier_fees")
    op.drop_index(op.f("ix_copy_events_copy_id"), table_name="copy_events")
    op.drop_table("copy_events")
    op.drop_index(
        "uq_top_up_requests_one_open",
        table_name="top_up_requests",
        sqlite_where=sa.text("state = 'asked'"),
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.drop_table("top_up_requests")
    op.drop_index(
        op.f("ix_settlement_report_receipts_receipt_number"),
        table_name="settlement_report_receipts",
    )
    op.drop_table("settlement_report_receipts")
    op.drop_index(
        "uq_settlement_lines_once",
        table_name="settlement_lines",
        sqlite_where=sa.text("carried_from_id IS NULL AND added = 0"),
        postgresql_where=sa.text("carried_from_id IS NULL AND NOT added"),
    )
    op.drop_index("ix_settlement_lines_letter", table_name="settlement_lines")
    op.drop_table("settlement_lines")
    op.drop_index("ix_settled_receipts_number", table_name="settled_receipts")
    op.drop_table("settled_receipts")
    op.drop_table("pending_bills")
    op.drop_index("ix_originals_owed", table_name="originals")
    op.drop_table("originals")
    op.drop_table("letter_papers")
    op.drop_table("letter_copies")
    op.drop_table("hospital_lines")
    op.drop_index("ix_holds_cover_state", table_name="holds")
    op.drop_table("holds")
    op.drop_index(op.f("ix_final_bills_hospital_id"), table_name="final_bills")
    op.drop_table("final_bills")
    op.drop_table("exclusion_answers")
    op.drop_index(
        "uq_charges_hospital_line",
        table_name="charges",
        sqlite_where=sa.text("hospital_id IS NOT NULL"),
        postgresql_where=sa.text("hospital_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_charges_center_line",
        table_name="charges",
        sqlite_where=sa.text("center_id IS NOT NULL"),
        postgresql_where=sa.text("center_id IS NOT NULL"),
    )
    op.drop_index("ix_charges_letter_part", table_name="charges")
    op.drop_index("ix_charges_center_posted", table_name="charges")
    op.drop_table("charges")
    op.drop_index(op.f("ix_verifications_case_id"), table_name="verifications")
    op.drop_table("verifications")
    op.drop_index("ix_tickets_open", table_name="tickets")
    op.drop_index(op.f("ix_tickets_case_id"), table_name="tickets")
    op.drop_table("tickets")
    op.drop_index("ix_settlement_report_rows_letter", table_name="settlement_report_rows")
    op.drop_table("settlement_report_rows")
    op.drop_table("settlement_handed_back_rows")
    op.drop_index(
        "uq_letters_one_initial_per_case",
        table_name="letters",
        sqlite_where=sa.text("kind = 'initial' AND state NOT IN ('voided', 'lapsed')"),
        postgresql_where=sa.text("kind = 'initial' AND state NOT IN ('voided', 'lapsed')"),
    )
    op.drop_index("ix_letters_state_lapses", table_name="letters")
    op.drop_index("ix_letters_hospital_state", table_name="letters")
    op.drop_index(op.f("ix_letters_case_id"), table_name="letters")
    op.drop_table("letters")
    op.drop_index(op.f("ix_hospital_refusals_hospital_id"), table_name="hospital_refusals")
    op.drop_index(op.f("ix_hospital_refusals_case_id"), table_name="hospital_refusals")
    op.drop_table("hospital_refusals")
    op.drop_index(op.f("ix_bank_statement_lines_statement_id"), table_name="bank_statement_lines")
    op.drop_index(op.f("ix_bank_statement_lines_remittance_id"), table_name="bank_statement_lines")
    op.drop_index(
        op.f("ix_bank_statement_lines_hospital_remittance_id"), table_name="bank_statement_lines"
    )
    op.drop_table("bank_statement_lines")
    op.drop_index(
        "uq_settlement_reports_current",
        table_name="settlement_reports",
        sqlite_where=sa.text("replaced_at IS NULL"),
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.drop_index(op.f("ix_settlement_reports_batch_id"), table_name="settlement_reports")
    op.drop_table("settlement_reports")
    op.drop_index(
        "uq_remittances_one_live",
        table_name="remittances",
        sqlite_where=sa.text("state <> 'returned'"),
        postgresql_where=sa.text("state <> 'returned'"),
    )
    op.drop_table("remittances")
    op.drop_index(op.f("ix_mailings_batch_id"), table_name="mailings")
    op.drop_table("mailings")
    op.drop_table("import_rows")
    op.drop_index(
        "uq_hospital_remittances_one_live",
        table_name="hospital_remittances",
        sqlite_where=sa.text("state <> 'returned'"),
        postgresql_where=sa.text("state <> 'returned'"),
    )
    op.drop_table("hospital_remittances")
    op.drop_table("exclusion_clauses")
    op.drop_index(op.f("ix_cases_member_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_incident_id"), table_name="cases")
    op.drop_index(op.f("ix_cases_center_id"), table_name="cases")
    op.drop_table("cases")
    op.drop_table("supervised_centers")
    op.drop_index(op.f("ix_staff_sessions_staff_id"), table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_table("sign_offs")
    op.drop_index("ix_settlement_batches_state", table_name="settlement_batches")
    op.drop_table("settlement_batches")
    op.drop_table("pending_imports")
    op.drop_index(op.f("ix_ledger_entries_cause"), table_name="ledger_entries")
    op.drop_table("ledger_entries")
    op.drop_index(op.f("ix_import_files_sha256"), table_name="import_files")
    op.drop_table("import_files")
    op.drop_table("idempotent_answers")
    op.drop_index("ix_hospital_batches_state", table_name="hospital_batches")
    op.drop_index("ix_hospital_batches_hospital_paid", table_name="hospital_batches")
    op.drop_table("hospital_batches")
    op.drop_table("exclusion_versions")
    op.drop_index("ix_enrolments_card_number", table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_table("bank_statements")
    op.drop_index(op.f("ix_audit_records_subject"), table_name="audit_records")
    op.drop_index(op.f("ix_audit_records_action"), table_name="audit_records")
    op.drop_table("audit_records")
    op.drop_index(op.f("ix_api_tokens_staff_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_table("staff")
    op.drop_table("products")
    op.drop_table("policies")
    op.drop_index(op.f("ix_member_phones_fingerprint"), table_name="member_phones")
    op.drop_table("member_phones")
    op.drop_table("incidents")
    op.drop_table("covers")
    op.drop_index(op.f("ix_calls_caller_fingerprint"), table_name="calls")
    op.drop_table("calls")
    op.drop_index(op.f("ix_members_name"), table_name="members")
    op.drop_index(op.f("ix_members_document_fingerprint"), table_name="members")
    op.drop_table("members")
    op.drop_index(op.f("ix_live_events_topic"), table_name="live_events")
    op.drop_table("live_events")
    op.drop_table("letter_keys")
    op.drop_table("ledger_accounts")
    op.drop_table("insurers")
    op.drop_index(op.f("ix_hospitals_name"), table_name="hospitals")
    op.drop_index("ix_hospitals_city_network", table_name="hospitals")
    op.drop_table("hospitals")
    op.drop_table("first_guarantees")
    op.drop_index("ix_failed_attempts_mark_at", table_name="failed_attempts")
    op.drop_table("failed_attempts")
    op.drop_table("demo_mark")
    op.drop_index("ix_check_attempts_address_at", table_name="check_attempts")
    op.drop_table("check_attempts")
    op.drop_table("centers")
    op.drop_table("audit_head")
    if op.get_bind().dialect.name == "postgresql":
        for table in ONLY_ADDED_TO:
            op.execute(f"DROP FUNCTION IF EXISTS {table}_refuse() CASCADE")
