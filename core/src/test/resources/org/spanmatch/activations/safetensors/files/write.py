"""Writes the files beside it with the libraries torch and safetensors:

    python3 write.py FOLDER

and expected.json, which has the values of every tensor, in C order.
"""

import json
import sys

import numpy
import safetensors.numpy
import safetensors.torch
import torch

folder = sys.argv[1]
counts = torch.arange(24, dtype=torch.float64).reshape(2, 3, 4)
types = {
    "BF16": torch.bfloat16,
    "BOOL": torch.bool,
    "F16": torch.float16,
    "F32": torch.float32,
    "F64": torch.float64,
    "I16": torch.int16,
    "I32": torch.int32,
    "I64": torch.int64,
    "I8": torch.int8,
    "U16": torch.uint16,
    "U32": torch.uint32,
    "U64": torch.uint64,
    "U8": torch.uint8,
}


def values(dtype):
    if dtype.startswith("B"):
        return counts % 2 if dtype == "BOOL" else (counts - 12) / 8
    if dtype.startswith("F"):
        return (counts - 12) / 8
    return counts + 40 if dtype.startswith("U") else counts - 12


files = {
    "types": {name: values(name).to(dtype) for name, dtype in types.items()},
    "extremes": {
        "BF16": torch.tensor([[3.38e38, -1e-40], [9.2e-41, -0.0]], dtype=torch.bfloat16),
        "F16": torch.tensor([[65504, -6e-8], [6.1e-5, -0.0]], dtype=torch.float16),
        "F32": torch.tensor([[3.4e38, -1e-45], [1.2e-38, -0.0]], dtype=torch.float32),
        "F64": torch.tensor([[1.7e308, -5e-324], [2.3e-308, -0.0]], dtype=torch.float64),
        "U64": torch.tensor([[2**63 - 1, 0], [1, 2]]).to(torch.uint64),
    },
    "layers": {
        "model.layers.%d.mlp" % layer: (counts[:, :, :3] + layer).to(torch.bfloat16).contiguous()
        for layer in (0, 1, 2, 10, 11)
    },
    "unusual": {
        "conv": counts.reshape(2, 3, 2, 2).float(),
        "é \n'quoted\" \U0001f600": torch.ones(2, 2),
        "f8": torch.ones(2, 2).to(torch.float8_e4m3fn),
        "scalar": torch.tensor(1.5),
        "empty": torch.zeros(0, 3),
    },
    "numpy": {"fc": numpy.arange(12, dtype="f4").reshape(4, 3), "labels": numpy.arange(4)},
}
expected = {}
for name, tensors in files.items():
    path = "%s/%s.safetensors" % (folder, name)
    if name == "numpy":
        safetensors.numpy.save_file(tensors, path)
        tensors = {key: torch.from_numpy(array) for key, array in tensors.items()}
    else:
        safetensors.torch.save_file(tensors, path, {"format": "pt"} if name == "layers" else None)
    expected[name] = {
        key: {"shape": list(tensor.shape), "values": tensor.to(torch.float64).flatten().tolist()}
        for key, tensor in tensors.items()
    }
with open(folder + "/expected.json", "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
