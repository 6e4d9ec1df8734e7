"""Prints the similarity of two layers at five epsilons: the whole process that numpy users would write.

    python3 numpy_match.py x.npy y.npy

It loads both arrays [samples, neurons], forms one Gram matrix, and for each epsilon removes the neurons that are
too far from the other layer's span, round by round, with a Cholesky factorisation for each. There are no error
bounds, and neurons that depend on each other end it with an error. scipy solves the triangles, if there is one.
"""

import sys

import numpy as np

try:
    from scipy.linalg import solve_triangular
except ImportError:

    def solve_triangular(factor, right, lower):
        return np.linalg.solve(factor, right)


EPSILONS = (0.15, 0.2, 0.25, 0.3, 0.5)


def distances(gram, x, y):
    """Relative distances of the neurons x to the span of the neurons y."""
    if not len(y):
        return np.ones(len(x))
    factor = np.linalg.cholesky(gram[np.ix_(y, y)])
    part = solve_triangular(factor, gram[np.ix_(y, x)], lower=True)
    return np.sqrt(np.maximum(0, 1 - (part * part).sum(0)))


def maximum_match(gram, x, y, epsilon):
    while True:
        keep_x = x[distances(gram, x, y) <= epsilon]
        keep_y = y[distances(gram, y, keep_x) <= epsilon]
        if len(keep_x) == len(x) and len(keep_y) == len(y):
            return x, y
        x, y = keep_x, keep_y


def main(x_file, y_file):
    x, y = np.load(x_file), np.load(y_file)
    neurons = x.shape[1]
    layers = np.concatenate([x, y], axis=1).astype(np.float64)
    gram = layers.T @ layers
    norms = np.sqrt(np.diag(gram))
    alive = np.flatnonzero(norms > 1e-16)
    scale = np.where(norms > 1e-16, norms, 1)
    gram /= scale[:, None] * scale
    x, y = alive[alive < neurons], alive[alive >= neurons]
    for epsilon in EPSILONS:
        matched = maximum_match(gram, x, y, epsilon)
        print(epsilon, (len(matched[0]) + len(matched[1])) / len(norms))


if __name__ == "__main__":
    main(*sys.argv[1:])
