"""Held for who is not registered, delivered when he registers (RFC 5438 8.1)."""

import secrets
import time

from device import NUMBERS, Device
from peers import Esme, Smsc, text_of
from rig import DEADLINE, Rig, check, equal, until

PETER = 'tel:' + NUMBERS['peter']


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    rig.peter = Device(rig, 'peter')
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def gone(w):
    """peter's device is switched off."""
    equal(w.peter.register(0), 200, 'peter leaves')
    until(lambda: w.gateway.ask('users', 'peter')[0]['devices'] == 0,
          'nobody is registered')


def case_three_messages_wait_and_arrive_in_their_order(w):
    words = [unique(f'held {i}') for i in range(3)]
    for word in words:
        equal(w.mary.message(PETER, word)[0], 202)
    w.peter.registered()
    w.peter.wait(lambda m: m.text in words, 'all three', 3)
    equal([t for t in w.peter.texts() if t in words], words)
    gone(w)


def case_from_all_sides_in_the_order_of_arrival(w):
    words = [unique('from mary'), unique('from an ESME'),
             unique('from a mobile'), unique('from mary again')]
    equal(w.mary.message(PETER, words[0])[0], 202)
    equal(w.esme.submit(NUMBERS['peter'], words[1])['status'], 0)
    equal(w.smsc.mobile_originated('15550200001', NUMBERS['peter'][1:],
                                   words[2])['status'], 0)
    equal(w.mary.message(PETER, words[3])[0], 202)
    w.peter.registered()
    w.peter.wait(lambda m: m.text in words, 'all four', 4)
    equal([t for t in w.peter.texts() if t in words], words)
    gone(w)


def case_stored_is_told_and_then_not_processed(w):
    status, message_id = w.mary.message(
        PETER, unique('store'), 'processing, positive-delivery')
    equal(status, 202)
    w.mary.wait_imdn(message_id, 'stored')
    w.peter.registered()
    m = w.peter.wait(lambda m: m.cpim and
                     m.cpim.get('imdn.Message-ID') == message_id)[0]
    check(w.peter.notify(m, 'delivered') in (200, 202), 'notified')
    w.mary.wait_imdn(message_id, 'delivered')
    equal(w.mary.imdns(message_id), ['stored', 'delivered'],
          'RFC 5438 8.1')
    gone(w)


def case_what_expires_is_not_delivered_and_told(w):
    dead, alive = unique('expires'), unique('stays')
    status, message_id = w.mary.message(
        PETER, dead, 'negative-delivery', headers=['Expires: 2'])
    equal(status, 202)
    equal(w.mary.message(PETER, alive)[0], 202)
    w.mary.wait_imdn(message_id, 'failed')
    w.peter.registered()
    w.peter.wait_text(alive)
    check(dead not in w.peter.texts(), 'expired')
    gone(w)


def case_a_restart_in_between_loses_nothing(w):
    words = [unique(f'restart {i}') for i in range(20)]
    for word in words:
        equal(w.mary.message(PETER, word)[0], 202)
    w.gateway.restart()
    w.mary.registered()
    w.peter.registered()
    w.peter.wait(lambda m: m.text in words, 'all', len(words))
    equal([t for t in w.peter.texts() if t in words], words)
    w.smsc.wait_bound()
    w.esme.bound()
    gone(w)


def case_registrations_survive_a_restart(w):
    w.peter.registered()
    w.gateway.restart()
    word = unique('after')
    status, _ = w.mary.message(PETER, word)
    check(status in (200, 202), status)
    w.peter.wait_text(word, 2 * DEADLINE)
    w.smsc.wait_bound()
    w.esme.bound()
    gone(w)


def case_a_device_that_is_silent_gets_it_later(w):
    word = unique('silent')
    w.peter.registered()
    w.peter.answer = lambda m: None if m.text == word else 200
    started = time.monotonic()
    status, _ = w.mary.message(PETER, word, seconds=20)
    equal(status, 202, 'never 408 (RFC 4320)')
    check(time.monotonic() - started < 12, 'within t-deliver')
    early = {r.status for rs in w.mary.responses.values() for r in rs
             if r.status < 200 and 'MESSAGE' in r.get('cseq')}
    equal(early, {100}, '100 Trying while it waits, nothing else (RFC 4320)')
    w.peter.answer = lambda m: 200
    w.peter.registered()
    w.peter.wait(lambda m: m.text == word, 'again', 2, 2 * DEADLINE)
    gone(w)


def case_temporarily_unavailable_is_later(w):
    word, tries = unique('480'), []

    def busy(message):
        if message.text != word:
            return 200
        tries.append(1)
        return 480 if len(tries) == 1 else 200
    w.peter.answer = busy
    w.peter.registered()
    check(w.mary.message(PETER, word)[0] in (200, 202), 'accepted')
    until(lambda: len(tries) == 2, 'the second try')
    until(lambda: w.gateway.waiting() == 0, 'nothing waits any more')
    equal(len(tries), 2, 'and no more')
    w.peter.answer = lambda m: 200
    gone(w)


def case_alice_is_reached_by_cpm_or_sms_whatever_mary_does(w):
    alice = Device(w, 'alice')
    word = unique('to alice')
    equal(w.mary.message('tel:' + NUMBERS['alice'], word)[0], 202)
    e = w.smsc.submits(NUMBERS['alice'][1:])[0]
    equal(text_of(e), word)
    alice.registered()
    word = unique('to alice again')
    equal(w.mary.message('tel:' + NUMBERS['alice'], word)[0], 200)
    alice.wait_text(word)
    equal(w.smsc.count(NUMBERS['alice'][1:]), 1)


def case_many_wait_for_many(w):
    bob = Device(w, 'bob')
    words = {'peter': [], 'bob': []}
    for i in range(60):
        name = 'peter' if i % 2 else 'bob'
        words[name].append(unique(f'many {i:02}'))
        equal(w.esme.submit(NUMBERS[name], words[name][-1])['status'], 0)
    bob.registered()
    w.peter.registered()
    for name, device in (('peter', w.peter), ('bob', bob)):
        device.wait(lambda m, n=name: m.text in words[n], name, 30,
                    2 * DEADLINE)
        equal([t for t in device.texts() if t in words[name]], words[name])
    until(lambda: w.gateway.waiting() == 0, 'nothing waits any more')
    gone(w)
