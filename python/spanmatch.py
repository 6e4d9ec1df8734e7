"""Capture activations of PyTorch models for spanmatch, run it, and read what it writes.

Copy this file beside your script. It needs Python 3.9 and numpy; capture() needs PyTorch 2.0 or
newer, and match() the command ``spanmatch``, which it looks for in the environment variable
SPANMATCH, on the PATH, beside this file, in a folder ``spanmatch`` there, and one folder up.

    import spanmatch, torch

    for seed in 0, 1:
        model = load(seed).eval()
        with torch.no_grad(), spanmatch.capture(model, f"seed{seed}"):
            for images, _ in loader:
                model(images)

    result = spanmatch.match("seed0", "seed1", epsilon=[0.3, 0.5])
    for layer in result["layers"]:
        print(layer["name"], [match["similarity"] for match in layer["matches"]])
"""

from __future__ import annotations

import contextlib
import fnmatch
import hashlib
import inspect
import json
import os
import secrets
import shutil
import subprocess
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Union

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

__all__ = ["Gram", "Recording", "SpanmatchError", "capture", "gram", "match"]

PathLike = Union[str, "os.PathLike[str]"]
Mask = Union[str, Callable[[Mapping[str, Any]], Any]]
ChannelAxis = Union[int, Mapping[str, int]]

_MANIFEST = ".spanmatch.json"  # the command skips hidden files in a folder
_ORDER = ".layers"  # but for this one, which has the order of the layers
_MASK = "mask"


class SpanmatchError(Exception):
    """What went wrong, in a sentence.

    exit_code is that of the command, if it was the command that failed. result is its JSON, if it
    compared other pairs of layers and only those that the JSON lists as "failed" are missing.
    """

    def __init__(
        self, message: str, exit_code: int | None = None, result: dict[str, Any] | None = None
    ) -> None:
        """Hold a sentence."""
        super().__init__(message)
        self.exit_code = exit_code
        self.result = result


# Capture


@contextlib.contextmanager
def capture(
    model: Module,
    path: PathLike,
    layers: str | Iterable[str] | None = None,
    *,
    positions: int | None = 16,
    mask: Mask | None = None,
    seed: int = 0,
    channel_axis: ChannelAxis | None = None,
) -> Iterator[Recording]:
    """Write the outputs of layers to a folder while the model runs, one ``.npy`` file per layer.

    Every batch that the model is called with inside the block is recorded, in this order. Nothing
    is kept in memory. The folder appears at the end of the block; after an error or an interruption
    everything is as it was before. A folder that was captured earlier is replaced.

        with torch.no_grad(), capture(model, "seed0", layers="features.*") as recording:
            for images, labels in loader:
                model(images)
                recording.labels(labels)

    Args:
        model: a module in evaluation mode whose inputs and outputs have the examples on their first
            axis. It has to be called itself: ``model(x)``, not ``model.features(x)``.
        path: the folder to write.
        layers: names of ``model.named_modules()``, or patterns with ``*``, ``?`` and ``[…]``. What
            is no module is looked up in what the model returns: the keys of a dict, such as
            ``"hidden_states"`` of a HuggingFace model called with ``output_hidden_states=True``,
            and ``"output"`` if it returns a tensor or a tuple. The default is every module without
            children, but for Identity, Dropout, Flatten and Unflatten, which only hand on what
            others computed. Of a tuple, list or dict that a module returns, the first tensor is
            recorded. A module that is called several times in one forward pass is recorded as
            ``relu``, ``relu@2``, ``relu@3``. An output that can't be recorded, such as integers, is
            an error if the layer was named, and left out with a warning otherwise.
        positions: how many places of each example are kept, or None for all. A map
            ``[N, C, H, W]`` is divided into a grid, 4 × 4 for 16, each cell of which gives one
            random pixel, and stored as ``[N, C, 4, 4]``; an axis no longer than the grid is kept
            whole. Of tokens ``[N, T, F]``, one random token is kept of each of 16 equal parts.
        mask: which tokens count: the name of the argument of ``model.forward`` that has 1 for them
            and 0 for padding, or a function that makes such a tensor ``[N, T]`` of all arguments by
            name, such as ``lambda inputs: ~inputs["src_key_padding_mask"]``. Random tokens are
            drawn from those that count. Where an example has fewer, or everything is kept, an array
            ``mask`` is written beside the layers: match() uses it, the command needs
            ``--mask mask``. Layers without these tokens are left out.
        seed: chooses the places, together with the number of the example. They are the same in
            every network, and at the same fraction of height and width in layers of other sizes.
        channel_axis: the axis of the neurons, in outputs of more than two axes, for all layers or
            by names and patterns: ``{"blocks.*": -1}``. The default is 1 for maps and for Conv1d
            and its kin, -1 for tokens and wherever Linear and LayerNorm put them.

    Yields:
        the recording, which takes the labels of the examples.

    Raises:
        SpanmatchError: with a sentence that names the layer and the cure.

    float16, float32 and float64 are stored as they are, bfloat16 and other floats as float32.
    """
    recording = Recording(model, _names(layers), _Places(positions, seed), mask, channel_axis)
    with _written_whole(Path(os.path.abspath(path))) as folder:  # noqa: PTH100 (keeps links)
        with recording._attached(folder):
            yield recording
        recording._finish()


class Recording:
    """What capture() has recorded so far."""

    def __init__(
        self,
        model: Module,
        layers: list[str] | None,
        places: _Places,
        mask: Mask | None,
        channel_axis: ChannelAxis | None,
    ) -> None:
        """Choose the layers; capture() does this."""
        _require_plain(model)
        self._model = model
        self._modules, self._outputs = _chosen(model, layers)
        self._named = {name for name in layers or () if not _is_pattern(name)}
        self._places = places
        self._mask = mask
        self._channels = _Channels(model, channel_axis)
        self._columns: dict[str, _Column] = {}
        self._folder = Path()
        self._batch: _Batch | None = None
        self._examples = 0
        self._inputs = _InputHash()
        self._labels = hashlib.sha256()
        self._label_count = 0

    @property
    def examples(self) -> int:
        """The number of examples that the model was called with."""
        return self._examples

    def labels(self, labels: Iterable[Any]) -> None:
        """Note the labels, or names, of the examples of a batch.

        match() refuses two captures with other labels. If both have labels, their inputs may
        differ, as those of networks for other resolutions do; otherwise these must be the same.
        """
        for label in labels.tolist() if hasattr(labels, "tolist") else labels:
            self._labels.update(f"{label}\n".encode())
            self._label_count += 1

    @contextlib.contextmanager
    def _attached(self, folder: Path) -> Iterator[None]:
        self._folder = folder
        with contextlib.ExitStack() as stack:
            stack.enter_context(_without_fast_path())
            begin = self._model.register_forward_pre_hook(self._begin, with_kwargs=True)
            stack.callback(begin.remove)
            for name, module in self._modules.items():
                stack.callback(module.register_forward_hook(self._hook(name)).remove)
            # After the hooks of layers, since the model may be a layer.
            stack.callback(self._model.register_forward_hook(self._end).remove)
            yield

    def _begin(self, model: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        _require_evaluation(model)
        if self._batch is not None:  # the last forward pass failed, and its caller went on
            for column in self._columns.values():
                column.rewind()
        tensors = [tensor for tensor in _tensors((args, kwargs)) if tensor.dim() > 0]
        if not tensors:
            raise SpanmatchError("the model was called without a tensor, expected a batch")
        size = len(tensors[0])
        kept = None
        if self._mask is not None:
            kept = _kept(self._mask, _arguments(model, args, kwargs), size)
        inputs = self._inputs.plus(tensor for tensor in tensors if len(tensor) == size)
        self._batch = _Batch(self._examples, size, kept, inputs)

    def _hook(self, name: str) -> Callable[[Module, Any, Any], None]:
        def record(module: Module, _: Any, output: Any) -> None:
            if self._batch is None:
                raise SpanmatchError(
                    f"layer '{name}' ran outside of the model's forward pass: call the model that "
                    "capture() was given"
                )
            self._batch.calls[name] += 1
            call = self._batch.calls[name]
            tensor = next(_tensors(output), None)
            column = name if call == 1 else f"{name}@{call}"
            self._record(self._batch, column, module, tensor, named=name in self._named)

        return record

    def _end(self, model: Module, _: Any, output: Any) -> None:
        batch = self._batch
        if batch is None:
            return
        for name, (tensor, named) in self._chosen_outputs(output).items():
            self._record(batch, name, model, tensor, named=named)
        if batch.kept is not None:
            self._column(_MASK).append(batch.slots(self._places))
        for column in self._columns.values():
            column.commit()
        self._inputs = batch.inputs
        self._examples += batch.size
        self._batch = None

    def _chosen_outputs(self, output: Any) -> dict[str, tuple[Tensor, bool]]:
        """Return the tensors of the model's output that are layers, and whether each was named."""
        tensors = dict(_named_tensors(output))
        chosen = {}
        for wanted in self._outputs:
            found = [n for n in tensors if _matches(n, wanted) or n.startswith(wanted + ".")]
            if not found:
                raise SpanmatchError(
                    f"no layer is named '{wanted}': the model has {_list(_layers_of(self._model))} "
                    f"and returns {_list(tensors)}"
                )
            chosen.update({name: (tensors[name], wanted in self._named) for name in found})
        return chosen

    def _column(self, name: str) -> _Column:
        return self._columns.setdefault(name, _Column(self._folder, name))

    def _record(
        self, batch: _Batch, name: str, module: Module, tensor: Tensor | None, *, named: bool
    ) -> None:
        column = self._column(name)
        if column.left_out:
            return
        axis = self._channels.axis(name, module, tensor.dim()) if tensor is not None else None
        problem = _problem(name, tensor, axis, batch)
        if tensor is not None and not problem:
            column.append(_stored(tensor, axis, batch, self._places))
        elif named or column.rows:
            raise SpanmatchError(f"layer '{name}': {problem}")
        else:
            column.left_out = problem

    def _finish(self) -> None:
        if not self._examples:
            raise SpanmatchError("the model was not called, so there is nothing to write")
        if self._label_count not in (0, self._examples):
            raise SpanmatchError(
                f"{self._label_count} labels were noted for {self._examples} examples"
            )
        left_out = self._left_out()
        named = next((name for name in left_out if name in self._named), None)
        if named is not None:
            raise SpanmatchError(f"layer '{named}': {left_out[named]}")
        masked = self._finish_mask()
        stored = {n: c for n, c in self._columns.items() if n not in left_out}
        layers = [name for name in stored if not (masked and name == _MASK)]
        if not layers:
            raise SpanmatchError(f"no layer could be captured: {_reasons(left_out)}")
        if left_out:
            warnings.warn(f"capture left out {_reasons(left_out)}", stacklevel=4)
        for column in stored.values():
            column.finish()
        self._write_manifest(layers, left_out, masked)

    def _left_out(self) -> dict[str, str]:
        """Return the layers that can't be used, and why."""
        left_out = {}
        for name, column in self._columns.items():
            column.rewind()
            if not column.left_out and column.rows != self._examples:
                column.left_out = f"it ran for {column.rows} of {self._examples} examples"
            if column.left_out:
                left_out[name] = column.left_out
                column.delete()
        never = {name: "it never ran" for name in self._modules if name not in self._columns}
        return {**left_out, **never}

    def _finish_mask(self) -> bool:
        """Return whether an array of the mask is needed; one that masks nothing is not."""
        if self._mask is None:
            return False
        column = self._columns[_MASK]
        if column.all_ones:
            column.delete()
            del self._columns[_MASK]
            return False
        return True

    def _write_manifest(self, layers: list[str], left_out: dict[str, str], masked: bool) -> None:
        manifest = {
            "format": "spanmatch capture 1",
            "examples": self._examples,
            "layers": layers,
            "leftOut": left_out,
            "mask": _MASK if masked else None,
            "positions": self._places.count,
            "seed": self._places.seed,
            "inputs": self._inputs.hexdigest(),
            "labels": self._labels.hexdigest() if self._label_count else None,
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False)
        (self._folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")
        (self._folder / _ORDER).write_text("\n".join(layers) + "\n", encoding="utf-8")


@dataclass
class _Batch:
    """One forward pass: its examples, the tokens that count, and the places drawn so far."""

    first: int
    size: int
    kept: np.ndarray | None  # bool [size, tokens]
    inputs: _InputHash
    calls: Counter[str] = field(default_factory=Counter)
    _drawn: dict[tuple[int, ...], np.ndarray] = field(default_factory=dict)

    def sample(self, maps: Tensor, places: _Places) -> Tensor:
        """Return the places drawn of maps [N, C, …], as [N, C, …] of the grid."""
        import torch

        size = tuple(maps.shape[2:])
        grid = places.grid(size, masked=self.kept is not None)
        if grid is None:
            return maps
        if size not in self._drawn:
            self._drawn[size] = places.draw(self.first, self.size, size, grid, self.kept)
        index = torch.from_numpy(self._drawn[size]).to(maps.device)[:, None]
        drawn = maps.flatten(2).gather(2, index.expand(-1, maps.shape[1], -1))
        if self.kept is not None:
            empty = torch.from_numpy(~self.slots(places)).to(maps.device)
            drawn = drawn.masked_fill(empty[:, None], 0)
        return drawn.unflatten(2, grid)

    def slots(self, places: _Places) -> np.ndarray:
        """Return which of the stored tokens count, bool [N, tokens]."""
        assert self.kept is not None
        if places.count is None:
            return self.kept
        return np.arange(places.count) < self.kept.sum(axis=1, keepdims=True)


def _problem(name: str, tensor: Tensor | None, axis: int | None, batch: _Batch) -> str | None:
    """Return why an output can't be recorded, or None."""
    if tensor is None:
        return "it returns no tensor"
    if not tensor.is_floating_point():
        return f"it returns {str(tensor.dtype).split('.')[-1]}, expected floating-point numbers"
    if tensor.is_nested or tensor.is_sparse:
        return "it returns a nested or sparse tensor, expected a dense one"
    shape = list(tensor.shape)
    if len(shape) < 2 or shape[0] != batch.size:
        return (
            f"its output is {shape} for {batch.size} examples, expected the examples on the first "
            "axis and at least one more"
        )
    if len(shape) > 2 and axis is None:
        return (
            f"its output is {shape}, and this model has neurons on the axes 1 and -1: say "
            f"channel_axis={{'{name}': 1}} or -1"
        )
    if axis is not None and (not -len(shape) < axis < len(shape) or axis == 0):
        return f"its output is {shape}, which has no axis {axis} for neurons beside its examples"
    if batch.kept is not None:
        tokens = [n for i, n in enumerate(shape) if i not in (0, (axis or -1) % len(shape))]
        if tokens != [batch.kept.shape[1]]:
            return f"its output is {shape}, without the {batch.kept.shape[1]} tokens of the mask"
    return None


def _stored(tensor: Tensor, axis: int | None, batch: _Batch, places: _Places) -> np.ndarray:
    """Return what is written: [N, F], [N, T, F], [N, C, H, W], or [N, C, …] with more axes."""
    import torch

    tensor = tensor.detach()
    if tensor.dtype not in (torch.float16, torch.float32, torch.float64):
        tensor = tensor.float()
    if tensor.dim() > 2:
        assert axis is not None
        tensor = batch.sample(tensor.movedim(axis, 1), places)
        if tensor.dim() == 3:
            tensor = tensor.movedim(1, 2)
    return tensor.cpu().numpy()


@dataclass(frozen=True)
class _Places:
    """The random places of each example, which its number and a seed alone choose.

    A map is divided into a grid of `count` cells, and each cell gives one place, at a fraction of
    height and width that is the same for maps of every size.
    """

    count: int | None
    seed: int

    def __post_init__(self) -> None:
        if self.count is not None and self.count < 1:
            raise SpanmatchError(f"positions: expected at least 1 or None, found {self.count}")

    def grid(self, size: tuple[int, ...], *, masked: bool) -> tuple[int, ...] | None:
        """Return the grid for maps of a size, or None if they are kept whole."""
        if self.count is None:
            return None
        if masked:
            return (self.count,)
        grid = tuple(map(min, _grid(self.count, len(size)), size))
        return None if grid == size else grid

    def draw(
        self,
        first: int,
        examples: int,
        size: tuple[int, ...],
        grid: tuple[int, ...],
        kept: np.ndarray | None,
    ) -> np.ndarray:
        """Return the index of each place in a flattened map, [examples, places]."""
        cells = np.indices(grid).reshape(len(grid), -1)
        fractions = self._fractions(first, examples, cells.shape[1], len(grid))
        if kept is not None:
            return _drawn_tokens(kept, cells[0], fractions[..., 0])
        index = np.zeros((examples, cells.shape[1]), np.int64)
        for axis, (length, parts) in enumerate(zip(size, grid)):
            index = index * length + _place(cells[axis], fractions[..., axis], length, parts)
        return index

    def _fractions(self, first: int, examples: int, cells: int, axes: int) -> np.ndarray:
        """Return numbers in [0, 1) by splitmix64, which no version of a library changes."""
        key = int.from_bytes(hashlib.sha256(str(self.seed).encode()).digest()[:8], "little")
        count = cells * axes
        start = np.uint64((key + first * count) % 2**64)
        x = np.arange(1, examples * count + 1, dtype=np.uint64) + start
        x = x * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
        return ((x >> np.uint64(11)) * 2.0**-53).reshape(examples, cells, axes)


def _place(part: np.ndarray, fraction: np.ndarray, length: Any, parts: int) -> np.ndarray:
    """Return a place in a part of an axis; the part itself where the axis has no more places."""
    place = ((part + fraction) * length / parts).astype(np.int64)
    return np.where(length <= parts, part, np.minimum(place, length - 1))


def _drawn_tokens(kept: np.ndarray, part: np.ndarray, fraction: np.ndarray) -> np.ndarray:
    """Return a random one of each part of the tokens that count; all of them where they are few."""
    tokens = np.argsort(~kept, axis=1, kind="stable")  # those that count come first
    rank = _place(part, fraction, kept.sum(axis=1, keepdims=True), len(part))
    return np.take_along_axis(tokens, np.minimum(rank, kept.shape[1] - 1), axis=1)


def _grid(count: int, axes: int) -> tuple[int, ...]:
    """Return a grid of `count` cells, as even as possible: 4 × 4 for 16, 2 × 5 for 10."""
    if axes == 1:
        return (count,)
    side = round(count ** (1 / axes))
    first = next(n for n in range(side, 0, -1) if count % n == 0)
    return (first, *_grid(count // first, axes - 1))


class _Channels:
    """Which axis of an output counts the neurons."""

    FIRST = ("1d", "2d", "3d", "GroupNorm", "SyncBatchNorm")  # how the names of such modules end
    LAST = frozenset(
        {"Linear", "LayerNorm", "RMSNorm", "Embedding", "MultiheadAttention", "LSTM", "GRU", "RNN"}
        | {"TransformerEncoder", "TransformerEncoderLayer"}
        | {"TransformerDecoder", "TransformerDecoderLayer"}
        | {"Conv1D"}  # HuggingFace's linear layer
    )

    def __init__(self, model: Module, chosen: ChannelAxis | None) -> None:
        self._chosen = {"*": chosen} if isinstance(chosen, int) else dict(chosen or {})
        kinds = {type(module).__name__ for module in model.modules()}
        self._has_sequences_of_channels = bool(kinds & {"Conv1d", "ConvTranspose1d"})
        self._has_maps_of_features = False

    def axis(self, name: str, module: Module, dimensions: int) -> int | None:
        """Return the axis, or None if it is unclear."""
        for pattern, axis in self._chosen.items():
            if _matches(name, pattern):
                return axis
        if type(module).__name__.endswith(self.FIRST):
            return 1
        if any(kind.__name__ in self.LAST for kind in type(module).__mro__):
            self._has_maps_of_features |= dimensions > 3
            return -1
        if dimensions == 3:
            return None if self._has_sequences_of_channels else -1
        return None if self._has_maps_of_features else 1


class _Column:
    """The growing ``.npy`` file of a layer.

    Its header has a fixed length and is completed at the end. No file stays open: a model may have
    more layers than files that a process may open.
    """

    HEADER = 256

    def __init__(self, folder: Path, name: str) -> None:
        if os.sep in name or any(letter in name for letter in "/\0\n"):
            raise SpanmatchError(f"layer '{name}': its name can't be that of a file")
        self.name = name
        self.left_out: str | None = None
        self.rows = 0
        self.all_ones = True
        self._path = folder / f"{name}.npy"
        self._committed = 0
        self._dtype = np.dtype(bool)
        self._row: tuple[int, ...] = ()

    def append(self, rows: np.ndarray) -> None:
        """Write the rows of a batch."""
        if self.rows > self._committed:
            raise SpanmatchError(f"layer '{self.name}': another output has the same name")
        if not self.rows:
            self._dtype, self._row = rows.dtype, rows.shape[1:]
            self._path.write_bytes(self._header())
        elif (rows.dtype, rows.shape[1:]) != (self._dtype, self._row):
            raise SpanmatchError(
                f"layer '{self.name}': {list(rows.shape[1:])} {rows.dtype} for each example, after "
                f"{list(self._row)} {self._dtype} in earlier batches: pad all inputs to one size"
            )
        with self._path.open("ab") as file:
            file.write(np.ascontiguousarray(rows).data)
        self.rows += len(rows)
        self.all_ones = self.all_ones and bool((rows == 1).all())

    def commit(self) -> None:
        """Keep what was written for the batch."""
        self._committed = self.rows

    def rewind(self) -> None:
        """Forget what was written since the last commit()."""
        if self.rows > self._committed:
            self.rows = self._committed
            os.truncate(self._path, self.HEADER + self.rows * self._row_bytes())

    def finish(self) -> None:
        """Complete the header."""
        with self._path.open("r+b") as file:
            file.write(self._header())

    def delete(self) -> None:
        """Remove the file, if there is one."""
        self._path.unlink(missing_ok=True)

    def _row_bytes(self) -> int:
        return int(np.prod(self._row, dtype=np.int64)) * self._dtype.itemsize

    def _header(self) -> bytes:
        shape = (self.rows, *self._row)
        text = f"{{'descr': '{self._dtype.str}', 'fortran_order': False, 'shape': {shape}}}"
        magic = b"\x93NUMPY\x01\x00" + (self.HEADER - 10).to_bytes(2, "little")
        return magic + text.encode("ascii").ljust(self.HEADER - 11) + b"\n"


class _InputHash:
    """A hash of everything that a model was called with, whatever the size of its batches."""

    def __init__(self) -> None:
        self._hashes: list[Any] = []

    def plus(self, tensors: Iterable[Tensor]) -> _InputHash:
        """Return the hash with the tensors of a batch added."""
        import torch

        sum_ = _InputHash()
        sum_._hashes = [known.copy() for known in self._hashes]
        for i, tensor in enumerate(tensors):
            if i == len(sum_._hashes):
                sum_._hashes.append(hashlib.sha256())
            values = tensor.detach().cpu().contiguous().flatten()
            sum_._hashes[i].update(values.view(torch.uint8).numpy().data)
        return sum_

    def hexdigest(self) -> str:
        """Return the hash, whatever the order of the arguments."""
        digests = sorted(known.hexdigest() for known in self._hashes)
        return hashlib.sha256("".join(digests).encode()).hexdigest()


def _require_plain(model: Module) -> None:
    """Refuse what runs other modules than it has."""
    cures = {
        "DataParallel": "pass model.module: the parts of a batch run at the same time there",
        "DistributedDataParallel": "pass model.module, and capture in one process",
        "FullyShardedDataParallel": "pass the model without it, in one process",
        "FSDPModule": "pass the model without it, in one process",
        "OptimizedModule": "pass the model before torch.compile",
        "ScriptModule": "pass the model before torch.jit",
    }
    for module in model.modules():
        for kind in type(module).__mro__:
            if kind.__name__ in cures:
                raise SpanmatchError(f"a {kind.__name__} can't be captured: {cures[kind.__name__]}")


def _require_evaluation(model: Module) -> None:
    for name, module in model.named_modules():
        if module.training:
            subject = f"module '{name}'" if name else "the model"
            raise SpanmatchError(
                f"{subject} is in training mode, in which no two runs are alike: call model.eval()"
            )


@contextlib.contextmanager
def _without_fast_path() -> Iterator[None]:
    """Have transformers of torch.nn call their modules, which their fast path goes around."""
    import torch

    backend = getattr(torch.backends, "mha", None)
    if backend is None:
        yield
        return
    enabled = backend.get_fastpath_enabled()
    backend.set_fastpath_enabled(False)
    try:
        yield
    finally:
        backend.set_fastpath_enabled(enabled)


def _names(layers: str | Iterable[str] | None) -> list[str] | None:
    if layers is None:
        return None
    return [layers] if isinstance(layers, str) else list(layers)


def _is_pattern(name: str) -> bool:
    return any(letter in name for letter in "*?[")


def _matches(name: str, pattern: str) -> bool:
    return name == pattern or fnmatch.fnmatchcase(name, pattern)


def _layers_of(model: Module) -> dict[str, Module]:
    """Return the modules that are captured by default."""
    hands_on = ("Identity", "Dropout", "Flatten", "Unflatten")
    layers = {}
    attentions: list[str] = []
    for name, module in model.named_modules():
        kind = type(module).__name__
        if kind == "MultiheadAttention":  # it calls none of its children
            attentions.append(name + ".")
        elif any(module.children()) or name.startswith(tuple(attentions)):
            continue
        if name and not kind.startswith(hands_on):
            layers[name] = module
    return layers


def _chosen(model: Module, layers: list[str] | None) -> tuple[dict[str, Module], list[str]]:
    """Return the modules that are layers, and those names that must be outputs of the model."""
    if layers is None:
        modules = _layers_of(model)
        return modules, [] if modules else ["output"]
    every = {name: module for name, module in model.named_modules() if name}
    modules = {n: m for n, m in every.items() if any(_matches(n, wanted) for wanted in layers)}
    return modules, [wanted for wanted in layers if not any(_matches(n, wanted) for n in every)]


def _tensors(value: Any) -> Iterator[Tensor]:
    """Yield all tensors in tuples, lists and dicts."""
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from _tensors(item)


def _named_tensors(value: Any, name: str = "") -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors of a model's output: logits, hidden_states.0, output, output.1."""
    import torch

    if isinstance(value, torch.Tensor):
        yield name or "output", value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _named_tensors(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, (tuple, list)):
        for i, item in enumerate(value):
            yield from _named_tensors(item, f"{name or 'output'}.{i}")


def _arguments(model: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a forward pass by name, with the entries of dicts among them."""
    bound = inspect.signature(model.forward).bind(*args, **kwargs).arguments
    arguments = dict(bound)
    for value in bound.values():
        if isinstance(value, Mapping):
            arguments.update(value)
    return arguments


def _kept(mask: Mask, arguments: Mapping[str, Any], size: int) -> np.ndarray:
    """Return which tokens of a batch count, bool [size, tokens]."""
    import torch

    if callable(mask):
        value = mask(arguments)
    elif mask in arguments:
        value = arguments[mask]
    else:
        raise SpanmatchError(
            f"mask: the model was called without '{mask}', only with {_list(arguments)}"
        )
    kept = torch.as_tensor(value).detach().cpu()
    if kept.dim() != 2 or len(kept) != size:
        raise SpanmatchError(f"mask: expected [{size}, tokens], found {list(kept.shape)}")
    if not bool(((kept == 0) | (kept == 1)).all()):
        raise SpanmatchError("mask: expected 1 for tokens that count and 0 for others")
    return kept.bool().numpy()


def _list(names: Iterable[str], most: int = 12) -> str:
    """Return names in a sentence, the first of them if they are many."""
    quoted = [f"'{name}'" for name in names]
    rest = f" and {len(quoted) - most} more" if len(quoted) > most else ""
    return ", ".join(quoted[:most]) + rest if quoted else "nothing"


def _reasons(left_out: Mapping[str, str], most: int = 5) -> str:
    """Return layers with the same reason together."""
    layers: dict[str, list[str]] = {}
    for name, reason in left_out.items():
        layers.setdefault(reason, []).append(name)
    parts = [f"{_list(names, most)}: {reason}" for reason, names in layers.items()]
    rest = f"; and {len(parts) - most} more reasons" if len(parts) > most else ""
    return "; ".join(parts[:most]) + rest


@contextlib.contextmanager
def _written_whole(path: Path) -> Iterator[Path]:
    """Yield a hidden folder that becomes `path` at the end, or is removed after an error."""
    if path.exists() and not (path / _MANIFEST).is_file():
        raise SpanmatchError(f"{path}: it exists, and capture() did not write it")
    temporary = path.parent / f".{path.name}.{secrets.token_hex(4)}.partial"
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if path.exists():
            earlier = temporary.with_suffix(".earlier")
            path.rename(earlier)
            temporary.rename(path)
            shutil.rmtree(earlier)
        else:
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


# The command


def match(*networks: PathLike, command: str = "match", **options: Any) -> dict[str, Any]:
    """Run ``spanmatch match`` and return its JSON.

        result = match("seed0", "seed1", epsilon=[0.3, 0.5], layers="features.*", center=True)
        result["layers"][0]["matches"][0]["similarity"]

    Options are those of the command with ``_`` for ``-``: True gives a flag, a list the values
    between commas, or the option again if it may be repeated (exclude, mask, pair); None and False
    leave it out. ``pair={"conv1": "features.0"}`` is ``--pair conv1=features.0``. The command's
    notes go to the error stream with ``verbose=True`` or ``quiet=False``.

    Args:
        *networks: folders that capture() wrote, or any files that the command reads.
        command: another one that compares: simple, spectrum, distances or measures.
        **options: those of the command.

    Raises:
        SpanmatchError: with the command's sentence; or where captured networks did not see the same
            examples in the same order.
    """
    if "json" in options:
        raise TypeError("match() returns the JSON: json is no option of it")
    manifests = [known for known in map(_manifest, networks) if known]
    for other in manifests[1:]:
        _require_same_examples(manifests[0], other)
    if any(known["mask"] for known in manifests):
        options.setdefault("mask", _MASK)
    if not options.get("verbose"):
        options.setdefault("quiet", True)
    files = [os.fspath(network) for network in networks]
    words = [_find_command(), command, *_words(options), "--json=-", "--", *files]
    done = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        result = json.loads(done.stdout) if done.stdout else None
        raise SpanmatchError(_sentence(done.stderr, done.returncode), done.returncode, result)
    sys.stderr.write(done.stderr)
    return json.loads(done.stdout)


def _words(options: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options as the command takes them."""
    repeatable = {"exclude", "mask", "pair"}
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            yield option
            continue
        if isinstance(value, Mapping):
            value = [f"{key}={item}" for key, item in value.items()]
        if isinstance(value, (str, os.PathLike)) or not isinstance(value, Iterable):
            value = [value]
        items = [os.fspath(v) if isinstance(v, os.PathLike) else str(v) for v in value]
        for item in items if name in repeatable else [",".join(items)]:
            yield f"{option}={item}"


def _sentence(errors: str, exit_code: int) -> str:
    """Return the command's own sentence, without its name before it, or all that it printed."""
    prefix = "spanmatch: "
    sentences = [line[len(prefix) :] for line in errors.splitlines() if line.startswith(prefix)]
    return "\n".join(sentences) or errors.strip() or f"spanmatch ended with exit code {exit_code}"


def _find_command() -> str:
    chosen = os.environ.get("SPANMATCH")
    if chosen:
        found = shutil.which(chosen)
        if not found:
            raise SpanmatchError(
                f"SPANMATCH names '{chosen}', which is no program; expected the path of the command, "
                "such as /home/me/spanmatch/spanmatch"
            )
        return found
    here = Path(__file__).resolve().parent
    folders = (here, here / "spanmatch", here.parent)
    for command in ("spanmatch", *(str(folder / "spanmatch") for folder in folders)):
        found = shutil.which(command)
        if found:
            return found
    raise SpanmatchError(
        "the command spanmatch was not found: put it on the PATH, or its path into the variable "
        "SPANMATCH, such as /home/me/spanmatch/spanmatch"
    )


def _manifest(network: PathLike) -> dict[str, Any] | None:
    """Return what capture() noted in a folder, or None where it did not write it."""
    file = Path(network) / _MANIFEST
    try:
        manifest = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as e:
        raise SpanmatchError(f"{file}: it is damaged: {e}") from e
    return {**manifest, "network": os.fspath(network)}


def _require_same_examples(first: Mapping[str, Any], other: Mapping[str, Any]) -> None:
    """Refuse captures whose rows are not the same samples."""
    both = f"{first['network']} and {other['network']}"
    if first["examples"] != other["examples"]:
        raise SpanmatchError(
            f"{both}: {first['examples']} and {other['examples']} examples were captured; run both "
            "networks on the same ones"
        )
    for name in ("positions", "seed"):
        if first[name] != other[name]:
            raise SpanmatchError(
                f"{both}: they were captured with {name}={first[name]} and {name}={other[name]}; "
                "capture both alike, so that the places are the same"
            )
    noted = "labels" if first["labels"] and other["labels"] else "inputs"
    if first[noted] != other[noted]:
        cure = "" if noted == "labels" else "; if the networks need other inputs, note labels"
        raise SpanmatchError(
            f"{both}: the {noted} differ, so the examples were not the same in the same order; "
            f"switch off shuffling and augmentation{cure}"
        )


# Gram files


class Gram:
    """The inner products of the neurons of all layers in a Gram file, as numpy arrays.

        g = gram("seeds.gram.npz")
        g.layers                              # [(0, "conv1"), (1, "conv1"), (0, "fc"), (1, "fc")]
        g.products((0, "fc"), (1, "fc"))      # neurons of the first × neurons of the second network

    A layer is named by the number of its network and its name.
    """

    def __init__(self, path: PathLike) -> None:
        """Open a file; gram() does this."""
        self._path = os.fspath(path)
        try:
            self._arrays = np.load(self._path, allow_pickle=False)
            self._require_format()
        except (OSError, ValueError, EOFError) as e:
            raise SpanmatchError(f"{self._path}: it can't be read as a Gram file: {e}") from e
        self._groups: list[list[tuple[int, str]]] = []
        while f"{len(self._groups)}/names" in self._arrays:
            group = len(self._groups)
            networks, names = self._arrays[f"{group}/networks"], self._arrays[f"{group}/names"]
            self._groups.append([(int(n), str(name)) for n, name in zip(networks, names)])

    def _require_format(self) -> None:
        found = None
        if isinstance(self._arrays, Mapping) and "format" in self._arrays:
            found = str(self._arrays["format"][0])
        if found != "spanmatch gram 1":
            raise ValueError(f"expected the format 'spanmatch gram 1', found {found!r}")

    @property
    def layers(self) -> list[tuple[int, str]]:
        """All layers, each as the number of its network and its name."""
        return list(dict.fromkeys(layer for group in self._groups for layer in group))

    def samples(self, layer: tuple[int, str]) -> int:
        """Return the number of samples of a layer."""
        return int(self._arrays[f"{self._find(layer)[0]}/samples"][0])

    def means(self, layer: tuple[int, str]) -> np.ndarray:
        """Return the mean activation of each neuron of a layer."""
        group, (i,) = self._find(layer)
        return self._shift(group, i) + self._sums(group, i) / self.samples(layer)

    def products(
        self, x: tuple[int, str], y: tuple[int, str], *, centred: bool = False
    ) -> np.ndarray:
        """Return the inner product of each neuron of x with each neuron of y, or KeyError.

        Those of the activations, or with centred of what they differ from their means by. The
        latter are exact to many digits even where the means are large, if the file was added up
        with ``--center``.
        """
        group, (i, j) = self._find(x, y)
        products = self._stored_products(group, i, j)
        sums_x, sums_y = self._sums(group, i), self._sums(group, j)
        if centred:
            return products - np.outer(sums_x, sums_y / self.samples(x))
        shift_x, shift_y = self._shift(group, i), self._shift(group, j)
        return (
            products
            + np.outer(shift_x, sums_y)
            + np.outer(sums_x, shift_y)
            + self.samples(x) * np.outer(shift_x, shift_y)
        )

    def _find(self, *layers: tuple[int, str]) -> tuple[int, list[int]]:
        """Return a matrix of the file that has all of some layers, and their numbers in it."""
        for group, known in enumerate(self._groups):
            if all(layer in known for layer in layers):
                return group, [known.index(layer) for layer in layers]
        raise KeyError(f"{self._path} has no inner products of {layers}; its layers: {self.layers}")

    def _stored_products(self, group: int, i: int, j: int) -> np.ndarray:
        """Return the inner products of activations less the shifts."""
        scale = self._unit(group, i)[:, None] * self._unit(group, j)
        factor = f"{group}/factor"
        if factor in self._arrays:
            rows, neurons = self._arrays[factor], self._arrays[f"{group}/neurons"]
            ends = np.cumsum(neurons)
            left, right = (rows[:, ends[k] - neurons[k] : ends[k]] for k in (i, j))
            return left.T @ right * scale
        if i > j:
            return self._stored_products(group, j, i).T
        name = f"{group}/gram/{i}-{j}"
        if name not in self._arrays:
            pair = self._groups[group][i], self._groups[group][j]
            raise KeyError(f"{self._path} has no inner products of {pair}: they were not added up")
        stored = self._arrays[name]
        if i != j:
            return stored * scale
        upper = np.zeros(scale.shape)
        upper[np.triu_indices(len(upper))] = stored
        return (upper + np.triu(upper, 1).T) * scale

    def _unit(self, group: int, i: int) -> np.ndarray:
        return np.ldexp(1.0, -self._arrays[f"{group}/scale/{i}"].astype(int))

    def _sums(self, group: int, i: int) -> np.ndarray:
        return self._arrays[f"{group}/sums/{i}"] * self._unit(group, i)

    def _shift(self, group: int, i: int) -> np.ndarray:
        return self._arrays[f"{group}/shift/{i}"]


def gram(path: PathLike) -> Gram:
    """Open a Gram file, as ``spanmatch gram A B --out FILE`` writes it."""
    return Gram(path)
