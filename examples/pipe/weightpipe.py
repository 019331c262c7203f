import contextlib, os, subprocess, threading, types

import numpy as np


class WeightPipe:
    """pipe(mask) is the weight map; with save="weights,target" both, in the order that --help gives."""

    def __init__(self, *flags, save="weights", program="weightmap"):
        self.__setstate__([program, "pipe", *flags, "--save", save.replace(" ", "")])

    def __setstate__(self, command):
        self.command, self.owner, self.process, self.lock = command, os.getpid(), None, threading.Lock()

    __getstate__ = lambda self: self.command  # a spawned worker starts a process of its own

    def __call__(self, mask):
        if self.owner != os.getpid():  # a forked worker, too
            self.__setstate__(self.command)
        with self.lock, contextlib.ExitStack() as interrupted:
            interrupted.callback(self.close)  # the next mask must not get the rest of this reply
            self.process = p = self.process or subprocess.Popen(
                self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
            # NumPy would seek in a file, so it gets what can only write, or read.
            np.lib.format.write_array(types.SimpleNamespace(write=p.stdin.write), np.asarray(mask), allow_pickle=False)
            p.stdin.flush()
            if not p.stdout.peek(1):
                raise RuntimeError("weightmap pipe has ended; its standard error says why")
            kinds, replies = set(self.command[-1].split(",")), []
            while not replies or replies[0].dtype.kind != "S" and len(replies) < len(kinds):
                replies.append(np.lib.format.read_array(types.SimpleNamespace(read=p.stdout.read)))
            interrupted.pop_all()
        if replies[0].dtype.kind == "S":
            raise ValueError(replies[0].item().decode())
        return replies[0] if len(replies) == 1 else tuple(replies)

    def close(self):
        if self.process:
            self.process = self.process.kill()  # which returns nothing, and spares what is another's
