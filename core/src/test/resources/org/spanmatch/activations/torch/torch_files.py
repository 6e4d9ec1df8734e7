"""Writes files with torch.save, and beside each an .npz archive of the values that a reader finds.

    python3 torch_files.py FOLDER

Those in the folder "files" were written by torch 2.13.0. The names in an archive are those of the
layers, in their order; bfloat16, which numpy lacks, is stored as float32 there.
"""

import collections
import os
import sys
import warnings

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore")
torch.manual_seed(7)
folder = sys.argv[1]


def path(name):
    return os.path.join(folder, name)


def flat(prefix, value, found):
    """Collects the tensors under dotted names."""
    if isinstance(value, torch.Tensor):
        found[prefix[:-1]] = value
    elif isinstance(value, dict):
        for key, part in value.items():
            flat(f"{prefix}{key}.", part, found)
    elif isinstance(value, (list, tuple)):
        for i, part in enumerate(value):
            flat(f"{prefix}{i}.", part, found)
    return found


def numbers(tensor):
    plain = tensor.detach().contiguous()
    return (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()


def save(name, value, **options):
    torch.save(value, path(name + ".pt"), **options)
    # A lone tensor has the name of its file.
    found = flat(name + "." if isinstance(value, torch.Tensor) else "", value, {})
    np.savez(path(name + ".npz"), **{key: numbers(part) for key, part in found.items()})


def random(*shape):
    return torch.randn(*shape)


class Flagged(torch.Tensor):
    """A tensor of another class."""


class Payload:
    """Asks for a command to be run when it is loaded."""

    def __init__(self, function, argument):
        self.function, self.argument = function, argument

    def __reduce__(self):
        return self.function, (self.argument,)


# Every format of numbers.
types = {}
for dtype in ("float16", "bfloat16", "float32", "float64"):
    types[dtype] = (random(5, 3) * 4).to(getattr(torch, dtype))
for dtype in ("int8", "int16", "int32", "int64", "uint8"):
    types[dtype] = torch.arange(15).reshape(5, 3).mul(7).sub(60 if dtype[0] == "i" else 0).to(
        getattr(torch, dtype))
for dtype in ("uint16", "uint32", "uint64"):
    types[dtype] = torch.from_numpy((np.arange(15).reshape(5, 3) * 4099 + 1).astype(dtype))
types["bool"] = torch.arange(15).reshape(5, 3) % 4 == 1
save("types", types)

# Views: what lies in the storage is more than, less than, or in another order than the tensor.
base = random(6, 8)
conv = random(3, 4, 5, 2)
views = {
    "whole": base,
    "transposed": base.t(),
    "columns": base[:, ::2],
    "rows": base[1::2],
    "corner": base[2:, 3:],
    "first": base[:2],
    "last": base[-2:],
    "repeated": base[:1].expand(5, 8),
    "same_neurons": base[:, 2:3].expand(6, 4),
    "same_value": base[3:4, 3:4].expand(5, 2),
    "overlapping": torch.as_strided(base, (7, 3), (1, 2), 5),
    "nchw": conv,
    "channels_last": conv.contiguous(memory_format=torch.channels_last),
    "swapped": conv.transpose(2, 3),
    "permuted": conv.permute(3, 1, 0, 2),
    "part": conv[1:, 1:3, ::2, 1:],
    "tokens": random(2, 5, 4),
    "tokens_first": random(5, 2, 4).transpose(0, 1),
    "one_sample": base[:1],
    "one_neuron": base[:, 4:5],
}
save("views", views)

# Names, order, what is no tensor, and the same tensor under two names.
shared = random(4, 2)
save("nested", {
    "z": random(4, 3),
    "encoder": {"layer": [random(4, 3), {"w": random(4, 2), "note": "text"}], "rate": 0.5},
    "ordered": collections.OrderedDict(b=shared, a=random(4, 1)),
    "pair": (shared, random(4, 2)),
    3: random(4, 2),
    -1: random(4, 2),
    "dots.in it": random(4, 1),
    "größe": random(4, 1),
    "": random(4, 1),
    "empty": {"": {"": random(4, 1)}},
    "found": collections.defaultdict(list, {"x": [random(4, 1)]}),
    "epoch": 12,
    "huge": 1 << 100,
    "nothing": None,
    "flag": True,
    "labels": [1, 2, 3],
    "config": {"name": "vgg", "sizes": [1, (2, 3)]},
    "bytes": b"abc",
    "set": {1, 2},
    "shape": shared.shape,
    "dtype": torch.float32,
    "device": torch.device("cpu"),
})
model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4))
save("state_dict", model.state_dict())
attributed = random(4, 2)
attributed.note = "kept with it"
save("parameters", {
    "parameter": nn.Parameter(random(4, 2)),
    "buffer": nn.Buffer(random(4, 2)),
    "gradient": random(4, 2).requires_grad_(),
    "attributed": attributed,
})
save("single", random(4, 3))
save("list", [random(4, 3), random(4, 2)])
save("tuple", (random(4, 3),))
for protocol in (3, 4, 5):
    save(f"protocol{protocol}", {"a": random(4, 3), "b": [random(4, 2)], "by": b"b", "n": 1 << 40,
                                 "s": {"x"}, "f": frozenset("y"), "ba": bytearray(b"z")},
         pickle_protocol=protocol)
save("mask", {"fc": random(6, 3), "mask": torch.tensor([1, 0, 1, 1, 0, 1]),
              "rows": torch.tensor([[True, False, True]]).expand(6, 3)})

# Without checksums, which torch then writes as 0.
torch.serialization.set_crc32_options(False)
save("no_crc", {"a": random(4, 3), "t": random(3, 4).t()})
torch.serialization.set_crc32_options(True)

# As a big-endian machine writes it: torch.load swaps the bytes back.
big = {"f4": random(4, 3), "i2": torch.arange(12, dtype=torch.int16).reshape(4, 3),
       "b1": torch.tensor([[True, False]])}
np.savez(path("big_endian.npz"), **{key: numbers(part) for key, part in big.items()})
swapped = {key: part.clone() for key, part in big.items()}
for part in swapped.values():
    part.untyped_storage().byteswap(part.dtype)
native, sys.byteorder = sys.byteorder, "big"
torch.save(swapped, path("big_endian.pt"))
sys.byteorder = native
loaded = torch.load(path("big_endian.pt"))
assert all(torch.equal(loaded[key], big[key]) for key in big)

# Tensors that are none of a file's layers, with the one that is.
torch.save({
    "coo": random(2, 3).to_sparse(),
    "csr": random(2, 3).to_sparse_csr(),
    "quantized": torch.quantize_per_tensor(random(2, 3), 0.1, 0, torch.qint8),
    "complex": torch.complex(random(2, 3), random(2, 3)),
    "nested": torch.nested.nested_tensor([random(2, 3), random(1, 3)]),
    "meta": torch.empty(2, 3, device="meta"),
    "subclass": random(2, 3).as_subclass(Flagged),
    "negated": torch._neg_view(random(2, 3)),
    "float8": random(2, 3).to(torch.float8_e4m3fn),
    "array": np.ones((2, 3)),
    "storage": random(2, 3).untyped_storage(),
    "module": nn.Linear(2, 3),
    "command": Payload(os.system, "touch spanmatch-was-here"),
    "fine": random(2, 3),
}, path("unusable.pt"))

# Files that are refused as a whole.
torch.save(model, path("module.pt"))
torch.save({"a": Payload(os.system, "touch spanmatch-was-here")}, path("command.pt"))
torch.save({"a": Payload(eval, "open('spanmatch-was-here', 'w')")}, path("eval.pt"))
torch.save({"epoch": 3, "names": ["a", "b"]}, path("no_tensors.pt"))
torch.save({"a.b": random(2, 3), "a": {"b": random(2, 3)}}, path("twice.pt"))
torch.save({"a": random(4, 3)}, path("legacy.pt"), _use_new_zipfile_serialization=False)
torch.jit.save(torch.jit.script(nn.Linear(2, 3)), path("script.pt"))
