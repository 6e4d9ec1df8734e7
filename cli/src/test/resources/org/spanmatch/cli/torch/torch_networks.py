"""Writes two small networks with torch.save, and the same activations with numpy.

    python3 torch_networks.py FOLDER

The files beside this were written by torch 2.13.0.
"""

import os
import sys

import numpy as np
import torch

torch.manual_seed(3)
folder = sys.argv[1]
signal = torch.randn(120, 4)
images = torch.randn(30, 3, 4, 5)
mask = (torch.arange(120) % 3 != 0).int()
for seed in range(2):
    def mixed(inputs, width):
        return torch.relu(inputs @ torch.randn(inputs.shape[-1], width) + 0.2 * torch.randn(width))

    network = {
        "encoder": {
            "0": mixed(signal, 6),
            "1": mixed(signal, 5).t().contiguous().t(),
        },
        "features": mixed(images.movedim(1, 3), 4).movedim(3, 1),  # channels last
        "wide": torch.cat([mixed(signal, 3), torch.zeros(120, 2)], 1)[:, :3],
        "mask": mask,
        "epoch": 20 + seed,
    }
    torch.save(network, os.path.join(folder, f"seed{seed}.pt"))
    np.savez(
        os.path.join(folder, f"seed{seed}.npz"),
        **{
            "encoder.0": network["encoder"]["0"].numpy(),
            "encoder.1": np.ascontiguousarray(network["encoder"]["1"].numpy()),
            "features": np.ascontiguousarray(network["features"].numpy()),
            "wide": np.ascontiguousarray(network["wide"].numpy()),
            "mask": mask.numpy(),
        },
    )
torch.save(torch.relu(signal), os.path.join(folder, "lone.pt"))
