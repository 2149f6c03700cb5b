"""How figures and times are written into the cells of one table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from labsvc.driver.tables import figures, moments
from labsvc.driver.tables.figures import Value
from labsvc.driver.tables.spec import TableSpec
from labsvc.model.locale import Decimal

_OTHER: dict[Decimal, Decimal] = {"point": "comma", "comma": "point"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """``flipped``: with the other decimal sign, as an export under other settings has it."""

    spec: TableSpec
    flipped: bool = False

    def figure(self, value: float) -> Value:
        if self.flipped:
            # A workbook has it as text then; and a whole number shows the sign too.
            shown = value + 0.5 if float(value).is_integer() else value
            return figures.written(shown, _OTHER[self.spec.decimal])
        if self.spec.file == "workbook":
            return float(value)
        return figures.written(value, self.spec.decimal)

    def time_span(self, seconds: float) -> Value:
        """In the unit of the table."""
        return self.figure(round(seconds / self.spec.live_time_unit_s, 9))

    def time(self, value: datetime) -> Value:
        spec = self.spec
        if spec.file == "workbook" and spec.date_format is None:
            return value
        return moments.written(value, spec.date_order, spec.date_format)

    @property
    def not_counted(self) -> str:
        """What stands where no figure was measured: nothing, if the table may have that."""
        return "" if "" in self.spec.not_counted else next(iter(self.spec.not_counted), "")
