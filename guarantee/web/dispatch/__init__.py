"""The call desk: from the ring to the number.

desk.py    the three panes: calls, the case (or the form that opens one), eligibility
cases.py   opening a case and everything done to it, a press each
register.py  the list of cases: search, filter, export
"""

from guarantee.web.dispatch import cases, register
from guarantee.web.dispatch.desk import blueprint

__all__ = ["blueprint", "cases", "register"]
