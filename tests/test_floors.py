"""The house rules: imports run downwards, waiting stays on its floor, and the two clients differ in nothing but it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "src" / "rawsmtp"
MODULES = sorted(ROOT.rglob("*.py"))
FLOORS = {
    "errors": 0,
    "wire": 1,
    "sasl": 1,
    "registry": 2,
    "protocol": 2,
    "message": 2,
    "flows": 3,
    "client": 4,
    "testing": 5,
    "cli": 5,
}
WAITING = {"socket", "ssl", "select", "selectors", "asyncio", "threading", "time", "os"}


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def imports(tree: ast.AST) -> list[tuple[ast.Import | ast.ImportFrom, bool]]:
    """Return each import with whether it runs when its module is imported."""
    found: list[tuple[ast.Import | ast.ImportFrom, bool]] = []

    def visit(node: ast.AST, *, at_import: bool) -> None:
        if is_for_types(node):
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            found.append((node, at_import))
        inside = at_import and not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        for child in ast.iter_child_nodes(node):
            visit(child, at_import=inside)

    visit(tree, at_import=True)
    return found


def names(node: ast.Import | ast.ImportFrom, package: tuple[str, ...]) -> list[str]:
    """Return the absolute names of the imported modules."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not node.level:
        return [node.module or ""]
    base = package[: len(package) - node.level + 1]
    module = ".".join((*base, *([node.module] if node.module else [])))
    return [module, *(f"{module}.{alias.name}" for alias in node.names)]


def violations(source: str, parts: tuple[str, ...]) -> list[str]:
    """Return what a module of this place may not import."""
    here = FLOORS.get(parts[0])
    if here is None:
        return []
    package = ("rawsmtp", *parts[:-1])
    found = []
    for node, _ in imports(ast.parse(source)):
        for name in names(node, package):
            top, *rest = name.split(".")
            if top == "rawsmtp" and rest and FLOORS.get(rest[0], -1) > here:
                found.append(f"{name} is above")
            if top == "rawsmtp" and rest and FLOORS.get(rest[0]) == here and rest[0] != parts[0] and here > 3:
                found.append(f"{name} is another folder of the same floor")
            if here < 4 and top in WAITING:
                found.append(f"{name} waits")
    return found


def parts(path: Path) -> tuple[str, ...]:
    return path.relative_to(ROOT).with_suffix("").parts


@pytest.mark.parametrize("path", MODULES, ids=lambda path: "/".join(parts(path)))
def test_module_imports_only_from_below(path: Path) -> None:
    allowed = {("cli", "testing")}
    found = [
        text
        for text in violations(path.read_text(encoding="utf-8"), parts(path))
        if not any(parts(path)[0] == here and f"rawsmtp.{there}" in text for here, there in allowed)
    ]
    assert not found


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("from rawsmtp.client.link import Link", ("flows", "session")),
        ("from ..flows import effects", ("protocol", "state")),
        ("import socket", ("wire", "parser")),
        ("def f():\n    import time", ("flows", "bulk")),
        ("from rawsmtp.cli import main", ("testing", "server")),
    ],
)
def test_rule_finds_what_it_forbids(source: str, place: tuple[str, ...]) -> None:
    assert violations(source, place)


def test_every_folder_has_a_floor() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders | {"errors"} == set(FLOORS)


def test_import_brings_in_nothing_heavy() -> None:
    code = "import sys, rawsmtp; print(*{'ssl', 'asyncio', 'email', 'logging'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""


RENAMED = {
    "AsyncClient": "Client",
    "AsyncioIO": "BlockingIO",
    "AsyncioDriver": "BlockingDriver",
    "asend": "send",
    "AsyncIterator": "Iterator",
    "AnyIterable": "Iterable",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
}


class Plain(ast.NodeTransformer):
    """Takes the waiting out of a syntax tree."""

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        fields = {name: value for name, value in ast.iter_fields(node) if name != "name"}
        return self.generic_visit(ast.FunctionDef(name=RENAMED.get(node.name, node.name), **fields))

    def visit_Await(self, node: ast.Await) -> ast.AST:
        inner: ast.AST = self.visit(node.value)
        return inner

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(id=RENAMED.get(node.id, node.id), ctx=node.ctx)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = RENAMED.get(node.name, node.name)
        return self.generic_visit(node)


def normalised(path: Path) -> str:
    """Return the code of a client module without its waiting, its words and its imports."""
    tree = Plain().visit(ast.parse(path.read_text(encoding="utf-8")))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        node.body = [  # type: ignore[attr-defined]  # whatever has a body
            statement
            for statement in body
            if not isinstance(statement, (ast.Import, ast.ImportFrom))
            and not is_for_types(statement)
            and not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        ]
    return ast.unparse(ast.fix_missing_locations(tree))


def test_the_two_clients_differ_in_nothing_but_waiting() -> None:
    for blocking, aio, part in (
        ("blocking.py", "aio.py", "def send"),
        ("blocking_driver.py", "asyncio_driver.py", "def _exchange"),
    ):
        assert normalised(ROOT / "client" / blocking) == normalised(ROOT / "client" / aio)
        assert part in normalised(ROOT / "client" / blocking)
