"""Value and gradient of every loss, ours and PyTorch's, alternately in one run.

    python3 benchmarks/losses/bench.py [--size 16,512,512] [--rounds 9] [--only "NAME;…"]

Needs torch, numpy, scipy and the go command. Both sides use one thread and float32
arrays in memory. Each loss is first compared: the mean over the batch and its gradient,
PyTorch in float64 being right. Then the two are timed in turn, and the table shows the
median of the rounds with the least and the greatest, in ns a pixel, and the ratio of the
medians, which should be at most 2 for losses of pixels and overlaps and below 1 for
Lovász. The Lovász formulation is Berman's: sort the errors, cumulative sums, dot product.
"""

import argparse
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import scipy.ndimage
import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).resolve().parents[2]

# ------------------------------------------------- PyTorch, as one writes it
# x, p, w (or None), phi → a scalar


def mean(v, w):
    return (v if w is None else v * w).mean()


def bce(x, p, w, phi):
    return F.binary_cross_entropy_with_logits(x, p, weight=w)


def wce(x, p, w, phi):
    return F.binary_cross_entropy_with_logits(x, p, weight=w, pos_weight=torch.tensor(2.0, dtype=x.dtype))


def balanced(x, p, w, phi, beta=0.5):
    return mean(F.binary_cross_entropy_with_logits(x, p, reduction="none") * (beta * p + (1 - beta) * (1 - p)), w)


def hed(x, p, w, phi):
    beta = (1 - p).mean().clamp(0.05, 0.95)
    return balanced(x, p, w, phi, beta)


def focal(gamma):
    def f(x, p, w, phi):
        ce = F.binary_cross_entropy_with_logits(x, p, reduction="none")
        q = torch.sigmoid(x)
        wrong = p * (1 - q) + (1 - p) * q
        return mean((0.25 * p + 0.75 * (1 - p)) * wrong ** gamma * ce, w)
    return f


def distance_sum(x, p, w, phi):
    ce = F.binary_cross_entropy_with_logits(x, p, reduction="none") * 0.5
    return mean(ce + 10 * torch.exp(-(phi + phi) ** 2 / 50), w)


def one_object(x, p, w, phi):
    return mean(0.5 * F.binary_cross_entropy_with_logits(x, p, pos_weight=1 + torch.exp(-phi ** 2), reduction="none"), w)


def penalized(x, p, w, phi):
    return mean((1 + phi) * F.binary_cross_entropy_with_logits(x, p, reduction="none"), w)


def boundary(x, p, w, phi):
    return mean(torch.sigmoid(x) * phi, w)


def hausdorff(x, p, w, phi):
    def field(m):
        m = m.numpy()
        return torch.from_numpy(np.stack([scipy.ndimage.distance_transform_edt(a) + scipy.ndimage.distance_transform_edt(~a) for a in m])).to(x.dtype)
    with torch.no_grad():
        d = field(p > 0.5) ** 2 + field(x > 0) ** 2
    return mean((p - torch.sigmoid(x)) ** 2 * d, w)


def areas(x, p, w, axes):
    q = torch.sigmoid(x)
    if w is None:
        return (p * q).sum(axes), p.sum(axes), q.sum(axes)
    return (w * p * q).sum(axes), (w * p).sum(axes), (w * q).sum(axes)


def dice(axes=(1, 2)):
    def f(x, p, w, phi):
        pq, p_, q_ = areas(x, p, w, axes)
        return (1 - 2 * pq / (p_ + q_)).mean()
    return f


def dice_pixel(x, p, w, phi):
    q = torch.sigmoid(x)
    return mean(1 - (2 * p * q + 1) / (p + q + 1), w)


def squared(x, p, w, phi):
    q = torch.sigmoid(x)
    w = 1 if w is None else w
    return (1 - 2 * (w * p * q).sum((1, 2)) / ((w * p * p).sum((1, 2)) + (w * q * q).sum((1, 2)))).mean()


def jaccard(x, p, w, phi):
    pq, p_, q_ = areas(x, p, w, (1, 2))
    return (1 - pq / (p_ + q_ - pq)).mean()


def tversky(x, p, w, phi):
    pq, p_, q_ = areas(x, p, w, (1, 2))
    return 1 - (pq + 1) / (pq + 0.3 * (q_ - pq) + 0.7 * (p_ - pq) + 1)


def tversky_pixel(x, p, w, phi):
    q = torch.sigmoid(x)
    pq = p * q
    return mean(1 - (pq + 1) / (pq + 0.3 * (q - pq) + 0.7 * (p - pq) + 1), w)


def generalized(x, p, w, phi):
    pq, p_, q_ = areas(x, p, w, (1, 2))
    n = x[0].numel() if w is None else w.sum((1, 2))
    v, u = 1 / p_ ** 2, 1 / (n - p_) ** 2
    return (1 - 2 * (v * pq + u * (n - p_ - q_ + pq)) / (v * (p_ + q_) + u * (2 * n - p_ - q_))).mean()


STABLE = False  # only to compare: of equal errors the first one first, as ours


def lovasz_grad(gt, w):
    total = (w * gt).sum()
    inter = total - (w * gt).cumsum(0)
    union = total + (w * (1 - gt)).cumsum(0)
    j = 1 - inter / union
    j[1:] = j[1:] - j[:-1]
    return j


def lovasz_flat(x, p, w):
    errors = 1 - x * (2 * p - 1)
    e, order = torch.sort(errors, descending=True, stable=STABLE)
    return torch.dot(F.relu(e), lovasz_grad(p[order], 1 if w is None else w[order]))


def lovasz(x, p, w, phi):
    return torch.stack([lovasz_flat(x[n].view(-1), p[n].view(-1), None if w is None else w[n].view(-1)) for n in range(len(x))]).mean()


def lovasz_batch(x, p, w, phi):
    return lovasz_flat(x.view(-1), p.view(-1), None if w is None else w.view(-1))


def softmax_ce(x, p, w, phi):
    return mean(F.cross_entropy(x, p.long(), reduction="none"), w)


def softmax_focal(x, p, w, phi):
    l = F.log_softmax(x, 1).gather(1, p.long()[:, None])[:, 0]
    return mean(-((1 - l.exp()) ** 2) * l, w)


def softmax_dice(x, p, w, phi):
    q = F.softmax(x, 1)
    t = F.one_hot(p.long(), x.shape[1]).movedim(-1, 1).to(x.dtype)
    w = 1 if w is None else w[:, None]
    return (1 - 2 * (w * t * q).sum((2, 3)) / ((w * t).sum((2, 3)) + (w * q).sum((2, 3)))).mean()


def softmax_lovasz(x, p, w, phi):
    q = F.softmax(x, 1)
    images = []
    for n in range(len(x)):
        classes = []
        for c in range(x.shape[1]):
            fg = (p[n] == c).to(x.dtype).view(-1)
            if fg.sum() == 0:
                continue
            e, order = torch.sort((fg - q[n, c].view(-1)).abs(), descending=True, stable=STABLE)
            classes.append(torch.dot(e, lovasz_grad(fg[order], 1 if w is None else w[n].view(-1)[order])))
        images.append(sum(classes) / len(classes))
    return sum(images) / len(images)


LOSSES = {
    "ce": bce,
    "wce": wce,
    "bce": balanced,
    "hed": hed,
    "focal": focal(2),
    "focal:gamma=1.5": focal(1.5),
    "distance-sum": distance_sum,
    "one-object": one_object,
    "penalized": penalized,
    "boundary": boundary,
    "dice:smooth=1,over=pixel": dice_pixel,
    "tversky:over=pixel": tversky_pixel,
    "dice": dice(),
    "dice:over=batch": dice((0, 1, 2)),
    "squared-dice": squared,
    "generalized-dice": generalized,
    "log-cosh-dice:over=batch": lambda *a: torch.log(torch.cosh(dice((0, 1, 2))(*a))),
    "jaccard": jaccard,
    "tversky": lambda *a: tversky(*a).mean(),
    "focal-tversky": lambda *a: (tversky(*a) ** 0.75).mean(),
    "ce+dice": lambda *a: bce(*a) + dice()(*a),
    "lovasz": lovasz,
    "lovasz:over=batch": lovasz_batch,
    "hausdorff": hausdorff,
    "softmax-ce": softmax_ce,
    "softmax-focal": softmax_focal,
    "softmax-dice": softmax_dice,
    "softmax-lovasz": softmax_lovasz,
}


def inputs(shape):
    """Discs as truth, and logits that are right more often than not."""
    rng = np.random.default_rng(7)
    n, h, w = shape
    target = np.zeros(shape, np.float32)
    y, x = np.mgrid[:h, :w]
    for k in range(n):
        for _ in range(max(1, h * w // 8000)):
            cy, cx, r = rng.integers(h), rng.integers(w), rng.integers(5, 25)
            target[k][(y - cy) ** 2 + (x - cx) ** 2 < r * r] = 1
    inside = np.stack([scipy.ndimage.distance_transform_edt(t) for t in target])
    outside = np.stack([scipy.ndimage.distance_transform_edt(1 - t) for t in target])
    return {
        "target": target,
        "logits": (rng.normal(0, 3, shape) + 2 * target - 1).astype(np.float32),
        "weight": (1 + 10 * np.exp(-outside ** 2 / 50) * (target == 0)).astype(np.float32),
        "phi": (np.abs(outside - inside) / 4).astype(np.float32),
        "classes": rng.integers(0, 4, (n // 4, h, w)).astype(np.float32),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="16,512,512")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="names, separated by semicolons")
    args = parser.parse_args()
    shape = tuple(int(v) for v in args.size.split(","))
    torch.set_num_threads(1)
    names = [n for n in LOSSES if not args.only or n in args.only.split(";")]

    with tempfile.TemporaryDirectory() as folder:
        arrays = inputs(shape)
        for name, a in arrays.items():
            a.tofile(os.path.join(folder, name + ".f32"))
        program = os.path.join(folder, "losses")
        subprocess.run(["go", "build", "-o", program, "./benchmarks/losses"], cwd=ROOT, check=True)
        ours = subprocess.Popen([program, folder, *map(str, shape)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True, env={**os.environ, "GOMAXPROCS": "1"})

        def ask(verb, name, weighted):
            print(verb, name, int(weighted), file=ours.stdin, flush=True)
            line = ours.stdout.readline().split()
            if not line:
                sys.exit(f"the Go side stopped at {name}")
            return int(line[0]), float(line[1])

        def tensors(name, weighted, dtype):
            t = {k: torch.from_numpy(a).to(dtype) for k, a in arrays.items()}
            x, p, w = t["logits"], t["target"], t["weight"]
            if name.startswith("softmax"):
                k = shape[0] // 4
                x, p = x[:k * 4].reshape(k, 4, *shape[1:]), t["classes"]
                w = w.reshape(-1)[:p.numel()].reshape(p.shape)
            return x.clone().requires_grad_(), p, w if weighted else None, t["phi"]

        def right(name, weighted):
            """Are value and gradient those of PyTorch in float64?"""
            global STABLE
            x, p, w, phi = tensors(name, weighted, torch.float64)
            STABLE = True
            v = LOSSES[name](x, p, w, phi)
            v.backward()
            STABLE = False
            _, got = ask("save", name, weighted)
            grad = np.fromfile(os.path.join(folder, "grad.f32"), np.float32)
            want = x.grad.numpy().reshape(-1)
            value_error = abs(got - float(v)) / abs(float(v))
            grad_error = np.linalg.norm(grad - want) / np.linalg.norm(want)
            worst = np.abs(grad - want).max() / np.abs(want).max()
            ok = value_error < 1e-6 and grad_error < 1e-6 and worst < 1e-6
            return ok, max(value_error, grad_error, worst)

        print(f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}, torch {torch.__version__}, "
              f"{subprocess.run(['go', 'version'], capture_output=True, text=True).stdout.split()[2]}, "
              f"{'×'.join(map(str, shape))} float32, one thread, {args.rounds} rounds\n")
        print("| loss | weights | ours ns/px (min–max) | PyTorch ns/px (min–max) | ours/PyTorch | greatest error |")
        print("|---|---|---|---|---|---|")
        pixels = float(np.prod(shape))
        failed = []
        for name in names:
            for weighted in (False, True):
                ok, error = right(name, weighted)
                if not ok:
                    failed.append(name)
                    print(f"| {name} | {'map' if weighted else 'none'} | not equal | | | {error:.1e} |", flush=True)
                    continue
                x, p, w, phi = tensors(name, weighted, torch.float32)
                a, b = [], []
                for k in range(args.rounds + 1):
                    took, _ = ask("eval", name, weighted)
                    x.grad = None
                    start = time.perf_counter_ns()
                    LOSSES[name](x, p, w, phi).backward()
                    theirs = time.perf_counter_ns() - start
                    if k:  # the first warms up
                        a.append(took / pixels)
                        b.append(theirs / pixels)
                ma, mb = statistics.median(a), statistics.median(b)
                print(f"| {name} | {'map' if weighted else 'none'} | {ma:.2f} ({min(a):.2f}–{max(a):.2f}) | "
                      f"{mb:.2f} ({min(b):.2f}–{max(b):.2f}) | {ma / mb:.2f} | {error:.0e} |", flush=True)
        ours.stdin.close()
        ours.wait()
        if failed:
            sys.exit("not equal: " + ", ".join(failed))


if __name__ == "__main__":
    main()
