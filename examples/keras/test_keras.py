"""python -m unittest, in this folder. Needs Go, whose gradients it compares with."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import tensorflow as tf
from PIL import Image

from data import Batches
from model import WeightedBCE, sample_weight_loss, unet, with_weights_as_input


def arrays(zeros, seed=1):
    rng = np.random.default_rng(seed)
    shape = (3, 13, 11, 1)
    w = rng.uniform(0.5, 10, shape)
    if zeros:
        w[rng.random(shape) < 0.25] = 0
    return (rng.normal(0, 3, shape).astype(np.float32), rng.integers(0, 2, shape).astype(np.float32), w.astype(np.float32))


def in_go(reduction, x, p, w):
    with tempfile.TemporaryDirectory() as d:
        names = [str(Path(d) / f"{n}.npy") for n in "xpwg"]
        for name, a in zip(names, (x, p, w)):
            np.save(name, a)
        run = subprocess.run(["go", "run", "./gradients", reduction, *names], cwd=Path(__file__).parent,
                             check=True, capture_output=True, text=True)
        return float(run.stdout), np.load(names[3])


class Logits(keras.layers.Layer):
    """A model whose weights are its logits: the gradient by them is the gradient by the logits."""

    def __init__(self, x):
        super().__init__()
        self.logits = self.add_weight(shape=x.shape, initializer="zeros")
        self.logits.assign(x)

    def call(self, image):
        return 0 * image + self.logits


def bare(x):
    image = keras.Input(batch_shape=x.shape, name="image")
    return keras.Model(image, Logits(x)(image))


# Each returns the value and gradient that fit uses: what Keras itself computes of a batch
# (Model.compute_loss, as in its train_step), not the formula written down again.


def with_inputs(net):
    """with_weights_as_input, for a net of fixed shape."""
    target, weights = (keras.Input(batch_shape=net.input.shape, name=n) for n in ("target", "weights"))
    return keras.Model([net.input, target, weights], WeightedBCE()(net.output, target, weights))


def by_input(x, p, w):
    model = with_inputs(bare(x))
    model.compile("sgd")
    return step(model, {"image": np.zeros_like(x), "target": p, "weights": w}, None, None)


def by_sample_weight(by_weight):
    def run(x, p, w):
        model = bare(x)
        model.compile("sgd", loss=sample_weight_loss(by_weight))
        return step(model, np.zeros_like(x), p, w)
    return run


def step(model, x, y, sample_weight):
    with tf.GradientTape() as tape:
        y_pred = model(x, training=True)
        loss = model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=True)
    gradient, = tape.gradient(loss, model.trainable_weights)
    return float(loss), keras.ops.convert_to_numpy(gradient)


class TestGradients(unittest.TestCase):
    def same(self, got, want):
        self.assertAlmostEqual(got[0], want[0], delta=1e-5 * abs(want[0]))
        np.testing.assert_allclose(got[1], want[1], rtol=2e-5, atol=1e-6 * np.abs(want[1]).max())

    def test_input_is_the_mean(self):
        for zeros in (False, True):
            a = arrays(zeros)
            self.same(by_input(*a), in_go("mean", *a))

    def test_sample_weight_is_the_mean_over_all_elements(self):
        a = arrays(False)
        self.same(by_sample_weight(False)(*a), in_go("mean", *a))
        a = arrays(True)
        value, gradient = in_go("mean", *a)
        share = (a[2] != 0).mean()  # Keras counts the pixels of weight 0, Go does not
        self.assertLess(share, 0.9)
        self.same(by_sample_weight(False)(*a), (value * share, gradient * share))

    def test_sample_weight_by_weight(self):
        for zeros in (False, True):
            a = arrays(zeros)
            self.same(by_sample_weight(True)(*a), in_go("mean-by-weight", *a))

    def test_fit_steps_along_that_gradient(self):
        """One step of plain gradient descent through fit, both ways."""
        x, p, w = arrays(False)
        _, gradient = in_go("mean", x, p, w)
        for way in ("input", "sample_weight"):
            net, rate = bare(x), 100.0
            how = dict(batch_size=len(x), shuffle=False, verbose=0)
            if way == "input":
                model = with_inputs(net)
                model.compile(keras.optimizers.SGD(rate))
                model.fit({"image": 0 * x, "target": p, "weights": w}, **how)
            else:
                net.compile(keras.optimizers.SGD(rate), loss=sample_weight_loss())
                net.fit(0 * x, p, sample_weight=w, **how)
            moved = x - net.get_weights()[0]
            np.testing.assert_allclose(moved / rate, gradient, rtol=1e-3, atol=2e-6)

    def test_weight_0_and_twice_the_weight(self):
        x, p, w = arrays(False)
        zero, twice = w.copy(), w.copy()
        zero[0, 3] = 0
        twice[1, 4, 5] *= 2
        for way in (by_input, by_sample_weight(False), by_sample_weight(True)):
            g = way(x, p, zero)[1]
            self.assertTrue(np.all(g[0, 3] == 0) and np.all(g[zero != 0] != 0))
        for way in (by_input, by_sample_weight(False)):  # by weight, the divisor grows too
            ratio = way(x, p, twice)[1] / way(x, p, w)[1]
            want = np.ones_like(ratio)
            want[1, 4, 5] = 2
            np.testing.assert_allclose(ratio, want, rtol=1e-5)


class TestTraining(unittest.TestCase):
    def setUp(self):
        t = tempfile.TemporaryDirectory()
        self.addCleanup(t.cleanup)
        self.folder = Path(t.name)
        rng = np.random.default_rng(0)
        for kind in ("images", "labels"):
            (self.folder / kind).mkdir()
        y, x = np.mgrid[:60, :80]
        ids = np.zeros((60, 80), np.uint16)
        for i in range(1, 12):
            cy, cx = rng.integers(60), rng.integers(80)
            ids[((y - cy) ** 2 + (x - cx) ** 2 < 40) & (ids == 0)] = i
        Image.fromarray(np.uint8(60 + 100 * (ids > 0) + rng.integers(0, 30, ids.shape))).save(self.folder / "images/a.png")
        Image.fromarray(ids).save(self.folder / "labels/a.png")
        np.save(self.folder / "labels/a.weights.npy", (1 + 3 * (ids > 0)).astype(np.float32))

    def test_all_alike_and_padding_weighs_nothing(self):
        batches = Batches(self.folder, "sample_weight", size=72, batch=4, steps=5)
        for i in range(5):
            image, target, weights = batches[i]
            self.assertEqual((image.shape, image.dtype), ((4, 72, 72, 1), np.float32))
            np.testing.assert_array_equal(target[weights != 0], weights[weights != 0] == 4)
            self.assertTrue(np.all((weights != 0).sum((1, 2, 3)) == 60 * 72))
            self.assertGreater(image[target == 1].mean(), image[target == 0].mean() + 1)

    def test_missing_map(self):
        (self.folder / "labels/a.weights.npy").unlink()
        with self.assertRaisesRegex(FileNotFoundError, "a.weights.npy is missing"):
            Batches(self.folder, "inputs")

    def test_the_loss_falls_both_ways(self):
        """On testdata, with the maps of weightmap."""
        root = Path(__file__).resolve().parent.parent.parent
        maps = self.folder / "maps"
        subprocess.run(["go", "run", "./cmd/weightmap", "precompute", "--quiet", "--out", str(maps), "testdata/nuclei"],
                       cwd=root, check=True)
        for way in ("inputs", "sample_weight"):
            keras.utils.set_random_seed(0)
            batches = Batches(root / "testdata" / "nuclei", way, size=64, batch=4, steps=12, maps=maps)
            net = unet(channels=8, depth=2)
            model = with_weights_as_input(net) if way == "inputs" else net
            model.compile(keras.optimizers.Adam(1e-2), loss=None if way == "inputs" else sample_weight_loss())
            before = net.get_weights()
            history = model.fit(batches, epochs=3, verbose=0).history["loss"]
            self.assertLess(history[-1], 0.8 * history[0], way)
            self.assertTrue(any(np.any(a != b) for a, b in zip(before, net.get_weights())))


if __name__ == "__main__":
    unittest.main()
