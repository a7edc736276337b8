"""An SMSC that gives one message id to several messages (SMPP v3.4 5.2.23)."""

import struct

from peers import Esme
from rawsmsc import RawSmsc, pdu
from rig import SMSC_A, Rig, equal, until

DELIVER_SM = 5


def world():
    rig = Rig()
    rig.smsc = RawSmsc(rig, SMSC_A)
    rig.smsc.answer = lambda submit: submit.bind.respond(
        submit, message_id='4711')
    rig.gateway.wait_link('smsc-a')
    rig.esme = Esme(rig).bound()
    return rig


def receipt(w, number, state):
    """From the SMSC, about what went to that number."""
    text = (f'id:4711 sub:001 dlvrd:001 submit date:2611210101 done '
            f'date:2611210101 stat:{state} err:000 text:x').encode()
    bind = w.smsc.submits[-1].bind
    bind.octets(pdu(DELIVER_SM, 0, 1000 + len(w.smsc.submits), b'\0\1\1' +
                    number.encode() + b'\0\3\0' + b'22222\0' + b'\4\0\0\0\0' +
                    struct.pack('5B', 0, 0, 0, 0, len(text)) + text))


def submitted(w, number):
    answer = w.esme.submit(number, 'same id', registered_delivery=1)
    equal(answer['status'], 0)
    until(lambda: any(s.to == number for s in w.smsc.taken), 'it is there')
    until(lambda: [s for s in w.gateway.trace(answer['message_id'])
                   if s['step'] == 'outcome'], 'and known to be')
    return answer['message_id']


def case_the_receipt_s_address_tells_them_apart(w):
    numbers = [w.number() for _ in range(3)]
    ids = [submitted(w, number) for number in numbers]
    states = {'UNDELIV': 5, 'DELIVRD': 2, 'REJECTD': 8}
    for number, stat in zip(numbers, states):
        receipt(w, number, stat)
    for message_id, stat in zip(ids, states):
        equal(w.esme.receipt(message_id)[0], states[stat])


def case_any_address_will_do_where_one_message_has_the_id(w):
    number = w.number()
    message_id = submitted(w, number)
    receipt(w, w.number(), 'DELIVRD')
    equal(w.esme.receipt(message_id)[0], 2)
