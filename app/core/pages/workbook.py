"""A workbook of Excel with one sheet, sent while its rows are read: it is never held as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from html import escape
from itertools import islice
from math import isfinite
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MOST_ROWS = 1_048_576  # of a sheet
FIRST_DAY = date(1900, 3, 1)  # Excel counts a 29 February 1900: what was before stays text
DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  (a sheet knows no zones)
SECONDS = 86_400
ENOUGH = 64 * 1024  # bytes worth sending
LEVEL = 3  # of compression: a third less work than the usual one, hardly larger
# what XML does not allow, and what Excel would take for such a sign itself
UNPLAIN = re.compile("_x[0-9A-Fa-f]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
BOLD, MOMENT = 1, 2  # places among the cell formats below

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
FONT = '<sz val="11"/><name val="Calibri"/><family val="2"/>'
SHEET = "xl/worksheets/sheet1.xml"
FRAME = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{OFFICE}.styles+xml"/>'
    f'<Override PartName="/{SHEET}" ContentType="{OFFICE}.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">'
    '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{LINKS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{LINKS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    f'<fonts count="2"><font>{FONT}</font><font><b/>{FONT}</font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


class _Outlet:
    """Where the package is written to: whatever was written since it was last emptied."""

    def __init__(self) -> None:
        self._written = bytearray()

    def __len__(self) -> int:
        return len(self._written)

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits elsewhere."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def written(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The workbook piece by piece. Until its end is written no program takes it for one."""
    outlet = _Outlet()
    with ZipFile(outlet, "w", ZIP_DEFLATED, compresslevel=LEVEL) as package:
        for name, content in FRAME.items():
            with package.open(_part(name), "w") as part:
                part.write((HEAD + content).encode())
        yield outlet.take()
        with package.open(_part(SHEET), "w") as sheet:
            for piece in _sheet(titles, rows):
                sheet.write(piece.encode())
                if len(outlet) >= ENOUGH:
                    yield outlet.take()
    yield outlet.take()


def _part(name: str) -> ZipInfo:
    part = ZipInfo(name)
    part.compress_type = ZIP_DEFLATED
    return part


def _sheet(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    letters = [_letters(index) for index in range(len(titles))]
    wide = f'<cols><col min="1" max="{len(titles)}" width="18.7109375" customWidth="1"/></cols>'
    yield f'{HEAD}<worksheet xmlns="{MAIN}">{wide}<sheetData>'
    yield _row(1, letters, titles, f' s="{BOLD}"')
    for line, row in enumerate(islice(rows, MOST_ROWS - 1), 2):
        yield _row(line, letters, row)
    yield "</sheetData></worksheet>"


def _row(line: int, letters: Sequence[str], values: Sequence[object], look: str = "") -> str:
    cells = [_cell(f"{letter}{line}", value, look) for letter, value in zip(letters, values, strict=True)]
    return f'<row r="{line}">{"".join(cells)}</row>'


def _cell(place: str, value: object, look: str) -> str:
    """Numbers, moments and yes or no to reckon with, anything else as text and never as a formula."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"{look}><v>{value:d}</v></c>'
    if isinstance(value, int | float | Decimal) and isfinite(value):
        return f'<c r="{place}"{look}><v>{float(value):.16G}</v></c>'
    if isinstance(value, date) and (days := _days(value)) is not None:
        return f'<c r="{place}" s="{MOMENT}"><v>{days:.16G}</v></c>'
    text = escape(UNPLAIN.sub(_plain, str(value)))
    kept = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f'<c r="{place}" t="inlineStr"{look}><is><t{kept}>{text}</t></is></c>'


def _days(value: date) -> float | None:
    """A moment as Excel counts it; None for one it does not know."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return (moment - DAY_ZERO).total_seconds() / SECONDS if moment.date() >= FIRST_DAY else None


def _plain(sign: re.Match[str]) -> str:
    found = sign.group()
    return f"_x005F{found}" if len(found) > 1 else f"_x{ord(found):04X}_"


def _letters(index: int) -> str:
    """0 is A, 26 is AA."""
    rest, last = divmod(index, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)
