#!/usr/bin/env python3
"""Kills the engine and its loopback adapter at random points under load.

Every message that was answered "accepted" must have come out of the loopback
adapter; one that came out twice must be marked maybe-duplicate in its trace.

usage: kill_loopback.py BUILD_DIR [ROUNDS]
"""
import collections
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

BUILD = os.path.abspath(sys.argv[1])
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 60
SEED = int(os.environ.get("KILL_SEED", "1"))

CONF = """group = gateway
adapters = "loopback"
home-domain = cpm.example
country = 1
minimum-free = 1M
reserve = 1M
retry-first = 100ms
retry-most = 1s

group = loopback
listen = "{base}/submit.sock"
record = "{base}/record"
delay = 2ms

group = route
name = all
prefix = "+1"
technology = loopback
"""


class Gateway:
    def __init__(self, base):
        self.base = base
        self.process = None

    def start(self):
        log = open(self.base + "/log", "ab")
        self.process = subprocess.Popen(
            [BUILD + "/cpmgwd", "--state", self.base + "/state", "--conf",
             self.base + "/conf"], stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline()
        if b"ready" not in line:
            raise SystemExit("the gateway did not start: see its log")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def kill_adapter(self):
        with open(self.base + "/state/run/cpmgw-loopback.pid") as f:
            os.kill(int(f.read()), signal.SIGKILL)

    def command(self, name, **arguments):
        s = socket.socket(socket.AF_UNIX)
        s.connect(self.base + "/state/gwctl.sock")
        s.sendall(json.dumps({"command": name,
                              "arguments": arguments}).encode() + b"\n")
        lines, data = [], b""
        while True:
            chunk = s.recv(65536)
            data += chunk
            *whole, data = data.split(b"\n")
            for one in whole:
                o = json.loads(one)
                if "end" in o:
                    return lines
                lines.append(o)
            if not chunk:
                return lines


def submit_until_dead(base, first, seconds, accepted):
    """Submits numbered messages; returns the next number."""
    number = first
    end = time.monotonic() + seconds
    try:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(0.2)
        s.connect(base + "/submit.sock")
        open_, data = collections.deque(), b""
        while time.monotonic() < end:
            while len(open_) < 50:
                s.sendall(b"+15559 +1555%07d m%d\n" % (number, number))
                open_.append(number)
                number += 1
            data += s.recv(65536)
            *whole, data = data.split(b"\n")
            for one in whole:
                words = one.split()
                if words[0] in (b"accepted", b"duplicate"):
                    accepted.add(first + int(words[2]) - 1)
                    open_.popleft()
                elif words[0] == b"refused":
                    open_.popleft()
    except OSError:
        pass
    return number


def counts(base):
    """Message number -> how often it came out."""
    seen = collections.Counter()
    try:
        with open(base + "/record") as f:
            for line in f:
                if line.endswith("\n"):
                    seen[int(line.rsplit(" m", 1)[1])] += 1
    except FileNotFoundError:
        pass
    return seen


def settle(g, accepted, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        status = g.command("status")[0]
        seen = counts(g.base)
        if all(n in seen for n in accepted) and status["in_flight"] == 0:
            return seen
        time.sleep(0.2)
    return counts(g.base)


def marked(g, number):
    return any(r["verdict"] == "maybe-duplicate"
               for r in g.command("trace", key="+1555%07d" % number))


def main():
    rng = random.Random(SEED)
    base = tempfile.mkdtemp(prefix="cpmgw-kill-")
    os.mkdir(base + "/conf")
    with open(base + "/conf/cpmgw.conf", "w") as f:
        f.write(CONF.format(base=base))
    g, accepted, number = Gateway(base), set(), 1
    g.start()
    for _ in range(ROUNDS):
        pid = os.fork()
        delay = rng.uniform(0.005, 0.25)
        if pid == 0:
            time.sleep(delay)
            try:
                if rng.random() < 0.7:
                    os.kill(g.process.pid, signal.SIGKILL)
                else:
                    g.kill_adapter()
            except (OSError, ValueError):
                pass
            os._exit(0)
        number = submit_until_dead(base, number, delay + 0.1, accepted)
        os.waitpid(pid, 0)
        if g.process.poll() is not None:
            g.process.stdout.close()
            g.start()
        else:
            for _ in range(100):
                if os.path.exists(base + "/submit.sock"):
                    break
                time.sleep(0.05)
    seen = settle(g, accepted)
    lost = sorted(n for n in accepted if n not in seen)
    twice = sorted(n for n, k in seen.items() if k > 1)
    unmarked = [n for n in twice if not marked(g, n)]
    print("%d kills, %d accepted, %d twice (all marked but %d), %d lost" %
          (ROUNDS, len(accepted), len(twice), len(unmarked), len(lost)))
    status = g.command("status")[0]
    g.process.terminate()
    g.process.wait(20)
    failed = (1 if lost else 0) + (1 if unmarked else 0)
    if failed:
        print("lost:", lost[:20], "unmarked:", unmarked[:20], status)
        print("kept:", base)
    else:
        shutil.rmtree(base)
    if len(accepted) < ROUNDS:
        print("hardly anything was accepted")
        failed += 1
    print("%d passed, %d failed" % (2 - min(failed, 2), failed))
    return 1 if failed else 0


sys.exit(main())
