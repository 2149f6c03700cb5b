"""What an author waits for: lint of a protocol of 300 lines.

    python benchmarks/protocols.py
    python benchmarks/protocols.py --json

``lint_300_lines_ms`` is the median of 20 lints of a protocol without errors, within one process
that has read a protocol before; ``lint_errors_300_lines_ms`` of one with a mistake in each slot.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

from labsvc.service.authoring.linting import lint_protocol_file

ROUNDS = 20
LINES = 300
_HEAD = """\
name: bench
version: 1
title: A protocol as long as they get
kind: competition_binding
target: NET
recognise:
  drivers: [microbeta]
  program: {name: "*BENCH*"}
radioligand:
  name: nisoxetine
  isotope: 3H
  concentration: 1 nM
  kd: {value: 0.8 nM, source: notebook 12}
  specific_activity: {value: 80 Ci/mmol, date: 2026-01-15}
nonspecific: 1 uM desipramine
assay_volume: 0.25 mL
reduction:
  response: percent_specific
fit:
  model: inhibition_4pl
  ki: true
qc:
  z_prime: {fail below: 0.4, warn below: 0.5, source: AGM}
reference:
  - compound: imipramine
    ki: 5 nM to 50 nM
    source: Tatsumi 1997
layout:
  plate: 384
  total: [A01-P01]
  nonspecific: [A24-P24]
  slots:
"""
_STEP = "  - {{name: step_{n}, duration: {n} min, temperature: 4 C, text: A step.}}\n"


def protocol(direction: str = "across") -> bytes:
    """A protocol of ``LINES`` lines: 32 slots of 11 points, and steps to the end."""
    text = _HEAD
    for n in range(32):
        row, first = "ABCDEFGHIJKLMNOP"[n // 2], 2 + 11 * (n % 2)
        wells = f"{row}{first:02d}-{row}{first + 10}"
        text += f"    {n + 1}:\n      wells: {wells}\n      series: {direction}\n"
    text += "steps:\n"
    for n in range(1, LINES - text.count("\n") + 1):
        text += _STEP.format(n=n)
    return text.encode()


def median_ms(work: Callable[[], object]) -> float:
    work()
    found = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - begun))
    return round(statistics.median(found), 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document")
    arguments = parser.parse_args()
    sound, wrong = protocol(), protocol("acros")
    figures = {
        "lines": sound.count(b"\n"),
        "lint_300_lines_ms": median_ms(lambda: lint_protocol_file(sound, file="p.yaml")),
        "lint_errors_300_lines_ms": median_ms(lambda: lint_protocol_file(wrong, file="p.yaml")),
        "errors": len(lint_protocol_file(wrong, file="p.yaml")),
    }
    if arguments.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:28}{value:>10}")


if __name__ == "__main__":
    main()
