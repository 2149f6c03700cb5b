"""The public driver interface: all that a driver may import.

A driver says what the instrument said: it fills in nothing, corrects nothing, derives nothing.
"""

from labsvc.driver.beginnings import whole_lines
from labsvc.driver.interface import (
    TEXT_BYTES,
    Driver,
    Files,
    Fragment,
    Frame,
    Framer,
    Recognition,
    Reply,
    SerialLine,
)
from labsvc.driver.packing import Packing, Packings, packed, packed_records
from labsvc.driver.places import Places, Visits
from labsvc.driver.text import Lines, decode, head_text, number, numbers, report_text, whole
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.locale import DateOrder, Decimal, Encoding, Locale
from labsvc.model.plate import FORMATS, PlateFormat, canonical, well
from labsvc.model.run import (
    CalibrationRun,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Measure,
    Program,
    Quench,
    Reading,
    Record,
    State,
    Wash,
)

__all__ = [
    "FORMATS",
    "TEXT_BYTES",
    "CalibrationRun",
    "Capture",
    "Channel",
    "CountRun",
    "DateOrder",
    "Decimal",
    "Driver",
    "Encoding",
    "Files",
    "Fragment",
    "Frame",
    "Framer",
    "HarvestRun",
    "Instrument",
    "Lines",
    "Locale",
    "Measure",
    "Packing",
    "Packings",
    "ParseError",
    "Places",
    "PlateFormat",
    "Program",
    "Quench",
    "Reading",
    "Recognition",
    "Record",
    "Reply",
    "SerialLine",
    "State",
    "Visits",
    "Wash",
    "canonical",
    "decode",
    "head_text",
    "number",
    "numbers",
    "packed",
    "packed_records",
    "report_text",
    "well",
    "whole",
    "whole_lines",
]
