"""Golden values and gradients for the losses, from PyTorch autograd in float64.

    python3 golden.py golden.json              # all of it
    python3 golden.py - --torch-only           # without MONAI, Keras and the rest, to stdout
    python3 golden.py - --torch-only --every=9 # one case in nine

The definitions below are written from the papers' formulas in the plainest PyTorch there
is; nothing is shared with the Go code. Ignored pixels are *removed* before anything is
computed, rather than multiplied with zero. Where a library has the same definition, its
own number and gradient are recorded too, as cases of their own (libraries.py). Everything is computed in float64; gradients and maps are
stored rounded to float32, which is a relative 6e-8.

Needs torch (1.13 or later), numpy, scipy. The libraries: monai, segmentation-models-pytorch
(its losses only; the models are not imported), keras (NumPy backend: values, no gradients).
"""

import base64
import json
import sys

import numpy as np
import scipy
import scipy.ndimage
import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

# ---------------------------------------------------------------- batches

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


# ---------------------------------------------------------------- definitions
# of pixels: f(x, p, aux) -> one value a pixel, without its weight
# of images: f(x, p, w) -> one number; x, p, w are flat and hold no ignored pixel

lq = F.logsigmoid


def sig(x):
    return torch.sigmoid(x)


def balanced(a, b):
    return lambda x, p, aux: -(a * p * lq(x) + b * (1 - p) * lq(-x))


def focal(alpha, gamma):
    return lambda x, p, aux: -(alpha * torch.exp(gamma * lq(-x)) * p * lq(x)
                               + (1 - alpha) * torch.exp(gamma * lq(x)) * (1 - p) * lq(-x))


def hed(clip):
    def f(x, p, aux):
        beta = aux["background"].clamp(clip, 1 - clip)
        return balanced(beta, 1 - beta)(x, p, aux)
    return f


def distance_sum(beta, w0, sigma):
    def f(x, p, aux):
        return balanced(beta, 1 - beta)(x, p, aux) + w0 * torch.exp(-(aux["d1"] + aux["d2"]) ** 2 / (2 * sigma ** 2))
    return f


def one_object(beta, depth):
    def f(x, p, aux):
        d = aux[depth]
        if beta < 1:  # as the post writes it
            pos_weight = beta / (1 - beta) + torch.exp(-d ** 2)
            return (1 - beta) * F.binary_cross_entropy_with_logits(x, p, pos_weight=pos_weight, reduction="none")
        return -p * lq(x)
    return f


def penalized(x, p, aux):
    return (1 + aux["penalty"]) * balanced(1, 1)(x, p, aux)


def boundary(x, p, aux):
    return sig(x) * aux["phi"]


def hausdorff(alpha):
    def f(x, p, aux):
        return (p - sig(x)) ** 2 * (aux["dp"] ** alpha + aux["dq"] ** alpha)
    return f


def ratio(num, den):
    """num/den, and 1 where there is nothing on either side"""
    empty = den == 0
    return torch.where(empty, torch.ones_like(den), num / torch.where(empty, torch.ones_like(den), den))


def dice(s):
    return lambda x, p, w: 1 - ratio(2 * (w * p * sig(x)).sum() + s, (w * p).sum() + (w * sig(x)).sum() + s)


def squared_dice(s):
    return lambda x, p, w: 1 - ratio(2 * (w * p * sig(x)).sum() + s, (w * p ** 2).sum() + (w * sig(x) ** 2).sum() + s)


def log_cosh(f):
    return lambda x, p, w: torch.log(torch.cosh(f(x, p, w)))


def jaccard(s):
    return lambda x, p, w: 1 - ratio((w * p * sig(x)).sum() + s, (w * (p + sig(x) - p * sig(x))).sum() + s)


def tversky(a, b, s):
    def f(x, p, w):
        q, r = sig(x), sig(-x)
        tp, fp, fn = (w * p * q).sum(), (w * (1 - p) * q).sum(), (w * p * r).sum()
        return 1 - ratio(tp + s, tp + a * fp + b * fn + s)
    return f


def power(f, gamma):
    def g(x, p, w):
        v = f(x, p, w)
        none = v <= 1e-15  # 1 - ratio has no digits below that
        return torch.where(none, 0 * v, torch.where(none, torch.ones_like(v), v) ** gamma)
    return g


def generalized(x, p, w):
    q = torch.stack([sig(x), sig(-x)])
    t = torch.stack([p, 1 - p])
    return generalized_classes(q, t, w)


def generalized_classes(q, t, w):
    area = (w * t).sum(1)
    if not (area > 0).any():
        return 0 * q.sum()
    v = torch.where(area > 0, 1 / torch.where(area > 0, area, torch.ones_like(area)) ** 2, torch.zeros_like(area))
    v = torch.where(area > 0, v, v.max())
    return 1 - ratio(2 * (v * (w * t * q).sum(1)).sum(), (v * (w * (t + q)).sum(1)).sum())


def jaccard_rise(truth, w):
    """The rise of the Jaccard loss as the pixels, worst first, become wrong (algorithm 1)."""
    total = (w * truth).sum()
    inter = total - (w * truth).cumsum(0)
    union = total + (w * (1 - truth)).cumsum(0)
    j = 1 - inter / union
    return torch.cat([j[:1], j[1:] - j[:-1]])


def lovasz_hinge(x, p, w):
    if len(x) == 0:
        return x.sum()
    t = (p > 0.5).double()
    errors = 1 - x * (2 * t - 1)
    e, order = torch.sort(errors, descending=True, stable=True)
    return (F.relu(e) * jaccard_rise(t[order], w[order])).sum()


# of classes: x is {C, pixels}, p too

def softmax_ce(a):
    return lambda x, p: -(torch.tensor(a)[:, None] * p * F.log_softmax(x, 0)).sum(0)


def softmax_focal(gamma, a):
    def f(x, p):
        l = F.log_softmax(x, 0)
        rest = torch.stack([torch.logsumexp(torch.cat([l[:c], l[c + 1:]]), 0) for c in range(len(l))])  # log(1-q)
        return -(torch.tensor(a)[:, None] * torch.exp(gamma * rest) * p * l).sum(0)
    return f


def class_mean(f, a=None, first=0):
    """f of (q, 1-q, p, w), over the classes"""
    def g(x, p, w):
        q = F.softmax(x, 0)
        values = [f(q[c], p[c], w) for c in range(first, len(q))]
        weights = [1.0] * len(values) if a is None else a[first:]
        return sum(u * v for u, v in zip(weights, values)) / sum(weights)
    return g


def q_dice(s):
    return lambda q, p, w: 1 - ratio(2 * (w * p * q).sum() + s, (w * p).sum() + (w * q).sum() + s)


def q_squared(s):
    return lambda q, p, w: 1 - ratio(2 * (w * p * q).sum() + s, (w * p ** 2).sum() + (w * q ** 2).sum() + s)


def q_jaccard(s):
    return lambda q, p, w: 1 - ratio((w * p * q).sum() + s, (w * (p + q - p * q)).sum() + s)


def q_tversky(a, b, s, gamma=1):
    def f(q, p, w):
        tp, fp, fn = (w * p * q).sum(), (w * (1 - p) * q).sum(), (w * p * (1 - q)).sum()
        v = 1 - ratio(tp + s, tp + a * fp + b * fn + s)
        return v if gamma == 1 else torch.where(v > 1e-15, v.clamp(min=1e-15) ** gamma, 0 * v)
    return f


def class_generalized(first):
    return lambda x, p, w: generalized_classes(F.softmax(x, 0)[first:], p[first:], w)


def lovasz_softmax(classes):
    def f(x, p, w):
        q = F.softmax(x, 0)
        losses = []
        for c in range(len(q)):
            t = (p[c] > 0.5).double()
            if classes == "present" and t.sum() == 0 or isinstance(classes, list) and c not in classes or len(t) == 0:
                continue
            e, order = torch.sort((t - q[c]).abs(), descending=True, stable=True)
            losses.append((e * jaccard_rise(t[order], w[order])).sum())
        return sum(losses) / len(losses) if losses else 0 * x.sum()
    return f


A3 = [0.5, 1.0, 2.0]
ONES = [1.0, 1.0, 1.0]

PIXEL = {
    "ce": balanced(1, 1),
    "wce": balanced(2, 1),
    "wce:positive=0.3": balanced(0.3, 1),
    "bce": balanced(0.5, 0.5),
    "bce:positive=0": balanced(0, 1),
    "bce:positive=1": balanced(1, 0),
    "bce:positive=0.8": balanced(0.8, 0.2),
    "hed": hed(0.05),
    "hed:clip=0": hed(0),
    "focal": focal(0.25, 2),
    "focal:gamma=0": focal(0.25, 0),
    "focal:gamma=1": focal(0.25, 1),
    "focal:gamma=0.5": focal(0.25, 0.5),
    "focal:positive=1,gamma=3.5": focal(1, 3.5),
    "distance": balanced(1, 1),
    "distance-sum": distance_sum(0.5, 10, 5),
    "distance-sum β=1": distance_sum(1, 3, 2),
    "one-object": one_object(0.5, "depth"),
    "one-object:positive=0": one_object(0, "depth"),
    "one-object:positive=1": one_object(1, "depth"),
    "one-object d1": one_object(0.3, "d1"),
    "penalized": penalized,
    "boundary": boundary,
    "hausdorff": hausdorff(2),
    "hausdorff:alpha=1.5": hausdorff(1.5),
}

IMAGE = {
    "dice": dice(0),
    "dice:smooth=1": dice(1),
    "squared-dice": squared_dice(0),
    "squared-dice:smooth=1": squared_dice(1),
    "generalized-dice": generalized,
    "log-cosh-dice": log_cosh(dice(0)),
    "log-cosh-dice:smooth=1": log_cosh(dice(1)),
    "jaccard": jaccard(0),
    "jaccard:smooth=2": jaccard(2),
    "tversky": tversky(0.3, 0.7, 1),
    "tversky:fp=0.8,fn=0.2,smooth=0": tversky(0.8, 0.2, 0),
    "focal-tversky": power(tversky(0.3, 0.7, 1), 0.75),
    "focal-tversky:gamma=1.5,smooth=0": power(tversky(0.3, 0.7, 0), 1.5),
    "lovasz": lovasz_hinge,
}

SUMS = {
    "ce+dice": [(1, "ce"), (1, "dice")],
    "bce+dice": [(1, "bce"), (1, "dice")],
    "focal+dice": [(1, "focal"), (1, "dice")],
    "0.5*ce+2*tversky+0.1*dice:over=batch": [(0.5, "ce"), (2, "tversky"), (0.1, "dice:over=batch")],
}

CLASS_PIXEL = {
    "softmax-ce": (softmax_ce(ONES), ONES),
    "softmax-ce weights": (softmax_ce(A3), A3),
    "softmax-focal": (softmax_focal(2, ONES), ONES),
    "softmax-focal:gamma=0": (softmax_focal(0, ONES), ONES),
    "softmax-focal:gamma=0.5": (softmax_focal(0.5, ONES), ONES),
    "softmax-focal weights": (softmax_focal(1.5, A3), A3),
}

CLASS_IMAGE = {
    "softmax-dice": class_mean(q_dice(0)),
    "softmax-dice:smooth=1,background=exclude": class_mean(q_dice(1), first=1),
    "softmax-dice weights": class_mean(q_dice(1e-5), A3),
    "softmax-squared-dice": class_mean(q_squared(0)),
    "softmax-jaccard:smooth=1": class_mean(q_jaccard(1)),
    "softmax-tversky": class_mean(q_tversky(0.3, 0.7, 1)),
    "softmax-focal-tversky": class_mean(q_tversky(0.3, 0.7, 1, 0.75)),
    "softmax-generalized-dice": class_generalized(0),
    "softmax-generalized-dice:background=exclude": class_generalized(1),
    "softmax-lovasz": lovasz_softmax("present"),
    "softmax-lovasz:classes=all": lovasz_softmax("all"),
    "softmax-lovasz listed": lovasz_softmax([0, 2]),
}

# ---------------------------------------------------------------- distance maps, by SciPy


def edt(mask):
    """distance to the nearest zero; SciPy has no answer where there is none"""
    if mask.all():
        return np.full(mask.shape, np.inf)
    return scipy.ndimage.distance_transform_edt(mask)


def depth(mask):
    return edt(mask)


def level_set(mask):  # Kervadec's one_hot2dist
    if not mask.any() or mask.all():
        return np.zeros(mask.shape)
    return edt(~mask) * ~mask - (edt(mask) - 1) * mask


def to_boundary(mask):
    if not mask.any() or mask.all():
        return np.zeros(mask.shape)
    return edt(mask) + edt(~mask)


def penalty(mask):
    if not mask.any() or mask.all():
        return np.zeros(mask.shape)
    inside, outside = edt(mask), edt(~mask)
    return np.where(mask, 1 - inside / inside.max(), 1 - outside / outside.max())


def aux_maps(b, valid):
    truth = np.nan_to_num(b["target"]) > 0.5
    pred = np.nan_to_num(b["logits"]) > 0
    truth, pred = truth & valid, pred & valid
    out = {}
    for name, f, mask in [("depth", depth, truth), ("phi", level_set, truth), ("penalty", penalty, truth),
                          ("dp", to_boundary, truth), ("dq", to_boundary, pred)]:
        out[name] = np.stack([f(m) for m in mask])
    out["d1"], out["d2"] = b["d1"].astype(float), b["d2"].astype(float)
    return out


# ---------------------------------------------------------------- reductions

REDUCTIONS = ["mean", "mean-by-weight", "sum", "per-image", "per-image-by-weight", "none"]


def div(a, b):
    return a / b if b > 0 else 0 * a


def reduce_pixels(values, w, counts_for_weight, reduction):
    """values, w: lists over images of vectors; returns scalar and what was asked for"""
    wl = [w_ * v for v, w_ in zip(values, w)]
    n = [len(v) for v in values]
    W = [c.sum() for c in counts_for_weight]
    total = sum(v.sum() for v in wl)
    if reduction == "mean":
        return div(total, sum(n)), None
    if reduction == "mean-by-weight":
        return div(total, sum(W)), None
    if reduction == "sum":
        return total, None
    if reduction == "none":
        return total, wl
    each = [div(v.sum(), n_ if reduction == "per-image" else W_) for v, n_, W_ in zip(wl, n, W)]
    return sum(each), each


def reduce_images(values, n, reduction):
    seen = [k for k, n_ in enumerate(n) if n_ > 0]
    if reduction.startswith("mean"):
        return div(sum(values[k] for k in seen) + 0 * values[0], len(seen)), None
    if reduction == "sum" or reduction.startswith("per-image"):
        return sum(values), values
    maps = [v.expand(n_) if n_ else v.new_zeros(0) for v, n_ in zip(values, n)]
    return sum(m.sum() for m in maps), maps


def reduce_batch(value, n, reduction):
    seen = sum(1 for n_ in n if n_ > 0)
    if reduction.startswith("mean") or reduction == "sum":
        return value, None
    if reduction.startswith("per-image"):
        each = [value if n_ > 0 else 0 * value for n_ in n]
        return sum(each), each
    maps = [value.expand(n_) if n_ else value.new_zeros(0) for n_ in n]
    return sum(m.sum() for m in maps), maps


class Binary:
    """A batch with its ignored pixels removed."""

    def __init__(self, b):
        self.b = b
        N = b["logits"].shape[0]
        w = np.ones(b["logits"].shape) if b["weight"] is None else b["weight"].astype(float)
        valid = np.ones(w.shape, bool) if b["ignore"] is None else b["ignore"] == 0
        valid = valid & (np.nan_to_num(w) != 0)
        self.valid = valid
        self.aux = aux_maps(b, valid)
        self.x = torch.tensor(np.nan_to_num(b["logits"]).astype(float), requires_grad=True)
        self.sel = [torch.tensor(valid[n]) for n in range(N)]
        self.p = [torch.tensor(b["target"][n].astype(float)[valid[n]]) for n in range(N)]
        self.w = [torch.tensor(w[n][valid[n]]) for n in range(N)]
        n = sum(len(p) for p in self.p)
        self.background = torch.tensor(sum(float((1 - p).sum()) for p in self.p) / n if n else 0.5)

    def parts(self, x):
        return [x[k][s] for k, s in enumerate(self.sel)]

    def value(self, loss, reduction, x):
        if loss in SUMS:
            total, extra = 0, None
            for f, name in SUMS[loss]:
                v, e = self.value(name, reduction, x)
                total = total + f * v
                if e is not None:
                    extra = [f * a if extra is None else extra[k] + f * a for k, a in enumerate(e)]
            return total, extra
        xs = self.parts(x)
        name, _, over = loss.partition("over=")
        name = name.rstrip(",:")
        if over == "batch":
            v = IMAGE[name](torch.cat(xs), torch.cat(self.p), torch.cat(self.w))
            return reduce_batch(v, [len(p) for p in self.p], reduction)
        if over == "pixel":
            values = [torch.stack([IMAGE[name](x[i:i + 1], p[i:i + 1], torch.ones(1)) for i in range(len(x))])
                      if len(x) else x for x, p in zip(xs, self.p)]
            return reduce_pixels(values, self.w, self.w, reduction)
        if name in IMAGE:
            values = [IMAGE[name](x, p, w) if len(x) else x.sum() for x, p, w in zip(xs, self.p, self.w)]
            return reduce_images(values, [len(p) for p in self.p], reduction)
        values = []
        for k, x_ in enumerate(xs):
            aux = {m: torch.tensor(a[k][self.valid[k]]) for m, a in self.aux.items()}
            aux["background"] = self.background
            values.append(PIXEL[name](x_, self.p[k], aux))
        return reduce_pixels(values, self.w, self.w, reduction)


class Classes:
    def __init__(self, b):
        N, C = b["logits"].shape[:2]
        px = b["logits"].shape[:1] + b["logits"].shape[2:]
        w = np.ones(px) if b["weight"] is None else b["weight"].astype(float)
        valid = np.ones(px, bool) if b["ignore"] is None else b["ignore"] == 0
        self.valid = valid & (w != 0)
        self.x = torch.tensor(np.nan_to_num(b["logits"]).astype(float), requires_grad=True)
        self.sel = [torch.tensor(self.valid[n]) for n in range(N)]
        self.w = [torch.tensor(w[n][self.valid[n]]) for n in range(N)]
        self.p = []
        for n in range(N):
            t = b["target"][n]
            if b["target"].shape == b["logits"].shape:
                self.p.append(torch.tensor(t.astype(float)[:, self.valid[n]]))
            else:
                self.p.append(F.one_hot(torch.tensor(t[self.valid[n]].astype(np.int64)), C).T.double())

    def parts(self, x):
        return [x[k][:, s] for k, s in enumerate(self.sel)]

    def value(self, loss, reduction, x):
        xs = self.parts(x)
        name, _, over = loss.partition("over=")
        name = name.rstrip(",:")
        if over == "batch":
            v = CLASS_IMAGE[name](torch.cat(xs, 1), torch.cat(self.p, 1), torch.cat(self.w))
            return reduce_batch(v, [len(w) for w in self.w], reduction)
        if name in CLASS_IMAGE:
            values = [CLASS_IMAGE[name](x, p, w) if len(w) else x.sum() for x, p, w in zip(xs, self.p, self.w)]
            return reduce_images(values, [len(w) for w in self.w], reduction)
        f, a = CLASS_PIXEL[name]
        values = [f(x, p) for x, p in zip(xs, self.p)]
        counted = [w * (torch.tensor(a)[:, None] * p).sum(0) for w, p in zip(self.w, self.p)]
        if a == ONES:
            counted = self.w
        return reduce_pixels(values, self.w, counted, reduction)


# ---------------------------------------------------------------- output


def b64(a, dtype):
    return base64.b64encode(np.ascontiguousarray(a, dtype=dtype).tobytes()).decode()


def grad_of(batch, loss, reduction):
    x = batch.x
    x.grad = None
    v, extra = batch.value(loss, reduction, x)
    v = v + 0 * x.sum()
    v.backward()
    g = x.grad.numpy()
    assert np.isfinite(float(v)) and np.isfinite(g).all(), (loss, reduction, float(v))
    out = {"value": float(v), "grad": b64(g, "<f4")}
    if reduction.startswith("per-image") and extra is not None:
        out["values"] = [float(e) for e in extra]
    if reduction == "none" and extra is not None:
        m = np.zeros(batch.valid.shape)
        for k, e in enumerate(extra):
            m[k][batch.valid[k]] = e.detach().numpy()
        out["map"] = b64(m, "<f4")
    return out


# the batches on which sums over other than images are computed
SCOPED = {"weighted", "soft", "hundred", "thousand", "empty truth", "all ignored", "one image ignored", "ties",
          "classes weighted", "classes soft", "classes thousand", "classes absent", "classes all ignored"}


def scoped(names):
    out = list(names)
    for n in names:
        sep = "," if ":" in n else ":"
        if n.startswith("generalized") or n.startswith("lovasz") or n.startswith("softmax"):
            if "weights" not in n and "listed" not in n and "softmax-squared" not in n and "softmax-focal-t" not in n:
                out.append(n + sep + "over=batch")
        else:
            out += [n + sep + "over=batch", n + sep + "over=pixel"]
    return out


def main():
    only_torch = "--torch-only" in sys.argv
    every = next((int(a.split("=")[1]) for a in sys.argv if a.startswith("--every=")), 1)
    count, cases, batches = 0, [], {}
    everything = {"weighted", "classes weighted", "one image ignored"}
    bb, cb = binary_batches(), class_batches()
    for group, wrap, losses in [
        (bb, Binary, list(PIXEL) + scoped(IMAGE) + list(SUMS)),
        (cb, Classes, list(CLASS_PIXEL) + scoped(CLASS_IMAGE)),
    ]:
        for bname, b in group.items():
            batch = wrap(b)
            for loss in losses:
                if loss == "distance" and b["weight"] is None:
                    continue
                if "over=" in loss and bname not in SCOPED:
                    continue
                for r in REDUCTIONS if bname in everything else ["mean", "none"] if bname in ("ties", "post") else ["mean"]:
                    count += 1
                    if count % every:
                        continue
                    c = grad_of(batch, loss, r)
                    cases.append({"loss": loss, "batch": bname, "reduction": r, **c})
    versions = {"python": sys.version.split()[0], "torch": torch.__version__, "numpy": np.__version__, "scipy": scipy.__version__}
    if not only_torch:
        import libraries
        libraries.add(cases, bb, cb, versions)
    for name, b in {**bb, **cb}.items():
        e = {"shape": list(b["logits"].shape), "targetShape": list(b["target"].shape)}
        for key in ("logits", "target", "weight", "d1", "d2"):
            if b.get(key) is not None:
                e[key] = b64(b[key], "<f4")
        if b["ignore"] is not None:
            e["ignore"] = b64(b["ignore"], "u1")
        batches[name] = e
    doc = {"versions": versions, "batches": batches, "cases": cases}
    text = "{\n" + ",\n".join([
        '"versions": ' + json.dumps(versions),
        '"batches": {\n' + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in batches.items()) + "\n}",
        '"cases": [\n' + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]"]) + "\n}\n"
    json.loads(text)
    if sys.argv[1] == "-":
        sys.stdout.write(text)
    else:
        open(sys.argv[1], "w").write(text)
        print(len(cases), "cases", len(text), "bytes", file=sys.stderr)


if __name__ == "__main__":
    main()
