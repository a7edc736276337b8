"""submit_multi (SMPP v3.4 4.5): one message, many recipients."""

import secrets

from device import NUMBERS, Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until

BOB = NUMBERS['bob']
UNROUTABLE = '447700900123'

# SMPP v3.4 5.1.3 and 5.2.28
RINVDSTADR, RINVMSGID, RINVDLNAME, RCANCELFAIL = 0x0B, 0x0C, 0x34, 0x11
ENROUTE, DELIVERED, DELETED, UNDELIVERABLE = 1, 2, 4, 5


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.bob = Device(rig, 'bob')
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def dests(*numbers):
    return [{'dl_name': n[1:]} if n.startswith('@') else
            {'dest_addr_ton': 1, 'dest_addr_npi': 1,
             'destination_addr': n.lstrip('+')} for n in numbers]


def submit(w, text, *numbers, **fields):
    answer = w.esme('send', name='esme1', command='submit_multi',
                    fields={'source_addr_ton': 3, 'source_addr': '22222',
                            'dest_address': dests(*numbers),
                            'data_coding': 0, 'registered_delivery': 1,
                            'hex': text.encode().hex(), **fields})
    equal(answer['command'], 'submit_multi_resp')
    return answer


def refused(answer):
    return {f['destination_addr']: f['error_status_code']
            for f in answer['unsuccess_sme']}


def ask(w, command, message_id, **fields):
    return w.esme('send', name='esme1', command=command,
                  fields={'message_id': message_id, 'source_addr_ton': 3,
                          'source_addr': '22222', **fields},
                  timeout_ms=10000)


def receipts(w, message_id, n):
    """{recipient: state} of n receipts with that id."""
    found = w.esme.received(
        lambda e: e.get('receipted_message_id') == message_id,
        f'receipts of {message_id}', n)
    return {e['source_addr']: e['message_state'] for e in found}


def case_each_gets_a_copy_and_each_sends_a_receipt(w):
    text = unique('to many')
    numbers = [w.number(), w.number(), w.number()]
    answer = submit(w, text, *numbers)
    equal(answer['status'], 0)
    equal(answer['unsuccess_sme'], [])
    for number in numbers:
        equal([text_of(e) for e in w.smsc.submits(number)], [text])
    equal(receipts(w, answer['message_id'], 3),
          {number.lstrip('+'): DELIVERED for number in numbers})


def case_those_without_a_way_are_named_and_the_others_served(w):
    text = unique('some')
    number = w.number()
    answer = submit(w, text, UNROUTABLE, number, '@friends', '15559999999')
    equal(answer['status'], 0)
    equal(refused(answer), {UNROUTABLE: RINVDSTADR, 'friends': RINVDLNAME,
                            '15559999999': RINVDSTADR})
    w.smsc.submits(number)
    equal(receipts(w, answer['message_id'], 1),
          {number.lstrip('+'): DELIVERED})
    marker = w.esme.submit(w.number(), unique('later'),
                           registered_delivery=1)['message_id']
    w.esme.receipt(marker)
    check(UNROUTABLE not in receipts(w, answer['message_id'], 1),
          'refused in the answer: no receipt')


def case_none_with_a_way_is_a_refusal(w):
    answer = submit(w, unique('none'), UNROUTABLE, '15559999999')
    equal(answer['status'], RINVDSTADR)
    answer = submit(w, unique('none'), '@friends')
    equal(answer['status'], RINVDLNAME)


def case_254_recipients(w):
    text = unique('254')
    numbers = [w.number() for _ in range(254)]
    answer = submit(w, text, *numbers, registered_delivery=0)
    equal(answer['status'], 0)
    equal(answer['unsuccess_sme'], [])
    for number in numbers:
        w.smsc.submits(number)


def case_asked_about_and_cancelled_as_one(w):
    text = unique('wait')
    number = w.number()
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    w.gateway.wait_link('smsc-a', 'stopped')
    answer = submit(w, text, number, BOB)
    equal(answer['status'], 0)
    message_id = answer['message_id']
    equal(ask(w, 'query_sm', message_id)['message_state'], ENROUTE)
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)
    equal(receipts(w, message_id, 2),
          {number.lstrip('+'): DELETED, BOB.lstrip('+'): DELETED})
    until(lambda: ask(w, 'query_sm', message_id)['message_state'] == DELETED,
          'its story is told')
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')


def case_one_copy_alone_is_cancelled(w):
    text = unique('half')
    number = w.number()
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    w.gateway.wait_link('smsc-a', 'stopped')
    message_id = submit(w, text, number, BOB)['message_id']
    equal(ask(w, 'cancel_sm', message_id, dest_addr_ton=1, dest_addr_npi=1,
              destination_addr=BOB.lstrip('+'))['status'], 0)
    equal(receipts(w, message_id, 1), {BOB.lstrip('+'): DELETED})
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')
    equal([text_of(e) for e in w.smsc.submits(number)], [text])
    equal(receipts(w, message_id, 2)[number.lstrip('+')], DELIVERED)


def case_a_long_text_in_parts(w):
    text = unique('x' * 140) + 'y' * 60
    numbers = [w.number(), w.number()]
    for i, part in enumerate((text[:153], text[153:])):
        header = bytes((5, 0, 3, 77, 2, i + 1))
        equal(submit(w, '', *numbers, esm_class=0x40,
                     hex=(header + part.encode()).hex())['status'], 0)
    for number in numbers:
        events = w.smsc.submits(number, 2)
        equal(''.join(text_of(e) for e in events), text)
