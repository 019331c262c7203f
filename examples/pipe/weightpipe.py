import os, subprocess, threading, types

import numpy as np


class WeightPipe:
    """pipe(mask) is the mask's weight map, float32. The flags are those of weightmap pipe.
    With save="weights,target" it is a tuple of both, in the order that --help gives."""

    def __init__(self, *flags, save="weights", program="weightmap"):
        self.__setstate__([program, "pipe", *flags, "--save", save])

    def __call__(self, mask):
        if self.owner != os.getpid():  # a forked worker starts a process of its own
            self.__setstate__(self.command)
        with self.lock:
            p = self.process = self.process or subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
            try:  # NumPy seeks in what looks like a file, so it gets write and read alone
                np.lib.format.write_array(types.SimpleNamespace(write=p.stdin.write), np.asarray(mask), allow_pickle=False)
                p.stdin.flush()
                if not p.stdout.peek(1):
                    raise RuntimeError("weightmap pipe has ended; its standard error says why")
                replies = []
                while len(replies) < self.arrays and not (replies and replies[0].dtype.kind == "S"):
                    replies.append(np.lib.format.read_array(types.SimpleNamespace(read=p.stdout.read)))
            except BaseException:  # the next mask must not get the rest of this reply
                self.close()
                raise
        if replies[0].dtype.kind == "S":
            raise ValueError(replies[0].item().decode())
        return replies[0] if self.arrays == 1 else tuple(replies)

    def close(self):
        if self.process and self.owner == os.getpid():
            self.process.kill()  # rather than wait while a fork holds its input open
            self.process.communicate()
        self.process = None

    __enter__ = lambda self: self
    __exit__ = lambda self, *_: self.close()
    __getstate__ = lambda self: self.command  # a spawned worker starts its own, too

    def __setstate__(self, command):
        self.command, self.owner, self.process, self.lock = command, os.getpid(), None, threading.Lock()
        self.arrays = len({kind.strip() for kind in command[-1].split(",")})
