"""Read the records of an import file, whatever its name says: JSON, JSON lines, csv or xlsx.

What cannot be read becomes a ``Rejected`` with its line, and reading goes on behind it. Memory
stays flat, save for the text of one whole JSON document.
"""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from crawlers.import_record import Columns, Read, Record
from crawlers.import_text import fault, numbered_lines, open_text, read_head
from crawlers.parsed import Rejected
from posts.errors import UnknownFormat

MAX_DOCUMENT = 256 * 2**20
"""Characters of the largest JSON document that is loaded whole."""
MAX_CELL = 2**20


_JSON_START = ("{", "[")
_NOT_JSON = (ValueError, RecursionError)
_BLANK = "\ufeff \t\r\n"


def read_records(path: Path) -> Iterator[Read]:
    """Yield the records of a file, and a ``Rejected`` for each that cannot be read.

    Raises:
        UnknownFormat: the file cannot be opened, is empty or breaks off.
    """
    if read_head(path).startswith(b"PK\x03\x04"):
        from crawlers.import_sheets import read_sheets

        return read_sheets(path)
    start = [text for _, text in islice(_solid_lines(path), 2)]
    if not start or not start[0].lstrip(_BLANK).startswith(_JSON_START):
        return _read_table(path)
    return _read_document(path) if _is_document(start) else _read_lines(path)


def _solid_lines(path: Path) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in numbered_lines(path) if line.strip(_BLANK))


def _is_document(start: list[str]) -> bool:
    """Tell a JSON document from JSON lines by its first two lines that are not blank."""
    first = start[0].strip(_BLANK)
    try:
        return isinstance(json.loads(first), list)
    except _NOT_JSON:
        return len(start) < 2 or first[0] == "[" or not start[1].startswith("{")


def _read_lines(path: Path) -> Iterator[Read]:
    for number, line in _solid_lines(path):
        yield _rejected(number, line) or _parse_line(number, line)


def _rejected(number: int, line: str) -> Rejected | None:
    found = fault(line)
    return None if found is None else Rejected(*found, record=line, line=number)


def _parse_line(number: int, line: str) -> Read:
    try:
        return _object(json.loads(line.strip(_BLANK)), number)
    except _NOT_JSON as error:
        return Rejected("broken_json", _json_fault(error), record=line, line=number)


def _object(value: Any, line: int) -> Read:
    if isinstance(value, dict):
        return Record(line, value)
    detail = f"expected a JSON object, found {type(value).__name__}"
    return Rejected("not_an_object", detail, record=value, line=line)


def _json_fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return "nested too deep" if isinstance(error, RecursionError) else "a number is too long"


def _read_document(path: Path) -> Iterator[Read]:
    with closing(open_text(path)) as handle:
        text = handle.read(MAX_DOCUMENT + 1)
    if len(text) > MAX_DOCUMENT:
        raise UnknownFormat(
            f"{path}: a JSON document of more than {MAX_DOCUMENT} characters; export JSON lines"
        )
    text = text.strip(_BLANK)
    if text.startswith("["):
        yield from _elements(text)
        return
    try:
        yield _object(json.loads(text), 1)
    except _NOT_JSON:
        yield from _read_lines(path)


_GAP = re.compile(r"[\s,]*")


def _elements(text: str) -> Iterator[Read]:
    """Yield the elements of an array one by one; a broken rest is one rejected record."""
    decoder = json.JSONDecoder()
    line, seen, position = 1, 0, 1
    while True:
        position = _GAP.match(text, position).end()  # type: ignore[union-attr]
        if text.startswith("]", position):
            return
        try:
            value, end = decoder.raw_decode(text, position)
        except _NOT_JSON as error:
            line += text.count("\n", seen, position)
            detail = f"the array breaks off: {_json_fault(error)}"
            yield Rejected("broken_json", detail, record=text[position:], line=line)
            return
        line, seen, position = line + text.count("\n", seen, end), end, end
        yield _object(value, line)


def _read_table(path: Path) -> Iterator[Read]:
    lines = _Pushback(numbered_lines(path))
    header = next((line for line in lines if line.strip(_BLANK)), "")
    delimiter = max("\t;,", key=header.count)
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
    except csv.Error:
        names = []
    columns = tuple(name.strip(_BLANK) for name in names)
    yield Columns(columns)
    csv.field_size_limit(MAX_CELL)
    while True:
        taken = lines.start()
        try:
            row = next(csv.reader(lines, delimiter=delimiter, strict=True), None)
        except csv.Error as error:
            # The first line is the broken one; those behind it may be good rows.
            lines.put_back(taken[1:])
            yield Rejected("broken_csv", str(error), record=taken[0][1], line=taken[0][0])
            continue
        if row is None:
            return
        if not row:
            continue
        yield _row(columns, row, taken)


def _row(columns: tuple[str, ...], row: list[str], taken: list[tuple[int, str]]) -> Read:
    number = taken[0][0]
    found = next(filter(None, (fault(line) for _, line in taken)), None)
    if found is None and len(row) > len(columns) and any(row[len(columns) :]):
        found = "too_many_columns", f"expected {len(columns)} columns, found {len(row)}"
    if found is not None:
        return Rejected(*found, record="".join(line for _, line in taken), line=number)
    return Record(number, dict(zip(columns, row, strict=False)))


class _Pushback:
    """Lines for a csv reader, which remembers what it took so that it can be put back."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines, self._again = lines, list[tuple[int, str]]()
        self._taken: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._lines)
        self._taken.append(line)
        return line[1]

    def start(self) -> list[tuple[int, str]]:
        """Return the list to which the lines of the next row will be added."""
        self._taken = []
        return self._taken

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        """Make ``lines`` the next ones again."""
        self._again.extend(reversed(lines))
