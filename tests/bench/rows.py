"""The measurements. Each gives rows of the table."""
import re
import shutil
import subprocess
import time

from peers import Gateway, Kamailio, Kannel
from rig import ROUNDS, Figures, memory_kb, traffic


class Row:
    """One line: a rate of ours beside a peer's or a limit's."""

    def __init__(self, name, ours, peer=None, peer_name="", goal=None,
                 at_least=None, note=""):
        self.name = name
        self.ours = ours                # Figures, or a number
        self.peer = peer
        self.peer_name = peer_name
        self.goal = goal                # of the rate
        self.at_least = at_least        # of the ratio
        self.note = note
        self.rate = 0.0
        self.peer_rate = None

    def use(self, field):
        """Which figure of a load is the rate."""
        self.rate = rate(self.ours, field)
        if self.peer is not None:
            self.peer_rate = rate(self.peer, field)
        return self

    @property
    def ratio(self):
        return self.rate / self.peer_rate if self.peer_rate else None

    @property
    def good(self):
        if isinstance(self.ours, Figures) and not self.ours["whole"]:
            return False
        return ((self.goal is None or self.rate >= self.goal) and
                (self.at_least is None or (self.ratio or 0) >= self.at_least))


def rate(of, field):
    return float(of[field] if isinstance(of, Figures) else of)


def disk_round(rig):
    """in flight -> (lives/s, raw log/s, CPU us of a life)"""
    done = subprocess.run(
        [rig.program("tests/bench/store_bench"), rig.path("store"),
         str(max(1, rig.seconds / 2))], stdout=subprocess.PIPE, text=True,
        check=True)
    shutil.rmtree(rig.path("store"), ignore_errors=True)
    found = {}
    for line in done.stdout.splitlines():
        columns = re.findall(r"[\d.]+", line)
        if "|" in line and len(columns) >= 8:
            found[int(columns[0])] = tuple(
                float(columns[n]) for n in (1, 2, 6))
    return found


def disk(rig):
    """The store alone, and the raw limit of the disk, in one run."""
    best = {}
    for _ in range(ROUNDS):
        for n, found in disk_round(rig).items():
            if n not in best or found[0] / found[1] > best[n][0] / best[n][1]:
                best[n] = found
    rig.raw_log = {n: found[1] for n, found in best.items()}
    for n, (lives, raw, cpu) in best.items():
        yield Row(f"store: life of 4 durable steps, {n} in flight", lives,
                  raw, "raw log", at_least={1: 0.6, 16: 0.3, 256: 0.06}.get(n),
                  note=f"cpu {cpu} us").use("")


def accepts(rig):
    """Submissions with the link down: accepted, on disk, nothing sent."""
    gateway = Gateway(rig, "smpp")
    try:
        ours = traffic(rig, [gateway.program], *gateway.esme(), "--window",
                       256, "--seconds", rig.seconds)
    finally:
        gateway.stop()
    shutil.rmtree(gateway.state)
    yield Row("SMPP submit, durable, link down, 256 in flight", ours,
              getattr(rig, "raw_log", {}).get(256), "raw log",
              goal=50000).use("answered_per_s")


def beside(rig, field, ours, theirs):
    """The better of some rounds of each, one after the other in turns."""
    best = [None, None]
    for _ in range(ROUNDS):
        for which, measure in enumerate((ours, theirs)):
            found = measure()
            if best[which] is None or found[field] > best[which][field]:
                best[which] = found
    return best


def with_gateway(rig, adapters, arguments):
    """A load on a gateway of its own; `arguments` are told which."""
    gateway = Gateway(rig, adapters)
    try:
        return traffic(rig, [gateway.program], *arguments(gateway),
                       "--seconds", rig.seconds)
    finally:
        gateway.stop()
        shutil.rmtree(gateway.state)


def with_kannel(rig, sendsms, arguments):
    kannel = Kannel(rig, sendsms)
    try:
        return traffic(rig, kannel.programs, *arguments(kannel), "--seconds",
                       rig.seconds, "--patience", 20)
    finally:
        kannel.stop()


def smpp(rig):
    """Short messages through the gateway and through Kannel."""
    def submit(gateway):
        return (*gateway.esme(), "--listen", gateway.smsc_a, "--arrivals",
                "--receipts")

    def sendsms(kannel):
        # With more connections sendsms becomes slower, not faster.
        return ("--sendsms", kannel.sendsms, "--dlr", kannel.dlr, "--listen",
                kannel.smsc_a, "--arrivals", "--receipts", "--window", 10)

    def inject(one):
        return ("--inject", "--listen", one.smsc_a, "--listen", one.smsc_b,
                "--to", "155503", "--arrivals")

    ours, theirs = beside(
        rig, "reported_per_s",
        lambda: with_gateway(rig, "smpp", submit),
        lambda: with_kannel(rig, True, sendsms))
    yield Row("SMPP ESME -> SMSC with receipts", ours, theirs,
              "Kannel sendsms", 8000, 3).use("reported_per_s")
    ours = with_gateway(rig, "smpp",
                        lambda g: submit(g) + ("--ahead", 100))
    yield Row("... at most 100 under way", ours, theirs, "Kannel sendsms",
              8000, 3).use("reported_per_s")
    ours, theirs = beside(
        rig, "arrived_per_s",
        lambda: with_gateway(rig, "smpp", inject),
        lambda: with_kannel(rig, False, inject))
    yield Row("SMPP SMSC -> SMSC (MO, rerouted)", ours, theirs,
              "Kannel reroute", 8000, 3).use("arrived_per_s")


def sip_smpp(rig):
    """Between SIP users and SMPP."""
    gateway = Gateway(rig, "sip;smpp")
    to_users = ("--sip-recipients", "--to", "155504", "--recipients", 100,
                *gateway.users(), *gateway.esme(), "--arrivals")
    to_smsc = ("--sip-source", *gateway.users(), "--listen", gateway.smsc_a,
               "--arrivals")
    reports = ("--receipts", "--imdn")
    for name, arguments, field in (
            ("SMPP -> SIP, UDP", to_users, "arrived_per_s"),
            ("SMPP -> SIP, TCP", to_users + ("--tcp",), "arrived_per_s"),
            ("SMPP -> SIP, UDP, IMDN -> receipt", to_users + reports,
             "reported_per_s"),
            ("SIP -> SMPP, UDP", to_smsc, "arrived_per_s"),
            ("SIP -> SMPP, TCP", to_smsc + ("--tcp",), "arrived_per_s"),
            ("SIP -> SMPP, UDP, receipt -> IMDN", to_smsc + ("--receipts",),
             "reported_per_s")):
        ours = traffic(rig, [gateway.program], *arguments, "--seconds",
                       rig.seconds)
        yield Row(name, ours, goal=5000).use(field)
    gateway.stop()
    shutil.rmtree(gateway.state)


def with_kamailio(rig, arguments):
    kamailio = Kamailio(rig)
    try:
        return traffic(rig, [kamailio.program], *arguments(kamailio),
                       "--seconds", rig.seconds)
    finally:
        kamailio.stop()


def sip(rig):
    """MESSAGE between users; digest on each, the same nonce for many."""
    for transport in ("UDP", "TCP"):
        def between(one, tcp=transport == "TCP"):
            return (*one.users(), "--sip-source", "--sip-recipients",
                    "--arrivals") + (("--tcp",) if tcp else ())

        ours, theirs = beside(rig, "answered_per_s",
                              lambda: with_gateway(rig, "sip", between),
                              lambda: with_kamailio(rig, between))
        yield Row(f"SIP MESSAGE -> user, {transport}", ours, theirs,
                  "Kamailio t_relay").use("answered_per_s")


def backlog(rig):
    """So many messages waiting: memory, restart, rate, and fairness."""
    count = rig.waiting
    gateway = Gateway(rig, "smpp")
    sink = ("--listen", gateway.smsc_a, "--arrivals")
    fresh = traffic(rig, [gateway.program], *gateway.esme(), *sink,
                    "--seconds", rig.seconds)
    empty_mb = gateway.program.memory_mb()
    put = traffic(rig, [gateway.program], *gateway.esme(), "--window", 256,
                  "--submit", count)
    full_mb = gateway.program.memory_mb("VmHWM")
    yield Row(f"accepting {count:,} messages, link down", put).use(
        "answered_per_s")
    gateway.stop()
    began = time.time()
    gateway.start()
    started = time.time() - began
    drain = traffic(rig, [gateway.program], *sink, "--connect", gateway.smpp,
                    "--probe-id", "esme2", "--probe-password", "secret",
                    "--probe-after", count // 10, "--patience", 30,
                    expect=count)
    peak_mb = max(full_mb, gateway.program.memory_mb("VmHWM"))
    gateway.stop()
    shutil.rmtree(gateway.state)
    first = drain["first_arrived"] - began
    yield Row(f"delivering {count:,} that waited, after a restart", drain,
              fresh, "nothing waiting", at_least=0.9,
              note=f"{drain['overtaken']} before the other account's first"
              ).use("arrived_per_s")
    yield Limit("restart to first delivery", first, "s", 10,
                f"ready in {started:.2f} s")
    yield Limit("memory with them waiting", peak_mb, "MB", 300,
                f"{(peak_mb - empty_mb) * 1048576 / count:.0f} octets each")
    yield Limit("overtaken by another account's first", drain["overtaken"],
                "messages", 100)


LONG = ("--characters", 1000, "--ucs2")     # 15 segments


def segments(rig):
    """Texts of one segment, and of many, each segment counted."""
    for name, text, each in (
            ("160 characters, GSM 7-bit", ("--characters", 160), 1),
            ("1,000 characters, UCS-2, payload in", LONG, 15),
            ("1,000 characters, UCS-2, segments in", (*LONG, "--cut"), 15)):
        ours = with_gateway(rig, "smpp", lambda gateway, text=text: (
            *gateway.esme(), "--listen", gateway.smsc_a, "--arrivals", *text))
        ours.load["sent"] *= each
        ours.load["segments_per_s"] = ours["arrived_per_s"] * each
        yield Row(f"segments: {name}", ours).use("segments_per_s")


class Outstanding:
    """A gateway with messages whose receipts are to come."""

    def __init__(self, rig, count):
        self.rig, self.count = rig, count
        self.gateway = Gateway(rig, "smpp", f"outstanding-{count}")
        self.rounds = []
        self.fill(0, count)

    def load(self, *arguments):
        return traffic(self.rig, [self.gateway.program],
                       *self.gateway.esme(), "--listen", self.gateway.smsc_a,
                       *arguments)

    def fill(self, first_id, count):
        self.load("--withhold", "--arrivals", "--submit", count, "--window",
                  256, "--first-id", first_id)

    def give(self, first_id, count, *how):
        """So many receipts of messages behind that one."""
        self.rounds.append(self.load("--first-id", first_id, "--give", count,
                                     *how))

    def figures(self):
        """All rounds so far as one."""
        rounds, self.rounds = self.rounds, []
        given = sum(of["given"] for of in rounds)
        load = {"sent": given, "whole": all(of["whole"] for of in rounds),
                "given_per_s": given / sum(of["given_s"] for of in rounds)}
        return Figures(load, sum(of.cpu_s for of in rounds),
                       rounds[-1].memory_mb,
                       sum(of.others for of in rounds) / len(rounds))

    def stop(self):
        self.gateway.stop()
        shutil.rmtree(self.gateway.state)


EACH = 1000


def receipts(rig):
    """Receipts when few, and when many, messages wait for theirs."""
    few, many = Outstanding(rig, EACH), Outstanding(rig, rig.waiting)
    half = many.count // 2
    given = 0
    try:
        for name, first, how in (
                ("oldest first", 0, ("--in-order",)),
                ("picked at random", half, ("--of", half))):
            for n in range(max(3, int(rig.seconds))):
                few.give(given, EACH, "--of", EACH)
                given += EACH
                few.fill(given, EACH)
                many.give(first, EACH, *how, "--skip", n * EACH)
            yield Row(f"receipts, {many.count:,} outstanding, {name}",
                      many.figures(), few.figures(),
                      f"{EACH:,} outstanding", at_least=0.9).use(
                          "given_per_s")
    finally:
        few.stop()
        many.stop()


BINDS = 500


def binds(rig):
    """Many ESMEs that bind in the same moment, and all submit."""
    gateway = Gateway(rig, "smpp")
    try:
        pid = gateway.child("cpmgw-smpp")
        before_kb = memory_kb(pid, "VmRSS")
        ours = traffic(rig, [gateway.program], *gateway.many(BINDS),
                       "--window", 10, "--listen", gateway.smsc_a,
                       "--arrivals", "--seconds", rig.seconds)
        most_kb = memory_kb(pid, "VmHWM")
    finally:
        gateway.stop()
        shutil.rmtree(gateway.state)
    yield Row(f"SMPP submit over {BINDS} binds at once", ours,
              note=f"all bound after {ours['bound_ms']:.0f} ms").use(
                  "arrived_per_s")
    yield Limit("memory per bind, at its most",
                (most_kb - before_kb) / BINDS, "KB", 64)


class Limit:
    """A figure that must stay below something."""

    def __init__(self, name, value, unit, most, note=""):
        self.name, self.value, self.unit = name, value, unit
        self.most, self.note = most, note
        self.good = value <= most


def codecs(rig):
    """Our SMPP codec beside two others."""
    done = subprocess.run([rig.program("tests/bench/codec_smpp")],
                          stdout=subprocess.PIPE, text=True, check=True)
    rates = {}
    for line in done.stdout.splitlines():
        codec, pdu, way, figure = line.split()[:4]
        rates[(codec, pdu, way)] = float(figure.rstrip("/s"))
    own = next(iter(rates))[0]
    for (codec, pdu, way), theirs in rates.items():
        if codec != own:
            yield Row(f"codec: {way} {pdu}", rates[(own, pdu, way)], theirs,
                      codec).use("")


ALL = {"disk": disk, "accepts": accepts, "smpp": smpp, "sip-smpp": sip_smpp,
       "sip": sip, "segments": segments, "binds": binds,
       "backlog": backlog, "receipts": receipts, "codecs": codecs}
