"""The books as people read them. Nothing here moves money, and no patient's data is shown.

books.py     all the books on one page: promised, owed, to be recovered, reserve funds, bank
accounts.py  the accounts that have a name, and one account's movements with its running balance
entries.py   the journal, the entries of one cause or request, one entry with all it moved
finding.py   what was typed into the search box, and where it leads
causes.py    what an entry happened for, in words, and the page of that thing
names.py     whose an account is, and who moved it
of_letter.py the money of one letter, for the letter's own page
"""

from guarantee.web.ledger import accounts, entries
from guarantee.web.ledger.books import blueprint

__all__ = ["accounts", "blueprint", "entries"]
