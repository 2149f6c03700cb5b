"""What a source tells of its computer: kept by name, and nothing where nothing is told."""

from __future__ import annotations

import pytest

from labsvc.model.locale import UNTOLD, Locale


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        (UNTOLD, {}),
        (Locale(dates="day_first"), {"dates": "day_first"}),
        (
            Locale("comma", "month_first", "cp850"),
            {"decimal": "comma", "dates": "month_first", "encoding": "cp850"},
        ),
    ],
)
def test_a_locale_is_what_is_told_and_comes_back_from_it(
    locale: Locale, told: dict[str, str]
) -> None:
    """So that labels written before there were locales stay as they were."""
    assert locale.told() == told
    assert Locale.from_told(told) == locale


def test_a_label_that_tells_something_else_is_no_locale() -> None:
    """A damaged label is told as damaged, not half believed."""
    with pytest.raises(TypeError, match="language"):
        Locale.from_told({"language": "de"})
