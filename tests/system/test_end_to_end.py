"""`ack = end-to-end`: the SMSC has its answer when the device has spoken, and
in the device's sense."""

import secrets
import socket
import threading
import time

from device import Device
from peers import Smsc, sipp
from rig import DEADLINE, Rig, check, equal, until

JOHN, MARY, PETER = '15550200001', '15550100001', '15550100002'
DELIVER_TIMEOUT = 2


def end_to_end(text):
    return text.replace('name = smsc-a\n',
                        'name = smsc-a\nack = end-to-end\n')


def impatient(text):
    return text.replace('group = sip\n', 'group = sip\n'
                        f'deliver-timeout = {DELIVER_TIMEOUT}s\n')


def world():
    rig = Rig(edit={'links.conf': end_to_end, 'cpmgw.conf': impatient})
    rig.smsc = Smsc(rig)
    rig.mary = Device(rig, 'mary', 'tcp').registered()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


class Sending:
    """A deliver_sm under way; `answer` is the response, once it is there."""

    def __init__(self, w, text, to=MARY, **fields):
        self.answer = None
        self.thread = threading.Thread(target=self._send, daemon=True,
                                       args=(w, text, to, fields))
        self.thread.start()

    def _send(self, w, text, to, fields):
        self.answer = w.smsc.mobile_originated(JOHN, to, text, **fields)

    def status(self):
        self.thread.join(2 * DEADLINE)
        check(self.answer is not None, 'deliver_sm_resp')
        return self.answer['status']


def answers(w, text, *codes):
    """The device says these to the MESSAGE with that text, the last one
    from then on."""
    left = list(codes)

    def say(request):
        if text.encode() not in request.octets:
            return 200
        return left.pop(0) if len(left) > 1 else left[0]

    w.mary.answer = say


def case_the_smsc_waits_for_the_device(w):
    text, asked, go = unique('waits'), threading.Event(), threading.Event()

    def think(_):
        asked.set()
        go.wait(DEADLINE)
        return 200

    w.mary.answer = think
    sending = Sending(w, text)
    check(asked.wait(DEADLINE), 'the device is asked')
    sending.thread.join(0.5)
    equal(sending.answer, None, 'not before the device')
    go.set()
    equal(sending.status(), 0)
    w.mary.wait_text(text)
    equal(w.mary.texts().count(text), 1)


def case_what_the_device_says_is_what_the_smsc_hears(w):
    """RFC 3261 21 in the terms of SMPP v3.4 5.1.3: a temporary, a
    permanent and a final refusal of the application."""
    for code, status in ((480, 0x64), (404, 0x65), (410, 0x65), (403, 0x66),
                         (486, 0x64), (500, 0x64), (603, 0x66), (600, 0x66),
                         (400, 0x65), (501, 0x65),
                         ((503, 'Retry-After: 9'), 0x14), (202, 0)):
        text = unique('says')
        answers(w, text, code)
        equal(Sending(w, text).status(), status, code)


def case_what_was_refused_is_the_smsc_s_again(w):
    """It is not tried again here: the SMSC still has it."""
    text = unique('refused')
    answers(w, text, 480)
    equal(Sending(w, text).status(), 0x64)
    answers(w, text, 200)
    equal(w.gateway.waiting(), 0, 'nothing is kept')
    equal(w.mary.texts().count(text), 1)
    equal(Sending(w, text).status(), 0, 'sent again by the SMSC')
    equal(w.mary.texts().count(text), 2)


def case_a_device_without_cpim_is_asked_twice_and_answered_once(w):
    text = unique('plain')
    answers(w, text, 415, 200)
    equal(Sending(w, text).status(), 0)
    m = w.mary.wait_text(text)
    check(text in m.octets.decode(), m.octets)


def case_who_is_not_there_has_it_held(w):
    """Nobody can be asked; it is on disk, and the SMSC hears so."""
    text = unique('held')
    equal(Sending(w, text, PETER).status(), 0)
    peter = Device(w, 'peter').registered()
    peter.wait_text(text)
    peter.register(0)
    peter.close()


def case_a_device_that_says_nothing(w):
    peter = Device(w, 'peter').registered()
    peter.answer = lambda request: None
    started = time.monotonic()
    equal(Sending(w, unique('silence'), PETER).status(), 0x64)
    check(time.monotonic() - started > DELIVER_TIMEOUT - 0.5, 'it waited')
    peter.register(0)
    peter.close()


def case_parts_are_answered_when_the_whole_is(w):
    """Each of three segments, but none before the device has the text."""
    word = secrets.token_hex(4)
    parts = [f'{word} {n} ' for n in range(3)]
    w.mary.answer = lambda request: 200
    sendings = [Sending(w, None, esm_class=0x40,
                        hex=f'0500037b03{n + 1:02x}' + part.encode().hex())
                for n, part in enumerate(parts)]
    equal([s.status() for s in sendings], [0, 0, 0])
    w.mary.wait_text(''.join(parts))


def is_taken(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.bind(('127.0.0.1', port))
        except OSError:
            return True
    return False


def case_sipp_as_the_device(w):
    port = w.slot.another()
    status, screen = sipp(w, 'register', user='alice', port=port)
    equal(status, 0, screen)
    device = sipp(w, 'receive', calls=3, port=port, background=True)
    until(lambda: is_taken(port), 'SIPp listens')
    for i in range(3):
        equal(Sending(w, unique(f'to SIPp {i}'), '15550100003').status(), 0)
    until(lambda: not device.alive(), 'three messages')
    equal(device.child.returncode, 0, device.text()[-1000:])
