"""What weight maps are worth: the same small U-Net, trained with and without them.

    python3 worth.py --weightmap ./weightmap --data dsb=DIR --out worth

The data set "synth" is drawn by weightmap; others are given as NAME=DIR with DIR/images and
DIR/labels (object ids). Each arm is trained with each seed for the same number of steps on
the same crops from the same initial network; a seed also draws the split of the images into
training and test, so that arms are compared within a seed. Results go to OUT/runs.jsonl, one
line a run, as they come; a run that is there is not made again. OUT/table.md is made of them.
Images of the layout of the 2018 Data Science Bowl, DIR/stage1_train/ID/images/ID.png, will do too.
"""

import argparse
import itertools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "examples" / "pytorch")]

from data import Crops, load
from loss import weighted_bce
from matching import compare, summary
from predict import objects, outlines, probabilities
from unet import UNet

# Each arm: the flags of weightmap precompute, and the target.
ARMS = {
    "plain": (["--w0", "0", "--balance", "none"], "mask"),
    "balanced": (["--w0", "0", "--balance", "dataset"], "mask"),
    "map": (["--balance", "dataset"], "mask"),
    # The cut itself may be what helps: plain cross entropy on the same targets tells.
    "plain, cut": (["--w0", "0", "--balance", "none", "--ridge"], "target"),
    "map, cut": (["--balance", "dataset", "--ridge"], "target"),
}
MEASURES = ["pixel IoU", "F1 at 0.5", "F1 at 0.75", "merged per image", "split per image"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--weightmap", default="weightmap", help="the program (%(default)s)")
    p.add_argument("--data", action="append", default=[], metavar="NAME=DIR", help="a data set besides synth")
    p.add_argument("--out", default="worth")
    p.add_argument("--seeds", type=int, default=5)
    p.add_argument("--steps", type=int, default=1500)
    p.add_argument("--batch", type=int, default=4)
    p.add_argument("--size", type=int, default=128)
    p.add_argument("--channels", type=int, default=16)
    p.add_argument("--rate", type=float, default=1e-3)
    p.add_argument("--images", type=int, default=24, help="synth images to draw (%(default)s)")
    p.add_argument("--test", type=float, default=1 / 3, help="share of the images to test on")
    p.add_argument("--part", default="0/1", metavar="K/N",
                   help="do only every N-th run from the K-th on: several processes can share OUT")
    p.add_argument("--quick", action="store_true", help="prove that it runs: 2 seeds, a few steps, a tiny network")
    a = p.parse_args()
    if a.quick:
        a.seeds, a.steps, a.batch, a.size, a.channels, a.images = 2, 12, 4, 64, 8, 4
    k, n = map(int, a.part.split("/"))
    out = Path(a.out)
    out.mkdir(parents=True, exist_ok=True)

    sets = {"synth": draw(a, out)}
    for d in a.data:
        name, _, folder = d.partition("=")
        if not folder or not Path(folder, "labels").is_dir():
            p.error(f"--data {d}: want NAME=DIR, and DIR/labels")
        sets[name] = Path(folder)

    conditions = {k: getattr(a, k) for k in ("steps", "batch", "size", "channels", "rate", "images", "test")}
    results = out / "runs.jsonl"
    runs = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    # Seed by seed, so that what is there after an interruption is comparable.
    for i, seed, name, arm in [(i, *what) for i, what in enumerate(itertools.product(range(a.seeds), sets, ARMS))]:
        root = sets[name]
        if i % n != k or any((r["data"], r["arm"], r["seed"], r["conditions"]) == (name, arm, seed, conditions) for r in runs):
            continue
        run = one(a, out, name, root, arm, seed)
        run["conditions"] = conditions
        runs.append(run)
        with results.open("a") as f:
            f.write(json.dumps(run) + "\n")
        print(f"{name}, {arm}, seed {seed}: " + ", ".join(f"{m} {run[m]:.3f}" for m in MEASURES)
              + f", {run['seconds']:.0f} s", flush=True)
    if n > 1:
        print("without --part, once all parts are done, this makes the table")
        return
    runs = [r for r in runs if r["conditions"] == conditions and r["data"] in sets and r["seed"] < a.seeds]
    text = table(runs, a, conditions)
    (out / "table.md").write_text(text)
    print("\n" + "\n".join(sorted(said)) + "\n\n" + text)


said = set()  # what is to be printed at the end


def draw(a, out):
    folder = out / "data" / f"synth-{a.images}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as t:
            run(a.weightmap, "synth", "--images", str(a.images), "--size", "256,256", "--stack", "none", "--seed", "7", f"{t}/drawn")
            try:
                Path(t, "drawn").rename(folder)
            except OSError:
                if not folder.exists():  # else another part was first, with the same pixels
                    raise
    return folder / "nuclei"


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stderr}")


def image_of(root, stem):
    """The image of that name; images as in the Data Science Bowl are found too. None if there is none."""
    places = root / "images" / f"{stem}.png", root / "stage1_train" / stem / "images" / f"{stem}.png"
    return next((p for p in places if p.exists()), None)


def files(root, stem):
    return {"images": image_of(root, stem), "labels": root / "labels" / f"{stem}.png"}


def split(root, seed, share):
    """Names of the masks to train and to test on: of those that have an image."""
    masks = sorted(p.stem for p in (root / "labels").glob("*.png"))
    names = [m for m in masks if image_of(root, m)]
    if seed == 0 and len(names) < len(masks):
        said.add(f"{root}: {len(masks) - len(names)} of {len(masks)} masks have no image and are left out")
    np.random.default_rng(seed).shuffle(names)
    n = max(1, round(share * len(names)))
    if n >= len(names):
        raise SystemExit(f"{root} has {len(names)} masks, too few to split")
    return sorted(names[n:]), sorted(names[:n])


def one(a, out, name, root, arm, seed):
    """Trains and tests one network."""
    training, test = split(root, seed, a.test)
    flags, target = ARMS[arm]
    # A folder of the training images alone: class weights must know nothing of the test.
    part = out / "data" / f"{name}-{a.images}-seed{seed}"
    for kind in ("images", "labels"):
        (part / kind).mkdir(parents=True, exist_ok=True)
        for stem in training:
            link = part / kind / f"{stem}.png"
            try:
                link.symlink_to(files(root, stem)[kind].resolve())
            except FileExistsError:
                pass
    maps = out / "maps" / part.name / arm.replace(", ", "-")
    run(a.weightmap, "precompute", "--quiet", "--instances", "ids", "--save", "weights,target", "--out", maps, *flags, part)

    torch.manual_seed(seed)
    crops = Crops(part, a.size, per_epoch=a.steps * a.batch, maps=maps, target=target, seed=seed)
    model = UNet(a.channels)
    optimizer = torch.optim.Adam(model.parameters(), lr=a.rate)
    start = time.time()
    for step, (x, y, w) in enumerate(torch.utils.data.DataLoader(crops, a.batch)):
        # The rate falls to 0 along a cosine, so that the end is not one of many noisy ones.
        for g in optimizer.param_groups:
            g["lr"] = a.rate * 0.5 * (1 + np.cos(np.pi * step / a.steps))
        # Divided by Σw: the maps differ in their mean, and Adam would mostly undo that, but not all.
        loss = weighted_bce(model(x), y, w, "mean-by-weight")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    seconds = time.time() - start

    counts, pictures = [], []
    for stem in test:
        image, truth = (load(path) for path in files(root, stem).values())
        found = objects(probabilities(model, image))
        counts.append(compare(truth, found))
        if len(pictures) < 4:
            pictures.append(np.concatenate([outlines(image, truth), outlines(image, found)], 1))
    if seed == 0:  # to look at: true outlines on the left, found ones on the right
        (out / "pictures").mkdir(exist_ok=True)
        for k, picture in enumerate(pictures):
            Image.fromarray(picture).save(out / "pictures" / f"{name}-{arm.replace(', ', '-')}-{k}.png")
    return {"data": name, "arm": arm, "seed": seed, **summary(counts), "final loss": loss.item(),
            "images": {s: c for s, c in zip(test, counts)}, "seconds": seconds}


def table(runs, a, conditions):
    lines = [f"weightmap at {commit()}, PyTorch {torch.__version__}; seeds 0 to {a.seeds - 1}; "
             + ", ".join(f"{k} {v:.3g}" for k, v in conditions.items()) + ".",
             "Mean ± standard deviation over seeds; below, of the difference to plain of the same seed.", ""]
    for name in dict.fromkeys(r["data"] for r in runs):
        for against in (False, True):
            lines += [f"| {name}{', minus plain' if against else ''} | " + " | ".join(MEASURES) + " |",
                      "|---|" + "---|" * len(MEASURES)]
            for arm in ARMS:
                if against and arm == "plain":
                    continue
                cells = []
                for m in MEASURES:
                    v = {r["seed"]: r[m] for r in runs if r["data"] == name and r["arm"] == arm}
                    if against:
                        plain = {r["seed"]: r[m] for r in runs if r["data"] == name and r["arm"] == "plain"}
                        v = {s: v[s] - plain[s] for s in v}
                    x = np.array(list(v.values()))
                    cells.append(f"{x.mean():{'+' if against else ''}.3f} ± {x.std(ddof=1) if len(x) > 1 else 0:.3f}")
                lines.append(f"| {arm} | " + " | ".join(cells) + " |")
            lines.append("")
    return "\n".join(lines)


def commit():
    done = subprocess.run(["git", "-C", str(HERE), "describe", "--always", "--dirty"], capture_output=True, text=True)
    return done.stdout.strip() or "no commit"


if __name__ == "__main__":
    main()
