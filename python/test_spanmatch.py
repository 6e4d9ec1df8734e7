"""Tests of spanmatch.py, with models made on the spot.

Run by python3 -m unittest in this folder, with the command that match() finds. Without PyTorch the
tests of capture() are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import unittest
import warnings
from collections import OrderedDict
from pathlib import Path
from unittest import mock

import numpy as np

import spanmatch
from spanmatch import SpanmatchError, capture, match

try:
    import torch
    from torch import nn
except ModuleNotFoundError:
    torch = None


class InFolder(unittest.TestCase):
    """Tests in an empty folder, where every warning is an error."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, Path.cwd())
        os.chdir(folder.name)
        caught = warnings.catch_warnings()
        caught.__enter__()
        self.addCleanup(caught.__exit__, None, None, None)
        warnings.simplefilter("error")

    def files(self):
        return sorted(path.name for path in Path.cwd().iterdir())

    def assert_fails(self, words, error=SpanmatchError):
        return self.assertRaisesRegex(error, f"(?s){words}")


if torch:

    class SmallCnn(nn.Module):
        def __init__(self, seed=0):
            super().__init__()
            torch.manual_seed(seed)
            self.features = nn.Sequential(
                nn.Conv2d(1, 6, 3, padding=1),
                nn.BatchNorm2d(6),
                nn.ReLU(inplace=True),
                nn.MaxPool2d(2),
                nn.Conv2d(6, 8, 3, padding=1),
                nn.ReLU(inplace=True),
            )
            self.pool = nn.AdaptiveAvgPool2d(1)
            self.head = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(8, 5))

        def forward(self, x):
            return self.head(self.pool(self.features(x)))

    class Block(nn.Module):
        """A residual block, whose one ReLU is called twice."""

        def __init__(self, channels):
            super().__init__()
            self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
            self.bn1 = nn.BatchNorm2d(channels)
            self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
            self.bn2 = nn.BatchNorm2d(channels)
            self.relu = nn.ReLU(inplace=True)

        def forward(self, x):
            y = self.relu(self.bn1(self.conv1(x)))
            y = self.bn2(self.conv2(y))
            y += x
            return self.relu(y)

    class Encoder(nn.Module):
        """A small transformer that returns a dict, as those of HuggingFace do."""

        def __init__(self, seed=0):
            super().__init__()
            torch.manual_seed(seed)
            self.embedding = nn.Embedding(50, 8)
            layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
            self.encoder = nn.TransformerEncoder(layer, 2)
            self.classifier = nn.Linear(8, 3)

        def forward(self, input_ids, attention_mask):
            states = [self.embedding(input_ids)]
            padding = attention_mask == 0
            for layer in self.encoder.layers:
                states.append(layer(states[-1], src_key_padding_mask=padding))
            return OrderedDict(
                logits=self.classifier(states[-1][:, 0]),
                last_hidden_state=states[-1],
                hidden_states=tuple(states),
                loss=None,
            )

    class Returns(nn.Module):
        """Calls a module on its input and returns what a function makes of the result."""

        def __init__(self, layer, function=lambda output: output):
            super().__init__()
            self.layer = layer
            self.function = function

        def forward(self, *args, **kwargs):
            return self.function(self.layer(*args, **kwargs))

    def tokens(examples=9, length=12, seed=3):
        generator = torch.Generator().manual_seed(seed)
        ids = torch.randint(1, 50, (examples, length), generator=generator)
        lengths = torch.arange(examples) % length + 1
        return ids, (torch.arange(length) < lengths[:, None]).long()

    def coordinates(examples, *size):
        """Maps [N, 1, …] of which each value is its index in the flattened map."""
        return (
            torch.arange(np.prod(size), dtype=torch.float32)
            .reshape(1, 1, *size)
            .repeat(examples, *[1] * (1 + len(size)))
        )

    def images(examples=20, seed=1, size=8):
        return torch.randn(examples, 1, size, size, generator=torch.Generator().manual_seed(seed))


def run(model, inputs, path, layers=None, batch=8, **options):
    """Capture everything in batches."""
    inputs = inputs if isinstance(inputs, tuple) else (inputs,)
    with torch.no_grad(), capture(model.eval(), path, layers, **options) as recording:
        for start in range(0, len(inputs[0]), batch):
            model(*[value[start : start + batch] for value in inputs])
    return recording


def manifest(path):
    return json.loads((Path(path) / ".spanmatch.json").read_text(encoding="utf-8"))


@unittest.skipUnless(torch, "there is no torch")
class CaptureTest(InFolder):
    def test_whole_outputs_of_every_batch(self):
        model = SmallCnn().eval()
        run(model, images(), "a", positions=None)
        layers = [
            "features.0",
            "features.1",
            "features.2",
            "features.3",
            "features.4",
            "features.5",
        ]
        self.assertEqual([*layers, "pool", "head.2"], manifest("a")["layers"])
        x = images()
        with torch.no_grad():
            for i, module in enumerate(model.features):
                # Before a ReLU changes it in place.
                x = module(x.clone())
                stored = np.load(f"a/features.{i}.npy")
                self.assertEqual(np.float32, stored.dtype)
                np.testing.assert_allclose(stored, x.numpy(), rtol=1e-5, atol=1e-6)
        self.assertEqual((20, 8, 1, 1), np.load("a/pool.npy").shape)
        self.assertEqual((20, 5), np.load("a/head.2.npy").shape)
        self.assertEqual(20, manifest("a")["examples"])

    def test_one_random_pixel_of_each_cell(self):
        model = Returns(nn.Identity())
        run(model, coordinates(300, 8, 12), "a", "layer")
        drawn = np.load("a/layer.npy")
        self.assertEqual((300, 1, 4, 4), drawn.shape)
        row, column = drawn[:, 0] // 12, drawn[:, 0] % 12
        np.testing.assert_array_equal(row // 2, np.broadcast_to(np.arange(4)[:, None], row.shape))
        np.testing.assert_array_equal(column // 3, np.broadcast_to(np.arange(4), row.shape))
        # 4800 pixels, 50 expected of each of 96: five standard deviations.
        counts = np.bincount(drawn.astype(int).ravel(), minlength=96)
        self.assertLess(np.abs(counts - 50).max(), 5 * np.sqrt(50))

    def test_the_same_places_whatever_the_batches_and_the_network(self):
        model = Returns(nn.Identity())
        run(model, coordinates(20, 8, 8), "a", "layer", batch=20)
        run(model, coordinates(20, 8, 8).repeat(1, 3, 1, 1), "b", "layer", batch=7)
        run(model, coordinates(20, 8, 8), "c", "layer", seed=1)
        a, b, c = (np.load(f"{name}/layer.npy") for name in "abc")
        for channel in range(3):
            np.testing.assert_array_equal(a[:, 0], b[:, channel])
        self.assertGreater((a != c).mean(), 0.5)
        self.assertGreater((a[:-1] != a[1:]).mean(), 0.5)

    def test_places_are_those_of_earlier_versions(self):
        """Files of one network that were captured years before can be compared."""
        run(Returns(nn.Identity()), coordinates(2, 8, 8), "a", "layer")
        places = [
            [1, 3, 12, 14, 25, 26, 20, 22, 33, 34, 37, 46, 49, 50, 60, 63],
            [0, 11, 13, 7, 24, 26, 20, 30, 41, 43, 45, 38, 57, 51, 53, 62],
        ]
        self.assertEqual(places, np.load("a/layer.npy").astype(int).reshape(2, 16).tolist())

    def test_places_lie_side_by_side_in_layers_of_other_sizes(self):
        run(Returns(nn.Identity()), coordinates(50, 8, 8), "small", "layer")
        run(Returns(nn.Identity()), coordinates(50, 32, 16), "large", "layer")
        small, large = np.load("small/layer.npy"), np.load("large/layer.npy")
        np.testing.assert_array_equal(small // 8, large // 16 // 4)
        np.testing.assert_array_equal(small % 8, large % 16 // 2)

    def test_an_axis_no_longer_than_the_grid_is_kept_whole(self):
        for size, grid in [((4, 4), (4, 4)), ((2, 3), (2, 3)), ((1, 9), (1, 4)), ((3, 8), (3, 4))]:
            with self.subTest(size):
                maps = coordinates(6, *size)
                run(Returns(nn.Identity()), maps, "a", "layer")
                stored = np.load("a/layer.npy")
                self.assertEqual((6, 1, *grid), stored.shape)
                if size == grid:
                    np.testing.assert_array_equal(maps.numpy(), stored)
                rows = stored[:, 0] // size[1]
                np.testing.assert_array_equal(
                    rows, np.arange(size[0])[:, None] + np.zeros_like(rows)
                )

    def test_numbers_of_positions(self):
        for positions, grid in [(1, (1, 1)), (7, (1, 7)), (10, (2, 5)), (12, (3, 4)), (64, (8, 8))]:
            with self.subTest(positions):
                run(Returns(nn.Identity()), coordinates(3, 9, 9), "a", "layer", positions=positions)
                self.assertEqual((3, 1, *grid), np.load("a/layer.npy").shape)
        run(Returns(nn.Identity()), coordinates(3, 4, 5, 6), "a", "layer", positions=8)
        self.assertEqual((3, 1, 2, 2, 2), np.load("a/layer.npy").shape)
        with self.assert_fails("positions: expected at least 1 or None, found 0"):
            run(SmallCnn(), images(), "b", positions=0)

    def test_random_tokens(self):
        values = torch.arange(40.0).reshape(1, 40, 1).repeat(30, 1, 5)
        run(Returns(nn.Identity()), values, "a", "layer", positions=8)
        drawn = np.load("a/layer.npy")
        self.assertEqual((30, 8, 5), drawn.shape)
        np.testing.assert_array_equal(drawn // 5, np.arange(8.0)[:, None] + np.zeros_like(drawn))
        self.assertGreater(np.ptp(drawn[:, 0, 0]), 0)
        run(Returns(nn.Identity()), values, "a", "layer", positions=40)
        np.testing.assert_array_equal(values.numpy(), np.load("a/layer.npy"))

    def test_tokens_that_a_mask_keeps(self):
        ids, kept = tokens(24)
        model = Encoder().eval()
        wanted = "hidden_states.1"
        run(model, (ids, kept), "whole", wanted, mask="attention_mask", positions=None)
        run(model, (ids, kept), "a", wanted, mask="attention_mask", positions=4)
        run(
            model,
            (ids, kept),
            "b",
            wanted,
            mask=lambda i: i["attention_mask"],
            positions=4,
            batch=5,
        )
        np.testing.assert_array_equal(kept.numpy(), np.load("whole/mask.npy"))
        whole = np.load("whole/hidden_states.1.npy")
        drawn, mask = np.load("a/hidden_states.1.npy"), np.load("a/mask.npy")
        np.testing.assert_allclose(drawn, np.load("b/hidden_states.1.npy"), rtol=1e-5, atol=1e-6)
        self.assertEqual(((24, 4, 8), (24, 4)), (drawn.shape, mask.shape))
        for example, count in enumerate(kept.sum(1).tolist()):
            self.assertEqual(min(4, count), mask[example].sum())
            of_it = whole[example, :count]
            near = np.abs(drawn[example][:, None] - of_it).max(axis=2) < 1e-5
            self.assertTrue(near[mask[example]].any(axis=1).all())
            if count <= 4:
                np.testing.assert_allclose(drawn[example, :count], of_it, rtol=1e-5, atol=1e-6)
        self.assertTrue((drawn[~mask] == 0).all())

    def test_a_mask_that_masks_nothing_of_what_is_stored_is_not_written(self):
        ids, _ = tokens()
        kept = torch.ones_like(ids)
        kept[:, 6:] = 0
        run(Encoder(), (ids, kept), "a", "embedding", mask="attention_mask", positions=6)
        self.assertEqual([".layers", ".spanmatch.json", "embedding.npy"], sorted(os.listdir("a")))
        self.assertIsNone(manifest("a")["mask"])

    def test_masks_that_are_none(self):
        def none(**inputs):
            return run(Encoder(), tokens(), "a", "embedding", **inputs)

        with self.assert_fails("mask: .* without 'masc', only with 'input_ids', 'attention_mask'"):
            none(mask="masc")
        with self.assert_fails(r"mask: expected \[8, tokens\], found \[8\]"):
            none(mask=lambda i: i["attention_mask"][:, 0])
        with self.assert_fails("mask: expected 1 for tokens that count and 0 for others"):
            none(mask=lambda i: -1 * i["attention_mask"])
        with self.assert_fails(
            r"layer 'embedding': .*\[8, 12, 8\], without the 11 tokens of the mask"
        ):
            none(mask=lambda i: i["attention_mask"][:, 1:])
        with self.assert_fails(r"layer 'classifier': .*\[8, 3\], without the 12 tokens"):
            run(Encoder(), tokens(), "a", ["embedding", "classifier"], mask="attention_mask")
        self.assertEqual([], self.files())

    def test_layers_of_a_transformer(self):
        with self.assertWarnsRegex(UserWarning, "left out 'classifier': .*tokens of the mask"):
            run(Encoder(), tokens(), "a", mask="attention_mask")
        layer = ["self_attn", "linear1", "linear2", "norm1", "norm2"]
        expected = {"embedding"} | {f"encoder.layers.{i}.{n}" for i in (0, 1) for n in layer}
        self.assertEqual(expected, set(manifest("a")["layers"]))
        self.assertEqual({"classifier"}, set(manifest("a")["leftOut"]))
        for name in expected:
            width = 16 if name.endswith("linear1") else 8
            self.assertEqual((9, 16, width), np.load(f"a/{name}.npy").shape)

    def test_a_transformer_of_torch_with_its_fast_path(self):
        ids, kept = tokens()
        encoder = Encoder().encoder.eval()
        x = Encoder().embedding(ids).detach()
        self.assertTrue(torch.backends.mha.get_fastpath_enabled())
        with torch.no_grad(), capture(encoder, "a", "layers.*.norm2", positions=None):
            expected = encoder(x, src_key_padding_mask=kept == 0)
        self.assertTrue(torch.backends.mha.get_fastpath_enabled())
        stored = np.load("a/layers.1.norm2.npy")
        np.testing.assert_array_equal(expected.numpy(), stored)

    def test_outputs_of_the_model(self):
        run(Encoder(), tokens(), "a", ["hidden_states", "logits", "last_*"], positions=None)
        expected = [f"hidden_states.{i}" for i in range(3)] + ["logits", "last_hidden_state"]
        self.assertEqual(expected, manifest("a")["layers"])
        last = np.load("a/last_hidden_state.npy")
        self.assertEqual((9, 12, 8), last.shape)
        np.testing.assert_array_equal(last, np.load("a/hidden_states.2.npy"))
        run(nn.Linear(3, 4), torch.ones(5, 3), "b")
        self.assertEqual(["output"], manifest("b")["layers"])
        two = Returns(nn.Identity(), lambda output: (output, [output, 2 * output]))
        run(two, torch.ones(5, 3), "c", ["output.*"])
        self.assertEqual(["output.0", "output.1.0", "output.1.1"], manifest("c")["layers"])

    def test_the_first_tensor_of_tuples_and_dicts(self):
        lstm = nn.LSTM(3, 4, batch_first=True)
        x = torch.randn(5, 7, 3)
        run(Returns(lstm), x, "a", "layer", positions=None)
        np.testing.assert_allclose(
            lstm(x)[0].detach().numpy(), np.load("a/layer.npy"), rtol=1e-5, atol=1e-6
        )
        inner = Returns(
            nn.Identity(), lambda output: {"none": None, "x": [output], "y": 2 * output}
        )
        run(Returns(inner), torch.ones(5, 3), "b", "layer")
        np.testing.assert_array_equal(np.ones((5, 3)), np.load("b/layer.npy"))

    def test_a_module_that_is_called_several_times(self):
        torch.manual_seed(0)
        model = nn.Sequential(Block(3), Block(3)).eval()
        x = torch.randn(6, 3, 5, 5)
        run(model, x, "a", positions=None, batch=4)
        once = ["conv1", "bn1", "relu", "conv2", "bn2", "relu@2"]
        expected = [f"{block}.{layer}" for block in (0, 1) for layer in once]
        self.assertEqual(expected, manifest("a")["layers"])
        with torch.no_grad():
            first, last = model[0](x), model(x)
        for name, value in [("0.relu@2", first), ("1.relu@2", last)]:
            np.testing.assert_allclose(
                np.load(f"a/{name}.npy"), value.numpy(), rtol=1e-5, atol=1e-6
            )
        self.assertGreater(np.abs(np.load("a/0.relu.npy") - first.numpy()).max(), 0.1)

    def test_a_module_that_is_not_always_called(self):
        class Sometimes(nn.Module):
            def __init__(self):
                super().__init__()
                self.always, self.sometimes, self.never = (nn.Linear(3, 3) for _ in range(3))

            def forward(self, x):
                return self.always(x) if len(x) < 4 else self.sometimes(self.always(x))

        with self.assertWarnsRegex(
            UserWarning, "'sometimes': it ran for 4 of 7 .*'never': it never"
        ):
            run(Sometimes(), torch.ones(7, 3), "a", batch=4)
        self.assertEqual([".layers", ".spanmatch.json", "always.npy"], sorted(os.listdir("a")))
        with self.assert_fails("layer 'sometimes': it ran for 4 of 7 examples"):
            run(Sometimes(), torch.ones(7, 3), "b", ["sometimes"], batch=4)
        with self.assert_fails("layer 'never': it never ran"):
            run(Sometimes(), torch.ones(7, 3), "b", ["always", "never"])
        with self.assert_fails("no layer could be captured: 'never': it never ran"):
            run(Sometimes(), torch.ones(7, 3), "b", ["neve?"])

    def test_types(self):
        for kind, stored in [("bfloat16", "f4"), ("float16", "f2"), ("float64", "f8")]:
            with self.subTest(kind):
                x = torch.randn(5, 3).to(getattr(torch, kind))
                run(Returns(nn.Identity()), x, "a", "layer")
                values = np.load("a/layer.npy")
                self.assertEqual(np.dtype(stored), values.dtype)
                np.testing.assert_array_equal(x.double().numpy(), values)
        with torch.autocast("cpu", torch.bfloat16):
            run(nn.Sequential(nn.Linear(3, 3)), torch.ones(2, 3), "a")
        self.assertEqual(np.float32, np.load("a/0.npy").dtype)

    def test_gradients_are_not_held(self):
        model = SmallCnn().eval()
        with capture(model, "a"):
            model(images()).sum().backward()
        self.assertEqual(20, manifest("a")["examples"])

    def test_outputs_that_are_no_activations(self):
        for function, words in [
            (lambda x: x.argmax(1, keepdim=True), "int64, expected floating-point"),
            (lambda x: x[0], r"\[3\] for 5 examples, expected the examples on the first axis"),
            (lambda x: x[:, 0], r"\[5\] for 5 examples, .* at least one more"),
            (lambda _: None, "it returns no tensor"),
        ]:
            with self.subTest(words):
                model = Returns(Returns(nn.Identity(), function))
                with self.assert_fails(f"layer 'layer': .*{words}"):
                    run(model, torch.ones(5, 3), "a", ["layer"])
                with self.assertWarnsRegex(UserWarning, f"left out 'layer': .*{words}"):
                    run(model, torch.ones(5, 3), "b", ["*"])
        self.assertEqual(["b"], self.files())

    def test_the_axis_of_neurons(self):
        sequence = nn.Sequential(nn.Conv1d(3, 4, 3, padding=1), nn.ReLU(), nn.Flatten())
        x = torch.randn(5, 3, 9)
        with self.assertWarnsRegex(UserWarning, r"'1': .*\[5, 4, 9\].*say channel_axis=\{'1': 1\}"):
            run(sequence, x, "a", positions=None)
        self.assertEqual((5, 9, 4), np.load("a/0.npy").shape)
        run(sequence, x, "b", positions=None, channel_axis={"1": 1})
        relu = np.maximum(np.load("a/0.npy"), 0)
        np.testing.assert_array_equal(relu, np.load("b/1.npy"))

        maps = nn.Sequential(nn.Linear(3, 4), nn.GELU())
        x = torch.randn(5, 6, 7, 3)
        with self.assertWarnsRegex(UserWarning, "'1': .*say channel_axis"):
            run(maps, x, "c", positions=None)
        self.assertEqual((5, 4, 6, 7), np.load("c/0.npy").shape)
        run(maps, x, "d", positions=None, channel_axis=-1)
        self.assertEqual((5, 4, 6, 7), np.load("d/1.npy").shape)
        with self.assert_fails(r"layer '0': .*\[5, 6, 7, 4\], which has no axis 4"):
            run(maps, x, "e", ["0"], channel_axis=4)

    def test_batches_of_another_size(self):
        model = Returns(nn.Identity()).eval()
        with self.assert_fails(
            r"layer 'layer': \[5, 2\] float32 .* after \[6, 2\].*pad all inputs"
        ):
            with capture(model, "a", "layer"):
                model(torch.ones(3, 6, 2))
                model(torch.ones(3, 5, 2))
        with capture(model, "a", "layer", positions=4):
            model(torch.ones(3, 6, 2))
            model(torch.ones(3, 5, 2))
        self.assertEqual((6, 4, 2), np.load("a/layer.npy").shape)

    def test_batches_are_written_at_once(self):
        model = Returns(nn.Identity()).eval()
        with capture(model, "a", "layer"):
            for batch in range(1, 4):
                model(torch.ones(10, 3))
                (folder,) = Path.cwd().iterdir()
                self.assertEqual(256 + 120 * batch, (folder / "layer.npy").stat().st_size)
        self.assertEqual(["a"], self.files())

    def test_a_batch_that_failed_and_is_tried_again(self):
        model = SmallCnn().eval()
        with torch.no_grad(), capture(model, "a"):
            model(images(8))
            handle = model.pool.register_forward_hook(lambda *_: 1 / 0)
            with self.assertRaises(ZeroDivisionError):
                model(images(20)[8:])
            handle.remove()
            model(images(20)[8:14])
            model(images(20)[14:])
        run(SmallCnn(), images(20), "b")
        self.assertEqual(manifest("b"), manifest("a"))
        for name in manifest("b")["layers"]:
            a, b = np.load(f"a/{name}.npy"), np.load(f"b/{name}.npy")
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)
            self.assertEqual(256 + a.nbytes, Path(f"a/{name}.npy").stat().st_size)

    def test_the_last_batch_failed(self):
        model = SmallCnn().eval()
        with torch.no_grad(), capture(model, "a"):
            model(images(8))
            model.pool.register_forward_hook(lambda *_: 1 / 0)
            with self.assertRaises(ZeroDivisionError):
                model(images(20)[8:])
        self.assertEqual(8, manifest("a")["examples"])
        self.assertEqual(8, len(np.load("a/features.0.npy")))

    def test_errors_leave_nothing_behind(self):
        model = SmallCnn().eval()
        for error in (ValueError, KeyboardInterrupt):
            with self.assertRaises(error), capture(model, "a/b"):
                model(images())
                raise error
            self.assertEqual([], os.listdir("a"))
        run(model, images(), "a/b")
        before = {path: path.read_bytes() for path in Path("a/b").iterdir()}
        with self.assertRaises(ValueError), capture(model, "a/b"):
            model(images(5))
            raise ValueError
        self.assertEqual(before, {path: path.read_bytes() for path in Path("a/b").iterdir()})
        for module in model.modules():
            self.assertFalse(module._forward_hooks or module._forward_pre_hooks)
        self.assertTrue(torch.backends.mha.get_fastpath_enabled())

    def test_a_folder_is_replaced_only_if_it_was_captured(self):
        model = SmallCnn().eval()
        run(model, images(), "a")
        run(model, images(7), "a", ["pool"])
        self.assertEqual([".layers", ".spanmatch.json", "pool.npy"], sorted(os.listdir("a")))
        Path("mine").mkdir()
        Path("file").write_text("mine", encoding="utf-8")
        for name in ("mine", "file"):
            with self.assert_fails(f"{name}: it exists, and capture"):
                run(model, images(), name)
        self.assertEqual(["a", "file", "mine"], self.files())
        self.assertEqual(Path("mine").stat().st_mode, Path("a").stat().st_mode)

    def test_training_mode(self):
        model = SmallCnn()
        with self.assert_fails("the model is in training mode.*model.eval()"), capture(model, "a"):
            model(images())
        model.eval().head.train()
        with self.assert_fails("module 'head' is in training mode"), capture(model, "a"):
            model(images())

    def test_models_whose_modules_are_not_what_runs(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch about itself
            compiled = torch.compile(SmallCnn().eval(), backend="eager")
        for model, words in [
            (nn.DataParallel(SmallCnn()), "DataParallel can't be captured: pass model.module"),
            (compiled, "OptimizedModule can't be captured: pass the model before torch.compile"),
        ]:
            with self.subTest(words), self.assert_fails(words), capture(model, "a"):
                pass

    def test_calls_that_go_around_the_model(self):
        model = SmallCnn().eval()
        with self.assert_fails("layer 'features.0' ran outside of the model's forward pass"):
            with capture(model, "a"):
                model.features(images())
        with self.assert_fails("the model was not called, so there is nothing"):
            with capture(model, "a"):
                pass
        model = Returns(nn.Identity(), lambda _: torch.ones(2, 2)).eval()
        with self.assert_fails("called without a tensor, expected a batch"), capture(model, "a"):
            model(3)

    def test_names(self):
        model = SmallCnn().eval()
        run(model, images(), "a", ["features.[02]", "h*.2"])
        self.assertEqual(["features.0", "features.2", "head.2"], manifest("a")["layers"])
        run(model, images(), "a", "features")
        np.testing.assert_array_equal((20, 8, 4, 4), np.load("a/features.npy").shape)
        with self.assert_fails("no layer is named 'conv1': the model has 'features.0', .*'output'"):
            run(model, images(), "b", ["features.0", "conv1"])
        strange = nn.ModuleDict({"a/b": nn.Linear(3, 3)})
        strange.forward = lambda x: strange["a/b"](x)
        with self.assert_fails("layer 'a/b': its name can't be that of a file"):
            run(strange, torch.ones(2, 3), "b")
        named = nn.Sequential(OrderedDict(mask=nn.Linear(3, 3)))
        kept = {"mask": lambda _: torch.tensor([[1, 0]] * 2)}
        with self.assert_fails("layer 'mask': another output has the same name"):
            run(named, torch.ones(2, 2, 3), "b", **kept)

    def test_labels(self):
        model = SmallCnn().eval()
        with torch.no_grad(), capture(model, "a") as recording:
            model(images(5))
            recording.labels(torch.arange(5))
        with torch.no_grad(), capture(model, "b") as recording:
            model(images(5, seed=2))
            recording.labels([0, 1])
            recording.labels(np.arange(2, 5, dtype=np.int32))
            self.assertEqual(5, recording.examples)
        self.assertEqual(manifest("a")["labels"], manifest("b")["labels"])
        with self.assert_fails("2 labels were noted for 5 examples"):
            with torch.no_grad(), capture(model, "c") as recording:
                model(images(5))
                recording.labels("ab")

    def test_inputs_are_the_same_whatever_the_batches(self):
        def inputs(*tensors, **options):
            run(Encoder(), tensors, "a", "embedding", **options)
            return manifest("a")["inputs"]

        ids, kept = tokens()
        expected = inputs(ids, kept, batch=2)
        self.assertEqual(expected, inputs(ids, kept, batch=9))
        other = ids.flip(0)
        self.assertNotEqual(expected, inputs(other, kept))
        model = Encoder().eval()
        with torch.no_grad(), capture(model, "a", "embedding"):
            model(attention_mask=kept, input_ids=ids)
        self.assertEqual(expected, manifest("a")["inputs"])

    def test_inputs_that_the_model_changes_in_place(self):
        model = nn.Sequential(nn.ReLU(inplace=True)).eval()
        run(model, torch.ones(3, 2), "a")
        run(model, torch.tensor([[-1.0, 1]] * 3), "b")
        self.assertNotEqual(manifest("a")["inputs"], manifest("b")["inputs"])


def arguments_of(folder=Path()):
    """Make a command that prints its arguments, and let match() find it."""
    script = folder / "arguments"
    script.write_text(
        textwrap.dedent(f"""\
            #!{sys.executable}
            import json, sys
            print(json.dumps(sys.argv[1:]))
            """),
        encoding="utf-8",
    )
    script.chmod(0o755)
    return mock.patch.dict(os.environ, SPANMATCH=str(script.resolve()))


class OptionsTest(InFolder):
    def words(self, *networks, **options):
        with arguments_of():
            return match(*networks, **options)

    def test_options(self):
        for options, words in [
            ({}, ["--quiet"]),
            ({"center": True, "spectrum": False, "samples": None}, ["--center", "--quiet"]),
            ({"epsilon": 0.3}, ["--epsilon=0.3", "--quiet"]),
            ({"epsilon": [0.3, np.float64(0.5)]}, ["--epsilon=0.3,0.5", "--quiet"]),
            (
                {"held_out": 0.2, "layers": ("a", "b")},
                ["--held-out=0.2", "--layers=a,b", "--quiet"],
            ),
            ({"mask": ["x", "y"]}, ["--mask=x", "--mask=y", "--quiet"]),
            ({"pair": {"a": "b", "c": "d"}}, ["--pair=a=b", "--pair=c=d", "--quiet"]),
            ({"out": Path("x"), "verbose": True}, ["--out=x", "--verbose"]),
            ({"quiet": False}, []),
        ]:
            with self.subTest(options):
                expected = ["match", *words, "--json=-", "--", "A", "-B"]
                self.assertEqual(expected, self.words(Path("A"), "-B", **options))
        self.assertEqual("spectrum", self.words("A", "B", command="spectrum")[0])
        with self.assert_fails("json is no option", TypeError):
            self.words("A", "B", json="x")

    def capture(self, name, **changes):
        noted = {
            "examples": 3,
            "positions": 16,
            "seed": 0,
            "inputs": "i",
            "labels": None,
            "mask": None,
        }
        Path(name).mkdir()
        (Path(name) / ".spanmatch.json").write_text(json.dumps(noted | changes), encoding="utf-8")

    def test_captures_of_the_same_examples(self):
        self.capture("a")
        self.capture("b", mask="mask")
        self.capture("more", examples=4)
        self.capture("seed", seed=1)
        self.capture("whole", positions=None)
        self.capture("other", inputs="j")
        self.capture("labelled", inputs="j", labels="l")
        self.capture("alike", inputs="k", labels="l")
        self.capture("wrong", labels="m")
        self.assertNotIn("--mask=mask", self.words("a", "a"))
        self.assertIn("--mask=mask", self.words("a", "b"))
        self.assertIn("--mask=other", self.words("a", "b", mask="other"))
        self.words("a", "seed.npz")
        self.words("labelled", "alike")
        for name, words in [
            ("more", "a and more: 3 and 4 examples"),
            ("seed", "a and seed: .*seed=0 and seed=1; capture both alike"),
            ("whole", "positions=16 and positions=None"),
            ("other", "a and other: the inputs differ, .*switch off shuffling.*note labels"),
            ("labelled", "the inputs differ"),
        ]:
            with self.subTest(name), self.assert_fails(words):
                self.words("a", name)
        with self.assert_fails("labelled and wrong: the labels differ.*augmentation$"):
            self.words("labelled", "alike", "wrong")
        (Path("a") / ".spanmatch.json").write_text("{", encoding="utf-8")
        with self.assert_fails("a/.spanmatch.json: it is damaged"):
            self.words("a", "b")

    def test_where_the_command_is(self):
        with mock.patch.dict(os.environ, SPANMATCH="nowhere"):
            with self.assert_fails("SPANMATCH names 'nowhere', which is no program"):
                match("a", "b")
        with arguments_of():
            command = Path(os.environ["SPANMATCH"])
        command.rename("spanmatch")
        nowhere = {"SPANMATCH": "", "PATH": str(Path.cwd())}
        with mock.patch.dict(os.environ, nowhere):
            self.assertEqual("match", match("a", "b")[0])
        nowhere["PATH"] = ""
        for beside in ("spanmatch.py", "python/spanmatch.py"):
            with (
                mock.patch.dict(os.environ, nowhere),
                mock.patch.object(spanmatch, "__file__", beside),
            ):
                self.assertEqual("match", match("a", "b")[0])
        Path("spanmatch").rename("command")
        Path("spanmatch").mkdir()
        Path("command").rename("spanmatch/spanmatch")
        beside_clone = mock.patch.object(spanmatch, "__file__", "spanmatch.py")
        with mock.patch.dict(os.environ, nowhere), beside_clone:
            self.assertEqual("match", match("a", "b")[0])
        with mock.patch.dict(os.environ, SPANMATCH="spanmatch/"):
            with self.assert_fails("which is no program; expected the path of the command"):
                match("a", "b")
        Path("spanmatch/spanmatch").unlink()
        with mock.patch.dict(os.environ, nowhere), mock.patch.object(spanmatch, "__file__", "x.py"):
            with self.assert_fails("the command spanmatch was not found: put it on the PATH"):
                match("a", "b")


def save(name, **layers):
    np.savez(name, **layers)
    return name


def activations(seed, offset=0.0):
    generator = np.random.default_rng(seed)
    common = np.random.default_rng(0).normal(size=(200, 6))
    return (common + 0.2 * generator.normal(size=(200, 6)) + offset).astype("f4")


class MatchTest(InFolder):
    """With the real command."""

    def test_match(self):
        a, b = save("a.npz", fc=activations(1)), save("b.npz", fc=activations(2))
        result = match(a, b, epsilon=[0.1, 0.5])
        (layer,) = result["layers"]
        self.assertEqual("fc", layer["name"])
        self.assertEqual([0.1, 0.5], [found["epsilon"] for found in layer["matches"]])
        self.assertEqual([0.0, 1.0], [found["similarity"] for found in layer["matches"]])
        measures = match(a, b, command="measures")
        self.assertGreater(measures["layers"][0]["measures"]["linearCka"], 0.9)

    def test_errors(self):
        a = save("a.npz", fc=activations(1))
        with self.assert_fails("^no.npz: there is no such file") as caught:
            match(a, "no.npz")
        self.assertEqual(3, caught.exception.exit_code)
        with self.assert_fails("^there is no option --epsilonn .did you mean --epsilon") as caught:
            match(a, a, epsilonn=0.3)
        self.assertEqual(2, caught.exception.exit_code)

    def test_pairs_of_which_one_fails(self):
        a = save("a.npz", conv=activations(1), fc=activations(2))
        b = save("b.npz", conv=activations(3), bad=np.full((200, 6), np.nan, "f4"))
        layers = match(a, a, pairs="all")["layers"]
        names = [(layer["xLayer"], layer["yLayer"]) for layer in layers]
        self.assertEqual([(x, y) for x in ("conv", "fc") for y in ("conv", "fc")], names)
        with self.assert_fails("b.npz, layer 'bad'") as caught:
            match(a, b, pair={"conv": "conv", "fc": "bad"})
        self.assertEqual(3, caught.exception.exit_code)
        result = caught.exception.result
        self.assertEqual(["conv"], [layer["name"] for layer in result["layers"]])
        self.assertEqual(["bad"], [pair["yLayer"] for pair in result["failed"]])

    @unittest.skipUnless(torch, "there is no torch")
    def test_captured_seeds(self):
        for seed in (0, 1):
            run(SmallCnn(seed), images(300, size=16), f"seed{seed}", batch=100)
        result = match("seed0", "seed1", backend="java")
        layers = {layer["name"]: layer["samples"] for layer in result["layers"]}
        self.assertEqual(manifest("seed0")["layers"], list(layers))
        self.assertNotEqual(sorted(layers), list(layers))
        self.assertEqual(300 * 16, layers["features.0"])
        self.assertEqual(300, layers["head.2"])
        self.assertEqual([], result["leftOut"])
        run(SmallCnn(1), images(300, size=16).flip(0), "seed1", batch=100)
        with self.assert_fails("seed0 and seed1: the inputs differ"):
            match("seed0", "seed1")

    @unittest.skipUnless(torch, "there is no torch")
    def test_captured_tokens_with_a_mask(self):
        ids, kept = tokens(60)
        for seed in (0, 1):
            run(
                Encoder(seed),
                (ids, kept),
                f"seed{seed}",
                "embedding",
                mask="attention_mask",
                positions=4,
            )
        (layer,) = match("seed0", "seed1")["layers"]
        stored = int(np.minimum(kept.sum(1).numpy(), 4).sum())
        self.assertEqual((stored, 240 - stored), (layer["samples"], layer["masked"]))


class GramTest(InFolder):
    """With the real command."""

    def add_up(self, offset, *options):
        self.x, self.y = activations(1, offset), activations(2, offset)
        save("x.npz", fc=self.x, b=self.x[:, :3])
        save("y.npz", fc=self.y, c=self.x[:, :3])
        command = [spanmatch._find_command(), "gram", "x.npz", "y.npz", "--out", "f.gram.npz"]
        subprocess.run([*command, *options], check=True, capture_output=True)
        self.x, self.y = self.x.astype(float), self.y.astype(float)
        return spanmatch.gram("f.gram.npz")

    def assert_products(self, gram):
        near = {"rtol": 1e-10, "atol": 1e-8}
        x, y = (0, "fc"), (1, "fc")
        self.assertEqual(200, gram.samples(x))
        np.testing.assert_allclose(gram.means(x), self.x.mean(axis=0), **near)
        np.testing.assert_allclose(gram.products(x, y), self.x.T @ self.y, **near)
        np.testing.assert_allclose(gram.products(y, x), self.y.T @ self.x, **near)
        np.testing.assert_allclose(gram.products(y, y), self.y.T @ self.y, **near)
        centred = [a - a.mean(axis=0) for a in (self.x, self.y)]
        np.testing.assert_allclose(
            gram.products(x, y, centred=True), centred[0].T @ centred[1], **near
        )

    def test_layers_of_equal_names(self):
        gram = self.add_up(0.0)
        self.assertEqual([(0, "fc"), (1, "fc")], gram.layers)
        self.assert_products(gram)
        with self.assert_fails("no inner products of .*'b'.*its layers", KeyError):
            gram.products((0, "b"), (1, "fc"))

    def test_large_means(self):
        self.assert_products(self.add_up(1000.0, "--center"))

    def test_high_precision(self):
        self.assert_products(self.add_up(0.0, "--precision", "high"))

    def test_all_pairs(self):
        gram = self.add_up(0.0, "--pairs", "all")
        self.assert_products(gram)
        products = gram.products((0, "b"), (1, "c"))
        np.testing.assert_allclose(products, self.x[:, :3].T @ self.x[:, :3], rtol=1e-10)

    def test_files_that_are_none(self):
        save("x.npz", fc=activations(1))
        np.save("x.npy", activations(1))
        Path("text").write_text("text", encoding="utf-8")
        for name in ("x.npz", "x.npy", "text", "nowhere"):
            with self.subTest(name), self.assert_fails(f"{name}: it can't be read as a Gram file"):
                spanmatch.gram(name)


if __name__ == "__main__":
    unittest.main()
