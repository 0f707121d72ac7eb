"""The money desks of centre and headquarters: Monday, the batch, the bank, the centre's own books.

monday.py       weeks as columns, centres as rows; what waits for whoever reads
path.py         a batch's seven steps: which are done, which is open, whose turn it is
batch.py        a batch as a path; its statement, its approval
report.py       the centre's table: looked at, sent in, fetched again
lines.py        every line of a batch, both sides' figures and what is paid
differences.py  the worklist: decided by keyboard, in bulk where alike, undone until the approval
gathered.py     which differences are alike
bank.py         payments ordered and their files; the bank's statements and what they matched
originals.py    parcels on their way, papers ticked off, the end
charges.py      the centre posts a trip's charges
fund.py         the reserve fund: its month read from the ledger, drawn on, filled
courier_fees.py what the centre paid couriers
"""

from guarantee.web.finance import (
    bank,
    batch,
    charges,
    courier_fees,
    differences,
    fund,
    lines,
    originals,
    report,
)
from guarantee.web.finance.monday import blueprint

__all__ = [
    "bank",
    "batch",
    "blueprint",
    "charges",
    "courier_fees",
    "differences",
    "fund",
    "lines",
    "originals",
    "report",
]
