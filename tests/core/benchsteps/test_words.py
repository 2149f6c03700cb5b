"""Filter and washes, as the protocol says them."""

from __future__ import annotations

import pytest

from labsvc.core.benchsteps.words import bench_operations, washes_in_words
from labsvc.model.protocol import Step


def test_filter_soak_and_washes_stand_in_the_trail() -> None:
    """As what was to be done, with the numbers as inputs."""
    step = Step("filtration", temperature_c=4.0, filter="GF/B", presoak="0.3 % PEI",
                presoak_minutes=30.0, washes=3, wash_ml=2.0)  # fmt: skip
    (found,) = bench_operations([Step("incubation"), step])
    assert found.name == "filtration"
    assert found.sentence == (
        "By the protocol: filter GF/B, pre-soaked in 0.3 % PEI for 30 min; 3 washes of 2 mL. "
        "At 4 C."
    )
    assert found.inputs == {"washes": 3.0, "wash_ml": 2.0}


def test_what_is_not_written_is_not_said() -> None:
    (found,) = bench_operations([Step("spin", washes=1)])
    assert found.sentence == "By the protocol: 1 wash."
    (found,) = bench_operations([Step("harvest", filter="GF/C")])
    assert (found.sentence, found.inputs) == ("By the protocol: filter GF/C.", {})


@pytest.mark.parametrize(
    ("washes", "wash_ml", "said"),
    [(None, None, ""), (0, 2.0, "no washes"), (1, None, "1 wash"), (3, 2.5, "3 washes of 2.5 mL")],
)
def test_washes_in_words(washes: int | None, wash_ml: float | None, said: str) -> None:
    """None at all is told, and what is not known is not."""
    assert washes_in_words(washes, wash_ml) == said
