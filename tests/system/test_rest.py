"""A long message of which one link has taken some parts goes on by the next
link of its route (3GPP TS 23.040 9.2.3.24.1)."""

import struct
import time

from peers import Esme
from rawsmsc import RawSmsc, pdu
from rig import SMSC_A, SMSC_B, Rig, check, equal, until

DELIVER_SM, RMSGQFUL, RSYSERR, DELIVERED = 5, 0x14, 0x08, 2
TEXT, STAYS_S = '0123456789' * 45, 2


def edit_conf(text):
    return text.replace('group = gateway\n',
                        f'group = gateway\nrest-stays = {STAYS_S}s\n')


def edit_links(text):
    """smsc-c is where smsc-b is, and has its own way with long texts."""
    text = text.replace('start = no\n', '')
    other = text[text.index('group = smsc\nname = smsc-b'):
                 text.index('group = esme')]
    return text + '\n' + other.rstrip().replace('smsc-b', 'smsc-c') + \
        '\nconcat = sar\n'


def edit_routes(text):
    return text + ''.join(f'''
group = route
name = {name}
prefix = +155502{digit}
technology = sms
peer = smsc-a;{name}
preference = 1;2
''' for name, digit in (('smsc-b', 8), ('smsc-c', 9)))


def world():
    rig = Rig(edit={'cpmgw.conf': edit_conf, 'links.conf': edit_links,
                    'people.conf': edit_routes})
    rig.first, rig.second = RawSmsc(rig, SMSC_A), RawSmsc(rig, SMSC_B)
    rig.first.wait_bound()
    rig.second.wait_bound(2)
    rig.esme = Esme(rig).bound()
    return rig


def part(submit):
    """Reference, parts and number as the header of user data has them."""
    return struct.unpack('BBB', submit.text[3:6].encode('latin-1'))


def of(smsc, number):
    with smsc.lock:
        return [s for s in smsc.submits if s.to == number]


def receipt(bind, submit, far_id):
    """One that it is delivered."""
    text = f'id:{far_id} stat:DELIVRD err:000'
    bind.octets(pdu(
        DELIVER_SM, 0, 78, b'\0\1\1' + submit.to.encode() +
        b'\0\3\0' + b'22222\0' + b'\x04\0\0\0\0\0\0\0\0' +
        bytes([len(text)]) + text.encode()))


def submit(w, digit):
    number = f'155502{digit}' + w.number()[-6:]
    answer = w.esme('send', name='esme1', command='submit_sm',
                    fields=w.esme.fields(
                        number, registered_delivery=1,
                        message_payload=TEXT.encode().hex()))
    equal(answer['status'], 0)
    return number, answer['message_id']


def first_takes_one(w, then):
    """Only part 1 of each; `then` with the others."""
    def answer(s):
        if part(s)[2] == 1:
            s.bind.respond(s, message_id=f'first-{s.to}')
        else:
            then(s)
    w.first.answer = answer


def check_rest(w, number, message_id):
    """Parts 2 and 3 by the second link, and a receipt when all are there."""
    rest = until(lambda: (lambda f: f if len(f) >= 2 else None)(
        of(w.second, number)), 'the rest comes', 10 * STAYS_S)
    begun = of(w.first, number)
    equal([part(s) for s in rest], [(part(begun[0])[0], 3, n) for n in (2, 3)])
    waited = rest[0].at - begun[0].at
    check(STAYS_S * 0.9 <= waited <= STAYS_S + 3, f'after {waited} s')
    for s in rest:
        receipt(s.bind, s, f'second-{s.to}-{part(s)[2]}')
    until(lambda: len([r for r in w.gateway.trace(message_id)
                       if r['step'] == 'report-in']) == 2, 'both are known')
    equal(w.esme.events(lambda e: e.get('receipted_message_id') == message_id,
                        'received'), [], 'one is missing')
    w.first.answer = w.first.good
    w.first.wait_bound()
    receipt(w.first.binds[0], begun[0], f'first-{number}')
    equal(w.esme.receipt(message_id)[0], DELIVERED)
    equal(len(of(w.second, number)), 2, 'once each')


def by_number(s):
    s.bind.respond(s, message_id=f'second-{s.to}-{part(s)[2]}')


def case_a_link_that_goes_down(w):
    w.second.answer = by_number
    closed = []

    def close(s):
        closed.append(s)
        w.first.listener.close()
        s.bind.close()
    first_takes_one(w, close)
    number, message_id = submit(w, 8)
    until(lambda: closed, 'it goes down')
    until(lambda: len(of(w.second, number)) >= 2, 'the rest comes')
    w.first.close()
    w.first.binds.clear()
    again = RawSmsc(w, SMSC_A)
    again.submits = w.first.submits
    w.first = again
    check_rest(w, number, message_id)


def case_a_link_that_is_back_at_once_gets_all(w):
    refused = []

    def once(s):
        if part(s)[2] in refused:
            s.bind.respond(s)
        else:
            refused.append(part(s)[2])
            s.bind.respond(s, RSYSERR)
    first_takes_one(w, once)
    number, _ = submit(w, 8)
    until(lambda: len(of(w.first, number)) >= 5, 'it takes them')
    time.sleep(STAYS_S + 1)
    equal((len(of(w.first, number)), of(w.second, number)), (5, []))
    w.first.answer = w.first.good


def case_one_that_cuts_in_another_way_gets_all(w):
    w.second.answer = w.second.good
    first_takes_one(w, lambda s: s.bind.respond(s, RSYSERR))
    number, message_id = submit(w, 9)
    until(lambda: len(of(w.second, number)) >= 3, 'all of it')
    check(any(r['step'] == 'rest' and r['verdict'] == 'maybe-duplicate'
              for r in w.gateway.trace(message_id)), 'its story says so')
    w.first.answer = w.first.good


def case_a_link_that_refuses(w):
    w.second.answer = by_number
    for status in (RSYSERR, RMSGQFUL):
        first_takes_one(w, lambda s, status=status: s.bind.respond(s, status))
        check_rest(w, *submit(w, 8))
