"""The public driver interface: all that a driver may import.

A driver says what the instrument said: it fills in nothing, corrects nothing, derives nothing.
"""

from labsvc.driver.interface import (
    Driver,
    Files,
    Fragment,
    Frame,
    Framer,
    Recognition,
    Reply,
    SerialLine,
)
from labsvc.driver.text import Lines, decode, number
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.plate import FORMATS, PlateFormat, canonical, well
from labsvc.model.run import (
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Program,
    Quench,
    Reading,
    Record,
    State,
    Wash,
)

__all__ = [
    "FORMATS",
    "Capture",
    "Channel",
    "CountRun",
    "Driver",
    "Files",
    "Fragment",
    "Frame",
    "Framer",
    "HarvestRun",
    "Instrument",
    "Lines",
    "ParseError",
    "PlateFormat",
    "Program",
    "Quench",
    "Reading",
    "Recognition",
    "Record",
    "Reply",
    "SerialLine",
    "State",
    "Wash",
    "canonical",
    "decode",
    "number",
    "well",
]
