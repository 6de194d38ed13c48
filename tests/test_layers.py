"""Arrows between the rooms point one way: posts <- nlp <- monitor <- crawlers, dashboard."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "posts": set(),
    "nlp": {"posts"},
    "monitor": {"posts", "nlp"},
    "crawlers": {"posts", "nlp", "monitor"},
    "dashboard": {"posts", "nlp", "monitor"},
}
NEVER = {
    "posts": {"scrapy", "streamlit", "transformers", "onnxruntime", "jieba", "torch", "sklearn"},
    "nlp": {"scrapy", "streamlit", "tantivy", "elasticsearch"},
    "monitor": {"scrapy", "streamlit", "tantivy", "elasticsearch"},
    "crawlers": {"streamlit", "tantivy", "elasticsearch", "jieba"},
    "dashboard": {"scrapy", "tantivy", "elasticsearch", "jieba"},
}
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "misc", "manager"}


def modules(room: str) -> list[Path]:
    return [path for path in (ROOT / room).rglob("*.py") if "__pycache__" not in path.parts]


def imported_rooms(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("room", sorted(MAY_IMPORT))
def test_rooms_import_only_rooms_below(room):
    allowed = MAY_IMPORT[room] | {room}
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        for name in imported_rooms(path) & set(MAY_IMPORT) - allowed
    }
    assert modules(room)
    assert not wrong


@pytest.mark.parametrize("room", sorted(NEVER))
def test_rooms_keep_to_their_trade(room):
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(room)
        if "training" not in path.parts and path.name not in ("embedded.py", "elastic.py")
        for name in imported_rooms(path) & NEVER[room]
    }
    assert not wrong


def test_nothing_that_runs_needs_the_training_libraries():
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for room in MAY_IMPORT
        for path in modules(room)
        if "training" not in path.parts
        for name in imported_rooms(path) & {"torch", "sklearn"}
    }
    assert not wrong


def test_relative_imports_do_not_hide_arrows():
    wrong = [
        str(path.relative_to(ROOT))
        for room in MAY_IMPORT
        for path in modules(room)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    assert not wrong


def test_every_module_has_a_name_that_says_something():
    wrong = [
        str(path.relative_to(ROOT))
        for room in MAY_IMPORT
        for path in modules(room)
        if path.stem in EMPTY_NAMES
    ]
    assert not wrong
