"""SIP over TLS to and from servers: other domains, whose certificates have to
fit (RFC 5922), and a core that shows its own; Kamailio is one of them."""

import contextlib
import secrets
import socket
import ssl
import threading

from device import Device, Stream
from rig import DEADLINE, DOMAIN, Failure, Rig, check, equal, until
from sipwire import SipMessage
from test_sip_tls import MARY, Authority, phone

OTHER = 'other.example'


def edit(text, port):
    """other.example by TLS, and who shows core.example is believed."""
    return text.replace(
        'port = 5080\ntransport = udp',
        f'port = {port}\ntransport = tls').replace(
        'trusted-peers = 127.0.0.1:5070\n',
        'trusted-peers = 127.0.0.1:5070\n'
        'trusted-names = core.example;other.example\n').replace(
        'tls-ca = tls/ca.pem\n', 'tls-ca = tls/ca.pem\ntls-client = ask\n')


class Server:
    """A domain's server: answers MESSAGE with 200 and keeps all of them. Its
    certificate may change; `ask`: for one of those who call."""

    def __init__(self, rig, port):
        self.rig, self.context, self.inbox = rig, None, []
        self.failures, self.calls, self.names = [], 0, []
        self.changed = threading.Condition()
        self.listener = socket.create_server(('127.0.0.1', port))
        rig.defer(self.close)
        threading.Thread(target=self._accept, daemon=True).start()

    def shows(self, pem, ask=True):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        self.context.load_verify_locations(self.rig.tls / 'ca.pem')
        self.context.verify_mode = ssl.CERT_REQUIRED if ask \
            else ssl.CERT_NONE

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.calls += 1
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        try:
            connection.settimeout(10)
            wrapped = self.context.wrap_socket(connection, server_side=True)
            wrapped.settimeout(None)
        except (ssl.SSLError, OSError) as error:
            with self.changed:
                self.failures.append(str(error))
                self.changed.notify_all()
            return
        self.last = wrapped
        self.names.append(wrapped.getpeercert())
        stream = Stream()
        with contextlib.suppress(OSError):
            while octets := wrapped.recv(65536):
                for message in stream.feed(octets):
                    self._take(wrapped, SipMessage(message))

    def _take(self, connection, message):
        lines = ['SIP/2.0 200 OK', *(f'Via: {v}' for v in message.all('via')),
                 f'From: {message.get("from")}',
                 f'To: {message.get("to")};tag=x',
                 f'Call-ID: {message.get("call-id")}',
                 f'CSeq: {message.get("cseq")}', 'Content-Length: 0', '', '']
        with self.changed:
            self.inbox.append(message)
            self.changed.notify_all()
        connection.sendall('\r\n'.join(lines).encode())

    def wait_text(self, text):
        return until(lambda: next((m for m in list(self.inbox)
                                   if m.text == text), None), text)

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def world():
    rig = Rig(start=False)
    rig.server = Server(rig, 0)
    rig.server_port = rig.server.listener.getsockname()[1]
    conf = rig.gateway.conf / 'cpmgw.conf'
    # The rig moves the ports of the configuration.
    conf.write_text(edit(conf.read_text(),
                         rig.server_port - rig.slot.offset))
    rig.tls = rig.gateway.state / 'tls'
    rig.gateway.start()
    rig.authority = Authority(rig.tls, make=False)
    rig.foreign = Authority(rig.folder / 'foreign')
    rig.trust = ssl.create_default_context(cafile=rig.tls / 'ca.pem')
    rig.server.shows(rig.authority.issue('other', f'URI:sip:{OTHER}'))
    rig.mary = phone(rig).registered()
    return rig


def sends(w, mary=None):
    """mary's message to other.example; its text."""
    text = secrets.token_hex(6)
    status = (mary or w.mary).message(f'sip:joe@{OTHER}', text)[0]
    check(status in (200, 202), status)
    return text


def hang_up(w):
    """The connection that there is ends, so the next one is another."""
    with contextlib.suppress(OSError, AttributeError):
        w.server.last.shutdown(socket.SHUT_RDWR)
    until(lambda: w.gateway.link(OTHER).get('tls') is None, 'none is left')


def case_a_domain_whose_certificate_fits(w):
    m = w.server.wait_text(sends(w))
    check(m.get('via').startswith('SIP/2.0/TLS 127.0.0.1:'), m.get('via'))
    check('P-Asserted-Identity'.lower() in dict(m.headers), 'it is trusted')
    # Ours was shown to it, and it verified that.
    check(('DNS', DOMAIN) in w.server.names[-1]['subjectAltName'],
          w.server.names)
    calls = w.server.calls
    for _ in range(5):
        w.server.wait_text(sends(w))
    equal(w.server.calls, calls, 'the connection that is there')
    until(lambda: (w.gateway.link(OTHER).get('tls') or '').startswith(
        'TLSv1.3'), 'gwctl links')


def case_names_as_rfc_5922_has_them(w):
    """Each on a new connection; what does not fit is sent nothing."""
    for names, good in (
            (f'URI:sip:{OTHER}, DNS:elsewhere.example', True),
            (f'DNS:{OTHER}', True),
            (f'URI:sip:elsewhere.example, DNS:{OTHER}', False),
            (f'DNS:*.{OTHER.partition(".")[2]}', False),
            ('DNS:elsewhere.example', False),
            (f'URI:sips:{OTHER}, DNS:other.elsewhere.example', False)):
        hang_up(w)
        w.server.shows(w.authority.issue('named', names))
        n, text = len(w.server.inbox), sends(w)
        if good:
            w.server.wait_text(text)
            continue
        until(lambda: w.gateway.link(OTHER).get('error') ==
              'its certificate is for others', f'refused: {names}')
        equal(len(w.server.inbox), n, 'nothing was sent')
        # When it is the right one again, it arrives.
        w.server.shows(w.authority.issue('other', f'URI:sip:{OTHER}'))
        w.server.wait_text(text)


def case_certificates_that_are_not_believed(w):
    for pem, why in (
            (expired(w), 'expired'),
            (w.foreign.issue('foreign', f'URI:sip:{OTHER}'),
             'unable to get local issuer')):
        hang_up(w)
        w.server.shows(pem)
        n, text = len(w.server.inbox), sends(w)
        until(lambda r=why: r in (w.gateway.link(OTHER).get('error') or ''),
              why)
        equal(len(w.server.inbox), n, 'nothing was sent')
        until(lambda: w.server.failures, 'it was told')
        w.server.shows(w.authority.issue('other', f'URI:sip:{OTHER}'))
        w.server.wait_text(text)


def expired(w):
    """One that was good until a moment ago."""
    return w.authority.issue('old', f'URI:sip:{OTHER}', '-days', '-1')


def case_a_server_that_hangs_up_is_called_again(w):
    w.server.wait_text(sends(w))
    hang_up(w)
    w.server.wait_text(sends(w))


def core(w, pem=None):
    """Somebody who connects, showing that certificate."""
    trust = ssl.create_default_context(cafile=w.tls / 'ca.pem')
    if pem:
        trust.load_cert_chain(pem)
    return Device(w, 'joe', 'tls', trust=trust)


def asserts(w, who):
    text = secrets.token_hex(6)
    response = who.request('MESSAGE', f'sip:mary@{DOMAIN}', [
        'Content-Type: text/plain',
        f'P-Asserted-Identity: <sip:joe@{OTHER}>'], text.encode(),
        from_=f'<sip:joe@{OTHER}>')
    return response.status, text


def case_a_core_that_shows_its_certificate_is_believed(w):
    for names in ('URI:sip:core.example', 'DNS:core.example'):
        who = core(w, w.authority.issue('core', names))
        status, text = asserts(w, who)
        check(status in (200, 202), status)
        w.mary.wait_text(text)
        who.close()


def unauthenticated(w, who):
    """It is challenged as anybody else."""
    branch, octets = who.build('MESSAGE', f'sip:mary@{DOMAIN}', [
        'Content-Type: text/plain',
        f'P-Asserted-Identity: <sip:joe@{OTHER}>'], b'x')
    equal(who.transact(branch, octets).status, 407)
    who.close()


def case_others_are_not_believed(w):
    unauthenticated(w, core(w))
    unauthenticated(w, core(w, w.authority.issue(
        'else', 'DNS:elsewhere.example')))
    for pem in (w.foreign.issue('core', 'DNS:core.example'), expired(w)):
        try:
            who = core(w, pem)
            branch, octets = who.build('OPTIONS', f'sip:{DOMAIN}')
            who.transact(branch, octets, 3)
        except (OSError, AttributeError, Failure):
            continue
        raise Failure('it was let in')


def case_trust_ends_with_a_reload(w):
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    who = core(w, w.authority.issue('core', 'DNS:core.example'))
    check(asserts(w, who)[0] in (200, 202))
    conf.write_text(kept.replace('core.example;', ''))
    equal(w.gateway.gwctl('reload')[0], 0)
    unauthenticated(w, who)
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)


def case_a_server_may_speak_first_on_our_connection(w):
    """RFC 5923 wants no more connections than are needed."""
    w.server.wait_text(sends(w))
    secure, text = w.server.last, secrets.token_hex(6)
    secure.sendall(
        f'MESSAGE sip:mary@{DOMAIN} SIP/2.0\r\n'
        'Via: SIP/2.0/TLS 127.0.0.1:9;branch=z9hG4bKfirst\r\n'
        f'From: <sip:joe@{OTHER}>;tag=1\r\nTo: <sip:mary@{DOMAIN}>\r\n'
        f'P-Asserted-Identity: <sip:joe@{OTHER}>\r\n'
        f'Call-ID: {text}\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n'
        f'Content-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n'
        f'{text}'.encode())
    w.mary.wait_text(text)


def case_trusted_names_need_somebody_to_ask(w):
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    conf.write_text(kept.replace('tls-client = ask\n', ''))
    status, _, said = w.gateway.gwctl('reload')
    equal(status, 1)
    check('trusted-names: needs tls-port and tls-client' in said, said)
    conf.write_text(kept.replace('tls-ca = tls/ca.pem\n', '', 1))
    status, _, said = w.gateway.gwctl('reload')
    equal(status, 1)
    check('tls-client: needs tls-ca' in said, said)
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    w.server.wait_text(sends(w))


def case_a_host_that_nobody_knows(w):
    conf = w.gateway.conf / 'cpmgw.conf'
    kept = conf.read_text()
    port = w.server_port - w.slot.offset
    conf.write_text(kept.replace(f'address = 127.0.0.1\nport = {port}\n',
                                 f'address = nowhere.invalid\nport = {port}\n'))
    equal(w.gateway.gwctl('reload')[0], 0)
    text = sends(w)
    until(lambda: w.gateway.link(OTHER).get('error') in (
        'there is no such host', 'took too long'), 'told', 2 * DEADLINE)
    conf.write_text(kept)
    equal(w.gateway.gwctl('reload')[0], 0)
    w.server.wait_text(text)
