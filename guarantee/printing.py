"""One thread at a time lays out pages.

WeasyPrint stands on Pango, whose fonts may not be shared by threads: several at once have been seen
to corrupt the process's memory and to wait for each other for ever. Whoever talks to WeasyPrint
holds `PRINTING` from the first call until the laid out document is gone.
"""

from __future__ import annotations

import threading

PRINTING = threading.RLock()
