"""Ours and theirs in turn: one call each a round, so that whatever else the computer
does meets all of them alike.

One thread is measured in processor time, in which other programs do not count, two
threads on the wall and in the middle of a loop: WARM seconds of calls come before the one
that counts. After a pause it may take milliseconds until a second thread is given a
processor, whatever the program; small images are done by then."""

import json
import pathlib
import statistics
import subprocess
import time

import numpy as np


WARM = 0.02


class Kernels:
    """The Go program that runs ours; see kernels/main.go."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        self.process.stdin.write(json.dumps(request, default=str) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the Go side stopped at {request}")
        answer = json.loads(line)
        if "error" in answer:
            raise SystemExit(f"the Go side says: {answer['error']}")
        return answer

    def results(self, kernel, file, workers, out):
        """The arrays that the kernel makes of the file."""
        for old in pathlib.Path(out).parent.glob(pathlib.Path(out).name + ".*.npy"):
            old.unlink()
        self.ask(do="save", kernel=kernel, file=file, workers=workers, out=out)
        files = sorted(pathlib.Path(out).parent.glob(pathlib.Path(out).name + ".*.npy"))
        return [np.load(f, mmap_mode="r") for f in files]

    def timer(self, kernel, files, workers, do="time", wall=False, beside=False):
        clock = "nanoseconds" if wall else "processor"

        def run():
            return sum(self.ask(do=do, kernel=kernel, file=f, workers=workers, warm=WARM if wall else 0,
                                beside=beside)[clock] for f in files)
        return run

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timer(calls, threads):
    """The nanoseconds that the calls take together."""
    clock = time.process_time_ns if threads == 1 else time.perf_counter_ns

    def run():
        total = 0
        for call in calls:
            if threads > 1:
                loop(call, WARM)
            start = clock()
            call()
            total += clock() - start
        return total
    return run


def loop(call, seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        call()


def waiting(processes):
    """Nanoseconds in which threads of these processes were ready and had to wait for a
    processor, where the system tells."""
    total = 0
    for p in processes:
        for task in pathlib.Path(f"/proc/{p}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[1])
            except OSError:
                pass  # gone meanwhile
    return total


def quiet(until):
    """Waits until nobody else has had much to do for some seconds, where the system tells."""
    load = pathlib.Path("/proc/pressure/cpu")
    while load.exists() and time.perf_counter() < until:
        if float(load.read_text().split("avg10=")[1].split()[0]) < 10:
            break
        time.sleep(2)


class Samples:
    """Nanoseconds a pixel of each of several, from the same rounds."""

    def __init__(self, names, rounds, took, waited):
        self.of = {name: [r[i] for r in rounds] for i, name in enumerate(names)}
        self.took, self.without = took, waited  # nanoseconds, and in how many one of them had no processor

    def add(self, more):
        """Takes the rounds of another time, too."""
        for name, times in more.of.items():
            self.of[name] += times
        self.took += more.took
        self.without += more.without

    def waited(self):
        """The share of the time in which one of them waited for a processor."""
        return self.without / self.took

    def median(self, name):
        return statistics.median(self.of[name])

    def quartiles(self, name):
        return tuple(np.percentile(self.of[name], (25, 75)))

    def ratio(self, name, to):
        return self.median(name) / self.median(to)

    def gain(self, alone, other):
        """How many times as fast in the same round: processors change their speed from one to
        the next."""
        return statistics.median(a / b for a, b in zip(self.of[alone], self.of[other]))


def alternate(timers, pixels, seconds, least, processes=()):
    """Rounds of all timers (by name) in turn after one to warm up, for so many seconds
    and at least so many rounds."""
    for run in timers.values():
        run()
    rounds, start, waited = [], time.perf_counter(), waiting(processes)
    while len(rounds) < least or time.perf_counter() - start < seconds:
        rounds.append([run() / pixels for run in timers.values()])
    took = time.perf_counter() - start
    return Samples(list(timers), rounds, 1e9 * took, waiting(processes) - waited)
