"""The layout and the shape of the code are what ARCHITECTURE.md and CONTRIBUTING.md say."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.docs import ROOT

SOURCE = ROOT / "src" / "trueup"
MODULES = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
RULE_MODULES = [path for path in MODULES if path.is_relative_to(SOURCE / "rules")]
# They read our own files or say how a refusal looks: no paragraph asks for that, and a
# source that is none would be worse than no source.
WITHOUT_PARAGRAPH = {"__init__", "programs", "program_file", "readings", "refusal", "rows"}
WITH_SOURCES = [
    path
    for path in MODULES
    if (path.parent == SOURCE / "rules" and path.stem not in WITHOUT_PARAGRAPH)
    or path.name == "services.py"
]

# How old a kept sum is, not when an act happened.
AGE_OF_A_CACHE = {"disclosure/kept_sums.py"}


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for child in ast.walk(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function; what its docstring explains does not count against it."""
    lines = (function.end_lineno or 0) - function.lineno + 1
    if ast.get_docstring(function) is not None:
        docstring = function.body[0]
        lines -= (docstring.end_lineno or 0) - docstring.lineno + 1
    return lines


@pytest.mark.parametrize("path", RULE_MODULES, ids=name)
def test_the_rules_import_the_standard_library_and_themselves_alone(path: Path) -> None:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            imported = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported = [node.module or ""]
        else:
            continue
        for module in imported:
            top = module.partition(".")[0]
            assert module.startswith("trueup.rules") or top in sys.stdlib_module_names, module
            assert top not in {"random", "secrets", "time"}, f"{module}: a clock or chance"


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_has_one_topic(path: Path) -> None:
    assert path.stem not in {"utils", "helpers", "common", "misc"}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_function_fits_on_a_page(path: Path) -> None:
    long = {
        function.name: length(function)
        for function in functions(parsed(path))
        if length(function) > 50
    }

    assert long == {}


@pytest.mark.parametrize("path", WITH_SOURCES, ids=name)
def test_a_public_function_of_the_rules_or_of_a_service_names_its_source(path: Path) -> None:
    silent = [
        node.name
        for node in parsed(path).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and "Source:" not in (ast.get_docstring(node) or "")
    ]

    assert silent == []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_nobody_but_an_adapter_reads_the_clock(path: Path) -> None:
    adapters = {"web", "api", "cli", "config", "demonstration"}
    if path.relative_to(SOURCE).parts[0] in adapters or name(path) in AGE_OF_A_CACHE:
        return
    calls = {
        ast.unparse(node.func) for node in ast.walk(parsed(path)) if isinstance(node, ast.Call)
    }

    assert not calls & {
        "timezone.now",
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "datetime.today",
        "time.time",
    }
