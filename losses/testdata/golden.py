"""Golden values and gradients for the losses, from PyTorch autograd in float64.

    python3 golden.py golden.json              # all of it
    python3 golden.py - --torch-only           # without MONAI, Keras and the rest, to stdout
    python3 golden.py - --torch-only --every=9 # one case in nine

definitions.py is written from the papers' formulas in the plainest PyTorch there is;
nothing is shared with the Go code. Ignored pixels are *removed* before anything is
computed, rather than multiplied with zero. Where a library has the same definition, its
own number and gradient are recorded too, as cases of their own (libraries.py, which says
where the definitions differ). Everything is computed in float64; gradients and maps are
stored rounded to float32, which is a relative 6e-8.

Needs torch (1.13 or later), numpy, scipy, and for the libraries

    pip install --no-deps monai==1.3.2 segmentation-models-pytorch==0.3.4 keras==3.6.0
    pip install absl-py namex optree rich h5py ml_dtypes
"""

import base64
import json
import os
import sys

import numpy as np
import scipy
import scipy.ndimage
import torch
import torch.nn.functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batches import binary_batches, class_batches
from definitions import CLASS_IMAGE, CLASS_PIXEL, IMAGE, ONES, PIXEL, SUMS

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

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
