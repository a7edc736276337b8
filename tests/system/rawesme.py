"""An ESME of bare octets that waits to be called, and an SMSC that calls: for
outbind (SMPP v3.4 4.1.7), with TLS or without."""

import contextlib
import socket
import ssl
import struct
import threading

from rawsmsc import RESPONSE, pdu
from rig import until

BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 1, 2, 9
DELIVER_SM, UNBIND, ENQUIRE_LINK, OUTBIND, ALERT = 5, 6, 0x15, 0x0B, 0x102


def bind_body(system_id, password):
    return b''.join(text.encode() + b'\0' for text in
                    (system_id, password, '')) + b'\x34\0\0\0'


def outbind_body(system_id, password):
    return system_id.encode() + b'\0' + password.encode() + b'\0'


def texts_of(body, n):
    """The first n strings of a body."""
    return [text.decode('latin-1') for text in body.split(b'\0')[:n]]


class Connection:
    """One connection; keeps what comes, answers what has to be answered."""

    def __init__(self, connection):
        self.socket, self.open = connection, True
        self.received = []
        self.sequence = 0
        threading.Thread(target=self._run, daemon=True).start()

    def send(self, command, body=b'', status=0, sequence=None):
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        with contextlib.suppress(OSError):
            self.socket.sendall(pdu(command, status, sequence, body))

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError):
            self.socket.close()

    def of(self, command):
        """(status, body) of those that came."""
        return [(status, body) for c, status, body in list(self.received)
                if c == command]

    def wait(self, command, n=1):
        until(lambda: len(self.of(command)) >= n, f'{n} of {command:#x}')
        return self.of(command)[n - 1]

    def ask(self, command, body=b''):
        """Until its response is there: (status, body)."""
        n = len(self.of(command | RESPONSE)) + 1
        self.send(command, body)
        return self.wait(command | RESPONSE, n)

    def _take(self, octets):
        command, status, sequence = struct.unpack('>III', octets[4:16])
        body = octets[16:]
        if command == DELIVER_SM:
            self.send(command | RESPONSE, b'\0', sequence=sequence)
        elif command in (UNBIND, ENQUIRE_LINK):
            self.send(command | RESPONSE, sequence=sequence)
        elif command in (BIND_RECEIVER, BIND_TRANSCEIVER):
            self.send(command | RESPONSE, b'smsc\0', sequence=sequence)
        self.received.append((command, status, body))

    def _run(self):
        kept = b''
        with contextlib.suppress(OSError, ssl.SSLError):
            while True:
                octets = self.socket.recv(65536)
                if not octets:
                    break
                kept += octets
                while len(kept) >= 16 and \
                        len(kept) >= struct.unpack('>I', kept[:4])[0]:
                    n = struct.unpack('>I', kept[:4])[0]
                    self._take(kept[:n])
                    kept = kept[n:]
        self.open = False
        self.close()


def connect(port, ca=None):
    """To the gateway's server; `ca`: by TLS."""
    connection = socket.create_connection(('127.0.0.1', port), 10)
    if ca is not None:
        context = ssl.create_default_context(cafile=str(ca))
        connection = context.wrap_socket(connection,
                                         server_hostname='localhost')
    connection.settimeout(None)
    return Connection(connection)


class Listener:
    """Where it waits to be called."""

    def __init__(self, rig, port):
        self.calls = []
        self.listener = socket.create_server(('127.0.0.1', port))
        rig.defer(self.close)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                self.calls.append(Connection(connection))

    def call(self, n=1):
        """The nth call."""
        until(lambda: len(self.calls) >= n, f'call {n}')
        return self.calls[n - 1]

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.calls:
            one.close()
