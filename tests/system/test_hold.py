"""Held for who is not registered, delivered when he registers (RFC 5438 8.1)."""

import secrets
import time
from datetime import datetime, timezone

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


def case_alice_is_reached_by_sms_at_her_sip_address_too(w):
    word = unique('to alice by name')
    equal(w.mary.message('sip:alice@cpm.example', word)[0], 202)
    e = w.smsc.wait(lambda e: word.encode().hex() in e.get('hex', ''),
                    'the SMS')[0]
    equal(e['destination_addr'], NUMBERS['alice'][1:])
    story = {line['id'] for line in w.gateway.trace(NUMBERS['alice'])}
    check(story & {line['id'] for line in
                   w.gateway.trace('sip:alice@cpm.example')},
          'found by her number and by her name')


def case_expires_0_is_one_attempt_by_sms_too(w):
    number = w.number()
    headers = ['Expires: 0']
    equal(w.mary.message('tel:' + number, unique('now'),
                         headers=headers)[0], 202)
    until_then = datetime.fromisoformat(
        w.smsc.submits(number)[0]['validity_period'])
    left = (until_then - datetime.now(timezone.utc)).total_seconds()
    check(30 < left <= 61, 'a minute', left)
    number = w.number()
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    until(lambda: w.gateway.link('smsc-a')['state'] != 'up', 'it is down')
    equal(w.mary.message('tel:' + number, unique('or never'),
                         headers=headers)[0], 480)
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')
    last = w.number()
    equal(w.mary.message('tel:' + last, unique('after'))[0], 202)
    w.smsc.submits(last)
    equal(w.smsc.count(number), 0)


def case_alice_is_reached_by_cpm_or_sms_whatever_mary_does(w):
    alice = Device(w, 'alice')
    word = unique('to alice')
    equal(w.mary.message('tel:' + NUMBERS['alice'], word)[0], 202)
    w.smsc.wait(lambda e: word.encode().hex() in e.get('hex', ''), 'the SMS')
    before = w.smsc.count(NUMBERS['alice'][1:])
    alice.registered()
    word = unique('to alice again')
    equal(w.mary.message('tel:' + NUMBERS['alice'], word)[0], 200)
    alice.wait_text(word)
    equal(w.smsc.count(NUMBERS['alice'][1:]), before)


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
