"""The default limits of every check, with who set them: what ``default`` in a protocol stands for.

Where the source is ``ours`` the limit was chosen on simulated plates so that clean ones keep it
(docs/explanation/qc.md); a lab's own history should replace it.
"""

from __future__ import annotations

from collections.abc import Mapping

from labsvc.model.protocol import Limits

_AGM_HTS = "Assay Guidance Manual, HTS validation"
_AGM_BINDING = "Assay Guidance Manual, receptor binding"
_AGM_INHIBITION = "Assay Guidance Manual, radioligand inhibition (within 20 % of the controls)"
_OURS = "ours: see the false alarms on clean plates"
_OF_A_PLACE = Limits(warn_high=20.0, source=f"{_AGM_HTS} (20 % of edge and drift)")

DEFAULTS: Mapping[str, Limits] = {
    "z_prime": Limits(0.5, None, 0.4, None, f"{_AGM_HTS} (0.4); Zhang 1999 (0.5)"),
    "signal_to_background": Limits(warn_low=3.0, source="customary for filtration binding"),
    "control_cv_percent": Limits(warn_high=20.0, source=_AGM_HTS),
    "replicate_cv_percent": Limits(
        warn_high=20.0, fail_high=40.0, source=f"{_AGM_HTS} (20 %); 40 % is ours"
    ),
    "nonspecific_percent": Limits(
        warn_high=20.0, fail_high=50.0, source=f"{_AGM_BINDING} (20 %); 50 % is customary"
    ),
    "specific_percent": Limits(
        warn_low=80.0, fail_low=50.0, source=f"{_AGM_BINDING} (80 %); 50 % is customary"
    ),
    "ligand_depletion_percent": Limits(
        warn_high=10.0, fail_high=25.0, source=f"{_AGM_BINDING} (10 %); 25 % is customary"
    ),
    "z_samples": Limits(warn_low=0.5, source="Zhang 1999"),
    "ssmd": Limits(warn_low=3.0, fail_low=2.0, source="customary for a strong control"),
    "signal_to_noise": Limits(warn_low=10.0, source=_OURS),
    "signal_window": Limits(warn_low=2.0, source=_AGM_HTS),
    "counting_error_percent": Limits(warn_high=10.0, source="400 counts or more; ours"),
    "luminescence_percent": Limits(
        warn_high=5.0, fail_high=10.0, source="Beckman LS 6000: steps are taken from 5 to 10 % on"
    ),
    "quench_outside": Limits(warn_high=0.0, source="a quench curve holds between its standards"),
    "background_cpm": Limits(warn_high=60.0, source="ours; set that of your counter"),
    "background_scatter_p": Limits(warn_low=0.001, source=_OURS),
    "specific_window": Limits(warn_low=200.0, source="ours; set that of your assay"),
    "nonspecific_cv_percent": Limits(warn_high=30.0, source=_OURS),
    "radioligand_concentration_percent": Limits(
        -20.0, 20.0, source="customary: within 20 % of the nominal"
    ),
    "run_controls_percent": Limits(
        warn_high=20.0, source="ours: as far as a plateau may lie from its control"
    ),
    "edge_effect_percent": _OF_A_PLACE,
    "row_effect_percent": _OF_A_PLACE,
    "column_effect_percent": _OF_A_PLACE,
    "drift_percent": _OF_A_PLACE,
    "harvester_loss_percent": Limits(warn_high=20.0, source=_OURS),
    "wash_residue_percent": Limits(warn_high=5.0, source=_OURS),
    "detector_effect_percent": Limits(warn_high=10.0, source=_OURS),
    "hill": Limits(0.7, 1.5, 0.5, 2.0, "customary for one-site competition, slope 1 expected"),
    "curve_top": Limits(80.0, 120.0, source=_AGM_INHIBITION),
    "curve_bottom": Limits(-20.0, 20.0, source=_AGM_INHIBITION),
    "residual_runs_p": Limits(warn_low=0.001, source=_OURS),
    "plateau_concentrations": Limits(
        warn_low=2.0, source="Sebaugh 2011, Pharm Stat 10:128: two beyond each bend"
    ),
}
"""Of every check, by its name."""

DEFAULT_SET = (
    "z_prime", "signal_to_background", "control_cv_percent", "replicate_cv_percent",
    "nonspecific_percent", "ligand_depletion_percent", "ssmd", "signal_window",
    "counting_error_percent", "luminescence_percent", "background_cpm", "background_scatter_p",
    "nonspecific_cv_percent", "edge_effect_percent", "row_effect_percent",
    "column_effect_percent", "drift_percent", "harvester_loss_percent", "wash_residue_percent",
    "detector_effect_percent", "hill", "curve_top", "curve_bottom", "residual_runs_p",
)  # fmt: skip
"""The checks that any plate of curves can be held against without knowing the assay better: what
their false alarms are stated of."""
