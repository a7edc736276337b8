"""query_sm, cancel_sm, replace_sm (SMPP v3.4 4.8 to 4.10)."""

import secrets

from device import NUMBERS, Device
from peers import Esme, Smsc, text_of
from rig import Rig, check, equal, until

BOB = NUMBERS['bob']

# SMPP v3.4 5.1.3 and 5.2.28
RINVMSGID, RCANCELFAIL, RREPLACEFAIL, RQUERYFAIL = 0x0C, 0x11, 0x13, 0x67
ENROUTE, DELIVERED, DELETED = 1, 2, 4


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.esme.bound('esme2', system_id='esme2', password='secret2')
    rig.bob = Device(rig, 'bob')
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def ask(w, command, message_id, name='esme1', **fields):
    return w.esme('send', name=name, command=command,
                  fields={'message_id': message_id, 'source_addr_ton': 3,
                          'source_addr': '22222', **fields},
                  timeout_ms=10000)


def held(w, text, **fields):
    """An SMS to bob, who is away."""
    if not text.isascii():
        fields = {'hex': text.encode('utf-16-be').hex(), 'data_coding': 8}
        text = None
    answer = w.esme.submit(BOB, text, registered_delivery=1, **fields)
    equal(answer['status'], 0)
    return answer['message_id']


def bob_comes(w):
    w.bob.registered()


def bob_goes(w):
    equal(w.bob.register(0), 200)
    until(lambda: w.gateway.ask('users', 'bob')[0]['devices'] == 0,
          'nobody is registered')


def case_a_waiting_message_is_en_route(w):
    message_id = held(w, unique('wait'))
    answer = ask(w, 'query_sm', message_id)
    equal(answer['status'], 0)
    equal(answer['message_id'], message_id)
    equal(answer['message_state'], ENROUTE)
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)


def case_a_cancelled_message_is_never_delivered_and_its_receipt_says_so(w):
    dead, alive = unique('cancelled'), unique('stays')
    message_id = held(w, dead)
    held(w, alive)
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)
    state, text = w.esme.receipt(message_id)
    equal(state, DELETED)
    check('stat:DELETED' in text, text)
    equal(ask(w, 'cancel_sm', message_id)['status'], RCANCELFAIL)
    bob_comes(w)
    w.bob.wait_text(alive)
    check(dead not in w.bob.texts(), 'cancelled')
    bob_goes(w)


def case_how_it_ended_is_known_afterwards(w):
    message_id = held(w, unique('past'))
    equal(ask(w, 'cancel_sm', message_id)['status'], 0)
    w.esme.receipt(message_id)
    answer = ask(w, 'query_sm', message_id)
    equal(answer['status'], 0)
    equal(answer['message_state'], DELETED)
    equal(len(answer['final_date']) > 0, True)


def case_a_delivered_one_too(w):
    text = unique('delivered')
    bob_comes(w)
    message_id = held(w, text)
    w.bob.notify(w.bob.wait_text(text), 'delivered')
    w.esme.receipt(message_id)
    until(lambda: ask(w, 'query_sm', message_id)['message_state'] == DELIVERED,
          'its story is told')
    equal(ask(w, 'cancel_sm', message_id)['status'], RCANCELFAIL)
    equal(ask(w, 'replace_sm', message_id, hex='78')['status'],
          RREPLACEFAIL)
    for command in 'query_sm', 'cancel_sm', 'replace_sm':
        equal(ask(w, command, message_id, source_addr='33333')['status'],
              RINVMSGID, f'{command} of another source')
    bob_goes(w)


def case_a_replaced_message_has_the_new_text(w):
    old, new = unique('old'), unique('new')
    message_id = held(w, old)
    answer = ask(w, 'replace_sm', message_id, hex=new.encode().hex(),
                 registered_delivery=1)
    equal(answer['status'], 0)
    bob_comes(w)
    w.bob.notify(w.bob.wait_text(new), 'delivered')
    check(old not in w.bob.texts(), 'replaced')
    equal(w.esme.receipt(message_id)[0], DELIVERED, 'its receipt')
    bob_goes(w)


def case_in_the_alphabet_of_what_it_replaces(w):
    new = unique('\u4f60\u597d')
    message_id = held(w, unique('\u0416'))
    answer = ask(w, 'replace_sm', message_id,
                 hex=new.encode('utf-16-be').hex())
    equal(answer['status'], 0)
    bob_comes(w)
    w.bob.wait_text(new)
    bob_goes(w)


def case_others_cannot(w):
    message_id = held(w, unique('mine'))
    for command in 'query_sm', 'cancel_sm', 'replace_sm':
        answer = ask(w, command, message_id, name='esme2', source_addr='',
                     source_addr_ton=0)
        equal(answer['status'], RINVMSGID, command)
    for command in 'query_sm', 'cancel_sm', 'replace_sm':
        equal(ask(w, command, message_id, source_addr='33333')['status'],
              RINVMSGID, f'{command} of another source')
    equal(ask(w, 'query_sm', message_id, source_addr='',
              source_addr_ton=0)['message_state'], ENROUTE)
    equal(ask(w, 'cancel_sm', message_id, service_type='VMN')['status'], 0,
          'an id says enough (4.9)')


def case_what_never_was(w):
    for command in 'query_sm', 'cancel_sm', 'replace_sm':
        equal(ask(w, command, '12345')['status'], RINVMSGID, command)
        equal(ask(w, command, 'no number')['status'], RINVMSGID, command)


def case_it_lives_through_a_restart(w):
    old, new = unique('before'), unique('after')
    message_id = held(w, old)
    cancelled = held(w, unique('gone'))
    equal(ask(w, 'replace_sm', message_id, hex=new.encode().hex())['status'], 0)
    equal(ask(w, 'cancel_sm', cancelled)['status'], 0)
    w.gateway.restart()
    w.esme.bound()
    equal(ask(w, 'query_sm', message_id)['message_state'], ENROUTE)
    equal(ask(w, 'query_sm', cancelled)['message_state'], DELETED)
    bob_comes(w)
    w.bob.wait_text(new)
    equal(w.bob.texts().count(old), 0)


def cancel_all(w, to, **fields):
    return w.esme('send', name='esme1', command='cancel_sm',
                  fields={'message_id': '', 'source_addr_ton': 3,
                          'source_addr': '22222', 'dest_addr_ton': 1,
                          'dest_addr_npi': 1,
                          'destination_addr': to.lstrip('+'), **fields},
                  timeout_ms=10000)['status']


def without_smsc(w):
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    w.gateway.wait_link('smsc-a', 'stopped')


def with_smsc(w):
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')


def case_all_to_one_recipient_are_cancelled(w):
    number = w.number()
    without_smsc(w)
    ids = [w.esme.submit(number, unique(f'all {i}'),
                         registered_delivery=1)['message_id']
           for i in range(3)]
    typed = w.esme.submit(number, unique('typed'), service_type='VMN',
                          registered_delivery=1)['message_id']
    equal(cancel_all(w, number, service_type='VMN'), 0)
    equal(w.esme.receipt(typed)[0], DELETED)
    equal(ask(w, 'query_sm', ids[0])['message_state'], ENROUTE)
    equal(cancel_all(w, number), 0)
    for message_id in ids:
        equal(w.esme.receipt(message_id)[0], DELETED)
    equal(cancel_all(w, number), RINVMSGID)
    with_smsc(w)
    last = unique('after')
    w.esme.submit(number, last)
    w.smsc.submits(number)
    equal(w.smsc.count(number), 1)


def case_replace_if_present(w):
    number = w.number()
    old, new = unique('old'), unique('new')
    without_smsc(w)
    first = w.esme.submit(number, old, replace_if_present_flag=1)
    equal(first['status'], 0, 'nothing is there: a message of its own')
    second = w.esme.submit(number, new, replace_if_present_flag=1)
    equal(second['status'], 0)
    equal(second['message_id'], first['message_id'], 'the same message')
    third = w.esme.submit(number, old, replace_if_present_flag=1,
                          service_type='VMN')
    check(third['message_id'] != first['message_id'],
          'another service_type: another message')
    equal(cancel_all(w, number, service_type='VMN'), 0)
    with_smsc(w)
    equal([text_of(e) for e in w.smsc.submits(number)], [new])
    equal(w.smsc.count(number), 1)
