"""packaging/run.sh: what anybody runs first."""

import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time

from peers import Esme, Smsc
from rig import (DEADLINE, SMPP, SMPPS, TOP, Failure, Gateway, Slot,
                 answers, check, equal, is_running, until)

RUN = TOP / 'packaging' / 'run.sh'


class Started(Gateway):
    """A gateway that run.sh looks after, with the rig's ways to ask it."""

    def __init__(self, slot, folder):
        self.slot, self.folder = slot, folder
        self.state = folder / 'state'
        self.process = None
        self.programs = TOP / 'build-run'


class Script:
    def __init__(self):
        self.slot = Slot()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='cpmgw-run-'))
        self.gateway = Started(self.slot, self.folder)
        self.peers, self.clean_ups, self.numbers = [], [], 10000
        self.child = None

    def start(self, *more):
        err = open(self.folder / 'run.log', 'ab')
        self.child = subprocess.Popen(
            ['sh', RUN, '--quiet', '--state', self.gateway.state,
             '--port-offset', str(self.slot.offset), *more],
            stdout=subprocess.PIPE, stderr=err, start_new_session=True)
        return self

    def line(self, seconds):
        os.set_blocking(self.child.stdout.fileno(), False)
        held = b''

        def whole():
            nonlocal held
            held += self.child.stdout.read() or b''
            if self.child.poll() is not None and not held:
                raise Failure('run.sh ended: ' + (
                    self.folder / 'run.log').read_text()[-2000:])
            return held if held.endswith(b'\n') else None
        return until(whole, 'the line', seconds).decode()

    def end(self, how=signal.SIGTERM):
        self.child.send_signal(how)
        status = self.child.wait(2 * DEADLINE)
        rest = self.child.stdout.read() or b''
        self.child.stdout.close()
        return status, rest

    def process(self, name, argv, **more):
        from rig import Process
        p = Process(name, argv, self.folder, **more)
        self.peers.append(p)
        return p

    def defer(self, clean_up):
        self.clean_ups.append(clean_up)

    def close(self):
        wrong = []
        for clean_up in self.clean_ups:
            clean_up()
        if self.child and self.child.poll() is None:
            self.end()
        for peer in self.peers:
            peer.stop(5)
        self.slot.release()
        return wrong


def world():
    return Script()


def case_the_first_start_builds_and_says_one_line(w):
    line = w.start().line(900)
    check(line.startswith('cpmgw ready '), line)
    equal(line.count('\n'), 1, 'one line')
    check(f'smpp={w.slot.port(SMPP)}' in line, line)
    check(f'state={w.gateway.state}' in line, line)
    equal(w.gateway.state.stat().st_mode & 0o777, 0o700)
    check((w.gateway.state / 'conf' / 'cpmgw.conf').exists(),
          'the configuration was copied')


def case_it_answers(w):
    w.smsc = Smsc(w)
    esme = Esme(w).bound()
    equal(esme.submit('15550200001', 'hello')['status'], 0)
    w.smsc.submits('15550200001')
    esme.process.stop(5)


def case_it_answers_over_tls_by_the_authority_that_it_made(w):
    folder = w.gateway.state / 'tls'
    trust = ssl.create_default_context(cafile=folder / 'ca.pem')
    for name in ('cpm.example', 'localhost', '127.0.0.1'):
        with socket.create_connection(
                ('127.0.0.1', w.slot.port(SMPPS))) as s, \
                trust.wrap_socket(s, server_hostname=name) as secure:
            secure.sendall(bytes.fromhex('00000010000000150000000000000001'))
            equal(secure.recv(16).hex(), '00000010800000150000000000000001')
    for file in folder.iterdir():
        equal(file.stat().st_mode & 0o077, 0, file)


def case_a_killed_gateway_is_back_within_a_second(w):
    for _ in range(3):
        before = w.gateway.pids()['cpmgwd']
        os.kill(before, signal.SIGKILL)
        killed = time.monotonic()
        until(lambda b=before: w.gateway.pids().get('cpmgwd', b) != b,
              'a new cpmgwd')
        check(time.monotonic() - killed < 1.5, 'within about a second')
        until(lambda: answers(w.slot.port(SMPP)), 'the port')
    w.smsc.wait_bound()


def case_sigterm_ends_all_of_it(w):
    pids = w.gateway.pids()
    status, rest = w.end()
    equal((status, rest), (0, b''), 'status, and nothing more was printed')
    for name, pid in pids.items():
        check(not is_running(pid), f'{name} has ended')
    check(not answers(w.slot.port(SMPP)), 'the port is free')


def case_the_second_start_takes_seconds(w):
    started = time.monotonic()
    w.start().line(60)
    check(time.monotonic() - started < 10, 'a few seconds')


def case_sigint_ends_it_too(w):
    status, _ = w.end(signal.SIGINT)
    equal(status, 0)


def case_another_configuration_is_copied_whole(_):
    other = Script()
    conf = other.folder / 'other'
    shutil.copytree(TOP / 'conf' / 'lab', conf)
    (conf / 'more').mkdir()
    (conf / 'people.conf').rename(conf / 'more' / 'people.conf')
    main = conf / 'cpmgw.conf'
    main.write_text(main.read_text().replace('people.conf', 'more'))
    try:
        other.start('--conf', conf).line(60)
        equal(len(other.gateway.ask('users')), 4)
        check((other.gateway.state / 'conf/more/people.conf').exists(),
              'copied')
        equal(other.end()[0], 0)
        equal(other.gateway.pids(), {}, 'no pid file is left')
    finally:
        other.close()


def case_help_and_wrong_options(_):
    done = subprocess.run(['sh', RUN, '--help'], capture_output=True,
                          text=True, check=False)
    equal(done.returncode, 0)
    for option in ('--quiet', '--state', '--port-offset', '--conf'):
        check(option in done.stdout, option)
    for wrong in (['--nonsense'], ['--state'], ['--port-offset', 'x'],
                  ['--port-offset', '99999'], ['--port-offset', '65536'],
                  ['--port-offset', '99999999999999999999'],
                  ['--port-offset', '-1'], ['--port-offset', '']):
        done = subprocess.run(['sh', RUN, *wrong], capture_output=True,
                              check=False, timeout=DEADLINE)
        equal(done.returncode, 2, wrong)
    test = TOP / 'packaging' / 'test.sh'
    for words, status in ((['--help'], 0), (['--nonsense'], 2), (['x'], 2)):
        done = subprocess.run(['sh', test, *words], capture_output=True,
                              text=True, check=False, timeout=DEADLINE)
        equal(done.returncode, status, words)
        check('--help' in done.stdout + done.stderr, done)
