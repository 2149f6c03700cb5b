"""A workbook written: one sheet, the same bytes for the same cells.

The least that the format asks for (ECMA-376, parts 1 and 2): openpyxl's own writer puts the time
of writing into the file.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from labsvc.driver.tables.figures import Value

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DAY_NAUGHT = datetime(1899, 12, 30)  # noqa: DTZ001
_DATE_STYLE = 1


def write_workbook(rows: Sequence[Sequence[Value]], title: str) -> bytes:
    """The bytes of an ``.xlsx`` with ``rows`` in its one sheet ``title``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in _parts(rows, title).items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            parts.writestr(entry, _XML + content)
    return out.getvalue()


def _parts(rows: Sequence[Sequence[Value]], title: str) -> dict[str, str]:
    # Only where a workbook is written: it loads an HTTP client with it.
    from xml.sax.saxutils import quoteattr  # noqa: PLC0415

    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
            '<Override PartName="/xl/worksheets/sheet1.xml" '
            f'ContentType="{_TYPES}.worksheet+xml"/></Types>'
        ),
        "_rels/.rels": _relations({"officeDocument": "xl/workbook.xml"}),
        "xl/_rels/workbook.xml.rels": _relations(
            {"worksheet": "worksheets/sheet1.xml", "styles": "styles.xml"}
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name={quoteattr(title)} sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
            '<fills count="1"><fill><patternFill/></fill></fills>'
            '<borders count="1"><border/></borders>'
            '<cellStyleXfs count="1"><xf/></cellStyleXfs>'
            '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            "</styleSheet>"
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(_rows(rows))}</sheetData></worksheet>'
        ),
    }


def _relations(targets: dict[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inner}</Relationships>'


def _rows(rows: Sequence[Sequence[Value]]) -> Iterator[str]:
    for number, row in enumerate(rows, 1):
        cells = "".join(_cell(value, f"{_letters(n)}{number}") for n, value in enumerate(row))
        yield f'<row r="{number}">{cells}</row>'


def _cell(value: Value, at: str) -> str:
    if value == "":
        return ""
    if isinstance(value, datetime):
        days = (value - _DAY_NAUGHT).total_seconds() / 86400
        return f'<c r="{at}" s="{_DATE_STYLE}"><v>{days!r}</v></c>'
    if isinstance(value, str):
        text = f'<t xml:space="preserve">{_escaped(value)}</t>'
        return f'<c r="{at}" t="inlineStr"><is>{text}</is></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace(">", "&gt;").replace("<", "&lt;")


def _letters(column: int) -> str:
    """``A`` for 0, ``AA`` for 26."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(ord("A") + rest) + text
    return text
