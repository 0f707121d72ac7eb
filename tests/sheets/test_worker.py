"""The process that reads a workbook dies of its limit, not the house."""

import json
import subprocess
import sys

from guarantee.sheets import workbooks, worker
from tests.sheets import files

ROWS, WIDTH = 40_000, 20


def run(data: bytes, *, mebibytes: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-I", worker.__file__, str(mebibytes * 1024 * 1024), "30"],
        input=data,
        capture_output=True,
        check=False,
    )


def test_a_workbook_that_needs_more_memory_than_allowed_is_given_up():
    line = b"<row>" + b"<c><v>1</v></c>" * WIDTH + b"</row>"
    data = files.with_sheet(
        b"<worksheet " + files.MAIN + b"><sheetData>" + line * ROWS + b"</sheetData></worksheet>"
    )
    assert len(data) < 300_000
    allowed = run(data, mebibytes=workbooks.MEMORY_BYTES // 1024 // 1024)
    assert len(json.loads(allowed.stdout)["sheets"][0]["rows"]) == ROWS
    refused = run(data, mebibytes=64)
    assert refused.returncode != 0 or json.loads(refused.stdout) == {"refused": "file_too_costly"}


def test_a_broken_workbook_is_an_answer_not_a_crash():
    answer = run(b"PK\x03\x04 nothing", mebibytes=256)
    assert (answer.returncode, json.loads(answer.stdout)) == (0, {"refused": "corrupted_workbook"})
