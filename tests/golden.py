"""Golden files: what a parser made of a payload, read and approved by a person.

A case is a folder ``tests/fixtures/<parser>/<case>/`` with ``payload.json``, ``payload.txt``,
``payload.csv`` or another ``payload.*``, and ``expected.json``. Where ``expected.json`` is absent
it is written and the test fails, until a person has read it and it is under version control.

    @pytest.mark.parametrize("case", cases("weibo_mobile"), ids=str)
    def test_golden(case: Case) -> None:
        case.check(parse_timeline(case.payload(), ...))
"""

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from posts.model import CHINA

FIXTURES = Path(__file__).parent / "fixtures"
NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=CHINA)
"""The time at which every golden payload is collected."""


@dataclass(frozen=True)
class Case:
    """One folder of a golden payload and what is expected of it."""

    folder: Path

    def __str__(self) -> str:
        return self.folder.name

    @property
    def path(self) -> Path:
        """The payload's file."""
        return next(iter(sorted(self.folder.glob("payload.*"))))

    def payload(self) -> Any:
        """The payload: parsed where it is JSON, the text where it is not."""
        text = self.path.read_text("utf-8")
        return json.loads(text) if self.path.suffix == ".json" else text

    def check(self, result: Any) -> None:
        """Compare with ``expected.json``; write it and fail where it is absent."""
        found, expected = plain(result), self.folder / "expected.json"
        if not expected.exists():
            text = json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True)
            expected.write_text(text + "\n", "utf-8")
            pytest.fail(f"{expected} was written: please review it, then commit it")
        assert found == json.loads(expected.read_text("utf-8"))


def cases(parser: str, pattern: str = "*") -> list[Case]:
    """List the golden cases of a parser whose folder name matches ``pattern``."""
    folders = sorted(path.parent for path in (FIXTURES / parser).glob(f"{pattern}/payload.*"))
    assert folders, f"no golden case under {FIXTURES / parser} matches {pattern}"
    return [Case(folder) for folder in folders]


def plain(value: Any) -> Any:
    """Turn models, dataclasses and containers into JSON values."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {name: item for name, item in fields.items() if item not in (None, [], {})}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
