"""What is logged says where it went wrong, and nothing about whom."""

from __future__ import annotations

import json

import structlog

from guarantee.edge.logs import init_logs


def test_a_traceback_carries_no_values(capsys):
    init_logs()

    def fails(document_number: str) -> None:
        raise RuntimeError("broken")

    try:
        fails("310101197203040011")
    except RuntimeError:
        structlog.get_logger().exception("unhandled")
    said = capsys.readouterr().err
    assert json.loads(said)["event"] == "unhandled"
    assert "fails" in said
    assert "310101197203040011" not in said
