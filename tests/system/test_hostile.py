"""Octets that no friend would send, on every port: the right refusal where
the protocol has one, and the gateway goes on."""

import contextlib
import os
import pathlib
import random
import secrets
import select
import socket
import struct
import time

from device import NUMBERS, Device, Stream
from peers import Esme, Smsc
from rig import DOMAIN, SIP, SMPP, Failure, Rig, check, equal, until
from sipwire import SipMessage

GENERIC_NACK, BIND_TRX, SUBMIT_SM = 0x80000000, 9, 4
VECTORS = os.environ.get('CPMGW_VECTORS', '')


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    rig.first_pids = rig.gateway.pids()
    return rig


def alive(w):
    """Nothing has been restarted, and a message still goes through."""
    equal(w.gateway.pids(), w.first_pids, 'the same processes')
    number = w.number()
    status, _ = w.mary.message(f'tel:+{number}', 'still there')
    equal(status, 202, 'SIP')
    w.smsc.submits(number)
    equal(w.esme.submit(number, 'here too')['status'], 0, 'SMPP')


class Smpp:
    """A bare connection to the SMPP port."""

    def __init__(self, w, bind=True):
        self.s = socket.create_connection(
            ('127.0.0.1', w.slot.port(SMPP)), 10)
        self.s.settimeout(5)
        self.sequence = 0
        if bind:
            equal(self.ask(BIND_TRX, b'esme1\0secret1\0\0\x34\0\0\0')[1], 0,
                  'bind')

    def send(self, command, body=b'', length=None, sequence=None):
        self.sequence += 1
        self.s.sendall(struct.pack(
            '>IIII', 16 + len(body) if length is None else length, command,
            0, self.sequence if sequence is None else sequence) + body)

    def read(self):
        """(command, status, sequence, body); None: closed."""
        try:
            head = self._exactly(16)
            length, command, status, sequence = struct.unpack('>IIII', head)
            return command, status, sequence, self._exactly(length - 16)
        except (EOFError, ConnectionError):
            return None

    def _exactly(self, n):
        octets = b''
        while len(octets) < n:
            piece = self.s.recv(n - len(octets))
            if not piece:
                raise EOFError
            octets += piece
        return octets

    def ask(self, command, body=b''):
        self.send(command, body)
        return self.read()

    def closed(self):
        while True:
            pdu = self.read()
            if pdu is None:
                return True

    def close(self):
        self.s.close()


def address(digits, ton=1, npi=1):
    return bytes([ton, npi]) + digits.encode() + b'\0'


def submit_body(text=b'x', to='15550200001', esm=0, length=None, tail=b'',
                coding=0):
    return (b'\0' + address('22222', 3, 0) + address(to) +
            bytes([esm, 0, 0]) + b'\0\0' + bytes([0, 0, coding, 0]) +
            bytes([len(text) if length is None else length]) + text + tail)


def case_smpp_a_length_that_cannot_be_ends_the_session(w):
    for length in (0, 1, 15, 0x7fffffff, 0xffffffff):
        c = Smpp(w)
        c.send(SUBMIT_SM, b'', length)
        pdu = c.read()
        if pdu is not None:
            equal((pdu[0], pdu[1]), (GENERIC_NACK, 2), f'length {length}')
            check(c.closed(), 'no framing any more')
        c.close()
    alive(w)


def case_smpp_an_unknown_command_gets_generic_nack(w):
    c = Smpp(w)
    for command in (0x00000abc, 0x0000ffff, 0x00010200):
        c.send(command, b'abc', sequence=77)
        pdu = c.read()
        equal(pdu[:3], (GENERIC_NACK, 3, 77), f'{command:#x}')
    equal(c.ask(0x15)[:2], (0x80000015, 0), 'enquire_link after that')
    c.close()


def case_smpp_a_body_cut_short_is_refused(w):
    body = submit_body(b'hello')
    c = Smpp(w)
    for n in range(len(body)):
        pdu = c.ask(SUBMIT_SM, body[:n])
        if pdu is None:
            raise Failure(f'closed after {n} octets')
        check(pdu[0] in (0x80000004, GENERIC_NACK) and pdu[1] != 0,
              f'{n} octets', hex(pdu[0]), pdu[1])
    c.close()
    alive(w)


def case_smpp_fields_that_are_wrong_are_named(w):
    rows = (
        ('sm_length beyond the PDU', submit_body(b'x', length=200), 0x01),
        ('a parameter beyond the PDU', submit_body(
            tail=b'\x04\x24\x00\xff' + b'y'), 0xC0),
        ('an address too long', submit_body(to='1' * 40), 0x0B),
        ('a header beyond the text', submit_body(
            b'\xff\x00\x03', esm=0x40), None),
    )
    for what, body, status in rows:
        c = Smpp(w)
        pdu = c.ask(SUBMIT_SM, body)
        check(pdu is not None and pdu[1] != 0, what, pdu)
        if status is not None and pdu[0] == 0x80000004:
            check(pdu[1] in (status, 0x01, 0x02, 0xC0, 0xC2), what,
                  hex(pdu[1]))
        c.close()
    alive(w)


def case_smpp_a_response_nobody_asked_for_is_harmless(w):
    c = Smpp(w)
    c.send(0x80000005, b'\0', sequence=4242)
    c.send(GENERIC_NACK, sequence=4243)
    equal(c.ask(0x15)[1], 0)
    c.close()


def case_smpp_octets_that_mean_nothing(w):
    for seed in range(40):
        octets = random.Random(seed).randbytes(300)
        c = Smpp(w, bind=seed % 2 == 0)
        c.s.sendall(octets)
        c.close()
    alive(w)


def case_smpp_changed_octets_of_good_pdus(w):
    good = submit_body(b'hello', tail=b'\x02\x0c\x00\x02\x12\x34'
                       b'\x02\x0e\x00\x01\x02\x02\x0f\x00\x01\x01')
    for seed in range(60):
        chance = random.Random(seed)
        body = bytearray(good)
        for _ in range(3):
            body[chance.randrange(len(body))] = chance.randrange(256)
        c = Smpp(w)
        check(c.ask(SUBMIT_SM, bytes(body)) is not None, f'seed {seed}')
        c.close()
    alive(w)


def case_smpp_an_octet_at_a_time(w):
    c = Smpp(w)
    body = submit_body(b'slowly', to=w.number())
    octets = struct.pack('>IIII', 16 + len(body), SUBMIT_SM, 0, 9) + body
    c.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for n in range(len(octets)):
        c.s.sendall(octets[n:n + 1])
    equal(c.read()[:3], (0x80000004, 0, 9))
    c.close()


def case_smpp_an_smsc_that_sends_nonsense(w):
    for octets in ('00000003', '0000001000000abc0000000000000007',
                   'ffffffff0000000500000000000000ff'):
        w.smsc('raw', hex=octets)
        time.sleep(0.1)
        until(lambda: w.smsc('sessions')['bound'] == 1, 'bound (again)')
    w.gateway.wait_link('smsc-a')
    alive(w)


# -- SIP ---------------------------------------------------------------------

def tcp(w, octets, seconds=3):
    """What comes back on a connection of its own."""
    s = socket.create_connection(('127.0.0.1', w.slot.port(SIP)), 10)
    s.settimeout(seconds)
    stream, found = Stream(), []
    try:
        s.sendall(octets)
        while not found or found[-1].status < 200:
            piece = s.recv(65536)
            if not piece:
                break
            found += [SipMessage(m) for m in stream.feed(piece)]
    except OSError:
        pass
    s.close()
    return found


def torture(name, start, headers, body=b'', codes=(400,)):
    return name, start, headers, body, codes


def usual(**change):
    """The headers of an OPTIONS that is all right, some of them changed or
    (None) left out."""
    fields = {
        'Via': 'SIP/2.0/TCP 127.0.0.1:9;branch=z9hG4bK' +
               secrets.token_hex(6),
        'Max-Forwards': '70', 'From': f'<sip:mary@{DOMAIN}>;tag=1',
        'To': f'<sip:peter@{DOMAIN}>', 'Call-ID': secrets.token_hex(8),
        'CSeq': '1 OPTIONS', 'Content-Length': '0'}
    fields.update({k.replace('_', '-'): v for k, v in change.items()})
    return [f'{k}: {v}' for k, v in fields.items() if v is not None]


URI = f'sip:peter@{DOMAIN}'

# After the descriptions in RFC 4475 3.1.2 and 3.3; the messages are ours.
BROKEN = (
    torture('separators in a Via (3.1.2.1)', f'OPTIONS {URI} SIP/2.0',
            usual(Via='SIP/2.0/TCP 127.0.0.1;;,;,,')),
    torture('a Content-Length larger than the message (3.1.2.2)',
            f'OPTIONS {URI} SIP/2.0', usual(Content_Length='9999'),
            codes=(400, None)),
    torture('a negative Content-Length (3.1.2.3)',
            f'OPTIONS {URI} SIP/2.0', usual(Content_Length='-999'),
            codes=(400, None)),
    torture('scalar fields beyond all measure (3.1.2.4)',
            f'OPTIONS {URI} SIP/2.0',
            usual(CSeq='36893488147419103232 OPTIONS', Max_Forwards='300'),
            codes=(400, 483, None)),
    torture('an unterminated quoted string (3.1.2.6)',
            f'OPTIONS {URI} SIP/2.0',
            usual(To=f'"Mr. J. User <{URI}>')),
    torture('a URI in angle brackets (3.1.2.7)',
            f'OPTIONS <{URI}> SIP/2.0', usual()),
    torture('a method of every octet that a token may have (3.1.1.2)',
            f"!int-Method0123456789_*+`.%indeed'~ {URI} SIP/2.0",
            usual(CSeq="1 !int-Method0123456789_*+`.%indeed'~")),
    torture('no URI', 'OPTIONS SIP/2.0', usual()),
    torture('no version', f'OPTIONS {URI}', usual()),
    torture('a word too many', f'OPTIONS {URI} SIP/2.0 more', usual()),
    torture('an escape that is none', f'OPTIONS sip:%zz@{DOMAIN} SIP/2.0',
            usual()),
    torture('an address without its end', 'OPTIONS sip:x@[::1 SIP/2.0',
            usual()),
    torture('a NUL in To', f'OPTIONS {URI} SIP/2.0',
            usual(To=f'"a\0b" <{URI}>')),
    torture('white space within the request URI (3.1.2.8)',
            f'OPTIONS sip:peter@{DOMAIN}; lr SIP/2.0', usual()),
    torture('more spaces in the request line (3.1.2.9)',
            f'OPTIONS  {URI}  SIP/2.0', usual()),
    torture('spaces at the end of the request line (3.1.2.10)',
            f'OPTIONS {URI} SIP/2.0  ', usual()),
    torture('a version that does not exist (3.1.2.16)',
            f'OPTIONS {URI} SIP/7.0', usual(), codes=(505, 400, None)),
    torture('a CSeq of another method (3.1.2.17)',
            f'OPTIONS {URI} SIP/2.0', usual(CSeq='8 INVITE')),
    torture('an unknown method with a CSeq of another (3.1.2.18)',
            f'NEWMETHOD {URI} SIP/2.0', usual(CSeq='8 INVITE'),
            codes=(400, 405, 501)),
    torture('no From, To, Call-ID and CSeq (3.3.1)',
            f'OPTIONS {URI} SIP/2.0',
            usual(From=None, To=None, Call_ID=None, CSeq=None),
            codes=(400, None)),
    torture('a scheme that is unknown (3.3.2)',
            'OPTIONS nobodyKnowsThisScheme:totallyopaque SIP/2.0', usual(),
            codes=(416, 400)),
    torture('two of what there may be one of (3.3.8)',
            f'OPTIONS {URI} SIP/2.0',
            usual() + ['CSeq: 5 MESSAGE', 'Call-ID: another',
                       'Max-Forwards: 5', f'To: <sip:mary@{DOMAIN}>']),
    torture('a multipart without an end', f'MESSAGE {URI} SIP/2.0',
            usual(CSeq='1 MESSAGE', Content_Length='3',
                  Content_Type='multipart/mixed'), b'abc',
            codes=(400, 407, 415)),
    torture('no Max-Forwards', f'OPTIONS {URI} SIP/2.0',
            usual(Max_Forwards=None), codes=(200, 400, 407)),
    torture('a Via of another protocol', f'OPTIONS {URI} SIP/2.0',
            usual(Via='SIP/1.0/PIGEON x;branch=z9hG4bKx'),
            codes=(400, None)),
    torture('nothing but a start line', f'OPTIONS {URI} SIP/2.0', [],
            codes=(400, None)),
)

GOOD = (
    ('torturous white space and folding (3.1.1.1)',
     f'OPTIONS {URI} SIP/2.0\r\nTO :\r\n {URI} ;   tag    = 1918181833n\r\n'
     'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>\r\n'
     '  ;\r\n  tag = 98asjd8\r\nMaX-fOrWaRdS: 0068\r\n'
     f'Call-ID: ws{secrets.token_hex(6)}\r\nContent-Length   : 0\r\n'
     'cseq: 0009\r\n  OPTIONS\r\nVia  : SIP  /   2.0\r\n /TCP\r\n'
     '    127.0.0.1;branch=z9hG4bKws1\r\n'
     'NewFangledHeader:   newfangled value\r\n continued newfangled value'
     '\r\n\r\n'),
    ('escapes in a URI (3.1.1.3)',
     f'OPTIONS sip:%70eter@{DOMAIN} SIP/2.0\r\n' +
     '\r\n'.join(usual()) + '\r\n\r\n'),
    ('compact forms', f'OPTIONS {URI} SIP/2.0\r\n'
     'v: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bKc1\r\nf: <sip:a@b.example>'
     f';tag=1\r\nt: <{URI}>\r\ni: c{secrets.token_hex(6)}\r\n'
     'CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nl: 0\r\n\r\n'),
    ('headers of forty kilooctets', f'OPTIONS {URI} SIP/2.0\r\n' +
     '\r\n'.join(usual() + [f'X-Pad-{i}: {"p" * 400}' for i in range(100)])
     + '\r\n\r\n'),
)


def case_sip_torture_is_refused_in_sip_s_terms(w):
    for name, start, headers, body, codes in BROKEN:
        octets = '\r\n'.join([start, *headers, '', '']).encode() + body
        back = tcp(w, octets, 1)
        got = back[-1].status if back else None
        check(got in codes, name, got)
    alive(w)


def case_sip_torture_over_udp(w):
    for name, start, headers, body, _ in BROKEN:
        octets = '\r\n'.join([start, *headers, '', '']).encode() + body
        w.mary.udp.sendto(octets.replace(b'/TCP', b'/UDP'), w.mary.server)
        check(w.gateway.process.alive(), name)
    alive(w)


def case_sip_what_is_unusual_but_right_is_answered(w):
    for name, text in GOOD:
        back = tcp(w, text.encode())
        check(back and back[-1].status in (200, 407, 404, 513), name,
              back[-1].status if back else 'no answer')
    alive(w)


def case_sip_several_messages_in_one_piece(w):
    octets = b''.join(
        '\r\n'.join([f'OPTIONS {URI} SIP/2.0', *usual(), '', '']).encode()
        for _ in range(5))
    s = socket.create_connection(('127.0.0.1', w.slot.port(SIP)), 10)
    s.settimeout(5)
    s.sendall(b'\r\n\r\n' + octets)
    stream, found = Stream(), []
    while len(found) < 5:
        piece = s.recv(65536)
        check(piece, 'five answers')
        found += list(stream.feed(piece))
    s.close()


def case_sip_octets_that_mean_nothing(w):
    for seed in range(60):
        octets = random.Random(seed).randbytes(500)
        w.mary.udp.sendto(octets, w.mary.server)
        if seed % 4 == 0:
            tcp(w, octets + b'\r\n\r\n', 0.1)
    alive(w)


def case_sip_changed_octets_of_a_good_request(w):
    _, good = w.mary.build('MESSAGE', URI, ['Content-Type: message/cpim'],
                           b'From: <sip:a@b>\r\nTo: <sip:c@d>\r\n\r\n'
                           b'Content-Type: text/plain\r\n\r\nhello')
    for seed in range(300):
        chance = random.Random(seed)
        octets = bytearray(good)
        for _ in range(chance.randrange(1, 6)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        w.mary.udp.sendto(bytes(octets), w.mary.server)
    alive(w)


def case_cpim_and_imdn_that_are_wrong_do_no_harm(w):
    bodies = (
        b'From: <tel:+1>\r\n' * 2000 + b'\r\nContent-Type: text/plain\r\n'
        b'\r\nx',
        b'From: \\u0000\\uD800\\\r\nTo: <\r\n\r\n\r\n',
        b'NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: ' +
        b'i' * 5000 + b'\r\n\r\nContent-Type: text/plain\r\n\r\nx',
        b'From: <tel:+15550100001>\r\nTo: <tel:+15550200001>\r\n\r\n'
        b'Content-Type: message/imdn+xml\r\n\r\n' + b'<a>' * 3000,
        b'From: <tel:+15550100001>\r\nTo: <tel:+15550200001>\r\n\r\n'
        b'Content-Type: message/imdn+xml\r\n\r\n<!DOCTYPE x [<!ENTITY a '
        b'"aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><imdn>&b;</imdn>',
        b'From: <tel:+15550100001>\r\nTo: <tel:+15550200001>\r\n\r\n'
        b'Content-Type: text/plain; charset=x-unheard\r\n\r\n\xff\xfe\x00',
    )
    for body in bodies:
        device = Device(w, 'mary', 'tcp')
        status = device.request('MESSAGE', 'tel:+15550200001',
                                ['Content-Type: message/cpim'], body).status
        check(200 <= status < 600, body[:40], status)
        device.close()
    alive(w)


def case_deflated_bombs_are_not_inflated(w):
    import zlib
    body = zlib.compress(b'From: <tel:+15550100001>\r\n' * 4000000, 9)
    device = Device(w, 'mary', 'tcp')
    status = device.request(
        'MESSAGE', 'tel:+15550200001',
        ['Content-Type: message/cpim', 'Content-Encoding: deflate'],
        body).status
    check(400 <= status < 500 or status == 513, status)
    device.close()
    alive(w)


def case_connections_that_say_nothing_do_not_stop_others(w):
    idle = [socket.create_connection(('127.0.0.1', w.slot.port(port)), 10)
            for port in (SIP, SMPP) for _ in range(100)]
    idle[0].sendall(b'MESSAGE sip:')
    idle[100].sendall(b'\0\0\0')
    alive(w)
    for s in idle:
        s.close()
    alive(w)


def case_smpp_too_many_at_once_wait_for_their_turn(w):
    """A quarter of `connections` may be unbound at a time: 250 of 1000."""
    silent = [Smpp(w, bind=False) for _ in range(300)]
    last = silent.pop()
    last.send(BIND_TRX, b'esme1\0secret1\0\0\x34\0\0\0')
    for c in silent[:100]:
        c.close()
    answer = last.read()
    check(answer is not None, 'not closed')
    equal(answer[1], 0, 'bound in the end')
    for c in silent[100:]:
        c.close()
    last.close()
    alive(w)


def case_half_a_request_is_not_waited_for_for_ever(w):
    """Whether its sender goes silent or drips: half a minute, then 400 and
    the end of the connection."""
    head = '\r\n'.join([f'OPTIONS {URI} SIP/2.0',
                        *usual(Content_Length=None)]).encode()
    silent, drips, pings = (
        socket.create_connection(('127.0.0.1', w.slot.port(SIP)), 10)
        for _ in range(3))
    started = time.monotonic()
    for s in (silent, drips):
        s.sendall(head + b'\r\nX-More: ')
    answer = b''
    while not answer:
        check(time.monotonic() < started + 50, 'an end')
        with contextlib.suppress(OSError):
            drips.sendall(b'x')
        pings.sendall(b'\r\n\r\n')
        if select.select([drips], [], [], 1)[0]:
            answer = drips.recv(65536)
            break
    check(answer.startswith(b'SIP/2.0 400'), answer[:60])
    for s in (silent, drips):
        s.settimeout(20)
        rest = b''.join(iter(lambda s=s: s.recv(65536), b''))
        check(s is drips or rest.startswith(b'SIP/2.0 400'), rest[:60])
    pings.settimeout(5)
    pings.sendall('\r\n'.join([f'OPTIONS {URI} SIP/2.0', *usual(), '',
                               '']).encode())
    until(lambda: b'SIP/2.0 200' in pings.recv(65536),
          'who only pings is still there')


def case_line_ends_in_a_display_name_of_an_sms_stay_inside(w):
    """What comes from SMS never makes a header line of its own."""
    text = 'inject ' + secrets.token_hex(4)
    answer = w.smsc.mobile_originated(
        'A\r\nX-Evil: 1', NUMBERS['mary'][1:], text, source_addr_ton=5,
        source_addr_npi=0)
    if answer.get('status') == 0:
        m = w.mary.wait_text(text)
        equal(m.all('x-evil'), [], 'no such header')
        check(not any(n == 'X-Evil' for n, _ in m.cpim.headers), 'CPIM')
    alive(w)


def case_rfc_4475_when_its_files_are_at_hand(w):
    folder = pathlib.Path(VECTORS) / 'sip' / 'rfc4475'
    files = sorted(p for p in folder.glob('*') if p.is_file()) \
        if VECTORS else []
    for path in files:
        octets = path.read_bytes()
        w.mary.udp.sendto(octets[:65000], w.mary.server)
        tcp(w, octets, 0.3)
        check(w.gateway.process.alive(), path.name)
    alive(w)
