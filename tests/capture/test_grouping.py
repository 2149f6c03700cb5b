"""Which files make one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.capture.grouping import group_of

ROOT = str(Path("/", "out"))


def below(*parts: str) -> str:
    return str(Path(ROOT, *parts))


def test_the_files_of_a_sub_folder_are_one_run() -> None:
    """Named as the folder, and told from one of that name elsewhere."""
    first = group_of(below("run-7", "1.bin"), ROOT, "folder")
    assert first is not None
    assert (first.name, first) == ("run-7", group_of(below("run-7", "x.bin"), ROOT, "folder"))
    assert group_of(below("march", "run-7", "1.bin"), ROOT, "folder") not in (None, first)


def test_a_file_in_the_folder_itself_is_a_run_by_itself() -> None:
    """The watched folder is no run; and without ``joined`` nothing is one with another."""
    assert group_of(below("1.bin"), ROOT, "folder") is None
    assert group_of(below("run-7", "1.bin"), ROOT, None) is None


@pytest.mark.parametrize(
    ("names", "run"),
    [
        (("U-0087_01.bin", "U-0087_02.bin", "U-0087 3.BIN"), "U-0087"),
        (("1517.0001", "1517.002"), "1517"),
        (("NET (1).csv", "NET (12).csv", "NET-3.csv"), "NET"),
        (("a.b.1.txt", "a.b.22.txt"), "a.b"),
    ],
)
def test_files_alike_up_to_their_last_number_are_one_run(names: tuple[str, ...], run: str) -> None:
    """Whatever stands between stem and number; capitals in the ending are small letters."""
    found = {group_of(below(name), ROOT, "name") for name in names}
    assert [one.name for one in found if one] == [run]


@pytest.mark.parametrize("name", ["count.csv", "A16.txt", "001.bin", "_1.bin", "SN101101.XLS"])
def test_a_name_without_a_number_of_its_own_is_a_run_by_itself(name: str) -> None:
    """A number that belongs to the name (A16, a date) joins nothing."""
    assert group_of(below(name), ROOT, "name") is None


def test_other_stems_endings_and_folders_are_other_runs() -> None:
    """Nothing is put together by mistake."""
    files = ["U-1_1.bin", "U-2_1.bin", "U-1_1.csv", str(Path("b", "U-1_1.bin"))]
    assert len({group_of(below(one), ROOT, "name") for one in files}) == 4
