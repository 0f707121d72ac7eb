"""Every table of the settlement floor, under one name."""

from guarantee.settlement.models_batch import (
    Batch,
    BatchLine,
    CourierFee,
    LineCharge,
    ReserveDrawdown,
    SignOff,
)
from guarantee.settlement.models_hospital import (
    HospitalBatch,
    HospitalLine,
    HospitalRemittance,
)
from guarantee.settlement.models_payment import (
    BankStatement,
    BankStatementLine,
    Mailing,
    Original,
    Remittance,
    SettledReceipt,
)
from guarantee.settlement.models_report import (
    Difference,
    HandedBackRow,
    Report,
    ReportReceipt,
    ReportRow,
    Resolution,
)

__all__ = [
    "BankStatement",
    "BankStatementLine",
    "Batch",
    "BatchLine",
    "CourierFee",
    "Difference",
    "HandedBackRow",
    "HospitalBatch",
    "HospitalLine",
    "HospitalRemittance",
    "LineCharge",
    "Mailing",
    "Original",
    "Remittance",
    "Report",
    "ReportReceipt",
    "ReportRow",
    "ReserveDrawdown",
    "Resolution",
    "SettledReceipt",
    "SignOff",
]
