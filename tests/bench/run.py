#!/usr/bin/env python3
"""Measures the gateway beside peers and raw limits in the same run.

    run.py [--build DIR] [--state DIR] [--seconds S] [--waiting N] [NAME ...]

NAME is one of disk accepts smpp sip-smpp sip segments binds backlog receipts
codecs; none: all. The state directory must be on a real disk, since what is
counted is durable. Ends with 1 when a goal is missed.
"""
import argparse
import os
import sys

import rows
from rig import Figures, Rig


def number(value, form="{:,.0f}"):
    return "" if value is None else form.format(value)


def figures(of):
    """CPU, memory and delays of one side."""
    if not isinstance(of, Figures):
        return "", "", ""
    last = next((name for name in ("reported", "arrived", "answered")
                 if of[name + "_p50_ms"] is not None), None)
    delays = "" if last is None else (
        f"{of[last + '_p50_ms']:.1f}/{of[last + '_p99_ms']:.1f}")
    return number(of.cpu_us, "{:.1f}"), number(of.memory_mb), delays


def company(row):
    """That others used the machine meanwhile: then rates say little."""
    shares = [of.others for of in (row.ours, row.peer)
              if isinstance(of, Figures)]
    most = max(shares, default=0)
    return f"(others took {most:.0%} of the machine)" if most > 0.1 else ""


HEAD = ("", "ours/s", "peer/s", "ratio", "cpu us", "peer", "MB", "peer",
        "p50/p99 ms", "peer or limit", "goal")
FORM = ("{:<50} {:>10} {:>10} {:>6} {:>7} {:>7} {:>5} {:>5} {:>14} "
        " {:<17} {}")


def show(row):
    verdict = "" if row.good else "MISSED"
    if isinstance(row, rows.Limit):
        cells = (row.name, f"{row.value:.2f} {row.unit}", "", "", "", "", "",
                 "", "", "", f"<= {row.most:,} {verdict} {row.note}")
    else:
        cpu, memory, delays = figures(row.ours)
        peer_cpu, peer_memory, _ = figures(row.peer)
        goals = []
        if row.goal is not None:
            goals.append(f">= {row.goal:,}")
        if row.at_least is not None:
            goals.append(f">= {row.at_least}x")
        cells = (row.name, number(row.rate), number(row.peer_rate),
                 number(row.ratio, "{:.2f}"), cpu, peer_cpu, memory,
                 peer_memory, delays, row.peer_name,
                 " ".join(goals + [verdict, row.note, company(row)]))
    print(FORM.format(*cells).rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default=".")
    parser.add_argument("--state", default="bench-state")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--waiting", type=int, default=0)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    for peer in ("bearerbox", "smsbox", "kamailio"):
        if not os.path.exists(f"/usr/sbin/{peer}"):
            sys.exit(f"{peer} is missing: "
                     "sh packaging/dependencies.sh bench")
    rig = Rig(options.build, options.state, options.seconds)
    rig.waiting = options.waiting or (
        1000000 if options.seconds >= 5 else 100000)
    good = True
    print(FORM.format(*HEAD))
    try:
        for name in options.names or rows.ALL:
            for row in rows.ALL[name](rig):
                show(row)
                good = good and row.good
    except BaseException:
        rig.clean(keep=True)
        print(f"what was left is in {rig.state}", file=sys.stderr)
        raise
    rig.clean()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
