"""Standard errors and dependencies, against linear algebra done the plain way."""

from __future__ import annotations

import numpy as np

from labsvc.core.fitting.general.precision import precision

RNG = np.random.default_rng(2)


def test_covariance_is_the_inverse_of_the_normal_matrix() -> None:
    """Weights included; dependency = 1 - 1/(A_ii (A^-1)_ii)."""
    jacobian, weight = RNG.normal(size=(4, 9, 1)), RNG.uniform(1, 3, (9, 1))
    known = precision(jacobian, weight, np.ones(4, dtype=np.bool_))
    normal = (jacobian[:, :, 0] * weight[:, 0]) @ jacobian[:, :, 0].T
    inverse = np.linalg.inv(normal)
    assert np.allclose(known.unscaled[0], inverse)
    assert np.allclose(known.dependency[0], 1 - 1 / (np.diag(normal) * np.diag(inverse)))


def test_two_parameters_that_do_the_same_are_wholly_dependent() -> None:
    """Dependency 1 for both, and no warning on the singular matrix."""
    jacobian = RNG.normal(size=(4, 9, 1))
    jacobian[1] = 2 * jacobian[0]
    known = precision(jacobian, np.ones((9, 1)), np.ones(4, dtype=np.bool_))
    assert known.dependency[0, :2].tolist() == [1.0, 1.0]
    assert known.dependency[0, 2:].max() < 0.99


def test_fixed_parameters_have_no_variance() -> None:
    """And do not widen the others."""
    free = np.array([True, False, True, True])
    known = precision(RNG.normal(size=(4, 9, 1)), np.ones((9, 1)), free)
    assert not known.unscaled[0, 1].any()
    assert known.dependency[0, 1] == 0.0


def test_a_nearly_singular_neighbour_changes_nothing() -> None:
    """Beside two curves whose parameters cannot be told apart, quite or nearly, a good one."""
    jacobian = RNG.normal(size=(4, 9, 3))
    jacobian[1, :, 0] = 2 * jacobian[0, :, 0]
    jacobian[1, :, 1] = 2 * jacobian[0, :, 1] + 1e-5 * jacobian[1, :, 1]
    weight, free = np.ones((9, 3)), np.ones(4, dtype=np.bool_)
    together = precision(jacobian, weight, free)
    for n in (1, 2):
        alone = precision(jacobian[:, :, [n]], weight[:, [n]], free)
        assert np.allclose(together.unscaled[n], alone.unscaled[0], rtol=1e-5)
    assert together.dependency[1, 0] > 0.9999
    normal = jacobian[:, :, 2] @ jacobian[:, :, 2].T
    assert np.allclose(together.unscaled[2], np.linalg.inv(normal))
