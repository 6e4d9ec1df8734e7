"""Maximum matches at five epsilons in numpy, the authors' way and the Gram matrix's; or one minimal
match.

Usage: numpy_peers.py FOLDER nf|fn authors|gram
       numpy_peers.py FOLDER nf|fn minimal EPSILON NEURON

Loads x.npy and y.npy (nf: one row a sample, one column a neuron; fn: the other way round), says
"ready", and then answers a line on standard input with a line on standard output: "run" computes and answers "done",
"matches" answers the matches found last as JSON, [[[x ...], [y ...]], ...] by epsilon. A minimal
match is that of neuron number NEURON of x.
"""

import json
import os
import sys

import numpy as np

EPSILONS = (0.15, 0.2, 0.25, 0.3, 0.5)


def distances_by_least_squares(a, b):
    """Relative distances of a's columns to the span of b's, on the vectors as they are."""
    if b.shape[1] == 0:
        return np.ones(a.shape[1])
    coefficients = np.linalg.lstsq(b, a, rcond=None)[0]
    return np.linalg.norm(a - b @ coefficients, axis=0) / np.linalg.norm(a, axis=0)


def authors(x, y):
    """As the program of Wang et al. does: everything anew for each epsilon, in rounds."""
    everything = np.arange(x.shape[1]), np.arange(y.shape[1])
    return [
        tuple(group.tolist() for group in authors_match(x, y, *everything, epsilon))
        for epsilon in EPSILONS
    ]


def authors_match(x, y, xs, ys, epsilon, needed=None):
    """The maximum match of some neurons; None as soon as it has lost a needed one of x."""
    while True:
        left = len(xs) + len(ys)
        xs = xs[distances_by_least_squares(x[:, xs], y[:, ys]) <= epsilon]
        ys = ys[distances_by_least_squares(y[:, ys], x[:, xs]) <= epsilon]
        if needed is not None and needed not in xs:
            return None
        if len(xs) + len(ys) == left:
            return xs, ys


def minimal(x, y, epsilon, neuron):
    """A minimal match of one neuron: which of the others can it do without, x first, by number."""
    match = authors_match(x, y, np.arange(x.shape[1]), np.arange(y.shape[1]), epsilon, neuron)
    for group in range(2):
        for u in range((x, y)[group].shape[1]):
            if u in match[group] and (group, u) != (0, neuron):
                rest = list(match)
                rest[group] = rest[group][rest[group] != u]
                match = authors_match(x, y, *rest, epsilon, neuron) or match
    return [tuple(group.tolist() for group in match)]


class Side:
    """One group as what spans, the other as what is projected.

    inverse is that of the Gram matrix of what spans, coefficients its product with the inner
    products of both, squares the squared distances; all are downdated as neurons leave.
    """

    def __init__(self, gram, spanning, projected):
        self.factorise(gram, spanning, projected)

    def factorise(self, gram, spanning, projected):
        crossing = gram[np.ix_(spanning, projected)]
        lower = np.linalg.cholesky(gram[np.ix_(spanning, spanning)])
        half = np.linalg.inv(lower)
        solved = half @ crossing
        self.inverse = half.T @ half
        self.coefficients = half.T @ solved
        self.squares = 1 - np.einsum("ij,ij->j", solved, solved)
        self.column = np.empty_like(self.inverse)
        self.outer = np.empty_like(self.coefficients)

    def stop_spanning(self, k):
        """Takes neuron number k out of what spans; its row and column become 0."""
        column = self.inverse[:, k] / self.inverse[k, k]
        row = self.coefficients[k].copy()
        self.squares += row * row / self.inverse[k, k]
        self.coefficients -= np.multiply.outer(column, row, out=self.outer)
        self.inverse -= np.multiply.outer(column, self.inverse[k].copy(), out=self.column)

    def stop_being_projected(self, k):
        self.squares[k] = -np.inf


def gram(x, y):
    """All match levels from the Gram matrix, by one peeling pass of rank-one downdates."""
    a = np.concatenate((x, y), axis=1, dtype=np.float64)
    products = a.T @ a
    norms = np.sqrt(np.diag(products))
    products /= norms
    products /= norms[:, None]
    left = [np.arange(x.shape[1]), x.shape[1] + np.arange(y.shape[1])]
    levels = np.empty(len(norms))
    level = 1.0
    while len(left[0]) and len(left[1]):
        # sides[i] is what group i is projected with. Made anew, and smaller, when a tenth is gone.
        sides = [Side(products, left[1], left[0]), Side(products, left[0], left[1])]
        alive = [np.ones(len(group), dtype=bool) for group in left]
        for _ in range(max(1, (len(left[0]) + len(left[1])) // 10)):
            farthest = [int(np.argmax(side.squares)) for side in sides]
            squares = [side.squares[k] for side, k in zip(sides, farthest)]
            group = 0 if squares[0] >= squares[1] else 1
            k = farthest[group]
            level = min(level, np.sqrt(max(0.0, squares[group])))
            levels[left[group][k]] = level
            alive[group][k] = False
            if not alive[group].any():
                break
            sides[group].stop_being_projected(k)
            sides[1 - group].stop_spanning(k)
        left = [group[lives] for group, lives in zip(left, alive)]
    # The other group's neurons have distance 1 to nothing.
    for group in left:
        levels[group] = level
    matched = [np.flatnonzero(levels <= epsilon) for epsilon in EPSILONS]
    n = x.shape[1]
    return [(m[m < n].tolist(), (m[m >= n] - n).tolist()) for m in matched]


def load(folder, name, layout):
    array = np.load(os.path.join(folder, name + ".npy"))
    if array.dtype == np.float16:
        array = array.astype(np.float32)  # numpy solves no least squares in float16
    return np.ascontiguousarray(array if layout == "nf" else array.T)


def main():
    folder, layout, name = sys.argv[1:4]
    x, y = load(folder, "x", layout), load(folder, "y", layout)
    if name == "minimal":
        epsilon, neuron = float(sys.argv[4]), int(sys.argv[5])
        method = lambda x, y: minimal(x, y, epsilon, neuron)
    else:
        method = {"authors": authors, "gram": gram}[name]
    print("ready", flush=True)
    matches = None
    for line in sys.stdin:
        if line.strip() == "run":
            matches = method(x, y)
            print("done", flush=True)
        elif line.strip() == "matches":
            print(json.dumps(matches), flush=True)
        else:
            sys.exit(f"expected 'run' or 'matches', found {line!r}")


main()
