"""Read the tables of an Excel workbook (.xlsx), sheet by sheet."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError as XmlError
from zipfile import BadZipFile

import openpyxl  # type: ignore[import-untyped]
from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

from crawlers.import_record import Columns, Read, Record
from crawlers.parsed import Rejected
from posts.errors import ParseError, UnknownFormat

_BROKEN = (BadZipFile, InvalidFileException, XmlError, KeyError, ValueError, OSError, EOFError)
_EXCEL_DIGITS = 10**15
"""Excel keeps 15 digits of a number; the rest of a longer id is lost."""


def read_sheets(path: Path) -> Iterator[Read]:
    """Yield the header and the rows of every sheet.

    Raises:
        UnknownFormat: the file is no workbook.
    """
    with path.open("rb") as handle:  # by its handle, for openpyxl minds the file's name
        try:
            with closing(openpyxl.load_workbook(handle, read_only=True, data_only=True)) as book:
                for sheet in book.worksheets:
                    yield from _read_sheet(sheet.iter_rows(values_only=True))
        except _BROKEN as error:
            raise UnknownFormat(f"{path}: a zip file, but no whole Excel workbook") from error


def _read_sheet(rows: Iterator[tuple[Any, ...]]) -> Iterator[Read]:
    columns = tuple(str(cell or "").strip() for cell in next(rows, ()))
    if not any(columns):
        return
    yield Columns(columns)
    for number, cells in enumerate(rows, start=2):
        if any(cell is not None for cell in cells):
            yield _row(columns, cells, number)


def _row(columns: tuple[str, ...], cells: tuple[Any, ...], number: int) -> Read:
    row = dict(zip(columns, cells, strict=False))
    for name, cell in row.items():
        if isinstance(cell, int | float) and abs(cell) >= _EXCEL_DIGITS and name.endswith("id"):
            error = ParseError(
                "mangled_id",
                f"Excel rounded the id in column {name}; export again with ids as text",
            )
            return Rejected(error.reason, error.detail, record=row, line=number)
    return Record(number, row)
