"""The billing desk: is this letter good, what is left of it, what does the patient pay.

desk.py       the one field, the list of letters, a letter's page
reception.py  accept, refuse, hand back, confirm a top-up's receipt
charges.py    lines one by one, a file with its preview
discharge.py  top-ups asked for, the final bill, the patient's statement
signature.py  receipt confirmed electronically, the signed copy
"""

from guarantee.web.hospital import charges, desk, discharge, reception, signature
from guarantee.web.hospital.letter_page import blueprint

__all__ = ["blueprint", "charges", "desk", "discharge", "reception", "signature"]
