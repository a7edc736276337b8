"""What a measurement needs: programs that are started and ended by pid, free
ports, and the load generator."""
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

TICKS = os.sysconf("SC_CLK_TCK")


ROUNDS = 2      # of each measurement beside a peer; the better one counts


class Rig:
    """Where everything is: the build, the state on a real disk, the time."""

    def __init__(self, build, state, seconds):
        self.build = os.path.abspath(build)
        self.state = os.path.abspath(state)
        self.seconds = seconds
        self.running = []
        shutil.rmtree(self.state, ignore_errors=True)
        os.makedirs(self.state, mode=0o700)

    def path(self, *names):
        return os.path.join(self.state, *names)

    def program(self, name):
        return os.path.join(self.build, name)

    def clean(self, keep=False):
        for program in list(self.running):
            program.stop()
        if not keep:
            shutil.rmtree(self.state, ignore_errors=True)


def free_ports(count):
    """The first of so many ports in a row that nobody has, UDP nor TCP."""
    for first in range(20000 + os.getpid() % 200 * 50, 32000, 50):
        taken = False
        for port in range(first, first + count):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as probe:
                    try:
                        probe.bind(("127.0.0.1", port))
                    except OSError:
                        taken = True
        if not taken:
            return first
    raise RuntimeError("no free ports")


def wait_port(port, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody listens on port {port}")


def read_stat(pid):
    """(parent, CPU ticks) of a process; None: it has ended."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            fields = f.read().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return int(fields[1]), int(fields[11]) + int(fields[12])


def memory_kb(pid, field):
    """Pss: its share of what is shared; VmHWM: the most there was."""
    name = "status" if field.startswith("Vm") else "smaps_rollup"
    try:
        with open(f"/proc/{pid}/{name}", encoding="ascii") as f:
            for line in f:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


class Program:
    """A process and its children."""

    def __init__(self, rig, name, command, cwd=None, stdout=None):
        self.rig = rig
        self.name = name
        self.log = open(rig.path(name + ".log"), "ab")
        self.process = subprocess.Popen(
            command, cwd=cwd or rig.state, stdin=subprocess.DEVNULL,
            stdout=stdout or self.log, stderr=self.log)
        rig.running.append(self)

    def pids(self):
        parents = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and (stat := read_stat(entry)) is not None:
                parents.setdefault(stat[0], []).append(int(entry))
        found, todo = [], [self.process.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo += parents.get(pid, [])
        return found

    def cpu_s(self):
        stats = [read_stat(pid) for pid in self.pids()]
        return sum(s[1] for s in stats if s is not None) / TICKS

    def memory_mb(self, field="Pss"):
        return sum(memory_kb(pid, field) for pid in self.pids()) / 1024

    def stop(self, how=signal.SIGTERM, seconds=30):
        if self in self.rig.running:
            self.rig.running.remove(self)
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()


def busy_s():
    """CPU that the whole machine has used, and how much there has been."""
    with open("/proc/stat", encoding="ascii") as f:
        ticks = [int(field) for field in f.readline().split()[1:9]]
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS, sum(ticks) / TICKS


class Figures:
    """What one load has shown."""

    def __init__(self, load, cpu_s=0.0, memory_mb=0.0, others=0.0):
        self.load = load
        self.cpu_s = cpu_s
        self.memory_mb = memory_mb
        self.others = others    # share of the machine that others used

    def __getitem__(self, name):
        return self.load.get(name)

    @property
    def cpu_us(self):
        return self.cpu_s * 1e6 / max(1, self.load["sent"])


def traffic(rig, measured, *arguments, expect=0):
    """Runs the load generator; `measured` are the programs under load."""
    command = [rig.program("tests/bench/traffic")]
    command += [str(a) for a in arguments]
    if expect:
        command += ["--expect", str(expect)]
    before = sum(p.cpu_s() for p in measured)
    own, busy = sum(os.times()[:4]), busy_s()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    if not done.stdout:
        raise RuntimeError("the load generator failed: " + " ".join(command))
    load = json.loads(done.stdout)
    if not load["whole"]:
        print(f"warning: lost or doubled: {load}", file=sys.stderr)
    cpu = sum(p.cpu_s() for p in measured) - before
    then, own = busy_s(), sum(os.times()[:4]) - own
    others = (then[0] - busy[0] - cpu - own) / max(1, then[1] - busy[1])
    return Figures(load, cpu, sum(p.memory_mb() for p in measured),
                   max(0, others))
