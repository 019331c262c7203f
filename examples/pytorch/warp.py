"""What becomes of a weight map when the image is deformed: warped, or computed anew.

    weightmap precompute DATA
    python warp.py DATA --elastic 8 --out warp.png

compares, over random crops of DATA, the stored map, deformed with the image, with the map
of the deformed ids (weightmap pipe, which must be in the PATH), and draws the crop in
which they differ most: image, target, both maps, and the difference.
"""

import argparse

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from data import Crops
from train import pipe


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("data", help="folder with images/ and labels/")
    p.add_argument("--maps", help="folder of the maps, if precompute had --out")
    p.add_argument("--elastic", type=float, default=8, help="elastic deformation, s.d. in pixels (%(default)s)")
    p.add_argument("--every", type=int, default=32, help="so many pixels is a point displaced (%(default)s)")
    p.add_argument("--size", type=int, default=128, help="side of a crop (%(default)s)")
    p.add_argument("--crops", type=int, default=100, help="how many to compare (%(default)s)")
    p.add_argument("--out", default="warp.png", help="where the picture goes (%(default)s)")
    a = p.parse_args()
    same = dict(root=a.data, maps=a.maps, size=a.size, per_epoch=a.crops, elastic=a.elastic, every=a.every)
    ways = (None, pipe(a.maps or a.data, "mask"), lambda ids: np.ones(ids.shape, np.float32))
    off, most, worst = [], -1, None
    for items in zip(*(Crops(**same, remap=way) for way in ways)):
        (x, t, warped), (_, _, anew), (_, _, ones) = ([v[0].numpy() for v in item] for item in items)
        error = np.abs(warped - anew) * (ones == 1)  # not at the image's edge, where weights fade out
        # Where it matters: background that the border term raises to twice its class weight.
        background = (ones == 1) & (t == 0)
        gap = background & (anew > 2 * anew[background].min(initial=np.inf))
        off.append((error / np.maximum(anew, 1e-6))[gap])
        if error.mean() > most:
            most, worst = error.mean(), (x, t, warped, anew, error)
    off = np.concatenate(off)
    print(f"elastic {a.elastic:g} every {a.every}: of {off.size} gap pixels the warped weight is off by "
          f"{np.mean(off):.1%} in the mean, by more than 25 % at {np.mean(off > 0.25):.1%}")
    draw(*worst).save(a.out)


def draw(image, target, warped, anew, error):
    """The five side by side, the weights and their difference on one scale."""
    top = max(warped.max(), anew.max())
    low, high = np.percentile(image, (1, 99.8))
    scaled = {"image": (image - low) / max(high - low, 1e-6), "target": target, "stored map, warped": warped / top,
              "map computed anew": anew / top, "difference": error / top}
    zoom, gap, head = 2, 8, 18
    w, h = zoom * image.shape[1], zoom * image.shape[0]
    sheet = Image.new("RGB", ((w + gap) * len(scaled) + gap, h + head + gap), "white")
    pen = ImageDraw.Draw(sheet)
    for i, (title, a) in enumerate(scaled.items()):
        gray = Image.fromarray(np.uint8(255 * np.clip(a, 0, 1))).resize((w, h), Image.NEAREST)
        heat = "map" in title or title == "difference"
        at = gap + i * (w + gap)
        sheet.paste(ImageOps.colorize(gray, "black", "white", "crimson") if heat else gray.convert("RGB"), (at, head))
        pen.text((at, 3), title, "black")
    return sheet


if __name__ == "__main__":
    main()
