"""Findings of lint, told on the terminal or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from labsvc.cli.common import print_json
from labsvc.notify.words import body
from labsvc.service.authoring.finding import Finding


def tell_findings(found: Sequence[Finding], files: int, *, as_json: bool) -> None:
    """Each finding on standard error, the numbers on standard output; exit 78 with errors."""
    errors = sum(1 for one in found if one.severity == "error")
    if as_json:
        print_json([one.document() for one in found])
    else:
        for one in found:
            print(body("\n".join(one.lines())), file=sys.stderr)
        odd = len(found) - errors
        print(f"{files} files, {errors} errors" + (f", {odd} warnings" if odd else ""))
    if errors:
        raise typer.Exit(78)
