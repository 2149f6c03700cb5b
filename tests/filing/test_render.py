"""Every template escapes and cleans."""

from __future__ import annotations

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from labsvc.filing.render import render


def test_the_style_travels_with_the_package():
    assert "@media print" in render("report.css")


def test_a_forgotten_value_is_an_error_and_not_a_gap():
    with pytest.raises(UndefinedError):
        render("simulated.svg.j2")


def test_templates_outside_the_package_are_out_of_reach():
    with pytest.raises(TemplateNotFound):
        render("../render.py")
