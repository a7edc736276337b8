"""An SMSC of bare octets, for what no library does: many binds, answers late,
out of order, never, broken. What a submit_sm gets decides a function of the
case."""

import collections
import contextlib
import random
import socket
import struct
import threading
import time

from rig import until

BIND_TRANSCEIVER, SUBMIT_SM, UNBIND, ENQUIRE_LINK = 9, 4, 6, 0x15
RESPONSE = 0x80000000

Submit = collections.namedtuple('Submit', 'bind sequence to text at')


def pdu(command, status, sequence, body=b''):
    return struct.pack('>IIII', 16 + len(body), command, status,
                       sequence) + body


def fields_of(body):
    """destination_addr and short_message of a submit_sm."""
    at = body.index(0) + 1 + 2
    at = body.index(0, at) + 1 + 2
    end = body.index(0, at)
    to = body[at:end].decode()
    at = end + 1 + 3
    for _ in range(2):
        at = body.index(0, at) + 1
    at += 4
    return to, body[at + 1:at + 1 + body[at]].decode('latin-1')


class Bind:
    """One connection of the gateway."""

    def __init__(self, smsc, connection):
        self.smsc, self.socket = smsc, connection
        self.bound, self.open = False, True
        self.lock = threading.Lock()
        threading.Thread(target=self.run, daemon=True).start()

    def octets(self, what):
        with self.lock, contextlib.suppress(OSError):
            self.socket.sendall(what)

    def respond(self, submit, status=0, message_id=None):
        if message_id is None:
            message_id = self.smsc.next_id() if status == 0 else ''
        self.octets(pdu(SUBMIT_SM | RESPONSE, status, submit.sequence,
                        message_id.encode() + b'\0'))
        if status == 0:
            with self.smsc.lock:
                self.smsc.taken.append(submit)

    def close(self):
        self.open = False
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
            self.socket.close()

    def run(self):
        kept = b''
        with contextlib.suppress(OSError):
            while True:
                octets = self.socket.recv(65536)
                if not octets:
                    break
                kept += octets
                while len(kept) >= 16 and \
                        len(kept) >= struct.unpack('>I', kept[:4])[0]:
                    n = struct.unpack('>I', kept[:4])[0]
                    self.take(kept[:n])
                    kept = kept[n:]
        self.smsc.gone(self)
        self.close()

    def take(self, octets):
        command, status, sequence = struct.unpack('>III', octets[4:16])
        with self.smsc.lock:
            self.smsc.commands[command] += 1
        if command in (1, 2, BIND_TRANSCEIVER):
            self.octets(pdu(command | RESPONSE, 0, sequence, b'raw\0'))
            self.bound = True
        elif command in (UNBIND, ENQUIRE_LINK):
            self.octets(pdu(command | RESPONSE, 0, sequence))
        elif command == SUBMIT_SM:
            to, text = fields_of(octets[16:])
            submit = Submit(self, sequence, to, text, time.monotonic())
            with self.smsc.lock:
                self.smsc.submits.append(submit)
            self.smsc.answer(submit)
        elif status:
            pass                    # a nack of our garbage


class RawSmsc:
    """Listens where the gateway expects an SMSC."""

    def __init__(self, rig, lab_port):
        self.lock = threading.RLock()
        self.submits, self.taken, self.binds = [], [], []
        self.commands = collections.Counter()
        self.ids, self.at_most, self.accepted = 0, 0, []
        self.chance = random.Random(1)
        self.answer = self.good
        self.listener = socket.create_server(
            ('127.0.0.1', rig.slot.port(lab_port)), backlog=200)
        rig.defer(self.close)
        threading.Thread(target=self.accept, daemon=True).start()

    @staticmethod
    def good(submit):
        submit.bind.respond(submit)

    def next_id(self):
        with self.lock:
            self.ids += 1
            return f'raw{self.ids}'

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY,
                                      1)
                with self.lock:
                    self.accepted.append(time.monotonic())
                    self.binds.append(Bind(self, connection))
                    self.at_most = max(self.at_most, len(self.binds))

    def gone(self, bind):
        with self.lock, contextlib.suppress(ValueError):
            self.binds.remove(bind)

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for bind in list(self.binds):
            bind.close()

    def bound(self):
        with self.lock:
            return sum(b.bound for b in self.binds)

    def wait_bound(self, n=1, seconds=None):
        until(lambda: self.bound() >= n, f'{n} binds', seconds)

    def texts(self, prefix, taken=True):
        """text -> how many copies came, or were answered with ESME_ROK."""
        with self.lock:
            return collections.Counter(
                s.text for s in (self.taken if taken else self.submits)
                if s.text.startswith(prefix))
