#!/usr/bin/env python3
"""Runs the system tests: every function case_* of every test_*.py, a few
files side by side, each with a gateway of its own.

usage: run.py [--list] [--jobs N] [--folder DIR] [FILE[:CASE] ...]

A case is a sentence: its name. The last line is `N passed, N failed`."""

import argparse
import importlib
import os
import pathlib
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import rig as rig_module  # noqa: E402
from rig import Failure, explain  # noqa: E402


def cases_of(module, wanted):
    return [(name, f) for name, f in vars(module).items()
            if name.startswith('case_') and callable(f) and
            (not wanted or wanted in name)]


def sentence(name):
    return name.removeprefix('case_').replace('_', ' ')


def say(good, name, text, started):
    took = time.monotonic() - started
    print(f'{"ok  " if good else "FAIL"} {name}: {text} ({took:.1f} s)',
          flush=True)


def run_case(name, case, world):
    started = time.monotonic()
    try:
        case(world)
    except Exception as error:  # pylint: disable=broad-except
        say(False, name, sentence(case.__name__), started)
        print('     ' + explain(error).replace('\n', '\n     '), flush=True)
        return False
    say(True, name, sentence(case.__name__), started)
    return True


def run_file(folder, name, wanted):
    """One file in this process; (passed, failed)."""
    sys.path.insert(0, str(folder))
    module = importlib.import_module(name)
    cases = cases_of(module, wanted)
    started = time.monotonic()
    try:
        world = module.world()
    except Exception as error:  # pylint: disable=broad-except
        say(False, name, 'the rig starts', started)
        print('     ' + explain(error).replace('\n', '\n     '))
        return 0, max(1, len(cases))
    passed = failed = 0
    for _, case in cases:
        if run_case(name, case, world):
            passed += 1
        else:
            failed += 1
            keep_going(world)
    started = time.monotonic()
    wrong = world.close()
    say(not wrong, name, 'clean end, no sanitizer report', started)
    for line in wrong:
        print('     ' + line.replace('\n', '\n     '))
    return passed + (not wrong), failed + bool(wrong)


def keep_going(world):
    """A case that failed may have left the gateway dead: the next ones
    shall still tell something of their own."""
    gateway = getattr(world, 'gateway', None)
    if gateway and gateway.process and not gateway.process.alive():
        print('     cpmgwd is dead; its log ends with:')
        print('     ' + gateway.process.text()[-2000:]
              .replace('\n', '\n     '))
        try:
            gateway.start()
        except Failure as error:
            print('     ' + explain(error))


class Side:
    """Files run side by side; their output stays together."""

    def __init__(self, folder, files):
        self.folder, self.files = folder, list(files)
        self.lock = threading.Lock()
        self.passed = self.failed = 0

    def work(self):
        while True:
            with self.lock:
                if not self.files:
                    return
                name, wanted = self.files.pop(0)
            self.one(name, wanted)

    def one(self, name, wanted):
        argv = [sys.executable, __file__, '--inside', '--folder',
                str(self.folder), f'{name}:{wanted}']
        done = subprocess.run(argv, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              errors='replace', check=False)
        text, _, last = done.stdout.rstrip('\n').rpartition('\n')
        with self.lock:
            try:
                passed, _, failed, _ = last.replace(',', '').split()
                self.passed += int(passed)
                self.failed += int(failed)
                print(text, flush=True)
            except ValueError:
                self.failed += 1
                print(done.stdout)
                print(f'FAIL {name}: the test ended without a result',
                      flush=True)


def alone_on_a_loopback():
    """Into a network namespace with nothing but a loopback, when this
    machine allows it: nothing can leave, and no port is taken."""
    if os.environ.get('CPMGW_NETNS'):
        return
    os.environ['CPMGW_NETNS'] = '1'
    inside = ('ip link set lo up && ip addr add 10.99.0.1/32 dev lo && '
              'ip route add default dev lo src 10.99.0.1 && exec "$@"')
    unshare = ['unshare', '-n'] if os.getuid() == 0 else ['unshare', '-rn']
    wrap = [*unshare, 'sh', '-c', inside, 'sh']
    try:
        probe = subprocess.run([*wrap, 'true'], capture_output=True,
                               check=False)
    except FileNotFoundError:
        return
    if probe.returncode == 0:
        os.execvp(wrap[0], [*wrap, sys.executable, *sys.argv])


def chosen(folder, names):
    every = sorted(p.stem for p in folder.glob('test_*.py'))
    if not names:
        return [(name, '') for name in every]
    pairs = []
    for name in names:
        file, _, case = name.partition(':')
        file = pathlib.Path(file).stem
        if not file.startswith('test_'):
            file = 'test_' + file
        if file not in every:
            sys.exit(f'run.py: no such test: {name}')
        pairs.append((file, case))
    return pairs


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--list', action='store_true')
    parser.add_argument('--inside', action='store_true',
                        help=argparse.SUPPRESS)
    parser.add_argument('--jobs', type=int, default=3)
    parser.add_argument('--folder', type=pathlib.Path, default=HERE)
    parser.add_argument('names', nargs='*')
    options = parser.parse_args()
    folder = options.folder.resolve()
    if options.inside:
        passed, failed = run_file(folder, *chosen(folder, options.names)[0])
        print(f'{passed} passed, {failed} failed')
        return 1 if failed else 0
    files = chosen(folder, options.names)
    if options.list:
        sys.path.insert(0, str(folder))
        for name, wanted in files:
            for case, _ in cases_of(importlib.import_module(name), wanted):
                print(f'{name}: {sentence(case)}')
        return 0
    if not (rig_module.BUILD / 'cpmgwd').exists():
        sys.exit(f'run.py: no cpmgwd in {rig_module.BUILD}; set CPMGW_BUILD')
    alone_on_a_loopback()
    side = Side(folder, files)
    threads = [threading.Thread(target=side.work)
               for _ in range(max(1, options.jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f'{side.passed} passed, {side.failed} failed')
    return 1 if side.failed else 0


if __name__ == '__main__':
    sys.exit(main())
