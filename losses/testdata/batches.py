"""The batches of golden.py: random ones, hard ones, and the post's worked example."""

import numpy as np

rng = np.random.default_rng(20190613)


def f32(a):
    return np.asarray(a, dtype=np.float32)


def binary_batches():
    """name -> dict(logits, target, weight or None, ignore or None, d1, d2)"""
    out = {}

    def add(name, x, p, w=None, ignore=None):
        x = f32(x)
        d = dict(logits=x, target=f32(np.broadcast_to(p, x.shape)), weight=None if w is None else f32(w),
                 ignore=None if ignore is None else ignore.astype(np.uint8))
        d["d1"] = f32(rng.uniform(0, 8, x.shape))
        d["d2"] = f32(d["d1"] + rng.uniform(0, 8, x.shape))
        d["d2"].flat[::7] = np.inf
        d["d1"].flat[::14] = np.inf
        out[name] = d

    s = (2, 4, 5)
    coin = lambda s, k=0.4: (rng.random(s) < k).astype(np.float32)
    normal = lambda s: f32(rng.normal(0, 2, s))

    add("random", normal(s), coin(s))
    w = f32(rng.uniform(0.1, 11, s))
    w[0, 1, 2] = w[1, 3, 3] = 0
    ignore = rng.random(s) < 0.2
    x, p = normal(s), coin(s)
    x[ignore], p[ignore] = np.nan, np.nan  # whatever an ignored pixel holds must not matter
    w2 = w.copy()
    w2[ignore] = np.nan
    add("weighted", x, p, w2, ignore)
    add("weights only", normal(s), coin(s), w)
    x, p = normal(s), coin(s)
    p[ignore] = 255
    add("ignore only", x, p, None, ignore)
    add("soft", normal(s), rng.random(s))
    add("soft weighted", normal(s), rng.random(s), w)
    v = (2, 2, 3, 4)
    add("volume", normal(v), coin(v), rng.uniform(0.1, 3, v))
    c = (2, 2, 2, 3, 2)
    add("channels and volume", normal(c), coin(c), rng.uniform(0.1, 3, c))
    add("hundred", 100 * (2 * coin(s, 0.5) - 1), coin(s))
    x = 1000 * (2 * coin(s, 0.5) - 1)
    x[:, 0, 0] = 0
    add("thousand", x, coin(s))
    add("thousand right", 1000 * (2 * (p := coin(s)) - 1), p)
    add("thousand wrong", -1000 * (2 * (p := coin(s)) - 1), p)
    add("empty truth", normal(s), 0)
    add("full truth", normal(s), 1)
    add("empty prediction", np.full(s, -1000), coin(s))
    add("full prediction", np.full(s, 1000), coin(s))
    add("both empty", np.full(s, -1000), 0)
    add("all ignored", normal(s), coin(s), None, np.ones(s, bool))
    one = np.zeros(s, bool)
    one[0] = True
    add("one image ignored", normal(s), coin(s), w, one)
    add("undecided", np.zeros(s), coin(s))
    add("ties", rng.choice([-1.5, -1, -0.5, 0, 0.5, 2], s), coin(s), rng.choice([1, 2], s))
    add("one pixel", [[[0.3]]], 1)
    q = np.array([[[0.5, 0.6], [0.2, 0.1]]])
    add("post", np.log(q / (1 - q)), [[[1, 1], [0, 0]]])
    return out


def class_batches():
    out = {}

    def add(name, x, p, w=None, ignore=None):
        out[name] = dict(logits=f32(x), target=f32(p), weight=None if w is None else f32(w),
                         ignore=None if ignore is None else ignore.astype(np.uint8))

    s, px = (2, 3, 4, 4), (2, 4, 4)
    ids = lambda px: rng.integers(0, 3, px)
    normal = lambda s: f32(rng.normal(0, 2, s))
    add("classes", normal(s), ids(px))
    w = f32(rng.uniform(0.1, 11, px))
    ignore = rng.random(px) < 0.2
    x, t = normal(s), f32(ids(px))
    t[ignore] = 255
    x[np.broadcast_to(ignore[:, None], s)] = np.nan
    add("classes weighted", x, t, w, ignore)
    p = rng.dirichlet([1, 1, 1], px).transpose(0, 3, 1, 2)
    add("classes soft", normal(s), p, w)
    add("classes one-hot", normal(s), np.eye(3)[ids(px)].transpose(0, 3, 1, 2))
    v = (2, 3, 2, 3, 2)
    add("classes volume", normal(v), ids((2, 2, 3, 2)), rng.uniform(0.1, 3, (2, 2, 3, 2)))
    add("classes hundred", 100 * rng.integers(-1, 2, s), ids(px))
    add("classes thousand", 1000 * rng.integers(-1, 2, s), ids(px))
    add("classes absent", normal(s), 2 * (rng.random(px) < 0.5))
    add("classes background only", normal(s), np.zeros(px))
    add("classes all ignored", normal(s), ids(px), None, np.ones(px, bool))
    one = np.zeros(px, bool)
    one[1] = True
    add("classes one image ignored", normal(s), ids(px), w, one)
    add("classes undecided", np.zeros(s), ids(px))
    return out
