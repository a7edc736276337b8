"""A wire tap: a TCP relay that writes what passes as a capture file, for
tshark to judge. No privileges needed."""

import selectors
import socket
import struct
import threading
import time

SYN, ACK, PSH, FIN = 2, 16, 8, 1
CHUNK = 1400


class Capture:
    """A pcap file of raw IP packets that never were on a wire."""

    def __init__(self, path):
        self.path = path
        self.file = open(path, 'wb')        # pylint: disable=consider-using-with
        self.file.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0,
                                    65535, 101))
        self.lock = threading.Lock()

    def packet(self, source, target, sequence, acknowledged, flags, data=b''):
        tcp = struct.pack('>HHIIBBHHH', source, target,
                          sequence & 0xffffffff, acknowledged & 0xffffffff,
                          5 << 4, flags, 65535, 0, 0) + data
        ip = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6,
                         0, bytes((127, 0, 0, 1)), bytes((127, 0, 0, 1)))
        now = time.time()
        with self.lock:
            self.file.write(struct.pack(
                '<IIII', int(now), int(now % 1 * 1e6), len(ip + tcp),
                len(ip + tcp)) + ip + tcp)
            self.file.flush()

    def close(self):
        self.file.close()


class Flow:
    """One connection: sequence numbers of both ways."""

    def __init__(self, capture, client, server):
        self.capture, self.ports = capture, (client, server)
        self.next = [1000, 5000]
        self.write(0, SYN)
        self.write(1, SYN | ACK)
        self.write(0, ACK)

    def write(self, way, flags, data=b''):
        """way 0: from the client."""
        self.capture.packet(self.ports[way], self.ports[1 - way],
                            self.next[way], self.next[1 - way], flags, data)
        self.next[way] += len(data) + bool(flags & (SYN | FIN))

    def data(self, way, octets):
        for at in range(0, len(octets), CHUNK):
            self.write(way, PSH | ACK, octets[at:at + CHUNK])


class Tap:
    """Relays connections to `port` on to `target`. In the capture the
    server's port is `shown`."""

    def __init__(self, capture, port, target, shown):
        self.capture, self.target, self.shown = capture, target, shown
        self.clients = 0
        self.listener = socket.create_server(('127.0.0.1', port))
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.relay, args=(client,),
                             daemon=True).start()

    def relay(self, client):
        try:
            server = socket.create_connection(('127.0.0.1', self.target))
        except OSError:
            client.close()
            return
        self.clients += 1
        flow = Flow(self.capture, 40000 + self.clients + self.shown % 1000,
                    self.shown)
        ends = {client: (0, server), server: (1, client)}
        with selectors.DefaultSelector() as wait:
            for end in ends:
                wait.register(end, selectors.EVENT_READ)
            while ends and self.step(wait, ends, flow):
                pass
        client.close()
        server.close()

    @staticmethod
    def step(wait, ends, flow):
        for key, _ in wait.select():
            way, other = ends[key.fileobj]
            try:
                octets = key.fileobj.recv(65536)
                if octets:
                    flow.data(way, octets)
                    other.sendall(octets)
            except OSError:
                octets = b''
            if not octets:
                flow.write(way, FIN | ACK)
                return False
        return True

    def close(self):
        self.listener.close()
