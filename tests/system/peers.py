"""Other people's software around the gateway: node-smpp as SMSC and ESME,
Kannel, SIPp, liblinphone."""

import http.server
import os
import shutil
import subprocess
import threading
import urllib.parse
import urllib.request

from rig import (BUILD, DEADLINE, DOMAIN, PEERS, SIP, SIPS, SMPP, SMSC_A,
                 SMSC_B, Control, Failure, answers, check, until)

NODE = PEERS / 'node'


def text_of(event):
    """A short message's text: of GSM septets only the part that is ASCII."""
    octets = bytes.fromhex(event.get('hex', '') or
                           event.get('message_payload', ''))
    if event.get('esm_class', 0) & 0x40:
        octets = octets[octets[0] + 1:]
    if event.get('data_coding') == 8:
        return octets.decode('utf-16-be', 'replace')
    return octets.decode('latin-1')


def header_of(event):
    """The user data header of a short message; nothing when none."""
    octets = bytes.fromhex(event['hex'])
    return octets[:octets[0] + 1] if event['esm_class'] & 0x40 else b''


class Smsc(Control):
    """node-smpp as an SMSC that the gateway binds to."""

    def __init__(self, rig, lab_port=SMSC_A, link='smsc-a', wait=True,
                 tls=()):
        super().__init__(rig.slot.another())
        self.rig, self.link = rig, link
        self.lab_port = lab_port
        self.process = rig.process(
            link, ['node', NODE / 'smsc.js', rig.slot.port(lab_port),
                   self.url.split(':')[2].rstrip('/'), *tls])
        until(lambda: answers(int(self.url.split(':')[2].rstrip('/'))),
              'the SMSC is up')
        if wait:
            self.wait_bound()

    def wait_bound(self):
        until(lambda: self('sessions')['bound'], 'the gateway binds')
        return self

    def rules(self, *rules):
        self('rules', rules=list(rules))

    def submits(self, number, n=1, seconds=None):
        """submit_sm to +number, n of them."""
        return self.wait(lambda e: e.get('destination_addr') == number,
                         f'submit_sm to {number}', n, seconds, 'submit_sm')

    def count(self, number):
        return len(self.events(
            lambda e: e.get('destination_addr') == number, 'submit_sm'))

    def mobile_originated(self, source, to, text=None, seconds=60, **fields):
        """deliver_sm; the gateway's answer. Text as ASCII octets unless
        `hex` is given."""
        if text is not None:
            fields['hex'] = text.encode('ascii').hex()
        fields = {'source_addr_ton': 1, 'source_addr_npi': 1,
                  'source_addr': source, 'dest_addr_ton': 1,
                  'dest_addr_npi': 1, 'destination_addr': to,
                  'data_coding': 0, **fields}
        return self('send', seconds, command='deliver_sm', fields=fields)


def smsc_b(rig):
    return Smsc(rig, SMSC_B, 'smsc-b', wait=False)


class Esme(Control):
    """node-smpp as an ESME with any number of sessions."""

    def __init__(self, rig):
        super().__init__(rig.slot.another())
        self.rig = rig
        self.process = rig.process(
            'esme', ['node', NODE / 'esme.js',
                     self.url.split(':')[2].rstrip('/')])
        until(lambda: answers(int(self.url.split(':')[2].rstrip('/'))),
              'the ESME is up')

    def bind(self, name='esme1', password=None, **more):
        """The command_status of the bind."""
        more.setdefault('system_id', name.split('.')[0])
        more.setdefault('port', self.rig.slot.port(SMPP))
        answer = self('bind', name=name,
                      password=password if password is not None else
                      'secret' + more['system_id'].removeprefix('esme'),
                      **more)
        return answer.get('status', answer.get('error'))

    def bound(self, name='esme1', **more):
        status = self.bind(name, **more)
        check(status == 0, f'{name} binds: {status}')
        return self

    @staticmethod
    def fields(to, text=None, **fields):
        if text is not None:
            fields['hex'] = text.encode('ascii').hex()
        return {'source_addr_ton': 3, 'source_addr_npi': 0,
                'source_addr': '22222', 'dest_addr_ton': 1,
                'dest_addr_npi': 1, 'destination_addr': to.lstrip('+'),
                'data_coding': 0, **fields}

    def submit(self, to, text=None, name='esme1', **fields):
        """The answer to a submit_sm."""
        return self('send', name=name, command='submit_sm',
                    fields=self.fields(to, text, **fields))

    def received(self, fits, what, n=1, seconds=None):
        return self.wait(fits, what, n, seconds, 'received')

    def receipt(self, message_id, seconds=None):
        """The receipt of one of our messages: (message_state, text)."""
        event = self.received(
            lambda e: e.get('receipted_message_id') == message_id and
            e['esm_class'] & 0x3c == 4, f'receipt of {message_id}',
            seconds=seconds)[0]
        return event['message_state'], text_of(event)


class Sink:
    """An HTTP server that keeps what it is asked, for Kannel's URLs."""

    def __init__(self, rig):
        self.queries = []
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # pylint: disable=invalid-name
                url = urllib.parse.urlsplit(self.path)
                query = dict(urllib.parse.parse_qsl(
                    url.query, keep_blank_values=True))
                sink.queries.append((url.path, query))
                self.send_response(200)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.port = rig.slot.another()
        self.server = http.server.ThreadingHTTPServer(
            ('127.0.0.1', self.port), Handler)
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()
        rig.defer(self.server.shutdown)

    def wait(self, path, fits, what):
        return until(lambda: next((q for p, q in list(self.queries)
                                   if p == path and fits(q)), None), what)


class Kannel:
    """bearerbox and smsbox, bound to the gateway as an ESME."""

    def __init__(self, rig, account='esme1', password='secret1'):
        self.rig, self.sink = rig, Sink(rig)
        admin, boxes = rig.slot.another(), rig.slot.another()
        self.admin, self.sendsms = admin, rig.slot.another()
        names = {'ADMIN': admin, 'BOXES': boxes, 'SENDSMS': self.sendsms,
                 'SMPP': rig.slot.port(SMPP), 'ACCOUNT': account,
                 'PASSWORD': password, 'SINK': self.sink.port}
        conf = self.configure('esme.conf', names)
        rig.process('bearerbox', ['/usr/sbin/bearerbox', '-v', '1', conf])
        until(lambda: answers(boxes), 'bearerbox is up')
        rig.process('smsbox', ['/usr/sbin/smsbox', '-v', '1', conf])
        until(lambda: answers(self.sendsms), 'smsbox is up')
        until(lambda: 'online' in self.status(), 'Kannel is bound')

    def configure(self, name, values):
        text = (PEERS / 'kannel' / name).read_text()
        for word, value in values.items():
            text = text.replace(f'@{word}@', str(value))
        path = self.rig.folder / f'kannel-{name}'
        path.write_text(text)
        return path

    @staticmethod
    def _get(url):
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))
        with opener.open(url, timeout=DEADLINE) as answer:
            return answer.read().decode('utf-8', 'replace')

    def status(self):
        return self._get(f'http://127.0.0.1:{self.admin}/status.txt'
                         '?password=bar')

    def send(self, to, text, receipts=False, **more):
        query = {'username': 'u', 'password': 'p', 'to': to, 'from': '22222',
                 'text': text, 'charset': 'UTF-8', **more}
        if receipts:
            query['dlr-mask'] = '31'
            query['dlr-url'] = (f'http://127.0.0.1:{self.sink.port}/dlr'
                                f'?to=%p&state=%d&answer=%A')
        return self._get(f'http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms?'
                         + urllib.parse.urlencode(query))


def sipp(rig, scenario, calls=1, **options):
    """Runs a scenario of tests/peers/sipp to its end; its exit status and
    screen. options: user, password, transport (u1, t1), rate, port, keys
    (dict), background (the process instead)."""
    transport = options.get('transport', 'u1')
    user = options.get('user', 'mary')
    table = rig.folder / f'{scenario}.csv'
    table.write_text('SEQUENTIAL\n' + f'{user};[authentication '
                     f'username={user} '
                     f'password={options.get("password", f"{user}-secret")}'
                     ']\n')
    argv = ['sipp', f'127.0.0.1:{rig.slot.port(SIP)}', '-sf',
            PEERS / 'sipp' / f'{scenario}.xml', '-inf', table, '-m', calls,
            '-r', options.get('rate', 10), '-i', '127.0.0.1', '-p',
            options.get('port') or rig.slot.another(), '-t', transport,
            '-nostdin', '-timeout', f'{int(2 * DEADLINE)}s',
            '-timeout_error', '-trace_err', '-error_file',
            rig.folder / f'{scenario}.err', '-key', 'domain', DOMAIN]
    for key, value in {'expires': '600',
                       **options.get('keys', {})}.items():
        argv += ['-key', key, value]
    if options.get('background'):
        return rig.process(f'sipp-{scenario}', argv)
    done = subprocess.run([str(a) for a in argv], capture_output=True,
                          text=True, errors='replace', check=False,
                          cwd=rig.folder)
    error = rig.folder / f'{scenario}.err'
    return done.returncode, done.stdout[-1500:] + \
        (error.read_text(errors='replace')[-1500:] if error.exists() else '')


def build_phone(folder):
    """Compiles the liblinphone driver; its path."""
    program = folder / 'phone'
    source = PEERS / 'linphone' / 'phone.c'
    if program.exists() and \
            program.stat().st_mtime > source.stat().st_mtime:
        return program
    if shutil.which('cc') is None:
        raise Failure('no C compiler for the liblinphone driver')
    # Others may be doing the same.
    made = folder / f'phone-{os.getpid()}-{threading.get_ident()}'
    subprocess.run(['cc', '-std=c17', '-D_GNU_SOURCE', '-O1', '-Wall',
                    '-Wno-deprecated-declarations', source, '-o', made,
                    '-llinphone', '-lbctoolbox'], check=True)
    made.replace(program)
    return program


class Phone:
    """liblinphone: an RCS-like device with CPIM and IMDN."""

    def __init__(self, rig, user, read=True, authority=None):
        program = build_phone(BUILD)
        home = rig.folder / f'phone-{user}'
        home.mkdir(exist_ok=True)
        self.out = home / 'events'
        self.process = rig.process(
            f'phone-{user}', [program, user, f'{user}-secret', DOMAIN,
                              rig.slot.another(),
                              rig.slot.port(SIPS if authority else SIP), home,
                              'read' if read else 'unread', self.out],
            stdin=subprocess.PIPE,
            env={'PHONE_CA': str(authority)} if authority else None)

    def do(self, line):
        self.process.child.stdin.write(line.encode() + b'\n')
        self.process.child.stdin.flush()

    def events(self):
        return self.out.read_text(errors='replace').splitlines() \
            if self.out.exists() else []

    def wait(self, *words):
        """The first event that has all of these words."""
        return until(lambda: next((e for e in self.events()
                                   if all(w in e for w in words)), None),
                     f'the phone says {words}', 3 * DEADLINE)
