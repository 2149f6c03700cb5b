"""A run that is still coming in: its header and the readings that are whole."""

from __future__ import annotations

import re

from labsvc_drivers.tricarb_2100tr.clock import TIME

_HEADER = re.compile(r"^(\d{1,2}),0,0,[A-Za-z][^,\n]*,[-\d.,]+\n", re.MULTILINE)
_READING = re.compile(rf"\n*\d{{1,2}},\d+,\d+,(?:[^,\n]*,){{5}}{TIME.pattern}")


def closed_early(text: str) -> str | None:
    """The last run in ``text`` up to its last whole reading, with the end mark it does not have.

    None where no run goes on at the end of the text, or none of its readings is whole yet.
    """
    headers = list(_HEADER.finditer(text))
    if not headers:
        return None
    header = headers[-1]
    end, protocol = header.end(), header[1]
    while (reading := _READING.match(text, end)) is not None:
        end = reading.end()
    goes_on = end > header.end() and "EOP" not in text[end:]
    return f"{text[header.start() : end]}{protocol},EOP\n" if goes_on else None
