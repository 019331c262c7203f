"""Checks and times the kernels beside the others and writes the page. Started by run."""

import argparse
import math
import os
import pathlib
import sys
import time

import numpy as np

import checks
import growth
import inputs
import jobs
import peers
import report
import rounds


# Two threads are measured so often, minutes apart: for some time at once two processors may
# do little more than one, where they are virtual and share a real one.
PASSES = 2


def say(*words):
    print(*words, file=sys.stderr, flush=True)


class Results:
    """What our kernels make of one file; check functions ask for it by kernel."""

    def __init__(self, kernels, file, out, work):
        self.kernels, self.file, self.out, self.work = kernels, file, out, work

    def __call__(self, kernel, workers=1):
        return self.kernels.results(kernel, self.file, workers, self.out / f"{kernel}-{workers}")


class Row:
    """One image of a job: what the checks say by peer, and samples by threads."""

    def __init__(self, image):
        self.image, self.said, self.samples = image, {}, {}


def check(job, row, kernels, work, effort):
    """Compares with every peer on every file, and one worker with two."""
    said = {p.name: [] for p in job.against}
    for file in row.image.files:
        array, results = np.load(file), Results(kernels, file, work, effort / len(row.image.files))
        ours = results(job.kernel)
        for p in job.against:
            peers.opencv_threads(1)
            said[p.name].append(job.check(array, ours, p.prepare(array, 1)(), p, results))
        for a, b in zip(ours, results(job.kernel, workers=2)):
            if not np.array_equal(a, b):
                raise checks.Wrong("two workers make something else than one")
    for name, each in said.items():
        distinct = list(dict.fromkeys(each))
        row.said[name] = distinct[0] if len(distinct) == 1 else f"{len(each)} images"
        faults = [s for s in distinct if "wrong" in s]
        if faults:
            row.said[name] = faults[0]


def measure(job, row, kernels, threads, seconds, least):
    peers.opencv_threads(threads)
    timers = {}
    if threads > 1:
        timers["ours alone"] = kernels.timer(job.kernel, row.image.files, 1, wall=True)
        timers["ours apart"] = kernels.timer(job.kernel, row.image.files, 1, wall=True, beside=True)
    timers["ours"] = kernels.timer(job.kernel, row.image.files, threads, wall=threads > 1)
    for p in job.against:
        if threads == 1 or p.threads:
            timers[p.name] = rounds.timer([p.prepare(a, threads) for a in row.image.arrays()], threads)
    got = rounds.alternate(timers, row.image.pixels, seconds, least, (os.getpid(), kernels.process.pid))
    if threads in row.samples:
        row.samples[threads].add(got)
    else:
        row.samples[threads] = got


def definition(kernels, folder):
    """On small images everything against the usual way, pixel by pixel; and the mask with
    the most components there can be."""
    rng, count = np.random.default_rng(7), 0
    for shape in ((1, 1), (1, 40), (40, 1), (64, 64), (37, 91), (17, 18, 19), (3, 40, 2)):
        for n, cover in ((0, 0), (1, 0.1), (2, 0.01), (5, 0.3), (200, 0.5), (3, 1)):
            labels = (rng.integers(1, n + 1, shape) * (rng.random(shape) < cover)).astype(np.int32) if n else \
                np.zeros(shape, np.int32)
            file = folder / f"small{count}.npy"
            np.save(file, labels)
            results = Results(kernels, file, folder, 0)
            d1, d2 = (d.astype(np.float32) for d in peers.stacked(labels))
            two = results("two")
            for want, got in ((d1, two[0]), (d2, two[1])):
                if not np.array_equal(want, got):
                    raise checks.Wrong(f"{file.name}: not what the stack of transforms has")
            checks.two_nearest(two, labels, 1e6)
            checks.weight_map(results("weights")[0], labels, d1, d2, peers.weights)
            count += 1
    board = inputs.checkerboard((1023, 1024))
    file = folder / "checkerboard.npy"
    np.save(file, board)
    labels, = Results(kernels, file, folder, 0)("components-4")
    if not np.array_equal(labels[board != 0], np.arange(1, board.sum() + 1)) or labels[board == 0].any():
        raise checks.Wrong("a 4-connected checkerboard does not have a component for every second pixel")
    return count


def usual(kernels, folder, quick):
    """The stacked way in one run, because it takes so long."""
    found = []
    for count, size, least in ((100, 512, 300),) if quick else ((100, 512, 300), (500, 1024, 3000)):
        labels = inputs.crowded((size, size), count)
        file = folder / f"usual{size}.npy"
        np.save(file, labels)
        start = time.process_time()
        d1, d2 = peers.stacked(labels)
        distances = time.process_time() - start
        theirs = peers.weights(labels, d1, d2)
        whole = time.process_time() - start
        results = Results(kernels, file, folder, 0)
        two = results("two")
        for want, got in ((d1, two[0]), (d2, two[1])):
            if not np.array_equal(want.astype(np.float32), got):
                raise checks.Wrong(f"{count} cells: not what the stack of transforms has")
        far = np.abs(results("weights")[0] - theirs).max()
        if far > 1e-5:
            raise checks.Wrong(f"{count} cells: weights differ by {far}")
        ours = {k: rounds.alternate({k: kernels.timer(k, [file], 1)}, labels.size, 0.5, 9) for k in ("two", "weights")}
        found.append((count, size, least, distances * 1e9 / labels.size, whole * 1e9 / labels.size, ours, far))
    return found


def memory(kernels, plan):
    """Scratch bytes a pixel and allocations a call."""
    shape = plan.four or plan.one
    found = []
    mask = plan.get(inputs.blobs, shape, name="blobs")
    labels = plan.get(inputs.cells, shape, name="sparse cells")
    for kernel, image, most in (("transform", mask, 4), ("components", mask, None), ("two", labels, 12),
                                ("weights", labels, None)):
        a = [kernels.ask(do="memory", kernel=kernel, file=image.files[0], workers=w) for w in (1, 2)]
        fresh = rounds.alternate({"reused": kernels.timer(kernel, image.files, 1),
                                  "fresh": kernels.timer(kernel, image.files, 1, do="fresh")}, image.pixels, 0, 5)
        found.append((kernel, image.name, a[0]["scratch"] / image.pixels, most,
                      a[0]["allocations"], a[1]["allocations"], fresh))
    return found


def main():
    p = argparse.ArgumentParser()
    for name in ("work", "kernels", "data"):
        p.add_argument("--" + name, type=pathlib.Path, required=True)
    p.add_argument("--output", type=pathlib.Path)
    p.add_argument("--only")
    p.add_argument("--built", default="")
    p.add_argument("--patience", type=float, default=0)
    p.add_argument("--quick", action="store_true")
    p.add_argument("--large", action="store_true")
    args = p.parse_args()
    seconds, least, effort = (0.03, 3, 2e6) if args.quick else (0.6, 5, 2e7)

    folder = args.work / "inputs"
    folder.mkdir()
    kernels = rounds.Kernels(args.kernels)
    plan = jobs.Plan(folder, args.data, args.quick)
    todo = list(plan.jobs())
    if args.only:
        unknown = set(args.only.split(",")) - {j.key for j in todo}
        if unknown:
            sys.exit(f"benchmarks/run: no table {', '.join(sorted(unknown))}; there are {', '.join(j.key for j in todo)}")
        todo = [j for j in todo if j.key in args.only.split(",")]
    done, wrong = {}, []
    start = time.perf_counter()
    page = report.Page(args, kernels)

    def attempt(what, f, *arguments):
        try:
            return f(*arguments)
        except checks.Wrong as e:
            wrong.append(f"{what}: {e}")
            say(f"WRONG: {wrong[-1]}")

    page.small = attempt("small images", definition, kernels, folder)
    for job in todo:
        if not job.against:
            say(f"{job.key}: no peer of it is installed")
            continue
        done[job] = []
        for image in job.images:
            row = Row(image)
            done[job].append(row)
            attempt(f"{job.key}, {image.name}", check, job, row, kernels, args.work, effort)
            measure(job, row, kernels, 1, seconds, least)
            kernels.ask(do="forget")
            say(f"{time.perf_counter() - start:4.0f} s  {report.line(job, row)}")
    until = time.perf_counter() + 60 * args.patience
    for _ in range(PASSES):
        for job, rows in done.items():
            for row in rows:
                rounds.quiet(until)
                measure(job, row, kernels, 2, 2 * seconds / PASSES, math.ceil(least / PASSES))
                kernels.ask(do="forget")
                say(f"{time.perf_counter() - start:4.0f} s  {report.line(job, row)}")
    if not args.only:
        page.usual = attempt("the usual way", usual, kernels, folder, args.quick) or []
        page.memory = memory(kernels, plan)
        page.floor = growth.floor(kernels, plan)
        if not args.quick:
            page.profiles = growth.profiles(kernels, args.kernels, args.work, plan)
    if args.large:
        page.growth = attempt("growth", growth.growth, kernels, folder, say) or []
    kernels.close()

    text = page.text(done, wrong)
    print(text)
    if args.output and not wrong:
        args.output.write_text(text)
    if wrong:
        sys.exit("benchmarks/run: NOT EQUAL\n  " + "\n  ".join(wrong))


if __name__ == "__main__":
    main()
