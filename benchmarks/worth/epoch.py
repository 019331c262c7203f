"""Seconds per epoch of a data loader that gives weight maps, three ways.

    python3 epoch.py --weightmap ./weightmap DIR

DIR has images and labels. An epoch is --crops random crops; nothing is trained, so that the
loader alone is timed. "none" has no map at all: what is above it is the map's. "pipe" and
"SciPy" compute the same maps, those of --reach pixels more on each side, so that objects just
outside the crop count; code that makes maps in a loader mostly does without (--reach 0). SciPy's
is what such code does: a distance transform for each object, all of them stacked and sorted.
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "examples" / "pytorch"), str(ROOT / "examples" / "pipe")]

from data import Crops
from naive import unet_weights
from weightpipe import WeightPipe


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data")
    p.add_argument("--weightmap", default="weightmap")
    p.add_argument("--maps", default="epoch-maps", help="folder for the stored maps (%(default)s)")
    p.add_argument("--crops", type=int, default=400)
    p.add_argument("--size", type=int, default=256)
    p.add_argument("--batch", type=int, default=8)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--elastic", type=float, default=0)
    p.add_argument("--reach", type=int, default=32, help="pixels added to each side of a crop (%(default)s)")
    p.add_argument("--repeat", type=int, default=3, help="epochs, of which the median counts (%(default)s)")
    a = p.parse_args()

    subprocess.run([a.weightmap, "precompute", "--quiet", "--instances", "ids", "--out", a.maps, a.data], check=True)
    with open(Path(a.maps) / "weightmap.jsonl") as f:
        w = json.loads(f.readline())["parameters"]["weights"]
    classes = w["background"], w["foreground"]
    pipe = WeightPipe("--instances", "ids", "--balance", f"{classes[0]},{classes[1]}", "--jobs", "1", program=a.weightmap)
    ways = {
        "none": dict(remap=Ones(), reach=0),
        "stored": dict(maps=a.maps),
        "pipe": dict(remap=pipe, reach=a.reach),
        "SciPy": dict(remap=Naive(*classes), reach=a.reach),
    }
    print(f"{a.crops} crops of {a.size}² from {a.data}, {a.workers} workers, elastic {a.elastic:g}, reach {a.reach}; "
          f"median of {a.repeat}, PyTorch {torch.__version__}\n")
    print("| map | seconds an epoch |\n|---|---|")
    for name, how in ways.items():
        crops = Crops(a.data, a.size, per_epoch=a.crops, elastic=a.elastic, **how)
        seconds = []
        for _ in range(a.repeat):
            start, n = time.perf_counter(), 0
            for x, _, _ in torch.utils.data.DataLoader(crops, a.batch, num_workers=a.workers):
                n += len(x)
            assert n == a.crops
            seconds.append(time.perf_counter() - start)
        print(f"| {name} | {statistics.median(seconds):.2f} |", flush=True)


class Ones:
    def __call__(self, ids):
        return (ids >= 0).astype("float32")


class Naive:
    def __init__(self, background, foreground):
        self.classes = background, foreground

    def __call__(self, ids):
        return unet_weights(ids, *self.classes)


if __name__ == "__main__":
    main()
