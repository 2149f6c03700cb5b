"""Runs as each counter could have made them, for the round trip through its simulator and parser.

A dialect is a driver, runs that its format can print (figures with the decimals it has), what of a
reading must come back, and the ways in which its file may be spelled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from hypothesis import strategies as st

from labsvc.driver import (
    FORMATS,
    Channel,
    CountRun,
    Quench,
    Reading,
    Record,
    State,
)
from labsvc.model.locale import UNTOLD, Locale
from tests.drivers.coded import (
    event_said,
    harvest_records,
    ls6000_runs,
    ls6500_runs,
    triathler_runs,
)
from tests.drivers.figures import (
    ASCII,
    BYTES,
    ENDS,
    LARGEST,
    TEXT,
    commas_month_first,
    day_first,
    decimals,
    moments,
    names,
    run,
    said,
    whole,
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """``said`` is what must come back of a record; ``locale`` is what its source has to tell.

    ``retold`` spells the text as a computer set otherwise would.
    """

    driver: str
    file: str
    records: st.SearchStrategy[list[Record]]
    said: Callable[[Record], object]
    spelled: Sequence[tuple[str, str]] = TEXT
    locale: Locale = UNTOLD
    retold: Callable[[str], str] = str


# -- lists --------------------------------------------------------------------------------------


@st.composite
def tricarb_runs(draw: st.DrawFn) -> list[Record]:
    """Vials in cycles; some missing, some so hot that their DPM is printed as stars."""
    vials = draw(st.integers(1, 8))
    readings = [
        _tricarb_vial(draw, number, cycle)
        for cycle in range(1, draw(st.integers(1, 3)) + 1)
        for number in range(1, vials + 1)
    ]
    return [run(readings, draw(moments(seconds=False)))]


def _tricarb_vial(draw: st.DrawFn, number: int, cycle: int) -> Reading:
    if draw(st.integers(0, 5)) == 0:
        return Reading(str(number), 0, cycle=cycle, state=State.NOT_COUNTED)
    dpm = draw(st.one_of(decimals(3, 999), decimals(3, LARGEST // 60).map(lambda bq: bq * 60)))
    hot = dpm >= 1000
    dpm = round(dpm, 6) if hot else round(dpm, 3)
    cpm = draw(decimals(3, LARGEST - 1))
    error = draw(decimals(2, 99))
    return Reading(
        str(number),
        0,
        (Channel("A", cpm=cpm, dpm=dpm, error_2sigma_percent=error),),
        sample=draw(st.none() | names(without='",')),
        cycle=cycle,
        live_time_s=round(draw(decimals(2, 999)) * 60, 6),
        state=State.OVERFLOW if hot else State.COUNTED,
        quench=Quench("tSIE", draw(decimals(2, 1000))),
    )


def tricarb_said(record: Record) -> object:
    assert isinstance(record, CountRun)
    figures = [(c.cpm, c.dpm, c.error_2sigma_percent) for r in record.readings for c in r.channels]
    return figures, said(record, "cycle", "sample", "live_time_s", "quench")


@st.composite
def wizard2_runs(draw: st.DrawFn) -> list[Record]:
    """Racks of tubes, one to three nuclides, several runs in one table."""
    nuclides = draw(st.permutations(("I-125", "Cr-51", "H-3")))[: draw(st.integers(1, 3))]
    at, runs = draw(moments()), []
    for number in range(draw(st.integers(1, 3))):
        readings = [
            Reading(
                str(tube),
                0,
                tuple(
                    Channel(n, n, draw(whole()), draw(decimals(2)), None, None, None,
                            ("background", "efficiency"))
                    for n in nuclides
                ),
                rack=str(draw(st.integers(1, 99))),
                sample=draw(st.none() | names()),
                live_time_s=draw(st.integers(1, 360_000)) / 100,
                counted_at=at + timedelta(seconds=tube + 1000 * number),
            )
            for tube in range(1, draw(st.integers(1, 6)) + 1)
        ]  # fmt: skip
        runs.append(run(readings, readings[0].counted_at, extras={"Run ID": str(number)}))
    return list(runs)


@st.composite
def hidex_runs(draw: st.DrawFn) -> list[Record]:
    """Wells or numbered vials, each with empty spectra."""
    wells = draw(st.booleans())
    readings = [
        Reading(
            f"{'ABCD'[n % 4]}{1 + n // 4:02d}" if wells else str(n + 1),
            0,
            (Channel("ROI1", counts=draw(whole()), cpm=draw(decimals(3)),
                     dpm=draw(st.none() | whole()), corrected=("dead_time",)),),
            live_time_s=float(draw(st.integers(1, 86_400))),
            counted_at=draw(moments()),
            quench=Quench("QPE", draw(decimals(3, 1000))),
        )
        for n in range(draw(st.integers(1, 3)))
    ]  # fmt: skip
    return [run(readings, readings[0].counted_at, extras={"title": draw(names(without=";"))})]


def hidex_lists(mark: str, sign: str) -> st.SearchStrategy[list[Record]]:
    """Two windows a vial, counted up to three times, in a list of this separator and sign."""

    @st.composite
    def made(draw: st.DrawFn) -> list[Record]:
        columns = ("Pos", "SampleType", "Rpt", "CPMroi1", "CPMroi2", "QPE", "EndTime")
        readings = [
            Reading(
                str(vial),
                0,
                tuple(Channel(name, cpm=draw(decimals(3))) for name in ("ROI1", "ROI2")),
                repeat=repeat,
                counted_at=draw(moments()),
                quench=draw(st.none() | st.builds(Quench, st.just("QPE"), decimals(3, 1000))),
            )
            for vial in range(1, draw(st.integers(1, 4)) + 1)
            for repeat in range(1, draw(st.integers(1, 3)) + 1)
        ]
        extras = {"columns": mark.join(columns), "decimal mark": sign}
        return [run(readings, None, extras=extras)]

    return made()


@st.composite
def serial_2100_runs(draw: st.DrawFn) -> list[Record]:
    """Cassettes of vials, sent without anything between them."""
    readings = [
        Reading(
            str(n),
            0,
            tuple(Channel(name, cpm=draw(decimals(4))) for name in "ABC"),
            rack=str(draw(st.integers(1, 99))),
            live_time_s=round(draw(decimals(4, 999).filter(bool)) * 60, 6),
            counted_at=draw(moments(seconds=False)),
            quench=Quench("tSIE", draw(decimals(4, 1000))),
        )
        for n in range(1, draw(st.integers(1, 12)) + 1)
    ]
    return [run(readings, readings[0].counted_at)]


@st.composite
def quantulus_runs(draw: st.DrawFn) -> list[Record]:
    """Runs appended to one registry, eight windows a sample."""
    made: list[Record] = []
    for _ in range(draw(st.integers(1, 3))):
        readings = [
            Reading(
                str(n),
                0,
                tuple(Channel(str(w), counts=draw(whole()), cpm=draw(decimals(3)))
                      for w in range(1, 9)),
                sample=draw(st.none() | names()),
                live_time_s=draw(decimals(3, 359_999)),
                counted_at=draw(moments(seconds=False)),
                quench=Quench("SQP(E)", draw(decimals(2, 1000).filter(bool))),
            )
            for n in range(1, draw(st.integers(1, 4)) + 1)
        ]  # fmt: skip
        made.append(run(readings, draw(moments(seconds=False))))
    return made


def aloka_runs(mark: str, separator: str, dates: str) -> st.SearchStrategy[list[Record]]:
    """Vials in a table of this separator, decimal mark and spelling of dates."""

    @st.composite
    def made(draw: st.DrawFn) -> list[Record]:
        readings = [_aloka_vial(draw, n, dates) for n in range(1, draw(st.integers(1, 6)) + 1)]
        names_of = ("My No", "SN", "RN", "ESCR", "A-CPM", "A-DPM", "A-EFF", "B-CPM", "B-DPM",
                    "B-EFF", "SMPL_ID", "COUNT_DATE", "COUNT_HOUR")  # fmt: skip
        extras = {"columns": separator.join(names_of), "decimal mark": mark}
        return [run(readings, None, extras=extras)]

    return made()


def _aloka_vial(draw: st.DrawFn, number: int, dates: str) -> Reading:
    at = draw(moments())
    channels = tuple(
        Channel(region, cpm=draw(decimals(2)), dpm=draw(st.none() | decimals(2)),
                efficiency_percent=draw(decimals(2, 100)))
        for region in "AB"
    )  # fmt: skip
    return Reading(
        str(number),
        0,
        channels,
        sample=draw(st.none() | names(without='"')),
        counted_at=at,
        quench=Quench("ESCR", draw(decimals(3, 99))),
        extras={"COUNT_DATE": at.strftime(dates)},
    )


# -- plates -------------------------------------------------------------------------------------


@st.composite
def microbeta_runs(draw: st.DrawFn) -> list[Record]:
    """A stack of plates, one or two labels, places left out."""
    shape = FORMATS[draw(st.sampled_from((24, 24, 48, 96)))]
    labels = draw(st.integers(1, 2))
    readings = [
        Reading(well, 0, plate=plate, state=State.NOT_COUNTED)
        if draw(st.integers(0, 9)) == 0
        else Reading(
            well,
            0,
            tuple(
                Channel(str(n), cpm=draw(whole()), error_2sigma_percent=draw(decimals(1, 999)),
                        corrected=("background",))
                for n in range(1, labels + 1)
            ),
            plate=plate,
            sample=draw(names(without='"')),
        )
        for plate in draw(st.sets(st.integers(1, 40), min_size=1, max_size=2).map(sorted))
        for well in shape.wells()
    ]  # fmt: skip
    return [run(readings, draw(moments(seconds=False)))]


@st.composite
def topcount_runs(draw: st.DrawFn) -> list[Record]:
    """Reads joined in one file, in plate or column format; clocks of 24 or of 12 hours."""
    made: list[Record] = []
    for start in range(draw(st.integers(1, 2))):
        column = draw(st.booleans())
        places = map(str, range(1, 97)) if column else FORMATS[96].wells()
        clock = "%I:%M:%S %p" if draw(st.booleans()) else "%H:%M:%S"
        at = datetime(2026, 1, 5, draw(st.integers(0, 23)), draw(st.integers(0, 59)), start)
        readings = [
            Reading(place, 0, state=State.NOT_COUNTED)
            if draw(st.integers(0, 9)) == 0 and n
            else Reading(
                place,
                0,
                (Channel("1", cpm=draw(whole())),),
                extras={"clock": (at + timedelta(seconds=3 * n)).strftime(clock)},
            )
            for n, place in enumerate(places)
        ]
        made.append(run(readings, None, extras={"format": "column" if column else "plate"}))
    return made


@st.composite
def envision_grids(draw: st.DrawFn) -> list[Record]:
    """Plates with bar codes, one or two results each, in counts per second."""
    shape, at = FORMATS[draw(st.sampled_from((24, 96)))], draw(moments())
    labels = ("Beta", "Gamma")[: draw(st.integers(1, 2))]
    readings = []
    for plate in draw(st.sets(st.integers(1, 40), min_size=1, max_size=2).map(sorted)):
        code = draw(st.text("ABC0123-", min_size=1, max_size=12))
        for n, well in enumerate(shape.wells()):
            empty = n > 0 and draw(st.integers(0, 9)) == 0
            rates = tuple(Channel(name, cpm=round(draw(decimals(2)) * 60, 9)) for name in labels)
            channels = () if empty else rates
            state = State.NOT_COUNTED if empty else State.COUNTED
            when = None if empty else at
            readings.append(Reading(well, 0, channels, plate, code, counted_at=when, state=state))
    return [run(readings, at)]


@st.composite
def envision_lists(draw: st.DrawFn) -> list[Record]:
    """A list of wells, parted by TABs or commas."""
    mark = draw(st.sampled_from("\t,"))
    readings = [
        Reading(
            well,
            0,
            (Channel("0.1sec", cpm=round(draw(decimals(2)) * 60, 9)),),
            plate=plate,
            extras={"Type": draw(names(without='"').filter(bool))},
        )
        for plate in (1, 2)
        for well in FORMATS[24].wells()
    ]
    columns = mark.join(("Plate", "Repeat", "Well", "Type", "0.1sec (CPS)"))
    return [run(readings, None, extras={"columns": columns})]


LISTED = ("channels", "sample", "live_time_s")
DIALECTS = {
    "tricarb": Dialect("tricarb", "a.csv", tricarb_runs(), tricarb_said),
    "wizard2": Dialect(
        "wizard2", "a.csv", wizard2_runs(), lambda r: said(r, *LISTED, "rack", "counted_at")
    ),
    "hidex300": Dialect(
        "hidex300", "a.csv", hidex_runs(), lambda r: said(r, *LISTED, "counted_at", "quench")
    ),
    "hidex300, decimal commas, month first": Dialect(
        "hidex300",
        "a.csv",
        hidex_runs(),
        lambda r: said(r, *LISTED, "counted_at", "quench"),
        locale=Locale("comma", "month_first"),
        retold=commas_month_first,
    ),
    "tricarb-2100tr": Dialect(
        "tricarb-2100tr",
        "a.bin",
        serial_2100_runs(),
        lambda r: said(r, *LISTED, "rack", "counted_at", "quench"),
        ASCII,
    ),
    "quantulus": Dialect(
        "quantulus",
        "REGISTRY.TXT",
        quantulus_runs(),
        lambda r: said(r, *LISTED, "counted_at", "quench"),
        tuple(product(("latin-1", "utf-8-sig", "utf-16"), ENDS)),
    ),
    "microbeta": Dialect(
        "microbeta", "a.txt", microbeta_runs(), lambda r: said(r, "channels", "sample", "plate")
    ),
    "topcount": Dialect(
        "topcount", "a.001", topcount_runs(), lambda r: said(r, "channels", "extras")
    ),
    "envision, grids": Dialect(
        "envision",
        "a.csv",
        envision_grids(),
        lambda r: said(r, "channels", "plate", "plate_id", "counted_at"),
        locale=Locale(dates="month_first"),
    ),
    "envision, grids, day first": Dialect(
        "envision",
        "a.csv",
        envision_grids(),
        lambda r: said(r, "channels", "plate", "plate_id", "counted_at"),
        locale=Locale(dates="day_first"),
        retold=day_first,
    ),
    "envision, list": Dialect(
        "envision", "a.txt", envision_lists(), lambda r: said(r, "channels", "plate", "extras")
    ),
    "ls6500": Dialect(
        "ls6500", "UN.XLS", ls6500_runs(),
        lambda r: said(r, "channels", "live_time_s", "quench", "rack"), BYTES,
    ),
    "ls6000-serial": Dialect(
        "ls6000-serial",
        "a.bin",
        ls6000_runs(),
        lambda r: said(r, "extras"),
        tuple(product(("ascii",), ENDS[:3])),
    ),
    "triathler": Dialect(
        "triathler",
        "a.bin",
        triathler_runs(),
        lambda r: (said(r, "channels", "counted_at"), r.extras["spectrum"]),
        BYTES,
    ),
    "harvest": Dialect("harvest", "a.csv", harvest_records(), event_said),
} | {
    f"aloka, {separator} {mark} {dates}": Dialect(
        "aloka", "a.csv", aloka_runs(mark, separator, dates),
        lambda r: said(r, "channels", "sample", "counted_at", "quench"),
        locale=Locale(dates=order),  # type: ignore[arg-type]
    )
    for separator, mark, dates, order in (
        (";", ",", "%d/%m/%Y", "day_first"),
        (";", ".", "%m/%d/%Y", "month_first"),
        (",", ".", "%Y/%m/%d", None),
    )
} | {
    f"hidex300, list, {mark} {sign}": Dialect(
        "hidex300", "a.csv", hidex_lists(mark, sign),
        lambda r: said(r, "channels", "repeat", "counted_at", "quench"),
        locale=Locale(dates="day_first"),
    )
    for mark, sign in ((";", "comma"), (";", "point"), (",", "point"))
}  # fmt: skip
"""Every installed driver is here: ``test_round_trip`` looks."""
