"""Acknowledgements of those who receive (SMPP v3.4 2.11, 5.2.12, 5.2.17): of
phones to ESMEs, of ESMEs to SMSCs; asked for, found again, passed on."""

import secrets

from device import Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until

RINVMSGID = 0x0C
RECEIPT, DELIVERY, USER = 0x04, 0x08, 0x10


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.smsc.rules({'receipts': []})
    rig.esme = Esme(rig).bound()
    return rig


def sent(w, registered, **fields):
    """A message of esme1: its number, and what the SMSC got."""
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    answer = w.esme.submit(number, 'ack?', registered_delivery=registered,
                           **fields)
    equal(answer['status'], 0)
    return number, w.smsc.submits(number)[0]


def from_phone(w, number, esm_class, event, text='', **fields):
    return w.smsc.mobile_originated(
        number, '22222', text, dest_addr_ton=3, dest_addr_npi=0,
        esm_class=esm_class,
        user_message_reference=event['user_message_reference'], **fields)


def told(w, number, esm_class, n=1):
    return w.esme.received(
        lambda e: e['source_addr'] == number and
        e['esm_class'] == esm_class, f'{esm_class:#x} of {number}', n)


def all_told(w, number):
    return [e['esm_class'] for e in w.esme.events(
        lambda e: e.get('source_addr') == number, 'received')]


def case_what_is_asked_for_is_asked_of_the_smsc(w):
    for registered in (0x01, 0x02, 0x04, 0x05, 0x08, 0x0C, 0x0D):
        equal(sent(w, registered)[1]['registered_delivery'], registered)


def case_found_by_its_reference_with_text_and_code(w):
    number, event = sent(w, 0x0C, user_message_reference=0x1234)
    equal(event['user_message_reference'], 0x1234)
    equal(from_phone(w, number, DELIVERY, event)['status'], 0)
    told(w, number, DELIVERY)
    equal(from_phone(w, number, USER, event, 'Yes, read',
                     user_response_code=7)['status'], 0)
    e = told(w, number, USER)[0]
    equal((text_of(e), e['user_response_code'], e['user_message_reference']),
          ('Yes, read', 7, 0x1234))
    equal(all_told(w, number), [DELIVERY, USER], 'no receipt was asked for')
    until(lambda: w.gateway.waiting() == 0, 'nothing is awaited')


def case_an_acknowledgement_is_not_made_of_a_receipt(w):
    number, event = sent(w, 0x05)
    w.smsc.mobile_originated(
        number, '22222', dest_addr_ton=3, dest_addr_npi=0, esm_class=RECEIPT,
        receipted_message_id=event['id'], message_state=2,
        hex='')
    told(w, number, RECEIPT)
    equal(from_phone(w, number, DELIVERY, event, 'here')['status'], 0)
    equal(text_of(told(w, number, DELIVERY)[0]), 'here')
    equal(all_told(w, number), [RECEIPT, DELIVERY])
    until(lambda: w.gateway.waiting() == 0, 'nothing is awaited')


def case_after_a_restart_it_is_found_too(w):
    number, event = sent(w, 0x08)
    w.gateway.restart()
    w.smsc.wait_bound()
    w.esme.bound()
    equal(from_phone(w, number, USER, event, 'late')['status'], 0)
    equal(text_of(told(w, number, USER)[0]), 'late')


def case_a_device_acknowledges_by_its_notification(w):
    bob = Device(w, 'bob').registered()
    text = secrets.token_hex(6)
    answer = w.esme.submit('15550100004', text, registered_delivery=0x04)
    equal(answer['status'], 0)
    bob.notify(bob.wait_text(text), 'delivered')
    e = w.esme.received(lambda e: e['esm_class'] == DELIVERY and
                        answer['message_id'] in str(e), text)[0]
    check(e['source_addr'] == '15550100004', e)


def case_of_nothing_that_is_known_it_is_told(w):
    number = w.number()
    event = {'user_message_reference': 4711}
    equal(from_phone(w, number, USER, event, 'who?')['status'], 0)
    until(lambda: [r for r in w.gateway.trace(number)
                   if r['step'] == 'report-in' and
                   'no message' in r.get('text', '')], 'the trace tells it')


# -- to an ESME ---------------------------------------------------------------

def delivered(w, registered):
    """To esme1 from a phone: its number, and what esme1 got."""
    number, text = w.number(), secrets.token_hex(6)
    w.smsc.mobile_originated(number, '22222', text, dest_addr_ton=3,
                             dest_addr_npi=0, registered_delivery=registered,
                             user_message_reference=0x77)
    return number, w.esme.received(lambda e: text_of(e) == text, text)[0]


def acknowledge(w, number, esm_class, text='', **fields):
    return w.esme.submit(number, text, source_addr='22222', esm_class=esm_class,
                         user_message_reference=0x77, **fields)


def case_an_esme_is_asked_and_its_answer_goes_to_the_smsc(w):
    number, event = delivered(w, 0x0C)
    equal(event['registered_delivery'], 0x08)
    equal(w.smsc.submits(number)[0]['esm_class'], DELIVERY)
    answer = acknowledge(w, number, USER, 'Read it', user_response_code=1)
    equal(answer['status'], 0)
    check(answer['message_id'], answer)
    e = w.smsc.submits(number, 2)[1]
    equal((e['esm_class'], text_of(e), e['user_response_code'],
           e['user_message_reference'], e['source_addr']),
          (USER, 'Read it', 1, 0x77, '22222'))
    until(lambda: w.gateway.waiting() == 0, 'nothing is awaited')


def case_an_esme_that_was_not_asked_is_refused(w):
    number, event = delivered(w, 0)
    equal(event['registered_delivery'], 0)
    equal(acknowledge(w, number, USER, 'Read it')['status'], RINVMSGID)
    equal(w.esme.submit(number, 'x', source_addr='22222',
                        esm_class=USER)['status'], RINVMSGID)
    equal(w.smsc.count(number), 0)
