"""Many threads of a worker print at once; the fonts they share allow one at a time."""

from __future__ import annotations

import subprocess
import sys

MANY = """
import threading
from dataclasses import replace
from guarantee.letters import paper
from guarantee.letters.paper.specimen import specimen

def letter(n):
    body = specimen(number=f"3101{n:012d}")
    return replace(body, exclusions=tuple(replace(one, code=f"Z{n}") for one in body.exclusions))

together = threading.Barrier(8)
def work(n):
    together.wait()
    paper.check(letter(n))
    assert paper.render(letter(n)) == paper.render(letter(n))
threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print("printed", end="")
"""


def test_letters_printed_by_8_threads_at_once_come_out_whole_and_disturb_nothing():
    done = subprocess.run(
        [sys.executable, "-c", MANY], capture_output=True, text=True, timeout=240, check=False
    )
    assert (done.returncode, done.stdout) == (0, "printed"), done.stderr
    assert "corrupted" not in done.stderr
