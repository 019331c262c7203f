"""How the time a pixel grows with the image, where it goes, and the floor under it."""

import subprocess

import numpy as np

import checks
import inputs
import rounds


def floor(kernels, plan):
    """What it takes to write four bytes a pixel and do nothing else, one worker and two."""
    found = []
    for image in (plan.get(inputs.blobs, s, name="blobs") for s in plan.planes()):
        timers = {workers: kernels.timer("write", image.files, workers, wall=True) for workers in (1, 2)}
        got = rounds.alternate(timers, image.pixels, 0.5, 9)
        found.append((image.name.removeprefix("blobs "), got.median(1), got.median(2)))
    return found


def profiles(kernels, program, work, plan):
    """The functions in which each kernel spends most of its time."""
    found = []
    for kernel, image in (
            ("transform", plan.get(inputs.blobs, plan.one)), ("transform-squared", plan.get(inputs.blobs, plan.cube)),
            ("components", plan.get(inputs.blobs, plan.one)), ("components", plan.get(inputs.blobs, plan.cube)),
            ("two", plan.get(inputs.crowded, plan.one, 500)), ("two", plan.get(inputs.cells, plan.cube)),
            ("weights", plan.get(inputs.crowded, plan.one, 500))):
        out = work / "cpu.prof"
        kernels.ask(do="profile", kernel=kernel, file=image.files[0], workers=1, seconds=2, out=out)
        top = subprocess.run(["go", "tool", "pprof", "-top", "-nodecount=6", program, out],
                             capture_output=True, text=True, check=True).stdout.splitlines()
        header = next(i for i, line in enumerate(top) if line.split()[:2] == ["flat", "flat%"])
        parts = []
        for line in top[header + 1:]:
            _, share, _, _, _, name = line.split(None, 5)
            if float(share.rstrip("%")) >= 2:
                parts.append((short(name), float(share.rstrip("%"))))
        found.append((kernel, image.name, parts))
    return found


def short(name):
    """edt.(*sweep).finish of a whole import path with type arguments."""
    return name.replace(" (inline)", "").replace("[go.shape.int32]", "").replace("[...]", "").rsplit("/", 1)[-1]


def growth(kernels, folder, say):
    """A seamless image of 1024², and 16 by 16 of it. The distances must be the same in
    every tile that is not at the border."""
    n, times, found = 1024, 16, []
    cells = inputs.cells((n, n))
    for kernel, name, tile in (
            ("transform", "blobs", inputs.blobs((n, n))), ("transform", "cells", inputs.foreground(cells)),
            ("transform", "cells inverted", inputs.background(cells)), ("transform", "noise", inputs.noise((n, n))),
            ("components", "blobs", inputs.blobs((n, n))),
            ("two", "sparse cells", cells), ("two", "500 crowded cells", inputs.crowded((n, n), 500)),
            ("weights", "500 crowded cells", inputs.crowded((n, n), 500))):
        files = []
        for k in (1, 3, times):
            files.append(folder / f"grown{k}.npy")
            np.save(files[-1], tiled(tile, k))
        small, middle, large = files
        timers = {"1024²": kernels.timer(kernel, [small] * 8, 1), "16384²": kernels.timer(kernel, [large], 1)}
        got = rounds.alternate(timers, 1, 0, 3)
        if kernel in ("transform", "weights"):
            want = kernels.results(kernel, middle, 1, folder / "want")[0][n:2 * n, n:2 * n]
            have = kernels.results(kernel, large, 1, folder / "have")[0]
            for y, x in ((1, 1), (1, times - 2), (times // 2, times // 2), (times - 2, 1)):
                if not np.array_equal(want, have[y * n:(y + 1) * n, x * n:(x + 1) * n]):
                    raise checks.Wrong(f"{kernel} of {name}: tile {y}, {x} of 16384² is another")
        kernels.ask(do="forget")
        for f in folder.glob("have.*"):
            f.unlink()
        a, b = got.median("1024²") / 8 / n ** 2, got.median("16384²") / (times * n) ** 2
        say(f"growth of {kernel}, {name}: {a:.2f} to {b:.2f}")
        found.append((kernel, name, a, b))
    return found


def tiled(tile, times):
    """Ids go on from tile to tile."""
    if tile.dtype == np.uint8:
        return np.tile(tile, (times, times))
    n, most = tile.shape[0], int(tile.max())
    whole = np.empty((n * times, n * times), np.int32)
    for k in range(times * times):
        y, x = divmod(k, times)
        whole[y * n:(y + 1) * n, x * n:(x + 1) * n] = np.where(tile != 0, tile + k * most, 0)
    return whole
