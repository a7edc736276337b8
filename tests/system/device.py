"""A SIP device over UDP or TCP: registers, sends MESSAGE, answers what it
receives as the test says, and keeps all of it."""

import contextlib
import re
import secrets
import select
import socket
import ssl
import threading
import time

from rig import DEADLINE, DOMAIN, SIP, SIPS, Failure, check
from sipwire import (SipMessage, challenges, cpim, credentials, imdn_for,
                     new_id)

NUMBERS = {'mary': '+15550100001', 'peter': '+15550100002',
           'alice': '+15550100003', 'bob': '+15550100004'}
T1 = 0.5


class Stream:
    """Cuts SIP messages out of a TCP stream."""

    def __init__(self):
        self.held = b''

    def feed(self, octets):
        self.held += octets
        while True:
            self.held = self.held.lstrip(b'\r\n')
            head, mark, _ = self.held.partition(b'\r\n\r\n')
            if not mark:
                return
            length = re.search(rb'(?mi)^(?:content-length|l)\s*:\s*(\d+)',
                               head)
            size = len(head) + 4 + (int(length.group(1)) if length else 0)
            if len(self.held) < size:
                return
            yield self.held[:size]
            self.held = self.held[size:]


class Secure:
    """TLS that one thread may write to while another one reads."""

    def __init__(self, connection, context, server):
        connection.settimeout(DEADLINE)
        self.socket = context.wrap_socket(connection, server_hostname=server)
        self.socket.settimeout(0)
        self.lock = threading.Lock()

    def _try(self, what, *arguments):
        while True:
            with self.lock:
                try:
                    return what(*arguments)
                except ssl.SSLWantReadError:
                    wait = [self.socket], []
                except ssl.SSLWantWriteError:
                    wait = [], [self.socket]
            try:
                select.select(*wait, [], DEADLINE)
            except ValueError as error:
                raise OSError('closed') from error

    def recv(self, size):
        return self._try(self.socket.recv, size)

    def sendall(self, octets):
        while octets:
            octets = octets[self._try(self.socket.send, octets):]

    def shutdown(self, how):
        with self.lock:
            self.socket.shutdown(how)

    def close(self):
        # Not while its descriptor is read: another thread may get the same.
        with self.lock:
            self.socket.close()


class Device:
    """One registration's worth of phone. With TLS: `trust` is the context of
    its end, of Python's ssl."""

    def __init__(self, rig, user, transport='udp', password=None,
                 display='', trust=None):
        self.rig, self.user, self.transport = rig, user, transport
        self.password = password or f'{user}-secret'
        self.aor = f'sip:{user}@{DOMAIN}'
        self.display = display
        self.trust = trust
        self.server = ('127.0.0.1',
                       rig.slot.port(SIPS if transport == 'tls' else SIP))
        self.port = rig.slot.another()
        self.inbox = []
        self.responses = {}
        self.answer = lambda request: 200
        self.changed = threading.Condition()
        self.cseq = 0
        self.register_call = new_id()
        self.instance = f'<urn:uuid:{secrets.token_hex(4)}-0000-4000-8000-' \
            f'{secrets.token_hex(6)}>'
        self.open = True
        self.seen = {}
        self.udp = self.tcp = None
        self._connect()
        rig.defer(self.close)

    # -- transport ---------------------------------------------------------

    def _connect(self):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(('127.0.0.1', self.port))
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(('127.0.0.1', self.port))
        listener.listen()
        self.listener = listener
        if self.transport != 'udp':
            self._connect_tcp()
        self._thread(self._read_udp)
        self._thread(self._accept)

    def _connect_tcp(self):
        self.tcp = socket.create_connection(self.server, 10)
        self.tcp.settimeout(None)
        if self.transport == 'tls':
            self.tcp = Secure(self.tcp, self.trust, DOMAIN)
        self._thread(self._read_tcp, self.tcp)

    @staticmethod
    def _thread(work, *arguments):
        threading.Thread(target=work, args=arguments, daemon=True).start()

    def _read_udp(self):
        while self.open:
            try:
                octets, source = self.udp.recvfrom(65536)
            except OSError:
                return
            if len(octets) > 8:
                self._receive(octets,
                              lambda o, s=source: self.udp.sendto(o, s))

    def _accept(self):
        while self.open:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self._thread(self._read_tcp, connection)

    def _read_tcp(self, connection):
        stream = Stream()
        while self.open:
            try:
                octets = connection.recv(65536)
            except OSError:
                break
            if not octets:
                break
            for message in stream.feed(octets):
                self._receive(message, connection.sendall)
        if connection is self.tcp:
            self.tcp = None

    def send_octets(self, octets):
        if self.transport == 'udp':
            self.udp.sendto(octets, self.server)
            return
        if self.tcp is None:
            self._connect_tcp()
        self.tcp.sendall(octets)

    # -- receiving ---------------------------------------------------------

    def _receive(self, octets, back):
        message = SipMessage(octets)
        if message.is_response:
            with self.changed:
                self.responses.setdefault(message.branch, []).append(message)
                self.changed.notify_all()
            return
        known = self.seen.get(message.branch)
        if known is None:
            code = self.answer(message)
            known = b'' if code is None else self._response(message, code)
            self.seen[message.branch] = known
            with self.changed:
                message.at = time.monotonic()
                self.inbox.append(message)
                self.changed.notify_all()
        if known:
            with contextlib.suppress(OSError):
                back(known)

    def _response(self, request, code):
        code, *extra = code if isinstance(code, tuple) else (code,)
        lines = [f'SIP/2.0 {code} Answer']
        lines += [f'Via: {v}' for v in request.all('via')]
        to = request.get('to')
        if 'tag=' not in to:
            to += f';tag={secrets.token_hex(4)}'
        lines += [f'From: {request.get("from")}', f'To: {to}',
                  f'Call-ID: {request.get("call-id")}',
                  f'CSeq: {request.get("cseq")}', *extra,
                  'Content-Length: 0', '', '']
        return '\r\n'.join(lines).encode()

    def wait(self, fits, what='a request', n=1, seconds=None):
        """The first n requests that fit."""
        end = time.monotonic() + (seconds or DEADLINE)
        with self.changed:
            while True:
                found = [m for m in self.inbox if fits(m)]
                if len(found) >= n:
                    return found
                if not self.changed.wait(max(0, end - time.monotonic())) \
                        and time.monotonic() >= end:
                    raise Failure(f'{self.user} waited in vain: {what} '
                                  f'({len(found)} of {n})')

    def wait_text(self, text, seconds=None):
        """The MESSAGE with exactly that text."""
        return self.wait(lambda m: m.method == 'MESSAGE' and m.text == text,
                         f'text {text[:40]!r}', seconds=seconds)[0]

    def wait_imdn(self, message_id, status, seconds=None):
        def fits(message):
            imdn = message.imdn
            return imdn and imdn.message_id == message_id and \
                imdn.status == status
        return self.wait(fits, f'IMDN {status}', seconds=seconds)[0]

    def texts(self):
        return [m.text for m in self.inbox
                if m.method == 'MESSAGE' and not m.imdn]

    def imdns(self, message_id):
        return [m.imdn.status for m in self.inbox
                if m.imdn and m.imdn.message_id == message_id]

    # -- sending -----------------------------------------------------------

    def build(self, method, uri, headers=(), body=b'', **own):
        """(branch, octets) of a request; own: from_, to, call_id, cseq."""
        branch = own.get('branch') or 'z9hG4bK' + secrets.token_hex(8)
        self.cseq += 1
        name = f'"{self.display}" ' if self.display else ''
        lines = [f'{method} {uri} SIP/2.0',
                 f'Via: SIP/2.0/{self.transport.upper()} 127.0.0.1:'
                 f'{self.port};branch={branch};rport',
                 'Max-Forwards: 70',
                 f'From: {own.get("from_") or f"{name}<{self.aor}>"}'
                 f';tag={own.get("tag") or secrets.token_hex(4)}',
                 f'To: {own.get("to") or f"<{uri}>"}',
                 f'Call-ID: {own.get("call_id") or new_id()}',
                 f'CSeq: {own.get("cseq") or self.cseq} {method}',
                 *headers, f'Content-Length: {len(body)}', '', '']
        return branch, '\r\n'.join(lines).encode() + body

    def transact(self, branch, octets, seconds=None):
        """Sends, over UDP again and again, until a final response."""
        end = time.monotonic() + (seconds or DEADLINE)
        interval, again = T1, 0
        while True:
            now = time.monotonic()
            if now >= again and (again == 0 or self.transport == 'udp'):
                self.send_octets(octets)
                again, interval = now + interval, min(2 * interval, 4)
            with self.changed:
                for r in self.responses.get(branch, []):
                    if r.status >= 200:
                        return r
                if now > end:
                    raise Failure(f'{self.user}: no final response')
                self.changed.wait(min(0.2, end - now) if end > now else 0)

    def provisionals(self, branch):
        return [r.status for r in self.responses.get(branch, [])
                if r.status < 200]

    def request(self, method, uri, headers=(), body=b'', **own):
        """With credentials when they are asked for; the final response."""
        own.setdefault('call_id', new_id())
        own.setdefault('tag', secrets.token_hex(4))
        algorithm = own.pop('algorithm', 'MD5')
        password = own.pop('password', self.password)
        seconds = own.pop('seconds', None)
        response = self.transact(*self.build(method, uri, headers, body,
                                             **own), seconds)
        if response.status not in (401, 407):
            return response
        offer = next((c for c in challenges(response)
                      if c.get('algorithm', 'MD5').upper() == algorithm),
                     None)
        check(offer is not None, f'no challenge for {algorithm}')
        field = 'Authorization' if response.status == 401 \
            else 'Proxy-Authorization'
        value = credentials(offer, own.pop('username', self.user), password,
                            method, uri)
        if own.get('cseq'):
            own['cseq'] += 1
        return self.transact(*self.build(
            method, uri, [*headers, f'{field}: {value}'], body, **own),
            seconds)

    def contact(self):
        return f'<sip:{self.user}@127.0.0.1:{self.port}' \
            f';transport={self.transport}>'

    def register(self, expires=600, headers=(), **own):
        contact = f'Contact: {self.contact()}' \
            f';+sip.instance="{self.instance}"'
        own.setdefault('call_id', self.register_call)
        own.setdefault('to', f'<{self.aor}>')
        response = self.request('REGISTER', f'sip:{DOMAIN}',
                                [contact, f'Expires: {expires}', *headers],
                                **own)
        return response.status

    def registered(self, **own):
        check(self.register(**own) == 200, f'{self.user} registers')
        return self

    def message(self, to, text, want='', message_id=None, headers=(), **own):
        """Sends a CPIM; (final status, imdn.Message-ID)."""
        message_id = message_id or new_id()
        me = f'tel:{NUMBERS[self.user]}' if self.user in NUMBERS else self.aor
        body = cpim(own.pop('cpim_from', me), own.pop('cpim_to', to), text,
                    message_id, want, own.pop('when', None),
                    own.pop('content_type', 'text/plain; charset=UTF-8'))
        response = self.request('MESSAGE', to,
                                ['Content-Type: message/cpim', *headers],
                                body, **own)
        return response.status, message_id

    def plain(self, to, text, headers=(), **own):
        """Sends text/plain; the final response."""
        return self.request('MESSAGE', to,
                            ['Content-Type: text/plain;charset=UTF-8',
                             *headers], text.encode(), **own)

    def notify(self, request, status, kind='delivery'):
        """Sends the IMDN for a CPIM that was received; the final status."""
        sender, body = imdn_for(request, status, kind)
        return self.request('MESSAGE', sender,
                            ['Content-Type: message/cpim'], body).status

    def close(self):
        self.open = False
        for s in (self.udp, self.listener, self.tcp):
            if s is not None:
                with contextlib.suppress(OSError):
                    s.shutdown(socket.SHUT_RDWR)
                s.close()
