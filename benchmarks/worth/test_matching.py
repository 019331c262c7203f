"""python -m unittest, in this folder."""

import unittest

import numpy as np

from matching import compare, summary


def slowly(truth, found):
    """The same, object by object, from the definitions."""
    ts = [truth == i for i in np.unique(truth[truth != 0])]
    fs = [found == i for i in np.unique(found[found != 0])]
    iou = [[(t & f).sum() / (t | f).sum() for f in fs] for t in ts]
    return {
        "pixels_both": ((truth != 0) & (found != 0)).sum(), "pixels_either": ((truth != 0) | (found != 0)).sum(),
        "tp50": sum(x > 0.5 for row in iou for x in row), "tp75": sum(x > 0.75 for row in iou for x in row),
        "truths": len(ts), "founds": len(fs),
        "merged": sum(sum((t & f).sum() > t.sum() / 2 for t in ts) >= 2 for f in fs),
        "split": sum(sum((t & f).sum() > f.sum() / 2 for f in fs) >= 2 for t in ts),
    }


class TestMatching(unittest.TestCase):
    def test_by_eye(self):
        truth = np.array([[1, 1, 0, 2, 2, 0, 3, 3, 3, 3]])
        found = np.array([[7, 7, 7, 7, 7, 0, 4, 4, 0, 9]])
        c = compare(truth, found)
        self.assertEqual((c["merged"], c["split"], c["tp50"], c["truths"], c["founds"]), (1, 1, 0, 3, 3))
        self.assertEqual((c["pixels_both"], c["pixels_either"]), (7, 9))

    def test_extremes(self):
        a = np.array([[1, 1, 0], [0, 0, 2]])
        none = np.zeros_like(a)
        s = summary([compare(a, a)])
        self.assertEqual((s["pixel IoU"], s["F1 at 0.5"], s["F1 at 0.75"], s["merged per image"]), (1, 1, 1, 0))
        s = summary([compare(a, none)])
        self.assertEqual((s["pixel IoU"], s["F1 at 0.5"]), (0, 0))
        self.assertEqual(compare(none, none)["truths"], 0)
        self.assertEqual(compare(np.ones((2, 2), int), np.ones((2, 2), int))["tp75"], 1)

    def test_random(self):
        rng = np.random.default_rng(0)
        seen = set()
        for _ in range(300):
            truth = rng.integers(0, 5, (rng.integers(1, 5), rng.integers(1, 7)))
            found = np.where(rng.random(truth.shape) < 0.7, truth, rng.integers(0, 5, truth.shape))
            got = compare(truth, found)
            self.assertEqual(got, slowly(truth, found))
            seen |= {k for k in got if got[k]}
        self.assertEqual(len(seen), 8)


if __name__ == "__main__":
    unittest.main()
