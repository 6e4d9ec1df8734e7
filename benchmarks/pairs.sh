#!/usr/bin/env bash
# pairs.sh [LAYERS NEURONS SAMPLES STARTS]: all pairs of the layers of two networks in one start, beside one start for
# each of a few pairs; prints processor time and elapsed time. Needs python3 with numpy.
set -euo pipefail
layers=${1:-12} neurons=${2:-768} samples=${3:-10000} starts=${4:-4}
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 - "$folder" "$layers" "$neurons" "$samples" <<'EOF'
import sys
import numpy as np

folder, (layers, neurons, samples) = sys.argv[1], map(int, sys.argv[2:])
common = np.random.default_rng(0).standard_normal((samples, neurons // 3), dtype=np.float32)
for name, seed in (("a", 1), ("b", 2)):
    random = np.random.default_rng(seed)
    network = {}
    for i in range(layers):
        weights = random.standard_normal((common.shape[1], neurons), dtype=np.float32)
        noise = random.standard_normal((samples, neurons), dtype=np.float32)
        network[f"layer{i}"] = np.maximum(common @ weights / np.sqrt(len(weights)) + noise / 2, 0)
    np.savez(f"{folder}/{name}.npz", **network)
EOF
TIMEFORMAT='%U s + %S s of processors, %R s elapsed'
echo "$layers + $layers layers of $neurons neurons, $samples samples"
"$root/spanmatch" backends >"$folder/warm.txt" # builds and archives classes, if need be
echo -n "all pairs in one start: "
time "$root/spanmatch" spectrum "$folder/a.npz" "$folder/b.npz" --pairs all --json "$folder/all.json" --verbose \
  >"$folder/all.out" 2>"$folder/all.err"
grep -E '^(plan|pass)' "$folder/all.err"
for ((i = 0; i < starts; i++)); do
  pair="layer$((i % layers))=layer$(((i * 5 + 3) % layers))"
  echo -n "one pair in a start ($pair): "
  time "$root/spanmatch" spectrum "$folder/a.npz" "$folder/b.npz" --pair "$pair" --json "$folder/one.json" \
    >"$folder/one.out" 2>&1
done
