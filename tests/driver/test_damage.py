"""What can happen to bytes on the way."""

from labsvc.driver.damage import DAMAGE, EVERY_BYTE_UP_TO, at_line_end, cuts, damaged, prefixes


def test_a_small_sample_is_cut_at_every_byte() -> None:
    """None is left out, and the whole sample is not among the cuts."""
    assert list(cuts(b"abc")) == [0, 1, 2]


def test_a_large_sample_is_cut_at_a_bounded_number_of_places() -> None:
    """So that one large file does not make the tests slow."""
    assert len(cuts(b"x" * (EVERY_BYTE_UP_TO * 3))) == EVERY_BYTE_UP_TO


def test_a_cut_is_at_a_line_end_on_either_side_of_it() -> None:
    """Before CR LF, between them, after them; nowhere else."""
    content = b"12\r\n34"
    assert [cut for cut in range(len(content)) if at_line_end(content, cut)] == [2, 3, 4]


def test_prefixes_begin_with_nothing_and_never_reach_the_whole() -> None:
    """They are cuts."""
    assert list(prefixes(b"abcd", 2)) == [b"", b"ab"]


def test_damage_changes_or_loses_one_byte() -> None:
    """Every kind of damage at every place asked for."""
    found = list(damaged(b"ab", 2))
    assert len(found) == 2 * len(DAMAGE)
    assert {len(content) for content in found} == {1, 2}
