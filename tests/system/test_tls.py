"""SMPP over TLS, both ways, with node-smpp and openssl's own client."""

import contextlib
import os
import pathlib
import secrets
import socket
import ssl
import subprocess
import time

from peers import Esme, Smsc, text_of
from rig import (DEADLINE, SMPP, SMPPS, SMSC_B, TOP, Rig, check, equal,
                 until)

SERVER = 'tls-certificate = tls/server.pem\n'


def edit_links(text):
    """Certificates of ESMEs, an account that has to show one, and smsc-b
    over TLS, where we show ours."""
    text = text.replace(
        SERVER, SERVER + 'tls-ca = tls/ca.pem\ntls-client = ask\n')
    text = text.replace(
        'system-id = esme2\n',
        'system-id = esme2\ntls = require\ntls-name = esme2.example\n')
    return text.replace(
        'start = no\n',
        'tls = yes\ntls-ca = tls/ca.pem\ntls-certificate = tls/server.pem\n')


def edit_routes(text):
    """+1555028 goes through smsc-b."""
    return text + '''
group = route
name = second
prefix = +1555028
technology = sms
peer = smsc-b
'''


def certificate(folder, authority, file, names):
    """folder/file: a certificate for those names, and its key."""
    key, request = folder / 'key', folder / 'request'
    quiet = {'check': True, 'capture_output': True}
    subprocess.run(
        ['openssl', 'req', '-newkey', 'ec', '-pkeyopt',
         'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out',
         request, '-subj', f'/CN={file}'], **quiet)
    (folder / 'names').write_text(f'subjectAltName = {names}\n')
    made = subprocess.run(
        ['openssl', 'x509', '-req', '-in', request, '-CA',
         authority / 'ca.pem', '-CAkey', authority / 'ca.key', '-set_serial',
         f'0x{secrets.token_hex(8)}', '-days', '2', '-extfile',
         folder / 'names'], **quiet).stdout
    path = folder / file
    path.touch(mode=0o600)
    path.write_bytes(made + key.read_bytes())
    return path


def world():
    rig = Rig(edit={'links.conf': edit_links, 'people.conf': edit_routes})
    rig.tls = rig.gateway.state / 'tls'
    rig.foreign = rig.folder / 'foreign'
    subprocess.run(['sh', TOP / 'packaging' / 'certificates.sh',
                    rig.foreign], check=True)
    rig.smsc = Smsc(rig)
    rig.second = Smsc(rig, SMSC_B, 'smsc-b',
                      tls=(rig.tls / 'server.pem', rig.tls / 'ca.pem'))
    rig.esme = Esme(rig)
    equal(bind(rig, 'esme1'), 0, 'esme1 binds')
    return rig


def bind(w, name, pem=None, **more):
    return w.esme.bind(name, port=w.slot.port(SMPPS),
                       tls={'ca': str(w.tls / 'ca.pem'),
                            'pem': pem and str(pem), **more})


def client(w, *options, port=SMPPS):
    """openssl s_client: (good, what it says)"""
    done = subprocess.run(
        ['openssl', 's_client', '-connect',
         f'127.0.0.1:{w.slot.port(port)}', '-CAfile', w.tls / 'ca.pem',
         '-verify_return_error', *options], stdin=subprocess.DEVNULL,
        capture_output=True, text=True, errors='replace', check=False,
        timeout=4 * DEADLINE)
    return done.returncode == 0, done.stdout + done.stderr


def serial(w):
    return next(line for line in subprocess.run(
        ['openssl', 'x509', '-noout', '-serial'], text=True, check=True,
        input=client(w)[1], capture_output=True).stdout.splitlines())


def works(w, to='1555028'):
    """A submission over TLS, to the SMSC that is reached over TLS, and its
    receipt."""
    number, word = f'{to}{secrets.randbelow(9000) + 1000}', \
        secrets.token_hex(8)
    answer = w.esme.submit(number, word, registered_delivery=1)
    equal(answer['status'], 0)
    equal(text_of(w.second.submits(number)[0]), word)
    equal(w.esme.receipt(answer['message_id'])[0], 2)


def case_a_message_and_its_receipt_over_tls(w):
    works(w)


def case_what_fills_many_records_arrives(w):
    number, words = '15550285999', [f'{i:03} ' + 'x' * 150
                                    for i in range(300)]
    answers = w.esme('burst', name='esme1', timeout_ms=60000, list=[
        w.esme.fields(number, word) for word in words])['answers']
    check({a['status'] for a in answers} <= {0, 0x14, 0x58}, 'taken or not')
    n = sum(a['status'] == 0 for a in answers)
    check(n >= 100, n)
    w.second.submits(number, n, 3 * DEADLINE)


def case_links_show_version_cipher_and_name(w):
    equal(w.gateway.link('esme1')['tls'].split()[0], 'TLSv1.3')
    version, cipher, name = w.gateway.link('smsc-b')['tls'].split()
    equal((version, name), ('TLSv1.3', 'cpm.example'))
    check(cipher.startswith('TLS_'), cipher)
    equal(w.gateway.link('smsc-a')['tls'], None, 'without TLS')
    said = w.gateway.gwctl('links')[1]
    check(' TLS\n' in said and f'{version} {cipher} {name}' in said, said)


def case_openssl_is_content_with_the_server(w):
    for options in (('-verify_hostname', 'cpm.example'),
                    ('-verify_hostname', 'localhost', '-tls1_2'),
                    ('-verify_ip', '127.0.0.1', '-tls1_3')):
        good, said = client(w, *options)
        check(good and 'Verify return code: 0 (ok)' in said, said)
    check('Secure Renegotiation IS supported' in client(w, '-tls1_2')[1])


def case_what_is_too_old_or_not_tls_is_refused(w):
    good, said = client(w, '-tls1_1', '-cipher', 'ALL:@SECLEVEL=0')
    check(not good, said)
    good, said = client(w, port=SMPP)
    check(not good, said)
    with socket.create_connection(('127.0.0.1', w.slot.port(SMPPS))) as s:
        s.settimeout(DEADLINE)
        s.sendall(bytes.fromhex('00000010000000150000000000000001'))
        octets = s.recv(64)
        check(octets[:1] in (b'', b'\x15'), 'an alert at most', octets)
    works(w)


def case_an_account_shows_its_certificate(w):
    good = certificate(w.folder, w.tls, 'esme2.pem', 'DNS:esme2.example')
    other = certificate(w.folder, w.tls, 'esme3.pem', 'DNS:esme3.example')
    foreign = certificate(w.folder, w.foreign, 'foreign.pem',
                          'DNS:esme2.example')
    equal(bind(w, 'esme2'), 0x0D, 'without one')
    equal(bind(w, 'esme2', other), 0x0D, "another's")
    check(bind(w, 'esme2', foreign) not in (0, 0x0D),
          'one that nobody knows ends the handshake')
    equal(w.esme.bind('esme2'), 0x0D, 'without TLS')
    for version in ('TLSv1.2', 'TLSv1.3'):
        equal(bind(w, 'esme2', good, version=version), 0, version)
        until(lambda v=version: (w.gateway.link('esme2').get('tls') or '')
              .startswith(v), version)
        check(w.gateway.link('esme2')['tls'].endswith(' esme2.example'))
        w.esme('unbind', name='esme2')


def case_a_reload_takes_new_certificates(w):
    before, server = serial(w), w.tls / 'server.pem'
    kept = server.read_bytes()
    new = certificate(w.folder, w.tls, 'new.pem',
                      'DNS:cpm.example, IP:127.0.0.1')
    closes = len(w.esme.log(kind='close'))
    server.write_bytes(new.read_bytes())
    equal(serial(w), before, 'not yet')
    equal(w.gateway.gwctl('reload')[0], 0)
    check(serial(w) != before, 'a new one')
    equal(len(w.esme.log(kind='close')), closes, 'binds stay')
    works(w)
    server.write_bytes(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    equal(serial(w), before)


def case_a_file_that_is_wrong_changes_nothing(w):
    before, server = serial(w), w.tls / 'server.pem'
    kept = server.read_bytes()
    for spoil, part in (
            (lambda: server.write_text('noise\n'),
             'has no certificate in PEM'),
            (lambda: (server.write_bytes(kept), server.chmod(0o644)),
             'the key in it is open to others'),
            (server.unlink, 'cannot be read: No such file')):
        spoil()
        status, _, said = w.gateway.gwctl('reload')
        equal(status, 1)
        check(f'tls-certificate: {part}' in said, said)
        check('links.conf:8: ' in said, 'file and line', said)
        equal(serial(w), before, 'as it was')
    server.touch(mode=0o600)
    server.chmod(0o600)
    server.write_bytes(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    works(w)


def case_an_smsc_that_is_another_gets_nothing(w):
    conf = w.gateway.conf / 'links.conf'
    kept = conf.read_text()
    binds = len(w.second.log(kind='bind'))
    for setting, why in (
            ('tls-name = other.example', 'hostname mismatch'),
            (f'tls-ca = {w.foreign}/ca.pem', 'certificate')):
        text = kept.replace('tls = yes\ntls-ca = tls/ca.pem\n',
                            f'tls = yes\n{setting}\n' + (
                                '' if 'tls-ca' in setting else
                                'tls-ca = tls/ca.pem\n'))
        conf.write_text(text)
        equal(w.gateway.gwctl('reload')[0], 0)
        until(lambda r=why: r in (w.gateway.link('smsc-b')['error'] or ''),
              why)
        equal(w.gateway.link('smsc-b')['state'], 'down')
    equal(len(w.second.log(kind='bind')), binds, 'no bind was sent')
    check(w.second.log(kind='tls'), 'it was told')
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    w.gateway.wait_link('smsc-b')
    works(w)


def ticks(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2]
    return sum(int(n) for n in fields.split()[11:13])


def narrow(address):
    """A connection that takes little before it is read."""
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    s.connect(address)
    return s


def case_waiting_for_the_far_side_is_no_work(w):
    """One in the middle of its handshake, one that reads no answers."""
    trust = ssl.create_default_context(cafile=w.tls / 'ca.pem')
    address = ('127.0.0.1', w.slot.port(SMPPS))
    pid, second = w.gateway.pids()['cpmgw-smpp'], os.sysconf('SC_CLK_TCK')
    n, sent = 60000, 0
    with socket.create_connection(address) as half, \
            trust.wrap_socket(narrow(address),
                              server_hostname='localhost') as deaf:
        half.sendall(bytes.fromhex('16030102000100'))
        ask = b''.join(bytes.fromhex('000000100000001500000000') +
                       i.to_bytes(4, 'big') for i in range(1, n + 1))
        deaf.settimeout(1)
        with contextlib.suppress(TimeoutError):
            while sent < len(ask):
                sent += deaf.send(ask[sent:sent + 16384])
        before = ticks(pid)
        time.sleep(1)
        check(ticks(pid) - before < second / 4, 'it waits, and is idle')
        # All that was asked is answered, in its order.
        deaf.settimeout(DEADLINE)
        with deaf.makefile('rb') as answers:
            for i in range(1, sent // 16 + 1):
                equal(answers.read(16)[4:].hex(),
                      f'8000001500000000{i:08x}')
    works(w)


def case_a_link_that_was_lost_is_built_again(w):
    w.second('close')
    w.gateway.wait_link('smsc-b')
    w.second.wait_bound()
    works(w)
