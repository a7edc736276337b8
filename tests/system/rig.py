"""What the system and fault tests stand on: processes with logs, ports,
the gateway itself and its operator's tool. Loopback only; every process is
ended by its pid."""

import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import traceback
import urllib.request

TOP = pathlib.Path(__file__).resolve().parents[2]
PEERS = TOP / 'tests' / 'peers'
BUILD = pathlib.Path(os.environ.get('CPMGW_BUILD', TOP / 'build-test'))

# The ports of the lab, and the domain whose people live there.
SIP, SIPS, SMPP, SMPPS = 5060, 5061, 2775, 3550
SMSC_A, SMSC_B, CORE, OTHER_DOMAIN = 2776, 2777, 5070, 5080
LAB_PORTS = (SIP, SIPS, SMPP, SMPPS, SMSC_A, SMSC_B, 8007, 8008, 8009, 2525,
             2526, CORE, OTHER_DOMAIN, 8107)
DOMAIN = 'cpm.example'

# Sanitizers make everything slower; a machine under load too.
PATIENCE = float(os.environ.get('CPMGW_PATIENCE', '1'))
DEADLINE = 15 * PATIENCE


class Failure(Exception):
    """A case did not hold."""


def check(condition, *what):
    """The assertion of the cases."""
    if not condition:
        raise Failure(' '.join(str(w) for w in what))


def equal(got, wanted, what=''):
    check(got == wanted, f'{what}: got {got!r}, wanted {wanted!r}')


def until(condition, what, seconds=None, every=0.05):
    """Waits for a true value of condition() and returns it."""
    end = time.monotonic() + (seconds or DEADLINE)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f'waited in vain: {what}')
        time.sleep(every)


def answers(port, host='127.0.0.1'):
    with socket.socket() as s:
        s.settimeout(1)
        return s.connect_ex((host, port)) == 0


class Slot:
    """A port offset that nobody else on this machine has."""

    STEP, FIRST, COUNT = 1000, 10000, 15

    def __init__(self):
        self.lock = None
        for number in range(self.COUNT):
            self.offset = self.FIRST + number * self.STEP
            if self._take() and self._is_free():
                break
            self.release()
        else:
            raise Failure('no free port offset')
        self.extra = 199

    def _take(self):
        path = f'/tmp/cpmgw-rig-{os.getuid()}-{self.offset}.lock'
        self.lock = open(path, 'w')
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _is_free(self):
        for port in LAB_PORTS:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                with socket.socket(socket.AF_INET, kind) as s:
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    try:
                        s.bind(('127.0.0.1', port + self.offset))
                    except OSError:
                        return False
        return True

    def release(self):
        if self.lock:
            self.lock.close()
            self.lock = None

    def port(self, lab_port):
        return lab_port + self.offset

    def another(self):
        """A port for a peer that the lab does not know: no lab port is
        200 to 499 above a multiple of STEP."""
        while True:
            self.extra += 1
            port = self.offset + self.extra
            with socket.socket() as s, \
                    socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as d:
                try:
                    s.bind(('127.0.0.1', port))
                    d.bind(('127.0.0.1', port))
                    return port
                except OSError:
                    continue


class Process:
    """A child with its log in a file; ended by pid, with its group."""

    def __init__(self, name, argv, folder, env=None, stdin=None, pipe=False):
        self.name = name
        self.log = pathlib.Path(folder) / f'{name}.log'
        with open(self.log, 'ab') as log:
            self.child = subprocess.Popen(
                [str(a) for a in argv], cwd=folder,
                env={**os.environ, **(env or {})},
                stdin=stdin or subprocess.DEVNULL,
                stdout=subprocess.PIPE if pipe else log, stderr=log,
                start_new_session=True)
        self.pid = self.child.pid

    def alive(self):
        return self.child.poll() is None

    def text(self):
        return self.log.read_text(errors='replace')

    def stop(self, seconds=None, how=signal.SIGTERM):
        """The exit status; killed when it does not end in time."""
        if self.alive():
            self.child.send_signal(how)
        try:
            return self.child.wait(seconds or 2 * DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            return 'did not end'
        finally:
            if self.child.stdout:
                self.child.stdout.close()
            if self.child.stdin:
                with contextlib.suppress(OSError):
                    self.child.stdin.close()

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.child.wait()


SANITIZERS = {
    'ASAN_OPTIONS': 'exitcode=99:detect_leaks=1:abort_on_error=0:'
                    'disable_coredump=1',
    'UBSAN_OPTIONS': 'print_stacktrace=1:halt_on_error=1',
}


class Gateway:
    """cpmgwd with its programs, on a lab configuration of its own."""

    def __init__(self, slot, folder, conf=None, edit=None):
        self.slot = slot
        self.folder = pathlib.Path(folder)
        self.state = self.folder / 'state'
        self.conf = self.folder / 'conf'
        shutil.copytree(conf or TOP / 'conf' / 'lab', self.conf,
                        dirs_exist_ok=True)
        for name, change in (edit or {}).items():
            path = self.conf / name
            text = change(path.read_text() if path.exists() else '')
            path.write_text(text)
        self.process = None
        self.ready = None

    def port(self, lab_port):
        return self.slot.port(lab_port)

    def certificates(self):
        """As its configuration names them; those that are there stay."""
        subprocess.run(['sh', TOP / 'packaging' / 'certificates.sh',
                        self.state / 'tls'], check=True)

    def start(self):
        self.certificates()
        argv = [BUILD / 'cpmgwd', '--state', self.state, '--conf', self.conf,
                '--port-offset', self.slot.offset]
        options = {k: v + f':log_path={self.folder}/sanitizer'
                   for k, v in SANITIZERS.items()}
        self.process = Process('cpmgwd', argv, self.folder, options,
                               pipe=True)
        self.ready = self._first_line()
        return self

    def _first_line(self):
        out = self.process.child.stdout
        os.set_blocking(out.fileno(), False)
        line = b''
        end = time.monotonic() + 2 * DEADLINE
        while not line.endswith(b'\n'):
            piece = out.read()
            if piece:
                line += piece
            elif not self.process.alive() or time.monotonic() > end:
                raise Failure('the gateway did not start:\n' +
                              self.process.text()[-3000:])
            else:
                time.sleep(0.01)
        return line.decode().strip()

    def stop(self):
        status = self.process.stop() if self.process else 0
        self.process = None
        return status

    def kill(self):
        """SIGKILL to cpmgwd alone; its children must end by themselves."""
        children = self.pids()
        children.pop('cpmgwd', None)
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.child.wait()
        self.process.child.stdout.close()
        for name, pid in children.items():
            until(lambda p=pid: not is_running(p), f'{name} ends too')

    def restart(self):
        self.kill()
        return self.start()

    def pids(self):
        found = {}
        for path in (self.state / 'run').glob('*.pid'):
            with contextlib.suppress(OSError, ValueError):
                found[path.stem] = int(path.read_text())
        return found

    def kill_program(self, name):
        """SIGKILL to one adapter program; true when it was there."""
        pid = self.pids().get(name)
        if pid is None or not is_running(pid):
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return True
        return False

    programs = BUILD

    def gwctl(self, *arguments, timeout=None, given=''):
        """(exit status, standard output, standard error)"""
        done = subprocess.run(
            [self.programs / 'gwctl', '--socket', self.state / 'gwctl.sock',
             *[str(a) for a in arguments]], input=given, capture_output=True,
            text=True, timeout=timeout or 4 * DEADLINE, check=False,
            env={**os.environ, **SANITIZERS, 'LC_ALL': 'C.UTF-8'})
        return done.returncode, done.stdout, done.stderr

    def ask(self, *arguments):
        """gwctl --json: the objects; nothing when it was refused."""
        status, out, _ = self.gwctl('--json', *arguments)
        return [json.loads(line) for line in out.splitlines()] \
            if status == 0 else []

    def trace(self, key):
        return self.ask('trace', '--', key)

    def link(self, name):
        for link in self.ask('links'):
            if name in (link.get('peer'), link.get('name')):
                return link
        return {}

    def wait_link(self, name, state='up', seconds=None):
        until(lambda: self.link(name).get('state') == state,
              f'link {name} is {state}', seconds)

    def waiting(self):
        """How many messages wait on disk."""
        return sum(leg['state'] in ('queued', 'waiting')
                   for leg in self.ask('queue', '--messages'))

    def sanitizer_reports(self):
        found = []
        for path in sorted(self.folder.glob('sanitizer.*')):
            found.append(path.read_text(errors='replace')[:4000])
        return found


def is_running(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as stat:
            return stat.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def told(error):
    """What a peer said of its mistake."""
    text = error.read().decode(errors='replace')
    try:
        return json.loads(text)['error']
    except (ValueError, KeyError):
        return text


class Control:
    """A scriptable peer's HTTP control: its requests and its log."""

    def __init__(self, port):
        self.url = f'http://127.0.0.1:{port}/'
        self.seen = 0

    def __call__(self, verb, /, seconds=60, **arguments):
        request = urllib.request.Request(
            self.url + verb, json.dumps(arguments).encode(),
            {'Content-Type': 'application/json'})
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=seconds) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Failure(f'{verb}: {error.code} {told(error)}') from error

    def log(self, after=0, wait_ms=0, kind=''):
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))
        url = f'{self.url}log?after={after}&wait={wait_ms}&kind={kind}'
        with opener.open(url, timeout=60 + wait_ms / 1000) as answer:
            return json.load(answer)

    def events(self, fits=lambda event: True, kind=''):
        return [e for e in self.log(kind=kind) if fits(e)]

    def wait(self, fits, what, n=1, seconds=None, kind=''):
        """The first n events that fit, once they are there."""
        end = time.monotonic() + (seconds or DEADLINE)
        found, after = [], 0
        while True:
            left = end - time.monotonic()
            batch = self.log(after, max(0, int(min(left, 5) * 1000)), kind)
            found += [e for e in batch if fits(e)]
            if len(found) >= n:
                return found
            if batch:
                after = batch[-1]['n']
            if left <= 0:
                raise Failure(f'waited in vain: {what} '
                              f'({len(found)} of {n})')


class Rig:
    """One gateway with what a test file needs around it."""

    def __init__(self, conf=None, edit=None, start=True):
        self.slot = Slot()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='cpmgw-rig-'))
        self.peers = []
        self.clean_ups = []
        self.numbers = 10000
        self.gateway = Gateway(self.slot, self.folder, conf, edit)
        try:
            if start:
                self.gateway.start()
        except Failure:
            self.close()
            raise

    def number(self):
        """A mobile number that no other case uses, without the plus."""
        self.numbers += 1
        return f'155502{self.numbers}'

    def process(self, name, argv, **more):
        p = Process(name, argv, self.folder, **more)
        self.peers.append(p)
        return p

    def defer(self, clean_up):
        self.clean_ups.append(clean_up)

    def stop_gateway(self):
        return self.gateway.stop()

    def close(self):
        """Ends everything; what went wrong with the gateway at its end."""
        wrong = []
        for clean_up in reversed(self.clean_ups):
            with contextlib.suppress(Exception):
                clean_up()
        if self.gateway.process:
            if not self.gateway.process.alive():
                wrong.append('cpmgwd was dead before the end')
            status = self.stop_gateway()
            if status != 0:
                wrong.append(f'cpmgwd ended with {status}')
        for peer in reversed(self.peers):
            if peer.alive():
                peer.stop(5)
        wrong += self.gateway.sanitizer_reports()
        self.slot.release()
        if not wrong and not os.environ.get('CPMGW_KEEP'):
            shutil.rmtree(self.folder, ignore_errors=True)
        elif wrong:
            wrong.append(f'logs stay in {self.folder}')
        return wrong


def explain(error):
    """One line for a failure of a case, more for a bug of the test."""
    if isinstance(error, Failure):
        return str(error)
    return ''.join(traceback.format_exception(error)).strip()
