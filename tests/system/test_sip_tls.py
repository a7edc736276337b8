"""SIP over TLS: devices, other domains and cores, with openssl and Kamailio
at the other end."""

import contextlib
import secrets
import socket
import ssl
import subprocess
import time

from device import Device
from rig import (DEADLINE, DOMAIN, SIPS, TOP, Failure, Rig, check, equal,
                 until)

JOHN, MARY, PETER = 'tel:+15550200001', 'tel:+15550100001', \
    'tel:+15550100002'
QUIET = {'check': True, 'capture_output': True}


class Authority:
    """One that signs, with its files in a folder: ca.pem, ca.key."""

    def __init__(self, folder, make=True):
        self.folder = folder
        if make:
            subprocess.run(['sh', TOP / 'packaging' / 'certificates.sh',
                            folder], check=True)

    def issue(self, file, names, *more, extensions=''):
        """`file`.pem: a certificate for `names`, then its key. Without
        names: an authority below this one."""
        request = self.folder / 'request'
        subprocess.run(
            ['openssl', 'req', '-newkey', 'ec', '-pkeyopt',
             'ec_paramgen_curve:P-256', '-nodes', '-keyout',
             self.folder / f'{file}.key', '-out', request, '-subj',
             f'/CN={file}'], **QUIET)
        (self.folder / 'names').write_text(
            (f'subjectAltName = {names}\n' if names else
             'basicConstraints = critical, CA:TRUE\n') + extensions)
        made = subprocess.run(
            ['openssl', 'x509', '-req', '-in', request, '-CA',
             self.folder / 'ca.pem', '-CAkey', self.folder / 'ca.key',
             '-set_serial', f'0x{secrets.token_hex(8)}',
             *(more or ('-days', '2')), '-extfile', self.folder / 'names'],
            **QUIET).stdout
        path = self.folder / f'{file}.pem'
        path.touch(mode=0o600)
        path.write_bytes(made + (self.folder / f'{file}.key').read_bytes())
        return path


def world():
    rig = Rig()
    rig.tls = rig.gateway.state / 'tls'
    rig.authority = Authority(rig.tls, make=False)
    rig.foreign = Authority(rig.folder / 'foreign')
    rig.trust = ssl.create_default_context(cafile=rig.tls / 'ca.pem')
    rig.peter = Device(rig, 'peter').registered()
    return rig


def phone(w, user='mary', **more):
    return Device(w, user, 'tls', trust=w.trust, **more)


def address(w):
    return ('127.0.0.1', w.slot.port(SIPS))


def client(w, *options, ca=None):
    """openssl s_client: (good, what it says)"""
    done = subprocess.run(
        ['openssl', 's_client', '-connect', '%s:%u' % address(w), '-CAfile',
         ca or w.tls / 'ca.pem', '-verify_return_error', *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        errors='replace', check=False, timeout=4 * DEADLINE)
    return done.returncode == 0, done.stdout + done.stderr


def serial(w, *options):
    return subprocess.run(
        ['openssl', 'x509', '-noout', '-serial'], text=True, check=True,
        input=client(w, *options)[1], capture_output=True).stdout


def works(w, mary):
    """Both ways between a device with TLS and one without."""
    one, other = secrets.token_hex(6), secrets.token_hex(6)
    equal(mary.message(PETER, one)[0], 200)
    w.peter.wait_text(one)
    check(w.peter.message(MARY, other)[0] in (200, 202))
    mary.wait_text(other)


def case_register_and_messages_both_ways_on_one_connection(w):
    for algorithm in ('MD5', 'SHA-256'):
        mary = phone(w)
        equal(mary.register(algorithm=algorithm), 200)
        works(w, mary)
        request = mary.inbox[-1]
        check(request.get('via').startswith('SIP/2.0/TLS 127.0.0.1:'),
              request.get('via'))
        # What it has sent and has got went over the one connection.
        equal(sum(m.method == 'MESSAGE' for m in mary.inbox), 1)
        mary.register(expires=0)
        mary.close()


def case_sips_is_he_too(w):
    mary = phone(w)
    mary.aor = f'sips:mary@{DOMAIN}'
    contact = f'<sips:mary@127.0.0.1:{mary.port}>'
    response = mary.request('REGISTER', f'sips:{DOMAIN}', [
        f'Contact: {contact}', 'Expires: 600'], to=f'<{mary.aor}>')
    equal(response.status, 200)
    check(response.get('contact').startswith(contact), 'as it was')
    # RFC 5630 5.2
    equal(mary.request('REGISTER', f'sip:{DOMAIN}', [
        f'Contact: {contact}', 'Expires: 600'], to=f'<{mary.aor}>').status,
          400)
    works(w, mary)
    text = secrets.token_hex(6)
    check(w.peter.message(f'sips:mary@{DOMAIN}', text)[0] in (200, 202))
    equal(mary.wait_text(text).uri, contact[1:-1])
    until(lambda: w.gateway.link('cpm')['tls'].endswith(' 1 open'),
          'gwctl links')
    mary.request('REGISTER', f'sips:{DOMAIN}', [
        'Contact: *', 'Expires: 0'], to=f'<{mary.aor}>')
    mary.close()


def case_where_it_was_seen_is_told(w):
    mary = phone(w)
    branch, octets = mary.build('OPTIONS', f'sip:{DOMAIN}')
    answer = mary.transact(branch, octets)
    equal(answer.status, 200)
    port = mary.tcp.socket.getsockname()[1]
    check(f'rport={port}' in answer.get('via'), answer.get('via'))
    mary.close()


def case_openssl_is_content_with_the_server(w):
    for options in (('-verify_hostname', DOMAIN),
                    ('-verify_hostname', 'localhost', '-tls1_2'),
                    ('-verify_ip', '127.0.0.1', '-tls1_3')):
        good, said = client(w, *options)
        check(good and 'Verify return code: 0 (ok)' in said, said)
    good, said = client(w, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')
    check(not good, said)


def case_a_keep_alive_is_answered(w):
    with w.trust.wrap_socket(socket.create_connection(address(w)),
                             server_hostname=DOMAIN) as s:
        s.settimeout(DEADLINE)
        s.sendall(b'\r\n\r\n')
        equal(s.recv(64), b'\r\n')
        s.sendall(b'\r\n\r')
        s.sendall(b'\n')
        equal(s.recv(64), b'\r\n', 'in pieces')


def options_request(n, more=b'Content-Length: 0\r\n\r\n'):
    return (f'OPTIONS sip:{DOMAIN} SIP/2.0\r\n'
            f'Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKw{n}\r\n'
            f'From: <sip:a@{DOMAIN}>;tag=1\r\nTo: <sip:{DOMAIN}>\r\n'
            f'Max-Forwards: 70\r\nCall-ID: w{n}\r\n'
            f'CSeq: 1 OPTIONS\r\n').encode() + more


def statuses(s, n):
    got = b''
    while got.count(b'SIP/2.0 ') < n or not got.endswith(b'\r\n\r\n'):
        piece = s.recv(65536)
        if not piece:
            break
        got += piece
    return [int(part[:3]) for part in got.split(b'SIP/2.0 ')[1:]
            if part[:3].isdigit()]


def connect(w):
    s = w.trust.wrap_socket(socket.create_connection(address(w)),
                            server_hostname=DOMAIN)
    s.settimeout(DEADLINE)
    return s


def case_octets_however_they_come(w):
    """Many requests at once; one, octet by octet; a body that is too long."""
    with connect(w) as s:
        s.sendall(b''.join(options_request(i) for i in range(200)))
        equal(statuses(s, 200), [200] * 200)
        for octet in options_request('slow'):
            s.sendall(bytes([octet]))
        equal(statuses(s, 1), [200])
        body = b'Content-Length: 100000\r\n\r\n' + 100000 * b'x'
        s.sendall(options_request('long', body) + options_request('after'))
        got = statuses(s, 2)
        check(got[0] in (200, 413), got)
    for wrong, status in (
            (b'\r\n', 400),
            (b'Content-Length: -1\r\n\r\n', 400),
            (b'Content-Length: 12582912\r\n\r\nxyz', 413),
            (b'X: ' + 200000 * b'x', 413)):
        with connect(w) as s:
            with contextlib.suppress(OSError):
                s.sendall(options_request('wrong', wrong))
            equal(statuses(s, 1), [status], wrong[:40])
            equal(s.recv(1), b'', 'then it is closed')


def case_what_lacks_headers_is_refused(w):
    """RFC 3261 8.1.1; the connection goes on."""
    whole = options_request('lacks')
    with connect(w) as s:
        for name in (b'From', b'To', b'Call-ID', b'CSeq'):
            head, _, rest = whole.partition(name + b': ')
            s.sendall(head + rest.partition(b'\r\n')[2])
            equal(statuses(s, 1), [400], name)
        s.sendall(whole.replace(b'CSeq: 1', b'CSeq: 36893488147419103232'))
        equal(statuses(s, 1), [400])
        s.sendall(whole.replace(b'SIP/2.0\r\nVia', b'SIP/7.0\r\nVia'))
        equal(statuses(s, 1), [505])
        s.sendall(whole)
        equal(statuses(s, 1), [200])


def case_garbage_harms_nobody(w):
    mary = phone(w).registered()
    for garbage in (b'OPTIONS sip:x SIP/2.0\r\n\r\n', b'\0' * 70000,
                    bytes.fromhex('16030100ff') + b'x' * 255,
                    secrets.token_bytes(5000)):
        with socket.create_connection(address(w)) as s:
            s.settimeout(2 * DEADLINE)
            with contextlib.suppress(OSError):
                s.sendall(garbage)
            octets = b'?'
            with contextlib.suppress(ConnectionError):
                octets = s.recv(64)
            check(octets[:1] in (b'', b'\x15', b'?'), 'an alert', octets)
    with connect(w) as s:
        s.sendall(b'this is\r\nno SIP\r\n\r\n')
        equal(s.recv(64), b'', 'closed')
    with connect(w) as s:
        s.sendall(secrets.token_bytes(300) + b'\r\n\r\n')
        works(w, mary)
    mary.close()


def case_half_handshakes_by_the_hundred(w):
    mary = phone(w).registered()
    hello = bytes.fromhex('16030102000100')
    with contextlib.ExitStack() as stack:
        for i in range(600):
            s = stack.enter_context(socket.create_connection(address(w)))
            with contextlib.suppress(OSError):
                s.sendall(hello if i % 2 else b'')
        begun = time.monotonic()
        works(w, mary)
        other = phone(w, 'bob').registered()
        check(time.monotonic() - begun < DEADLINE / 2, 'at once')
        other.close()
    works(w, mary)
    mary.close()


def case_who_does_not_shake_hands_is_sent_away(w):
    with socket.create_connection(address(w)) as s:
        s.settimeout(3 * DEADLINE)
        s.sendall(bytes.fromhex('16030102000100'))
        begun = time.monotonic()
        with contextlib.suppress(ConnectionError):
            equal(s.recv(1), b'', 'closed')
        check(time.monotonic() - begun > 5, 'not before its time')


def case_without_its_connection_a_device_waits(w):
    mary = phone(w).registered()
    works(w, mary)
    mary.tcp.shutdown(socket.SHUT_RDWR)
    until(lambda: mary.tcp is None, 'closed')
    until(lambda: w.gateway.ask('users', 'mary')[0]['devices'] == 0,
          'it is known')
    word = secrets.token_hex(6)
    check(w.peter.message(MARY, word)[0] in (200, 202))
    until(lambda: w.gateway.waiting() == 1, 'it is kept')
    mary.registered()
    mary.wait_text(word)
    works(w, mary)
    mary.close()


def case_a_restart_leaves_it_unreachable_until_it_registers(w):
    mary = phone(w).registered()
    w.gateway.kill_program('cpmgw-sip')
    until(lambda: mary.tcp is None, 'the connection has gone')
    w.gateway.wait_link('cpm')
    word = secrets.token_hex(6)
    check(w.peter.message(MARY, word)[0] in (200, 202))
    until(lambda: w.gateway.waiting() == 1, 'it is kept')
    mary.registered()
    mary.wait_text(word)
    works(w, mary)
    mary.close()


def case_a_reload_takes_a_new_certificate_and_its_chain(w):
    """One by an authority below the one that clients know."""
    mary = phone(w).registered()
    server, before = w.tls / 'server.pem', serial(w)
    kept = server.read_bytes()
    middle = w.authority.issue('middle', '')
    below = Authority(w.folder / 'below')
    (below.folder / 'ca.pem').write_bytes(
        middle.read_bytes().partition(b'-----BEGIN PRIVATE')[0])
    (below.folder / 'ca.key').write_bytes(
        (w.tls / 'middle.key').read_bytes())
    leaf = below.issue('leaf', f'DNS:{DOMAIN}, URI:sip:{DOMAIN}')
    server.write_bytes(leaf.read_bytes() +
                       (below.folder / 'ca.pem').read_bytes())
    equal(serial(w), before, 'not yet')
    equal(w.gateway.gwctl('reload')[0], 0)
    check(serial(w) != before, 'a new one')
    good, said = client(w, '-verify_hostname', DOMAIN)
    check(good and 'Verify return code: 0 (ok)' in said, said)
    works(w, mary)
    other = phone(w, 'bob').registered()
    other.close()
    mary.close()
    server.write_bytes(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    equal(serial(w), before)


def case_a_key_of_another_is_refused(w):
    """With file and line; what was there goes on."""
    mary = phone(w).registered()
    before, server = serial(w), w.tls / 'server.pem'
    kept = server.read_bytes()
    certificate, mark, _ = kept.partition(b'-----BEGIN PRIVATE')
    other = (w.foreign.folder / 'server.pem').read_bytes()
    for octets, why in (
            (certificate + mark + other.partition(mark)[2],
             'is not the key of the certificate'),
            (b'noise\n', 'has no certificate in PEM'),
            (certificate, 'has no key in PEM')):
        server.write_bytes(octets)
        status, _, said = w.gateway.gwctl('reload')
        equal(status, 1)
        check(f'group sip: tls-certificate: {why}' in said, said)
        check('cpmgw.conf:24: ' in said, 'file and line', said)
        equal(serial(w), before, 'as it was')
    server.write_bytes(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    works(w, mary)
    mary.close()


def case_a_name_picks_its_certificate(w):
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    w.authority.issue('second', 'URI:sip:second.example')
    w.authority.issue('third', 'DNS:third.example')
    conf.write_text(kept.replace(
        'tls-ca = tls/ca.pem\n', 'tls-ca = tls/ca.pem\n'
        'tls-certificates = tls/second.pem;tls/third.pem\n'))
    equal(w.gateway.gwctl('reload')[0], 0)
    shown = {name: serial(w, '-servername', name)
             for name in (DOMAIN, 'second.example', 'third.example',
                          'nobody.example')}
    equal(shown['nobody.example'], shown[DOMAIN])
    equal(len(set(shown.values())), 3, shown)
    for name in ('second', 'third'):
        equal(shown[f'{name}.example'], subprocess.run(
            ['openssl', 'x509', '-noout', '-serial', '-in',
             w.tls / f'{name}.pem'], text=True, **QUIET).stdout)
    good, said = client(w, '-servername', 'third.example',
                        '-verify_hostname', 'third.example')
    check(good, said)
    (w.tls / 'third.pem').write_text('noise')
    status, _, said = w.gateway.gwctl('reload')
    equal(status, 1)
    check('cpmgw.conf:26: group sip: tls-certificates: '
          'has no certificate in PEM' in said, said)
    equal(serial(w, '-servername', 'second.example'),
          shown['second.example'], 'as it was')
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)


def case_clients_may_have_to_show_a_certificate(w):
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    conf.write_text(kept.replace(
        'tls-ca = tls/ca.pem\n', 'tls-ca = tls/ca.pem\n'
        'tls-client = require\n'))
    equal(w.gateway.gwctl('reload')[0], 0)
    # With TLS 1.3 the client is done before it is refused.
    good, said = client(w, '-tls1_2')
    check(not good and 'alert' in said, said)
    pem = w.authority.issue('device', 'DNS:device.example')
    good, said = client(w, '-tls1_2', '-cert', pem, '-key', pem)
    check(good, said)
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)


def case_one_address_has_only_so_many(w):
    """Others go on, and those that are there."""
    mary = phone(w).registered()
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    conf.write_text(kept.replace(
        'tls-port = 5061\n', 'tls-port = 5061\ntls-source-connections = 8\n'))
    equal(w.gateway.gwctl('reload')[0], 0)
    with contextlib.ExitStack() as stack:
        let_in = 0
        for _ in range(20):
            s = stack.enter_context(socket.create_connection(address(w)))
            s.settimeout(DEADLINE)
            with contextlib.suppress(OSError):
                stack.enter_context(w.trust.wrap_socket(
                    s, server_hostname=DOMAIN))
                let_in += 1
        check(let_in < 8, let_in)
        works(w, mary)
        # From another address there is room.
        with socket.create_connection(address(w), DEADLINE,
                                      ('127.0.0.2', 0)) as s, \
                w.trust.wrap_socket(s, server_hostname=DOMAIN) as other:
            other.sendall(options_request('elsewhere'))
            equal(statuses(other, 1), [200])
    works(w, mary)
    mary.close()
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)


def case_who_is_known_stays_when_all_places_are_taken(w):
    """By others, who have said nothing but OPTIONS: the oldest of them go."""
    mary = phone(w).registered()
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    conf.write_text(kept.replace('tls-port = 5061\n',
                                 'tls-port = 5061\nconnections = 4\n'))
    equal(w.gateway.gwctl('reload')[0], 0)
    with contextlib.ExitStack() as stack:
        others = []
        for i in range(6):
            others.append(stack.enter_context(connect(w)))
            others[-1].sendall(options_request(i))
            equal(statuses(others[-1], 1), [200])
        for s in others[:3]:
            with contextlib.suppress(ConnectionError):
                equal(s.recv(1), b'', 'it has made room')
        others[-1].sendall(options_request('last'))
        equal(statuses(others[-1], 1), [200])
        works(w, mary)
    equal(mary.register(), 200)
    mary.close()
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)


def case_a_crash_of_all_leaves_it_unreachable_until_it_registers(w):
    mary = phone(w).registered()
    w.gateway.restart()
    w.gateway.wait_link('cpm')
    until(lambda: mary.tcp is None, 'the connection has gone')
    word = secrets.token_hex(6)
    check(w.peter.message(MARY, word)[0] in (200, 202))
    until(lambda: w.gateway.waiting() == 1, 'it is kept')
    mary.registered()
    mary.wait_text(word)
    works(w, mary)
    mary.close()


def case_a_device_that_reads_nothing_is_sent_away(w):
    """And costs no more than its limit."""
    mary = phone(w).registered()
    with connect(w) as s:
        s.settimeout(1)
        sent, requests = 0, b''.join(options_request(i) for i in range(1000))
        try:
            for _ in range(200):
                sent += 1
                s.sendall(requests)
        except OSError:
            pass
        check(sent < 200, 'it is not read any more')
        works(w, mary)
    mary.close()


def case_a_gateway_with_a_wrong_key_does_not_start(w):
    rig = Rig(start=False)
    try:
        folder = rig.gateway.state / 'tls'
        Authority(folder)
        server = folder / 'server.pem'
        certificate, mark, _ = server.read_bytes().partition(
            b'-----BEGIN PRIVATE')
        other = (w.foreign.folder / 'server.pem').read_bytes()
        server.write_bytes(certificate + mark + other.partition(mark)[2])
        conf = rig.gateway.conf / 'links.conf'
        conf.write_text(conf.read_text().replace(
            'tls-port = 3550\ntls-certificate = tls/server.pem\n', ''))
        try:
            rig.gateway.start()
        except Failure as error:
            check('cpmgw.conf:24: group sip: tls-certificate: is not the key '
                  'of the certificate' in str(error), error)
        else:
            raise Failure('it started')
    finally:
        rig.gateway.process = None
        rig.close()
