"""The page."""

import os
import pathlib
import platform
import statistics
import subprocess

import peers
import rounds

ROOT = pathlib.Path(__file__).resolve().parents[1]
RESTLESS = 0.05  # share of the time that ours or theirs waited for a processor, from which a row is marked


def number(x):
    if x >= 999.5:
        return f"{x:,.0f}"
    return f"{x:.3g}" if x >= 1 or x == 0 else f"{x:.2f}"


def spread(samples, name):
    low, high = samples.quartiles(name)
    return f"{number(samples.median(name))} ({number(low)}–{number(high)})"


def mark(ratio, target):
    if target is None:
        return f"{number(ratio)}"
    must, aim = target
    return f"{number(ratio)} {'●' if ratio <= aim else '○' if ratio <= must else '✗'}"


def restless(row):
    """Only what is measured on the wall suffers from others."""
    return 2 in row.samples and row.samples[2].waited() > RESTLESS


def apart(samples):
    """How much more two callers get done than one, each with a worker and an image of his own."""
    return 2 * samples.gain("ours alone", "ours apart")


def line(job, row):
    """One row for whoever waits."""
    parts = []
    for threads, s in row.samples.items():
        for p in job.against:
            if p.name in s.of:
                parts.append(f"{threads}: {number(s.median('ours'))} / {number(s.median(p.name))} {p.name} "
                             f"= {number(s.ratio('ours', p.name))}")
    waited = f"; waited {row.samples[2].waited():.0%}" if 2 in row.samples else ""
    return f"{job.key}, {row.image.name}: {'; '.join(parts)} ({'; '.join(row.said.values())}{waited})"


def name_of(row):
    name = f"*{row.image.name}*" if row.image.adverse else row.image.name
    return f"{name} ~" if restless(row) else name


def table(job, peer, rows):
    """One job against one peer."""
    target = job.targets.get(peer.name)
    goal = f": must {target[0]}, aim {target[1]}" if target else ""
    two = any(peer.name in r.samples[2].of for r in rows if 2 in r.samples)
    head = ["image", "ours", peer.name, f"ratio{goal}"]
    if two:
        head += ["ours, 2", "theirs, 2", "ratio, 2", "1 → 2 workers", "apart"]
    head.append("result")
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for r in rows:
        if 1 not in r.samples:
            continue
        s = r.samples[1]
        cells = [name_of(r), spread(s, "ours"), spread(s, peer.name), mark(s.ratio("ours", peer.name), target)]
        if two:
            t = r.samples.get(2)
            if t and peer.name in t.of:
                cells += [spread(t, "ours"), spread(t, peer.name), mark(t.ratio("ours", peer.name), target),
                          f"{t.gain('ours alone', 'ours'):.2f}×", f"{apart(t):.2f}×"]
            else:
                cells += [""] * 5
        cells.append(r.said.get(peer.name, "**NOT EQUAL**"))
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def summary(done):
    lines = ["| job | against | must / aim | one thread: median, worst | must, aim reached | two threads: median, worst | must, aim reached | 1 → 2 workers | apart |",
             "|---|---|---|---|---|---|---|---|---|"]
    for job, rows in done.items():
        for peer in job.against:
            target = job.targets.get(peer.name)
            if target is None:
                continue
            cells = [job.title, peer.name, f"{target[0]} / {target[1]}"]
            for threads in (1, 2):
                ratios = {r: r.samples[threads].ratio("ours", peer.name) for r in rows
                          if threads in r.samples and peer.name in r.samples[threads].of}
                if not ratios:
                    cells += ["", ""]
                    continue
                worst = max(ratios, key=ratios.get)
                cells.append(f"{number(statistics.median(ratios.values()))}, {number(ratios[worst])} ({worst.image.name})")
                cells.append(", ".join(f"{sum(v <= t for v in ratios.values())}" for t in target) + f" of {len(ratios)}")
            large = [r.samples[2] for r in rows if 2 in r.samples and r.image.pixels >= 1e6]
            gains = [s.gain("ours alone", "ours") for s in large]
            cells.append(f"{statistics.median(gains):.2f}× ({min(gains):.2f}–{max(gains):.2f})" if gains else "")
            cells.append(f"{statistics.median(map(apart, large)):.2f}×" if large else "")
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def cpu():
    """The processor's name, and the widest vectors it has."""
    name, flags = platform.processor() or platform.machine(), ""
    info = pathlib.Path("/proc/cpuinfo")
    if info.exists():
        for row in info.read_text().splitlines():
            key, _, value = row.partition(":")
            if key.strip() == "model name":
                name = value.strip()
            elif key.strip() == "flags":
                flags = value.split()
    wide = next((w for f, w in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if f in flags), None)
    return f"{name}, {os.cpu_count()} cores" + (f", {wide}" if wide else "")


def command(*words):
    try:
        return subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def commit():
    changed = command("git", "status", "--porcelain", "--", "grid", "edt", "labeling", "weights", "internal/npy")
    return (command("git", "rev-parse", "--short=12", "HEAD") or "unknown") + (" with changes" if changed else "")


class Page:
    def __init__(self, args, kernels):
        self.args = args
        self.small = self.usual = self.memory = self.floor = self.profiles = self.growth = None
        self.commit = commit()

    def text(self, done, wrong):
        out = ["# Benchmarks", ""]
        out += self.introduction()
        if wrong:
            out += ["## NOT EQUAL", ""] + [f"- {w}" for w in wrong] + [""]
        out += ["## Summary", "", "Ratio of the medians, ours to theirs; below 1 ours is faster. In the tables ● is the aim",
                "reached, ○ the must, ✗ neither.", ""] + summary(done) + [""]
        for job, rows in done.items():
            out += [f"## {job.title}", ""]
            out += [job.note, ""] if job.note else []
            for peer in job.against:
                out += table(job, peer, rows) + [""]
        out += self.usual_way() + self.memory_table() + self.growth_table() + self.where()
        return "\n".join(out).rstrip() + "\n"

    def introduction(self):
        theirs = ", ".join(f"{n} {v}" for n, v in peers.versions())
        out = [f"What `benchmarks/run{' --large' if self.args.large else ''}{' --quick' if self.args.quick else ''}"
               f"{' --native' if self.args.built else ''}` prints. Nanoseconds a pixel: median (quartiles).",
               "One thread: processor time, in which other programs do not count. Two threads: time on the wall, in a loop.",
               "",
               f"- Processor: {cpu()}; {platform.system()} {platform.machine()}",
               f"- Ours: commit {self.commit}, {command('go', 'env', 'GOVERSION')}",
               f"- Theirs: {theirs}; Python {platform.python_version()}"]
        if self.args.built:
            out.append(f"- edt and connected-components-3d were built {self.args.built}")
        if peers.absent():
            out.append(f"- Not installed and therefore left out: {', '.join(peers.absent())}")
        out += ["",
                "Ours and theirs take turns on the same NPY files, one call each a round after one to warm up. Ours",
                "write into results that exist and use their scratch memory again; so does OpenCV. edt, cc3d, SciPy and",
                "scikit-image make a new result at every call, which they have no way not to. OpenCV runs without IPP, with",
                "which its precise transform takes a quarter longer.",
                "",
                "The images are drawn with seeds: *blobs* and *noise* are half foreground; *cells* are discs of about 23",
                "pixels on a fifth of the image; *crowded cells* fill two thirds (10,000 in 1024²: half) and are two pixels",
                "apart. Images in italics are adverse: there to be slow or to go wrong."]
        if self.args.data.exists():
            out += ["The real masks are 24 images of the 2018 Data Science Bowl, each timed and all added up, the real stack one of",
                    "StarDist's."]
        out += ["",
                "Before anything is timed it is compared; *result* says how. *bits*: every float32 is the same. Where the",
                "two differ SciPy judges in float64: ours must be its result rounded to float32, and a fault of theirs is in",
                "bold. `TwoNearest` is compared with the definition at random pixels"
                + (f", and on {self.small} small images at" if self.small else "."),
                *["every pixel with the stack of transforms."] * bool(self.small),
                "Two workers must give the same bits as one. A ~ marks rows in which threads had to wait for",
                "others.", "",
                f"With two threads {1000 * rounds.WARM:.0f} ms of calls that do not count come before each that does, ours or theirs. After a",
                "pause it takes 0.1 to 5 ms until a second thread is given a processor, whatever the program; an image",
                "of 1024² is done by then. Who calls once a second, and not in a loop, gains little from a second",
                "thread there.", "",
                "*1 → 2 workers* is how many times as fast two of ours are as one in the same round, in the median: processors",
                "change their speed from one to the next. *apart* is how much more two callers get done than one, each with a",
                "worker, an image and a result of his own: what these processors have to give. Half of the rounds of two threads are",
                "taken minutes after the others. The summary has both of images of a million pixels and more.", ""]
        return out

    def usual_way(self):
        if not self.usual:
            return []
        out = ["## The usual way to d1 and d2", "",
               "One SciPy transform for each object, stacked, and the two smallest of the stack; for the map the formula on",
               "top. It takes so long that it is run once. Ours, one worker.", "",
               "| image | `TwoNearest` | stacked distances | faster | `UNet.Map` | stacked map | faster | must | greatest difference |",
               "|---|---|---|---|---|---|---|---|---|"]
        for count, size, least, distances, whole, ours, far in self.usual:
            two, weights = ours["two"], ours["weights"]
            a, b = distances / two.median("two"), whole / weights.median("weights")
            out.append(f"| {count} crowded cells {size}² | {spread(two, 'two')} | {number(distances)} | {a:,.0f}× | "
                       f"{spread(weights, 'weights')} | {number(whole)} | {b:,.0f}× {'●' if b >= least else '✗'} | "
                       f"{least:,}× | {far:.1e} |")
        return out + [""]

    def memory_table(self):
        if not self.memory:
            return []
        out = ["## Memory", "",
               "Scratch is all that a first call allocates beside its result. *fresh* is the time of a call that has to find",
               "all of its memory, result included.", "",
               "| kernel | image | scratch bytes a pixel | must | allocations a call, 1 worker | 2 workers | reused, ns | fresh, ns |",
               "|---|---|---|---|---|---|---|---|"]
        for kernel, image, scratch, most, one, two, fresh in self.memory:
            goal = "" if most is None else f"≤ {most} {'●' if scratch <= most else '✗'}"
            out.append(f"| {kernel} | {image} | {scratch:.3f} | {goal} | {one:.0f} | {two:.0f} | "
                       f"{spread(fresh, 'reused')} | {spread(fresh, 'fresh')} |")
        return out + [""]

    def growth_table(self):
        if not self.growth:
            return []
        out = ["## Growth", "", "The 16384² image is 16 by 16 times the one of 1024². Ours, one worker; must: at most 1.3 times.", "",
               "| kernel | image | 1024² | 16384² | ratio |", "|---|---|---|---|---|"]
        for kernel, name, a, b in self.growth:
            out.append(f"| {kernel} | {name} | {number(a)} | {number(b)} | {b / a:.2f} {'●' if b <= 1.3 * a else '✗'} |")
        return out + [""]

    def where(self):
        if not self.floor:
            return []
        out = ["## Where the time goes", "",
               "The floor is what memory allows: to write four bytes a pixel and do nothing else takes "
               + ", ".join(f"{number(one)} ns at {size}, {number(two)} with two workers ({one / two:.2f}×)" for size, one, two in self.floor)
               + ". A transform and `Components` write four bytes, `TwoNearest` sixteen; each reads and writes its scratch at least once more.",
               ""]
        if self.profiles:
            out += ["| kernel | image | CPU time by function |", "|---|---|---|"]
            for kernel, image, parts in self.profiles:
                out.append(f"| {kernel} | {image} | " + ", ".join(f"`{n}` {share:.0f} %" for n, share in parts) + " |")
        return out + [""]
