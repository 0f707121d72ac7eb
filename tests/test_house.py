"""The shape of the house itself, read from its files; no database and no program is started."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "guarantee"
DOMAIN = ("cases", "charges", "ledger", "letters", "members", "parties", "settlement", "sheets")
WRITTEN_BY_HAND = {".py", ".html", ".css", ".js", ".md", ".toml", ".sh", ".txt", ""}
LONGEST = 400


def files_under(folder: Path, *endings: str) -> Iterator[Path]:
    """Files of these endings that people write: nothing vendored, nothing generated."""
    for path in sorted(folder.rglob("*")):
        apart = {"vendor", "__pycache__"} | {p for p in path.parts if p.startswith(".venv")}
        if path.is_file() and path.suffix in endings and not apart & set(path.parts):
            yield path


def parsed() -> Iterator[tuple[Path, ast.Module]]:
    for path in files_under(PROGRAM, ".py"):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def at(path: Path, node: ast.AST | None = None) -> str:
    """How a finding names its place, as an editor opens it."""
    return f"{path.relative_to(ROOT)}" + (f":{node.lineno}" if node else "")


def test_no_file_is_longer_than_a_reader_can_hold_in_mind() -> None:
    long = [
        f"{at(path)}: {lines} lines"
        for path in files_under(PROGRAM, ".py", ".html", ".css", ".js")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > LONGEST
    ]
    assert long == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "manager", "common", "misc"}
    modules = [*files_under(PROGRAM, ".py"), *(p for p in PROGRAM.rglob("*") if p.is_dir())]
    assert [at(path) for path in modules if path.stem in empty_names] == []


def test_every_import_stands_at_the_top_of_its_file() -> None:
    inside = [
        at(path, node)
        for path, tree in parsed()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_every_public_function_of_the_domain_says_what_it_means() -> None:
    silent = [
        f"{at(path, node)} {node.name}"
        for path, tree in parsed()
        if path.relative_to(PROGRAM).parts[0].removesuffix(".py") in (*DOMAIN, "eligibility")
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if not node.name.startswith("_") and node.name != "main" and not ast.get_docstring(node)
    ]
    assert silent == []


def test_nothing_is_left_for_later_in_a_comment() -> None:
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")
    folders = [ROOT / name for name in ("guarantee", "templates", "tests", "scripts", "migrations")]
    left = [
        f"{at(path)}: {line.strip()}"
        for folder in folders
        for path in files_under(folder, *WRITTEN_BY_HAND)
        for line in path.read_text(encoding="utf-8").splitlines()
        if later.search(line)
    ]
    assert left == []


def test_every_template_is_used() -> None:
    templates = ROOT / "templates"
    used_in = [*files_under(PROGRAM, ".py"), *files_under(templates, ".html", ".css", ".svg")]
    texts = {path: path.read_text(encoding="utf-8") for path in used_in}

    def names(template: Path, user: Path) -> bool:
        """Whether `user` has in quotes the template's path, its name, or (at home) its stem."""
        at_home = any(part.startswith(template.parent.name) for part in user.parts)
        known_as = {template.relative_to(templates).as_posix(), template.name}
        known_as |= {template.stem} if at_home and template.parent != templates else set()
        return any(f"{q}{name}{q}" in texts[user] for name in known_as for q in "'\"")

    unused = [
        at(path)
        for path in files_under(templates, ".html", ".css", ".svg", ".xml", ".txt")
        if not any(names(path, user) for user in texts if user != path)
    ]
    assert unused == []


def test_the_project_stands_alone() -> None:
    beside = ("../" + "shared", "/work/" + "shared")
    reaching = [
        at(path)
        for path in files_under(ROOT, *WRITTEN_BY_HAND)
        if ".git" not in path.parts
        and any(text in path.read_text(encoding="utf-8", errors="replace") for text in beside)
    ]
    assert reaching == []


def test_each_floor_imports_only_floors_below_it() -> None:
    # In a process of its own: import-linter leaves its settings behind in the one it runs in.
    linter = Path(sys.executable).with_name("lint-imports")
    said = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stdout


def canonical(line: str) -> str:
    """'Flask_Login == 0.6' and 'flask-login==0.6' are one package at one version."""
    package, _, version = re.sub(r"\[.*?\]", "", line.strip()).partition("==")
    return re.sub(r"[-_.]+", "-", package).lower() + "==" + version


def listed_in(name: str) -> set[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return {canonical(line) for line in lines if line and not line.startswith(("#", "-r"))}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_every_choice_at_its_pinned_version(name: str) -> None:
    missing = listed_in(f"{name}.txt") - listed_in(f"{name}.lock")
    assert missing == set(), "run: make lock"


def test_the_program_imports_nothing_that_only_the_tests_install() -> None:
    installed_with_it = {line.partition("==")[0] for line in listed_in("requirements.lock")}
    sources = metadata.packages_distributions()
    imported = {
        (name.partition(".")[0], at(path, node))
        for path, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module]
        )
        if name
    }
    foreign = [
        f"{place}: {package}"
        for package, place in sorted(imported)
        if package not in sys.stdlib_module_names and package != PROGRAM.name
        if not {canonical(s)[:-2] for s in sources.get(package, [])} & installed_with_it
    ]
    assert foreign == []
