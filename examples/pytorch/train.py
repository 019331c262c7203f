"""Trains a small U-Net with weight maps.

    weightmap precompute DATA
    python train.py DATA --out unet.pt

DATA has the folders images and labels; see data.py.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import torch

from data import Crops
from loss import weighted_bce
from unet import UNet


def pipe(root, target):
    """A remap for Crops: weightmap pipe, with the parameters of the maps that precompute laid in root."""
    sys.path.append(str(Path(__file__).resolve().parent.parent / "pipe"))
    from weightpipe import WeightPipe

    with open(Path(root) / "weightmap.jsonl") as f:
        made, *others = (json.loads(line)["parameters"] for line in f)
    spacing = made.get("spacing", [])
    if any(o != made for o in others):
        raise ValueError(f"the maps in {root} were not all made with the same parameters (--balance image?)")
    if made["ridge"] and target == "mask":
        raise ValueError(f"the maps in {root} were made with --ridge: train on what it left, --target target")
    if len(set(spacing)) > 1:
        raise ValueError(f"the pixels of {root} are not square, and crops are turned")
    w = made["weights"]
    flags = ["--instances", made["instances"], "--balance", f"{w['background']},{w['foreground']}",
             "--w0", w["w0"], "--sigma", w["sigma"], "--inside", w["inside"], "--single", w["single"], "--term", w["term"],
             "--min-size", made["min_size"]]
    flags += ["--connectivity", made["connectivity"]] if "connectivity" in made else []
    flags += ["--spacing", ",".join(map(str, spacing))] if spacing else []
    flags += ["--ignore", made["ignore"]] if "ignore" in made else []
    flags += ["--ridge"] if made["ridge"] else []
    return WeightPipe(*map(str, flags), save="weights,target" if target == "target" else "weights")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", help="folder with images/ and labels/")
    p.add_argument("--out", default="unet.pt", help="where the trained network goes (%(default)s)")
    p.add_argument("--steps", type=int, default=1000, help="optimiser steps (%(default)s)")
    p.add_argument("--batch", type=int, default=8, help="crops a step (%(default)s)")
    p.add_argument("--size", type=int, default=128, help="side of a crop, a multiple of 8 (%(default)s)")
    p.add_argument("--channels", type=int, default=16, help="channels of the first level (%(default)s)")
    p.add_argument("--rate", type=float, default=1e-3, help="learning rate of Adam (%(default)s)")
    p.add_argument("--elastic", type=float, default=0, help="elastic deformation, s.d. in pixels (%(default)s)")
    p.add_argument("--elastic-every", type=int, default=32, help="so many pixels is a point displaced (%(default)s)")
    p.add_argument("--recompute", action="store_true",
                   help="compute each crop's map anew from its deformed ids (weightmap pipe)")
    p.add_argument("--maps", help="folder of the maps, if precompute had --out")
    p.add_argument("--target", choices=["mask", "target"], default="mask",
                   help="target: the cut one that precompute --ridge --save weights,target wrote (%(default)s)")
    p.add_argument("--reduction", choices=["mean", "elements", "mean-by-weight"], default="mean",
                   help="what the loss is divided by (%(default)s); see loss.py")
    p.add_argument("--workers", type=int, default=0, help="processes that load (%(default)s)")
    p.add_argument("--seed", type=int, default=0)
    a = p.parse_args()

    torch.manual_seed(a.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    crops = Crops(a.data, a.size, per_epoch=a.steps * a.batch, maps=a.maps, target=a.target,
                  elastic=a.elastic, every=a.elastic_every, seed=a.seed,
                  remap=pipe(a.maps or a.data, a.target) if a.recompute else None)
    loader = torch.utils.data.DataLoader(crops, a.batch, num_workers=a.workers)
    model = UNet(a.channels).to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=a.rate)

    start, recent = time.time(), []
    for step, batch in enumerate(loader, 1):
        image, target, weights = (t.to(device) for t in batch)
        loss = weighted_bce(model(image), target, weights, a.reduction)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        recent.append(loss.item())
        if step % max(1, a.steps // 10) == 0:
            print(f"step {step} of {a.steps}: loss {sum(recent) / len(recent):.4f}, {time.time() - start:.0f} s", flush=True)
            recent = []
    torch.save({"channels": a.channels, "state": model.cpu().state_dict()}, a.out)
    print(f"{a.out} holds the network")


if __name__ == "__main__":
    main()
