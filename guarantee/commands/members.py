"""`flask members import FILE --insurer CODE`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from guarantee.business_time import now
from guarantee.commands.terminal import as_json, done, tell
from guarantee.members.register import import_members, import_summary
from guarantee.members.rejects import rejected_workbook
from guarantee.parties.insurers import insurer_by_code
from guarantee.parties.staff import system

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

members = click.Group("members", help="The register of members.")


@members.command("import")
@click.argument("file", type=A_FILE)
@click.option("--insurer", required=True, metavar="CODE")
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path), help="Write them here.")
@as_json
@with_appcontext
def import_file(file: Path, insurer: str, rejects: Path | None, as_json: bool) -> None:
    """Take an insurer's .xlsx or .csv. Exit code 2: the file was refused as a whole."""
    data = file.read_bytes()

    def take() -> tuple[dict[str, Any], bytes | None]:
        made = import_members(
            data=data,
            filename=file.name,
            insurer=insurer_by_code(insurer),
            by=system(),
            at=now(),
        )
        handed_back = rejected_workbook(made) if rejects and made.rejected else None
        return import_summary(made), handed_back

    summary, handed_back = done(take, as_json=as_json)
    if rejects and handed_back is not None:
        rejects.write_bytes(handed_back)
    lines = [
        f"{summary['file']}: accepted {summary['accepted']}, rejected {summary['rejected']}, "
        f"duplicates {summary['duplicates']}"
    ]
    lines += [
        f"  row {row['row']}: {row['reason']}"
        for row in summary["rows"]
        if row["outcome"] == "rejected"
    ]
    tell(summary, "\n".join(lines), as_json=as_json)


COMMANDS = (members,)
