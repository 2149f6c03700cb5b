"""Of a protocol file: what one key alone cannot show to be wrong, each fault on its line."""

from __future__ import annotations

from labsvc.errors import ConfigError
from labsvc.model.protocol import BINDING
from labsvc.service.authoring.schema import section
from labsvc.service.authoring.yamltext import Document, Path
from labsvc.service.protocols.countingschema import AffinityText
from labsvc.service.protocols.layouttext import read_layout
from labsvc.service.protocols.qualityschema import ACCEPTED, LimitsText, ReferenceText
from labsvc.service.protocols.schema import PARAMETERS, ProtocolText, RecogniseText, StepText

RESPONSES = {
    "competition_binding": {"percent_specific"},
    "uptake_inhibition": {"percent_of_control", "percent_inhibition", "percent_specific"},
    "uptake_fraction": {"fraction_of_added"},
    "saturation_binding": {"bound"},
    "homologous_binding": {"bound"},
    "kinetic_binding": {"bound"},
    "uptake_kinetics": {"rate"},
    "time_course": {"uptake"},
    "primary_screen": {"percent_inhibition"},
}
"""What the response of each kind may be."""

_COMPARED = {"percent_specific", "percent_of_control", "percent_inhibition", "fraction_of_added"}
_INHIBITION = {"inhibition_3pl", "inhibition_4pl"}
MODELS = {
    "competition_binding": _INHIBITION,
    "uptake_inhibition": _INHIBITION,
    "saturation_binding": {"saturation_total_nsb"},
    "homologous_binding": {"homologous_competition"},
    "kinetic_binding": {"association_dissociation", "association_one_conc", "dissociation"},
    "uptake_kinetics": {"michaelis_menten_nonsaturable"},
}
"""The models of each kind; the others have no fit of their own."""

_CONSTANT = {
    "saturation_binding": "kd",
    "homologous_binding": "kd",
    "kinetic_binding": "kd",
    "uptake_kinetics": "km",
}
"""The constant that each kind finds of its radioligand."""


class Crosscheck:
    """What one key alone cannot show to be wrong."""

    def __init__(self, document: Document, faults: list[ConfigError]) -> None:
        self._document = document
        self._faults = faults

    def fault(self, path: Path, message: str) -> None:
        self._faults.append(self._document.fault(path, message))

    def apart(self) -> None:
        """The sections that can be looked at though another is not sound."""
        layout = section(self._document, ProtocolText, "layout")
        if layout is not None:
            read_layout(layout, self.fault)
        for index, step in enumerate(section(self._document, ProtocolText, "steps") or ()):
            self._step(step, ("steps", index))
        for name, limits in (section(self._document, ProtocolText, "qc") or {}).items():
            self._limits(limits, ("qc", name))

    def whole(self, text: ProtocolText) -> None:
        self._recognise(text.recognise)
        self._volumes(text)
        self._affinities(text)
        self._response(text)
        self._pooled(text)
        self._ki(text)
        self._model(text)
        for index, step in enumerate(text.steps):
            self._step(step, ("steps", index))
        for name, limits in text.qc.items():
            self._limits(limits, ("qc", name))
        for index, reference in enumerate(text.reference):
            self._reference(reference, text, ("reference", index))

    def _recognise(self, text: RecogniseText) -> None:
        if not text.model_dump(exclude_defaults=True, exclude_none=True):
            self.fault(("recognise",), "nothing is given to recognise a run by")

    def _volumes(self, text: ProtocolText) -> None:
        if text.volumes is not None and text.assay_volume is not None:
            say = "the well's volume is told twice; leave assay_volume out, 'volumes: well' says it"
            self.fault(("assay_volume",), say)

    def _affinities(self, text: ProtocolText) -> None:
        wrong, right = ("km", "kd") if text.kind in BINDING else ("kd", "km")
        for key in ("kd", "km"):
            found: AffinityText | None = getattr(text.radioligand, key)
            path: Path = ("radioligand", key)
            if found is None:
                continue
            if key == wrong:
                self.fault(path, f"a protocol of kind {text.kind} has {right!r}, not {wrong!r}")
            if found.given_by and (found.value is not None or found.source):
                self.fault(path, "give a value with its source, or 'from: run sheet', not both")
            if not found.given_by and (found.value is None or not found.source):
                self.fault(path, f"{key} needs both its value and its source (who measured it)")
            if found.value == 0:
                self.fault((*path, "value"), f"{key} must be above zero")

    def _response(self, text: ProtocolText) -> None:
        response, allowed = text.reduction.response, RESPONSES[text.kind]
        if response not in allowed:
            self.fault(
                ("reduction", "response"),
                f"kind {text.kind} gives {' or '.join(sorted(allowed))}, not {response}",
            )
        if (text.reduction.same or text.reduction.vehicle_same) and response not in _COMPARED:
            self.fault(("reduction",), f"{response} has no 'same' or 'vehicle_same'")
        if response == "fraction_of_added" and not (
            text.reduction.same and text.reduction.vehicle_same
        ):
            self.fault(("reduction",), "fraction_of_added needs 'same' and 'vehicle_same'")
        if response == "fraction_of_added" and text.fit:
            self.fault(("fit",), "fraction_of_added is a table of fractions; it has no fit")

    def _pooled(self, text: ProtocolText) -> None:
        if text.reduction.controls != "run":
            if text.example and text.example.other_plates:
                say = "other plates are of no use here: only 'controls: run' pools their controls"
                self.fault(("example", "other_plates"), say)
            return
        path: Path = ("reduction", "controls")
        if text.layout.plate is None:
            self.fault(path, "vials are in no plates whose controls could be taken together")
        if text.reduction.response not in _COMPARED - {"fraction_of_added"}:
            self.fault(path, f"{text.reduction.response} is not set by controls")

    def _model(self, text: ProtocolText) -> None:
        fit, minutes = text.fit, text.reduction.time
        if text.reduction.response == "rate" and not minutes:
            self.fault(("reduction",), "a rate needs 'time', how long the uptake went on: 5 min")
        if minutes is not None and text.kind not in ("uptake_kinetics", "time_course"):
            self.fault(("reduction", "time"), f"a protocol of kind {text.kind} has no 'time' here")
        if text.hits is not None and text.kind != "primary_screen":
            self.fault(("hits",), f"a protocol of kind {text.kind} has no hits")
        if fit is None or text.kind == "uptake_fraction":
            return
        allowed = MODELS.get(text.kind, set())
        if fit.model not in allowed:
            known = f"has {' or '.join(sorted(allowed))}" if allowed else "has no 'fit'"
            self.fault(("fit", "model"), f"a protocol of kind {text.kind} {known}")
            return
        for name in set(fit.fixed) - set(PARAMETERS[fit.model]):
            self.fault(("fit", "fixed", name), f"{fit.model} has no {name!r} to hold")
        if fit.ki and fit.model not in _INHIBITION:
            self.fault(("fit", "ki"), f"{fit.model} gives no Ki")
        if (fit.model in _INHIBITION) == (fit.weights in ("1/y", "1/y2")):
            known = "none or poisson" if fit.model in _INHIBITION else "none, 1/y or 1/y2"
            if fit.weights != "none":
                self.fault(("fit", "weights"), f"{fit.model} takes the weights {known}")

    def _ki(self, text: ProtocolText) -> None:
        if text.fit is None or not text.fit.ki:
            return
        name = "kd" if text.kind in BINDING else "km"
        if text.radioligand.kd is None and text.radioligand.km is None:
            self.fault(
                ("fit", "ki"),
                f"Ki needs radioligand {name} (value and source, or 'from: run sheet')",
            )
        if text.radioligand.concentration is None:
            self.fault(("fit", "ki"), "Ki needs the radioligand's concentration")

    def _step(self, step: StepText, path: Path) -> None:
        timed = step.duration is not None or step.maximum is not None
        if (step.begins is None) != (step.ends is None):
            self.fault(path, f"step {step.name} needs both 'from' and 'to', or neither")
        if step.begins and not timed:
            self.fault(path, f"step {step.name} has 'from' and 'to' but no duration")
        if step.tolerance is not None and step.duration is None:
            self.fault(path, f"step {step.name} has a tolerance but no duration")
        if step.tolerance is not None and step.maximum is not None:
            self.fault(path, f"step {step.name} has a tolerance and a maximum; give one of them")
        if step.maximum is not None and step.maximum < (step.duration or 0):
            self.fault((*path, "maximum"), f"step {step.name}: the maximum is below the duration")
        if step.filter and step.filter.time is not None and not step.filter.presoak:
            self.fault((*path, "filter"), f"step {step.name} says how long, but not in what")
        if step.begins and step.duration and step.tolerance is None and step.maximum is None:
            self.fault(path, f"step {step.name} is timed and needs a tolerance or a maximum")

    def _limits(self, text: LimitsText, path: Path) -> None:
        ladder = (text.fail_below, text.warn_below, text.warn_above, text.fail_above)
        given = [limit for limit in ladder if limit is not None]
        if not given:
            self.fault(path, f"no limit is given for {path[-1]}; write 'fail below' or another")
        if given != sorted(given):
            self.fault(path, "the limits must rise: fail below, warn below, warn above, fail above")

    def _reference(self, reference: ReferenceText, text: ProtocolText, path: Path) -> None:
        if sum(getattr(reference, key) is not None for key in ACCEPTED) != 1:
            self.fault(path, "a reference compound needs its accepted 'ki' or its 'ic50'")
        constant = _CONSTANT.get(text.kind)
        if constant and getattr(reference, constant) is None:
            self.fault(path, f"kind {text.kind} needs the accepted {constant!r} of its radioligand")
        for key in ("kd", "km"):
            if key != constant and getattr(reference, key) is not None:
                self.fault((*path, key), f"kind {text.kind} finds no {key}")
        if reference.ki is not None and not (text.fit and text.fit.ki):
            self.fault((*path, "ki"), "a Ki can only be accepted where the fit has 'ki: true'")
        if text.fit is None:
            self.fault(path, "a reference compound needs a fit")
