"""How well a fit knows its parameters: standard errors, dependencies, the confidence band.

All from the Jacobian J in (log10 IC50, hill, top, bottom): the covariance is ``(J'J)^-1 s^2`` with
``s^2 = SS / (N - K)``, as Prism and R's nls have it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labsvc.core.curves import Array

_SINGULAR = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """Covariances without s^2, (curves, 4, 4), zero for parameters that are fixed.

    ``dependency`` (curves, 4) is ``1 - 1/(A_ii (A^-1)_ii)`` with ``A = J'J``: 0 where a parameter
    is determined by itself, 1 where others can make up for it entirely (GraphPad Prism).
    """

    unscaled: Array
    dependency: Array


def precision(jacobian: Array, weight: Array, free: NDArray[np.bool_]) -> Precision:
    """From the Jacobian (4, concentrations, curves), weights and which of the 4 are free."""
    weighted = jacobian * free[:, None, None] * np.sqrt(weight)
    normal = np.einsum("ikn,jkn->nij", weighted, weighted)
    size = np.sqrt(np.einsum("nii->ni", normal))
    scale = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
    values, vectors = np.linalg.eigh(normal * scale[:, :, None] * scale[:, None, :])
    kept = values > _SINGULAR
    inverse_values = np.where(kept, 1.0 / np.where(kept, values, 1.0), 0.0)
    inverse = np.einsum("nik,nk,njk->nij", vectors, inverse_values, vectors)
    # A direction that could not be inverted leaves all that share in it undetermined.
    lost = np.einsum("nik,nk->ni", vectors**2, (~kept).astype(np.float64)) > 1e-12
    lost &= free
    diagonal = np.einsum("nii->ni", inverse)
    dependency = 1.0 - 1.0 / np.maximum(diagonal, 1.0)
    dependency = np.where(lost | ((size <= 0) & free), 1.0, dependency)
    return Precision(inverse * scale[:, :, None] * scale[:, None, :], dependency)
