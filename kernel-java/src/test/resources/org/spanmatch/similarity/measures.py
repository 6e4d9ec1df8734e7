"""Writes x.npz, y.npz and expected.json for the tests of measures: python3 measures.py

python3 measures.py FOLDER writes expected-real.json, for layers of x.npz and y.npz in that folder.

Each measure is computed from the activations, in sample space, with numpy and scipy: by singular
values, least squares and kernels over samples, none of which the library uses. Where a program
is the reference of a measure, its formula is repeated here and named; see also the checks at the end.
"""

import json
import pathlib
import sys

import numpy as np
import scipy.linalg
import scipy.optimize

TOLERANCE = 1e-6  # of the rank of vectors of unit norm


def centred(a):
    return a - a.mean(axis=0)


def varying(a):
    """The centred columns that are not constant."""
    c = centred(a)
    return c[:, np.linalg.norm(c, axis=0) > 1e-9 * np.maximum(np.linalg.norm(a, axis=0), 1e-30)]


def basis(a):
    """An orthonormal basis of the span of the columns."""
    norms = np.linalg.norm(a, axis=0)
    u, s, _ = np.linalg.svd(a[:, norms > 0] / norms[norms > 0], full_matrices=False)
    return u[:, s > TOLERANCE * s[0]]


def linear_cka(x, y):
    """resi, repsim/measures/cka.py."""
    x, y = centred(x), centred(y)
    return np.linalg.norm(y.T @ x) ** 2 / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y))


def unbiased(kernel):
    """google-research, representation_similarity/Demo.ipynb, center_gram(unbiased=True)."""
    n = len(kernel)
    k = kernel.copy()
    np.fill_diagonal(k, 0)
    means = k.sum(axis=0) / (n - 2)
    means -= means.sum() / (2 * (n - 1))
    k -= means[:, None]
    k -= means[None, :]
    np.fill_diagonal(k, 0)
    return k


def debiased_cka(x, y):
    """google-research, representation_similarity/Demo.ipynb, cka(debiased=True)."""
    # U-centring removes means exactly; less of them is less rounding.
    k, l = unbiased(centred(x) @ centred(x).T), unbiased(centred(y) @ centred(y).T)
    return (k * l).sum() / (np.linalg.norm(k) * np.linalg.norm(l))


def correlations(x, y):
    return np.clip(np.linalg.svd(basis(varying(x)).T @ basis(varying(y)), compute_uv=False), 0, 1)


def mean_cca(x, y):
    """Kornblith et al. 2019, table 1; google/svcca without its cut of trailing correlations."""
    return correlations(x, y).mean()


def principal(a):
    """The leading principal components with 99 % of the variance, as Raghu et al. 2017 take them."""
    u, s, _ = np.linalg.svd(varying(a), full_matrices=False)
    share = np.cumsum(s**2) / np.sum(s**2)
    return u[:, : np.searchsorted(share, 0.99) + 1]


def svcca(x, y):
    return np.linalg.svd(principal(x).T @ principal(y), compute_uv=False).mean()


def pwcca(x, y):
    """Morcos et al. 2018, equation 4: weights of orthonormal canonical variates on centred neurons.

    google/svcca, pwcca.py, leaves out the whitening of the variates and adds the means again. None
    where equal correlations leave a choice of variates, which have other weights.
    """
    if basis(varying(x)).shape[1] > basis(varying(y)).shape[1]:
        x, y = y, x
    qx, qy = basis(varying(x)), basis(varying(y))
    u, s, _ = np.linalg.svd(qx.T @ qy, full_matrices=False)
    if np.any(np.diff(s) > -1e-9) and s.min() < 1 - 1e-9:
        return None
    weights = np.abs((qx @ u).T @ varying(x)).sum(axis=1)
    return np.sum(weights * s) / np.sum(weights)


def r2(x, y):
    """Of x from y: resi, repsim/measures/linear_regression.py, by least squares."""
    x, y = centred(x), varying(y)
    residual = x - y @ np.linalg.lstsq(y, x, rcond=1e-9)[0]
    return 1 - np.linalg.norm(residual) ** 2 / np.linalg.norm(x) ** 2


def eigenspace_overlap(x, y):
    """resi, repsim/measures/eigenspace_overlap.py, over the larger rank."""
    u, v = basis(x), basis(y)
    return np.linalg.norm(u.T @ v) ** 2 / max(u.shape[1], v.shape[1])


def procrustes(x, y):
    """The square of resi, orthogonal_procrustes_centered_and_normalized (Ding et al. 2021)."""
    x, y = centred(x), centred(y)
    x, y = x / np.linalg.norm(x), y / np.linalg.norm(y)
    return max(0, 2 - 2 * np.linalg.svd(x.T @ y, compute_uv=False).sum())


def effective_rank(x):
    s = np.linalg.svd(centred(x), compute_uv=False) ** 2
    return s.sum() ** 2 / (s**2).sum()


def pearson(x, y):
    x, y = varying(x), varying(y)
    return (x / np.linalg.norm(x, axis=0)).T @ (y / np.linalg.norm(y, axis=0))


def hard_matching(x, y):
    """resi, repsim/measures/correlation_match.py, hard_correlation_match."""
    c = pearson(x, y)
    return c[scipy.optimize.linear_sum_assignment(c, maximize=True)].mean()


def soft_matching(x, y):
    """resi, repsim/measures/correlation_match.py, soft_correlation_match."""
    c = pearson(x, y)
    return (c.max(axis=1).mean() + c.max(axis=0).mean()) / 2


MEASURES = {
    "linearCka": linear_cka,
    "debiasedCka": debiased_cka,
    "meanCca": mean_cca,
    "svcca": svcca,
    "pwcca": pwcca,
    "r2X": r2,
    "r2Y": lambda x, y: r2(y, x),
    "eigenspaceOverlap": eigenspace_overlap,
    "procrustes": procrustes,
    "hardMatching": hard_matching,
    "softMatching": soft_matching,
    "effectiveRankX": lambda x, y: effective_rank(x),
    "effectiveRankY": lambda x, y: effective_rank(y),
}


def relu(rng, latent, neurons, noise):
    weights = rng.standard_normal((latent.shape[1], neurons))
    size = np.exp(rng.standard_normal(neurons))
    return np.maximum(0, latent @ weights + noise * rng.standard_normal((len(latent), neurons))) * size


def cases():
    rng = np.random.default_rng(18)
    latent = rng.standard_normal((300, 8))
    x, y = relu(rng, latent, 14, 0.5), relu(rng, latent, 11, 0.5)
    yield "plain", x, y
    yield "larger", relu(rng, rng.standard_normal((400, 20)), 70, 0.3), relu(rng, rng.standard_normal((400, 20)), 90, 0.3)
    dependent = x.copy()
    dependent[:, 3] = 0.0  # dead
    dependent[:, 5] = 2.5  # constant
    dependent[:, 7] = 4.0 * dependent[:, 2]  # a multiple
    dependent[:, 9] = dependent[:, 0] + dependent[:, 1]
    dependent[:, 11] = 1.0 - dependent[:, 4]  # dependent only when centred
    yield "dependent", dependent, y
    few = rng.standard_normal((20, 6))
    yield "wide", relu(rng, few, 30, 1.0), relu(rng, few, 25, 1.0)
    yield "offset", x + 100, y - 100
    yield "one", x[:, :1], y[:, :1]
    yield "oneAndMany", x[:, :1], y
    yield "copy", x, x.copy()
    rotation = scipy.linalg.qr(rng.standard_normal((14, 14)))[0]
    yield "rotated", x, x @ rotation
    yield "independent", rng.standard_normal((60, 40)), rng.standard_normal((60, 30))


REAL = ["features.2", "features.17", "classifier.1", "classifier.4"]


def samples(array):
    """[N, C, H, W] with a channel as a neuron, or [N, F]."""
    a = np.moveaxis(array, 1, -1) if array.ndim == 4 else array
    return a.reshape(-1, a.shape[-1]).astype(np.float64)


def write(name, expected):
    with open(name, "w") as file:
        json.dump(expected, file, indent=2)
        file.write("\n")


def real(folder):
    x, y = np.load(folder / "x.npz"), np.load(folder / "y.npz")
    pairs = {name: (samples(x[name]), samples(y[name])) for name in REAL}
    # A kernel of so many samples takes gigabytes.
    return {
        name: {k: f(*pair) for k, f in MEASURES.items() if k != "debiasedCka" or len(pair[0]) <= 6400}
        for name, pair in pairs.items()
    }


if __name__ == "__main__":
    if len(sys.argv) > 1:
        write("expected-real.json", real(pathlib.Path(sys.argv[1])))
        sys.exit()
    first, second, expected = {}, {}, {}
    for name, x, y in cases():
        x, y = x.astype(np.float32).astype(np.float64), y.astype(np.float32).astype(np.float64)
        if name == "dependent":  # exactly, after rounding
            x[:, 7], x[:, 9], x[:, 11] = 4 * x[:, 2], x[:, 0] + x[:, 1], 1 - x[:, 4]
        first[name], second[name] = x, y
        expected[name] = {key: measure(x, y) for key, measure in MEASURES.items()}
        if name == "plain":  # the program's own expressions, where they hold: for independent neurons
            cx, cy = centred(x), centred(y)
            orthonormal = cy @ scipy.linalg.inv(scipy.linalg.sqrtm(cy.T @ cy))
            assert np.isclose(r2(x, y), np.linalg.norm(orthonormal.T @ cx) ** 2 / np.linalg.norm(cx) ** 2)
            nuclear = scipy.linalg.orthogonal_procrustes(
                cx / np.linalg.norm(cx), np.pad(cy / np.linalg.norm(cy), ((0, 0), (0, 3))))[1]
            assert np.isclose(procrustes(x, y), 2 - 2 * nuclear)
            angles = scipy.linalg.subspace_angles(x, y)
            assert np.isclose(eigenspace_overlap(x, y), np.sum(np.cos(angles) ** 2) / 14)
    np.savez_compressed("x.npz", **first)
    np.savez_compressed("y.npz", **second)
    write("expected.json", expected)
