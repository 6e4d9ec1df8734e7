"""The experiment of the paper: networks that differ in nothing but a seed, matched layer by layer.

    python3 reproduce.py                          # small ones on handwritten digits: a minute
    python3 reproduce.py --data cifar10.npz --width 64 --epochs 30 --device cuda

docs/reproduce.md says which settings the authors have, and which of them these are.
"""

from __future__ import annotations

import argparse
import csv
import itertools
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

import spanmatch

EPSILONS = [0.15, 0.2, 0.25, 0.3, 0.5]
DIGITS = "cli/src/main/resources/org/spanmatch/cli/demo/digits.csv.gz"


def vgg(channels: int, classes: int, width: int, size: int) -> nn.Module:
    """Stages of two convolutions and a pooling, then three fully connected layers."""
    features: list[nn.Module] = []
    while size > 2:
        for inputs in (channels, width):
            features += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
        features.append(nn.MaxPool2d(2))
        channels, width, size = width, min(2 * width, 512), size // 2
    classifier = [nn.Flatten(), nn.Linear(channels * size * size, channels), nn.ReLU()]
    classifier += [nn.Linear(channels, channels), nn.ReLU(), nn.Linear(channels, classes)]
    return network(features, classifier)


def plain(channels: int, classes: int, width: int, size: int) -> nn.Module:
    """Stages of a residual network without its shortcuts, then one fully connected layer."""
    features: list[nn.Module] = []
    stride = 1
    while size > 2:
        for inputs, step in ((channels, stride), (width, 1)):
            features.append(nn.Conv2d(inputs, width, 3, stride=step, padding=1, bias=False))
            features += [nn.BatchNorm2d(width), nn.ReLU()]
        channels, width, size, stride = width, min(2 * width, 512), size // 2, 2
    return network(features, [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)])


def network(features: list[nn.Module], classifier: list[nn.Module]) -> nn.Module:
    """Return the modules under the names that the authors' files have."""
    parts = {"features": nn.Sequential(*features), "classifier": nn.Sequential(*classifier)}
    return nn.Sequential(OrderedDict(parts))


def digits() -> dict[str, np.ndarray]:
    """Return the digits of the repository, or those of scikit-learn: 1,000 to train, 797 others."""
    file = Path(__file__).resolve().parents[1] / DIGITS
    if file.exists():
        table = np.loadtxt(file, delimiter=",")
        images, labels = table[:, :-1], table[:, -1]
    else:
        from sklearn.datasets import load_digits

        images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(labels))  # they are sorted by writer
    images, labels = images[order].reshape(-1, 1, 8, 8), labels[order]
    train, test = {"x_train": images[:1000], "y_train": labels[:1000]}, slice(1000, None)
    return {**train, "x_test": images[test], "y_test": labels[test]}


def load(data: str) -> dict[str, Tensor]:
    """Return labels, and images [N, C, H, W] whose channels have mean 0 and variance 1."""
    arrays = digits() if data == "digits" else np.load(data)
    train = np.asarray(arrays["x_train"], np.float32)
    mean, deviation = (f(train, axis=(0, 2, 3), keepdims=True) for f in (np.mean, np.std))
    tensors = {}
    for part in ("train", "test"):
        images = (np.asarray(arrays[f"x_{part}"], np.float32) - mean) / deviation
        tensors[f"x_{part}"] = torch.from_numpy(images)
        tensors[f"y_{part}"] = torch.from_numpy(np.asarray(arrays[f"y_{part}"], np.int64))
    return tensors


def trained(options: argparse.Namespace, data: dict[str, Tensor], seed: int) -> nn.Module:
    """Return a network whose initial weights and order of training images the seed chooses."""
    torch.manual_seed(seed)
    images, labels = data["x_train"].to(options.device), data["y_train"].to(options.device)
    make = {"vgg": vgg, "plain": plain}[options.network]
    model = make(images.shape[1], int(labels.max()) + 1, options.width, images.shape[2])
    model.to(options.device)
    optimizer = torch.optim.SGD(model.parameters(), 0.05, momentum=0.9, weight_decay=5e-4)
    steps = options.epochs * -(-len(images) // options.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(options.epochs):
        for batch in torch.randperm(len(images)).split(options.batch):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def captured(model: nn.Module, images: Tensor, path: Path, layers: list[str], **how: Any) -> Tensor:
    """Write the outputs of layers for all images, and return the predicted labels."""
    device = next(model.parameters()).device
    with spanmatch.capture(model, path, layers, **how):
        predicted = [model(batch.to(device)).argmax(1).cpu() for batch in images.split(500)]
    return torch.cat(predicted)


def similarities(x: Path, y: Path, **options: Any) -> dict[str, np.ndarray]:
    """Return the similarities of each layer at all EPSILONS."""
    layers = spanmatch.match(x, y, epsilon=EPSILONS, **options)["layers"]
    return {
        layer["name"]: np.array([match["similarity"] for match in layer["matches"]])
        for layer in layers
    }


def over_draws(
    options: argparse.Namespace, models: list[nn.Module], images: Tensor, layers: list[str]
) -> dict[tuple[int, int, str], np.ndarray]:
    """Return what the authors do for convolutional layers: the mean over draws of single pixels."""
    sums: dict[tuple[int, int, str], np.ndarray] = {}
    folders = [options.out / f"draw{seed}" for seed in options.seeds]
    for draw in range(options.draws):
        for model, folder in zip(models, folders):
            captured(model, images, folder, layers, positions=1, seed=1 + draw)
        for i, j in itertools.combinations(range(len(models)), 2):
            found = similarities(folders[i], folders[j], spectrum=False, chance="none")
            for name, values in found.items():
                sums[i, j, name] = sums.get((i, j, name), 0) + values / options.draws
    return sums


def arguments() -> argparse.Namespace:
    """Return the settings."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits", help="digits, or a .npz file of images")
    parser.add_argument("--network", choices=["vgg", "plain"], default="vgg")
    parser.add_argument("--width", type=int, default=16, help="channels of the first stage")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--draws", type=int, default=0, help="repeat the authors' draws; 16")
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--out", type=Path, default=Path("reproduce"), help="a folder for all files"
    )
    return parser.parse_args()


def prepare(options: argparse.Namespace) -> tuple[list[nn.Module], list[Path], Tensor]:
    """Train a network per seed, and capture the outputs of its ReLUs and its logits."""
    data = load(options.data)
    images, labels = data["x_test"][:10000], data["y_test"][:10000]
    models, folders = [], []
    for seed in options.seeds:
        models.append(trained(options, data, seed))
        folders.append(options.out / f"seed{seed}")
        layers = [*relus(models[-1]), list(dict(models[-1].named_modules()))[-1]]
        right = captured(models[-1], images, folders[-1], layers) == labels
        print(
            f"{options.network}, seed {seed}: right on {right.float().mean():.1%} of {len(right)}"
        )
    return models, folders, images


def relus(model: nn.Module) -> list[str]:
    """Return the names of all ReLUs."""
    return [name for name, module in model.named_modules() if isinstance(module, nn.ReLU)]


def main() -> None:
    """Train, capture and match; print tables, and write figures and similarity.csv."""
    options = arguments()
    models, folders, images = prepare(options)
    convolutional = [name for name in relus(models[0]) if name.startswith("features.")]
    drawn = over_draws(options, models, images, convolutional)
    rows = []
    for i, j in itertools.combinations(range(len(models)), 2):
        seeds = [options.seeds[i], options.seeds[j]]
        print("\nseeds {} and {}:".format(*seeds), *EPSILONS, sep="\t")
        figures = options.out / "seeds-{}-{}".format(*seeds)
        for name, values in similarities(folders[i], folders[j], out=figures).items():
            means = drawn.get((i, j, name))
            print_row(name, values)
            if means is not None:
                print_row("  draws", means)
            drawn_column = [""] * len(values) if means is None else means
            rows += [[*seeds, name, *row] for row in zip(EPSILONS, values, drawn_column)]
    with (options.out / "similarity.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["x_seed", "y_seed", "layer", "epsilon", "similarity", "draws_mean"])
        table.writerows(rows)


def print_row(name: str, values: np.ndarray) -> None:
    """Print a row of a table."""
    print(f"{name:15}", *[f"{value:.4f}" for value in values], sep="\t")


if __name__ == "__main__":
    main()
