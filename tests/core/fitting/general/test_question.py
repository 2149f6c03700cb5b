"""What is asked, checked before anything is fitted."""

from __future__ import annotations

import pytest

from labsvc.core.fitting.general.question import Question, ask
from labsvc.errors import ConfigError


def asked(model: str = "one_site_ki", **parts: object) -> Question:
    """With everything that the model needs, unless said otherwise."""
    given = {"radioligand": 2e-9, "kd": 1e-9} if model == "one_site_ki" else {}
    fixed, constants = parts.get("fixed", {}), parts.get("constants", given)
    return ask(
        model, fixed, constants,  # type: ignore[arg-type]
        str(parts.get("weights", "none")), parts.get("free", ()), parts.get("share", ()),  # type: ignore[arg-type]
    )  # fmt: skip


def test_parameters_go_by_either_name() -> None:
    """ki = 1 nM and log10_ki = -9 are one thing."""
    by_number, by_log = asked(fixed={"ki": 1e-9}), asked(fixed={"log10_ki": -9.0})
    assert by_number.held == by_log.held == {"log10_ki": pytest.approx(-9.0)}


def test_prisms_names_of_constants_are_known() -> None:
    """RadioligandNM and HotKdNM are in nM."""
    found = asked(constants={"RadioligandNM": 2, "HotKdNM": 1.1})
    assert found.constants == {"radioligand": pytest.approx(2e-9), "kd": pytest.approx(1.1e-9)}


def test_what_is_usually_held_can_be_freed() -> None:
    assert asked("saturation_specific").held == {"hill": 1.0}
    assert asked("saturation_specific", free=["hill"]).held == {}


@pytest.mark.parametrize(
    ("model", "parts", "sentence"),
    [
        ("hill", {}, "model: found 'hill', expected one of inhibition_3pl"),
        ("one_site_ki", {"weights": "2"}, "weights: found '2', expected one of none, 1/y"),
        ("one_site_ki", {"fixed": {"hill": 1.0}}, "fix: found 'hill', expected one of ki, top"),
        ("one_site_ki", {"fixed": {"ki": -1.0}}, "fix: found ki = -1.0, expected a number above 0"),
        ("one_site_ki", {"fixed": {"top": float("nan")}}, "found top = nan"),
        ("one_site_ki", {"share": ["kd"]}, "share: found 'kd'"),
        ("one_site_ki", {"constants": {"kd": 1e-9}}, "needs radioligand (free concentration"),
        ("one_site_ki", {"constants": {"k": 1}}, "const: found 'k', expected one of: radioligand"),
        ("linear", {"constants": {"kd": 1}}, "expected one of: none for linear"),
        ("morrison_ki", {"constants": {"et": 0}}, "const: found et = 0, expected a number above 0"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    model: str, parts: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        asked(model, **parts)
    assert sentence in str(refused.value)
