"""How well a fit knows its parameters: standard errors, dependencies, the confidence band.

All from the Jacobian J in (log10 IC50, hill, top, bottom): the covariance is ``(J'J)^-1 s^2`` with
``s^2 = SS / (N - K)``, as Prism and R's nls have it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array
from labsvc.core.fitting.sums import products

_SINGULAR = 1e-13
_SHARED = 1e-12
_FIRM = 1e6  # of the inverse: the plain one has ten digits up to here


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
    normal = np.ascontiguousarray(products("ikn,jkn->ijn", weighted, weighted).transpose(2, 0, 1))
    size = np.sqrt(np.einsum("nii->ni", normal))
    scale = np.where(size > 0, 1.0 / np.where(size > 0, size, 1.0), 0.0)
    scaled = normal * scale[:, :, None] * scale[:, None, :]
    np.einsum("nii->ni", scaled)[size <= 0] = 1.0
    inverse, lost = _inverse(scaled)
    lost &= free
    dependency = 1.0 - 1.0 / np.maximum(np.einsum("nii->ni", inverse), 1.0)
    dependency = np.where(lost | ((size <= 0) & free), 1.0, dependency)
    return Precision(inverse * scale[:, :, None] * scale[:, None, :], dependency)


def _inverse(scaled: Array) -> tuple[Array, NDArray[np.bool_]]:
    """The inverses (curves, 4, 4) of matrices with a diagonal of 1, and what they leave out.

    Where one is nearly singular it is inverted by its eigenvectors, without those that have no
    length: the parameters that share in them (curves, 4) are undetermined.
    """
    lost: NDArray[np.bool_] = np.zeros(scaled.shape[:2], dtype=np.bool_)
    inverse = _plainly(scaled)
    firm = np.abs(np.einsum("nii->ni", inverse)).max(axis=1) < _FIRM
    if np.count_nonzero(firm) < len(firm):
        vague = ~firm
        inverse[vague], left_out = _by_eigenvectors(scaled[vague])
        lost[vague] = left_out > _SHARED
    return inverse, lost


def _plainly(scaled: Array) -> Array:
    """The inverses; infinite where a matrix is exactly singular, which spoils no other's."""
    try:
        return np.asarray(np.linalg.inv(scaled), dtype=np.float64)
    except np.linalg.LinAlgError:
        if len(scaled) == 1:
            return np.full_like(scaled, np.inf)
        return np.concatenate([_plainly(half) for half in np.array_split(scaled, 2)])


def _by_eigenvectors(scaled: Array) -> tuple[Array, Array]:
    """The inverses without what has no length, and the share of each parameter in that."""
    values, vectors = np.linalg.eigh(scaled)
    kept = values > _SINGULAR
    inverse_values = np.where(kept, 1.0 / np.where(kept, values, 1.0), 0.0)
    inverse = (vectors * inverse_values[:, None]) @ vectors.transpose(0, 2, 1)
    left_out = np.einsum("nik,nk->ni", vectors**2, (~kept).astype(np.float64))
    return np.asarray(inverse, dtype=np.float64), np.asarray(left_out, dtype=np.float64)
