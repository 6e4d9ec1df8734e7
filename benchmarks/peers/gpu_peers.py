"""What PyTorch, or else CuPy, does in the place of the cuda backend, timed on a GPU.

Usage: gpu_peers.py [--check] [--out FILE.json] [--seconds S]

In float64, as the backend computes: "compress" copies float32 arrays of two groups of n neurons
from the host and makes their Gram matrix; "distances" does that, factorises it by Cholesky, and
solves the triangular systems for all distances, both ways, in one call, which is also timed by
phase; "gram" makes the Gram matrix of float32 samples that lie on the device; "dgemm" adds the
product of two square matrices to a third, all of random numbers, as DeviceBenchmark does. Each time
ends when the device has finished. There are 8 runs of a call, or up to 30 that begin within S seconds
(default 2), after three that warm up.

Writes JSON in the form of JMH's, which ResultsTable shows in the same tables. --check only says
whether a library and a device are there; exit status 3 and the reason on stderr if not.
"""

import argparse
import json
import os
import statistics
import sys
import time

import_problem = []
try:
    import numpy as np
except ImportError:
    np = None
    import_problem.append("numpy is not installed")


class Torch:
    name = "pytorch"

    def __init__(self):
        import torch

        if not torch.cuda.is_available():
            raise RuntimeError("PyTorch is installed but finds no CUDA device")
        self.torch = torch
        self.version = "PyTorch " + torch.__version__

    def synchronise(self):
        self.torch.cuda.synchronize()

    def host(self, array):
        return self.torch.from_numpy(array)

    def upload(self, array):
        return array.to("cuda")

    def matrix(self, size):
        return 2 * self.torch.rand(size, size, device="cuda", dtype=self.torch.float64) - 1

    def add_product(self, c, a, b):
        c.addmm_(a, b.T)

    def random(self, rows, columns):
        return self.torch.relu(self.torch.rand(rows, columns, device="cuda") - 0.5)

    def gram(self, parts):
        a = self.torch.cat([part.double() for part in parts], dim=1)
        return a.T @ a

    def zeros(self, m):
        return self.torch.zeros(m, m, device="cuda", dtype=self.torch.float64)

    def diagonal(self, matrix):
        return self.torch.diagonal(matrix)

    def cholesky(self, matrix):
        return self.torch.linalg.cholesky(matrix)

    def solve(self, lower, right):
        return self.torch.linalg.solve_triangular(lower, right, upper=False)

    def fetch(self, array):
        return array.cpu().numpy()


class CuPy:
    name = "cupy"

    def __init__(self):
        import cupy
        from cupyx.scipy.linalg import solve_triangular

        if cupy.cuda.runtime.getDeviceCount() == 0:
            raise RuntimeError("CuPy is installed but finds no CUDA device")
        self.cupy = cupy
        self.triangular = solve_triangular
        self.version = "CuPy " + cupy.__version__

    def synchronise(self):
        self.cupy.cuda.get_current_stream().synchronize()

    def host(self, array):
        return array

    def upload(self, array):
        return self.cupy.asarray(array)

    def matrix(self, size):
        return 2 * self.cupy.random.rand(size, size) - 1

    def add_product(self, c, a, b):
        c += a @ b.T

    def random(self, rows, columns):
        values = self.cupy.random.rand(rows, columns, dtype=self.cupy.float32)
        return self.cupy.maximum(values - 0.5, 0)

    def gram(self, parts):
        a = self.cupy.concatenate(parts, axis=1).astype(self.cupy.float64)
        return a.T @ a

    def zeros(self, m):
        return self.cupy.zeros((m, m), dtype=self.cupy.float64)

    def diagonal(self, matrix):
        return self.cupy.diagonal(matrix)

    def cholesky(self, matrix):
        return self.cupy.linalg.cholesky(matrix)

    def solve(self, lower, right):
        return self.triangular(lower, right, lower=True)

    def fetch(self, array):
        return self.cupy.asnumpy(array)


def open_library():
    """PyTorch, or else CuPy; a RuntimeError that says what is missing if neither can run."""
    problems = list(import_problem)
    for library in (Torch, CuPy):
        if np is None:
            break
        try:
            return library()
        except ImportError as e:
            problems.append(f"{library.name} is not installed ({e})")
        except Exception as e:  # each library has errors of its own for a missing device or driver
            problems.append(f"{library.name}: {e}")
    raise RuntimeError("; ".join(problems))


def factorise(library, gram, n):
    """The cosines, and the Cholesky factors of both groups."""
    norms = library.diagonal(gram) ** 0.5
    cosines = gram / norms[:, None] / norms[None, :]
    x, y = slice(0, n), slice(n, 2 * n)
    return cosines, library.cholesky(cosines[x, x]), library.cholesky(cosines[y, y])


def one_way(library, lower, crossing):
    """Distances of one group to the span of the other, which has this factor."""
    solved = library.solve(lower, crossing)
    return library.fetch((1 - (solved * solved).sum(axis=0)).clip(0, None) ** 0.5)


def answer(library, started, n):
    cosines, x_factor, y_factor = started
    x, y = slice(0, n), slice(n, 2 * n)
    return one_way(library, y_factor, cosines[y, x]), one_way(library, x_factor, cosines[x, y])


def device_gram(library, blocks, m):
    """Adds up the blocks' products: all samples as float64 at once would take twice the memory."""
    total = library.zeros(m)
    for block in blocks:
        total += library.gram([block])
    return total


def milliseconds(library, call, seconds):
    """The times of several runs of a call, after three that warm up."""
    for _ in range(3):
        call()
        library.synchronise()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 8 or (len(times) < 30 and time.perf_counter() < end):
        begin = time.perf_counter()
        call()
        library.synchronise()
        times.append(1000 * (time.perf_counter() - begin))
    return times


def metric(times):
    """In the form of JMH's results, which has the mean beside all times."""
    return {
        "score": statistics.fmean(times),
        "scoreError": "NaN",
        "scoreUnit": "ms/op",
        "rawData": [times],
    }


class Phases:
    """Calls that end when the device has finished, and how long each phase of a call took."""

    def __init__(self, library):
        self.library = library
        self.times = {}

    def time(self, phase, call):
        begin = time.perf_counter()
        result = call()
        self.library.synchronise()
        self.times.setdefault(phase, []).append(1000 * (time.perf_counter() - begin))
        return result


def activations(samples, n):
    random = np.random.default_rng(samples + n)
    features = random.standard_normal((samples, n), dtype=np.float32)
    return [
        np.maximum(features + 0.5 * random.standard_normal((samples, n), dtype=np.float32), 0)
        for _ in range(2)
    ]


def layer(n, samples):
    """The parameters of the benchmark in Java that it stands beside."""
    return {
        "neurons": n,
        "samples": samples,
        "threads": len(os.sched_getaffinity(0)),
        "precision": "standard",
        "dtype": "float32",
        "layout": "nf",
    }


def measure(library, seconds, add):
    # First, as the limits are in Java, and with numbers that take as much power: with many zeros a
    # GPU at its limit of power runs at a higher clock.
    size = 8192
    a, b, c = library.matrix(size), library.matrix(size), library.zeros(size)
    add("gpu_peers.GpuPeers.dgemm", lambda: library.add_product(c, a, b), size=size)
    del a, b, c
    samples = 20000
    for n in (256, 1024, 2048, 4096):
        x, y = (library.host(a) for a in activations(samples, n))

        def compress(x=x, y=y):
            return library.gram([library.upload(x), library.upload(y)])

        phases = Phases(library)

        def distances(compress=compress, n=n, phases=phases):
            gram = phases.time("compress", compress)
            started = phases.time("factorise", lambda: factorise(library, gram, n))
            return phases.time("answer", lambda: answer(library, started, n))

        add(
            "org.spanmatch.benchmarks.PhasesBenchmark.distances",
            distances,
            phases.times,
            **layer(n, samples),
        )
    del x, y, compress, distances
    samples = 100000
    rows = 20000
    for m in (2048, 4096, 8192):
        blocks = [library.random(rows, m) for _ in range(samples // rows)]
        add("gpu_peers.GpuPeers.gram", lambda: device_gram(library, blocks, m), m=m, samples=samples)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only say whether it can run")
    parser.add_argument("--out", help="the JSON file; default standard output")
    parser.add_argument("--seconds", type=float, default=2, help="most seconds for a measurement")
    arguments = parser.parse_args()
    try:
        library = open_library()
    except RuntimeError as e:
        print(f"gpu_peers.py can't run: {e}", file=sys.stderr)
        return 3
    print(library.version, file=sys.stderr)
    if arguments.check:
        return 0
    results = []

    def add(benchmark, call, phases=None, **parameters):
        times = milliseconds(library, call, arguments.seconds)
        values = {name: str(value) for name, value in parameters.items()}
        results.append(
            {
                "benchmark": benchmark,
                "mode": "avgt",
                "threads": 1,
                "measurementIterations": len(times),
                "library": library.version,
                "params": {**values, "backend": library.name},
                "primaryMetric": metric(times),
                # Those of the runs that warm up come first.
                "secondaryMetrics": {
                    name: metric(all[-len(times) :]) for name, all in (phases or {}).items()
                },
            }
        )
        median = statistics.median(times)
        print(benchmark.rsplit(".", 1)[-1], values, f"{median:.3f} ms", file=sys.stderr)

    measure(library, arguments.seconds, add)
    text = json.dumps(results, indent=1) + "\n"
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
