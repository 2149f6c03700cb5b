"""Options and arguments that commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The home folder. Default: $LABSVC_HOME, else ./labsvc-home."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
FilesArgument = Annotated[list[Path], typer.Argument(help="Files of a counter or harvester.")]
