"""python -m unittest, in this folder. It trains on testdata; all else that it reads it draws."""

import resource
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from data import Crops
from geometry import Geometry
from loss import weighted_bce
from naive import unet_weights
from unet import UNet

CLASSES = dict(background=0.7, foreground=2.0)


def draw(folder, n=2, shape=(150, 170), seed=0):
    """n images of bright discs on a dark ground, their ids and their maps."""
    rng = np.random.default_rng(seed)
    for kind in ("images", "labels"):
        (folder / kind).mkdir()
    y, x = np.mgrid[:shape[0], :shape[1]]
    for k in range(n):
        ids = np.zeros(shape, np.uint16)
        for i in range(1, 25):
            cy, cx, r = rng.integers(shape[0]), rng.integers(shape[1]), rng.integers(4, 13)
            ids[((y - cy) ** 2 + (x - cx) ** 2 < r * r) & (ids == 0)] = i
        image = np.uint8(np.clip(40 + 120 * (ids > 0) + rng.normal(0, 20, shape), 0, 255))
        Image.fromarray(image).save(folder / "images" / f"{k}.png")
        Image.fromarray(ids).save(folder / "labels" / f"{k}.png")
        np.save(folder / "labels" / f"{k}.weights.npy", unet_weights(ids, **CLASSES))


class Temporary(unittest.TestCase):
    def setUp(self):
        t = tempfile.TemporaryDirectory()
        self.addCleanup(t.cleanup)
        self.folder = Path(t.name)


class TestGeometry(unittest.TestCase):
    def test_all_alike(self):
        """Coordinates as images: every interpolation must bring the same place to the same pixel."""
        y, x = np.mgrid[:90, :70].astype(np.float32)
        for seed in range(40):
            rng = np.random.default_rng(seed)
            g = Geometry.draw(rng, y.shape, 48, elastic=4 * (seed % 2))
            inside = g.inside(y.shape) == 1
            self.assertGreater(inside.sum(), 1000)
            for c in (y, x):
                linear, nearest = g.apply(c, "linear", -1), g.apply(c.astype(np.int32), "nearest", -1)
                self.assertEqual(nearest.dtype, np.int32)
                # Half a pixel off at most, and not at all where pixels are only moved.
                self.assertLessEqual(np.abs(linear - nearest)[inside].max(), 0.501 if seed % 2 else 0)

    def test_moves_are_exact(self):
        a = np.arange(80 * 64).reshape(80, 64)
        seen = set()
        for seed in range(60):
            g = Geometry.draw(np.random.default_rng(seed), a.shape, 32)
            want = np.rot90(a[g.top:g.top + 32, g.left:g.left + 32], g.turns)
            want = want[:, ::-1] if g.flip else want
            np.testing.assert_array_equal(g.apply(a, "nearest", 0), want)
            seen.add((g.turns, g.flip))
        self.assertEqual(len(seen), 8)

    def test_no_displacement_is_the_crop(self):
        a = np.random.default_rng(1).normal(size=(80, 64)).astype(np.float32)
        g = Geometry(5, 40, 32, turns=1, flip=True)
        e = Geometry(5, 40, 32, turns=1, flip=True, knots=np.zeros((2, 3, 3), np.float32))
        for how in ("linear", "nearest"):
            np.testing.assert_array_equal(g.apply(a, how, 0), e.apply(a, how, 0))

    def test_wider_window(self):
        a = np.random.default_rng(1).integers(0, 1 << 31, (80, 64))
        for seed in range(20):
            g = Geometry.draw(np.random.default_rng(seed), a.shape, 32, elastic=3)
            wide = g.widen(9).apply(a, "nearest", 0)
            np.testing.assert_array_equal(wide[9:-9, 9:-9], g.apply(a, "nearest", 0))


class TestCrops(Temporary):
    def test_items(self):
        draw(self.folder)
        for elastic in (0, 3):
            for x, p, w in Crops(self.folder, 64, per_epoch=10, elastic=elastic):
                for t in (x, p, w):
                    self.assertEqual((t.shape, t.dtype), ((1, 64, 64), torch.float32))
                self.assertTrue(set(p.unique().tolist()) <= {0, 1})
                if elastic == 0:
                    self.assertGreater(w.min(), 0.69)
                # Bright objects, heavy objects: the three are of one place.
                self.assertGreater(x[p == 1].mean(), x[p == 0].mean() + 1)

    def test_padding_weighs_nothing(self):
        draw(self.folder, shape=(40, 50))
        for elastic in (0, 3):
            for x, p, w in Crops(self.folder, 64, per_epoch=10, elastic=elastic):
                self.assertEqual(p[w == 0].sum(), 0)
                if elastic == 0:
                    self.assertEqual((w > 0).sum(), 40 * 50)
                else:
                    self.assertLess((w > 0).sum(), 60 * 64)

    def test_recomputed_map_of_moved_pixels_is_the_stored_one(self):
        draw(self.folder)
        stored = Crops(self.folder, 64, per_epoch=12)
        anew = Crops(self.folder, 64, per_epoch=12, remap=lambda ids: unet_weights(ids, **CLASSES))
        for a, b in zip(stored, anew):
            for s, t in zip(a, b):
                np.testing.assert_allclose(s, t, rtol=2e-6)

    def test_recomputed_map_of_a_deformed_mask(self):
        draw(self.folder)
        anew = Crops(self.folder, 64, per_epoch=12, elastic=4, remap=lambda ids: unet_weights(ids, **CLASSES))
        stored = Crops(self.folder, 64, per_epoch=12, elastic=4)
        off = 0
        for (x, p, w), (x2, p2, w2) in zip(anew, stored):
            self.assertTrue(torch.equal(x, x2) and torch.equal(p, p2))
            whole = w > 0.69  # not at the image's edge, where weights fade out
            self.assertTrue(torch.all(w[(p == 1) & whole] <= 2.0))
            off = max(off, (w - w2)[whole].abs().max().item())
        self.assertGreater(off, 0.5)  # the warped map is another one

    def test_recomputed_map_and_cut_target(self):
        """A remap that makes a target too is asked for both, and gets no stored file."""
        draw(self.folder)
        for path in self.folder.glob("labels/*.npy"):
            path.unlink()

        def remap(ids):
            cut = ids * (ids % 2)  # every second object
            return unet_weights(cut, **CLASSES), (cut != 0).astype(np.uint8)

        for elastic in (0, 4):
            how = dict(size=64, per_epoch=12, elastic=elastic)
            whole = Crops(self.folder, **how, remap=lambda ids: remap(ids)[0])
            kept = 0
            for (x, p, w), (x2, p2, w2) in zip(whole, Crops(self.folder, **how, target="target", remap=remap)):
                self.assertTrue(torch.equal(x, x2) and torch.equal(w, w2))
                self.assertTrue(torch.all(p[p2 == 1] == 1))
                self.assertTrue(torch.all(p2[w == 2] == 1))
                if elastic == 0:  # else objects at the image's edge fade out
                    self.assertTrue(torch.all(w[p2 == 1] == 2))
                kept += (p2.sum() / p.sum()).item()
            self.assertTrue(3 < kept < 9)

    def test_same_crops_in_workers(self):
        draw(self.folder)
        crops = Crops(self.folder, 32, per_epoch=8, elastic=2)
        here = [t for b in torch.utils.data.DataLoader(crops, 4) for t in b]
        there = [t for b in torch.utils.data.DataLoader(crops, 4, num_workers=2) for t in b]
        self.assertTrue(all(map(torch.equal, here, there)))
        crops.set_epoch(1)
        self.assertFalse(torch.equal(here[0], next(iter(torch.utils.data.DataLoader(crops, 4)))[0]))

    def test_reads_only_the_crop(self):
        """3 × 4 GiB, nearly all of it holes: reading a map whole would show."""
        side = 32768
        for name, dtype in (("images/a.npy", np.float32), ("labels/a.npy", np.int32), ("labels/a.weights.npy", np.float32)):
            path = self.folder / name
            path.parent.mkdir(exist_ok=True)
            m = np.lib.format.open_memmap(path, "w+", dtype, (side, side))
            m[side // 2, side // 2] = 1
            del m
        crops = Crops(self.folder, 256, per_epoch=8, elastic=3)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.assertEqual(len(list(crops)), 8)
        self.assertLess(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 1 << 20)  # kB: 1 GiB

    def test_cut_target(self):
        draw(self.folder, n=1)
        with self.assertRaisesRegex(FileNotFoundError, "0.target.npy is missing"):
            Crops(self.folder, target="target")
        cut = np.zeros((150, 170), np.uint8)
        cut[:, 80:] = 1
        np.save(self.folder / "labels" / "0.target.npy", cut)
        for _, p, _ in Crops(self.folder, 170, per_epoch=2, target="target"):
            self.assertEqual(p.sum(), 150 * 90)
        np.save(self.folder / "labels" / "0.target.npy", cut[:9])
        with self.assertRaisesRegex(ValueError, r"0.target.npy is \(9, 170\)"):
            Crops(self.folder, target="target")[0]

    def test_what_is_missing_is_named(self):
        draw(self.folder, n=1)
        (self.folder / "labels" / "0.weights.npy").rename(self.folder / "away.npy")
        with self.assertRaisesRegex(FileNotFoundError, "0.weights.npy is missing; weightmap precompute"):
            Crops(self.folder)
        np.save(self.folder / "labels" / "0.weights.npy", np.ones((3, 3), np.float32))
        with self.assertRaisesRegex(ValueError, r"0.weights.npy is \(3, 3\)"):
            Crops(self.folder)[0]
        (self.folder / "images" / "0.png").unlink()
        with self.assertRaisesRegex(FileNotFoundError, "has no image"):
            Crops(self.folder)


class TestLoss(unittest.TestCase):
    def setUp(self):
        rng = np.random.default_rng(3)
        shape = (2, 1, 9, 11)
        self.x = torch.tensor(rng.normal(0, 3, shape), dtype=torch.float32, requires_grad=True)
        self.p = torch.tensor(rng.integers(0, 2, shape), dtype=torch.float32)
        self.w = torch.tensor(rng.uniform(0.5, 10, shape), dtype=torch.float32)

    def gradient(self, w, reduction):
        return torch.autograd.grad(weighted_bce(self.x, self.p, w, reduction), self.x)[0]

    def test_weight_0_is_gradient_0(self):
        w = self.w.clone()
        w[0, 0, 3] = 0
        for reduction in ("mean", "elements", "mean-by-weight", "sum"):
            g = self.gradient(w, reduction)
            self.assertTrue(torch.all(g[0, 0, 3] == 0))
            self.assertTrue(torch.all(g[w != 0] != 0))

    def test_twice_the_weight_is_twice_the_gradient(self):
        w = self.w.clone()
        w[1, 0, 4, 5] *= 2
        for reduction in ("mean", "elements", "sum"):  # mean-by-weight divides by the weight
            ratio = self.gradient(w, reduction) / self.gradient(self.w, reduction)
            want = torch.ones_like(ratio)
            want[1, 0, 4, 5] = 2
            torch.testing.assert_close(ratio, want)

    def test_scale_cancels_in_the_mean_by_weight(self):
        a, b = (self.gradient(s * self.w, "mean-by-weight") for s in (1, 7))
        torch.testing.assert_close(a, b)

    def test_elements_is_what_pytorch_does(self):
        w = self.w.clone()
        w[0] = 0
        want = torch.nn.BCEWithLogitsLoss(weight=w)(self.x, self.p)
        torch.testing.assert_close(weighted_bce(self.x, self.p, w, "elements"), want)
        torch.testing.assert_close(weighted_bce(self.x, self.p, w, "mean"), 2 * want)

    def test_nothing_but_zeros(self):
        for reduction in ("mean", "elements", "mean-by-weight", "sum"):
            self.assertTrue(torch.all(self.gradient(0 * self.w, reduction) == 0))


class TestTraining(Temporary):
    """A network, trained for some steps on testdata."""

    def setUp(self):
        super().setUp()
        data = Path(__file__).resolve().parent.parent.parent / "testdata" / "nuclei"
        for mask in (data / "labels").glob("*.png"):
            ids = np.array(Image.open(mask))[:128, :128]
            (self.folder / "labels").mkdir(exist_ok=True)
            Image.fromarray(ids).save(self.folder / "labels" / mask.name)
            np.save(self.folder / "labels" / f"{mask.stem}.weights.npy", unet_weights(ids, **CLASSES))
        (self.folder / "images").mkdir()
        for image in (data / "images").glob("*.png"):
            Image.fromarray(np.array(Image.open(image))[:128, :128]).save(self.folder / "images" / image.name)

    def test_the_loss_falls(self):
        torch.manual_seed(0)
        model = UNet(channels=8, depth=2)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        losses = []
        for x, p, w in torch.utils.data.DataLoader(Crops(self.folder, 64, per_epoch=100), 4):
            loss = weighted_bce(model(x), p, w)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        self.assertLess(np.mean(losses[-5:]), 0.7 * np.mean(losses[:5]))

    def test_what_a_pixel_weighs(self):
        """Through the network: the gradient by the logits, and by the parameters."""
        torch.manual_seed(0)
        model = UNet(channels=4, depth=2)
        x, p, w = next(iter(torch.utils.data.DataLoader(Crops(self.folder, 64, per_epoch=2), 2)))

        def gradients(weights):
            model.zero_grad()
            logits = model(x)
            logits.retain_grad()
            weighted_bce(logits, p, weights).backward()
            return logits.grad, torch.cat([v.grad.flatten() for v in model.parameters()])

        at, all_of = gradients(w)
        twice, zero = w.clone(), w.clone()
        twice[0, 0, 20:23, 30:35] *= 2
        self.assertTrue(torch.all(at != 0))
        ratio = gradients(twice)[0] / at
        torch.testing.assert_close(ratio, twice / w)
        zero[1] = 0
        at_zero, without = gradients(zero)
        self.assertTrue(torch.all(at_zero[1] == 0) and torch.all(at_zero[0] != 0))
        # What weighs nothing teaches nothing: the parameters' gradient is that of the first image.
        model.zero_grad()
        weighted_bce(model(x[:1]), p[:1], w[:1]).backward()
        alone = torch.cat([v.grad.flatten() for v in model.parameters()])
        torch.testing.assert_close(without, alone, rtol=1e-4, atol=1e-6)
        self.assertGreater((without - all_of).abs().max(), 1e-3)


if __name__ == "__main__":
    unittest.main()
