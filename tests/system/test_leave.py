"""What is taken out of the configuration while something waits for it."""

import contextlib

from device import NUMBERS, Device
from peers import Esme, Smsc
from rig import Rig, check, equal, until

BOB = NUMBERS['bob']
BY_SMS = f'''
group = route
name = bob
prefix = {BOB}
technology = sms
peer = smsc-a
'''


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


@contextlib.contextmanager
def changed(w, name, change):
    path = w.gateway.conf / name
    before = path.read_text()
    path.write_text(change(before))
    try:
        yield
    finally:
        path.write_text(before)
        good(w)


def good(w):
    status, out, error = w.gateway.gwctl('reload')
    equal(status, 0, out + error)


def without_bob(text):
    begin = text.index('group = user\nname = bob')
    return text[:begin] + text[text.index('# John, Jane'):]


def held(w):
    """One from each side to bob, who is away."""
    answer = w.esme.submit(BOB, 'by SMS', registered_delivery=1)
    equal(answer['status'], 0)
    status, message_id = w.mary.message('tel:' + BOB, 'by CPM',
                                        'negative-delivery')
    equal(status, 202)
    return answer['message_id'], message_id


def verdicts(w, key):
    return [line['verdict'] for line in w.gateway.trace(key)]


def waiting(w):
    return [m for m in w.gateway.ask('queue', '--messages')
            if m['state'] != 'sent']


def case_what_waits_for_a_user_who_was_taken_out_fails_at_once(w):
    sms, cpm = held(w)
    with changed(w, 'people.conf', without_bob):
        good(w)
        equal(w.esme.receipt(sms)[0], 5, 'UNDELIVERABLE')
        w.mary.wait_imdn(cpm, 'failed')
        for key in (sms, cpm):
            check('user-gone' in verdicts(w, key), 'the trace says why')
        equal(waiting(w), [])


def case_it_goes_by_another_way_if_there_is_one(w):
    held(w)
    with changed(w, 'people.conf',
                 lambda text: without_bob(text) + BY_SMS):
        good(w)
        equal(len(w.smsc.submits(BOB[1:], 2)), 2)
        until(lambda: not waiting(w), 'nothing waits')


def case_so_it_is_when_he_was_taken_out_before_the_start(w):
    sms, cpm = held(w)
    with changed(w, 'people.conf', without_bob):
        w.gateway.stop()
        w.gateway.start()
        w.mary.registered()
        w.mary.wait_imdn(cpm, 'failed')
        w.esme.bound()
        equal(w.esme.receipt(sms)[0], 5, 'UNDELIVERABLE')
        equal(waiting(w), [])


def case_what_was_held_back_fails_when_it_is_released(w):
    sms, _ = held(w)
    w.gateway.ask('hold', sms)
    with changed(w, 'people.conf', without_bob):
        good(w)
        equal({m['state'] for m in waiting(w)}, {'held'})
        w.gateway.ask('release', sms)
        equal(w.esme.receipt(sms)[0], 5, 'UNDELIVERABLE')


def case_empty_lanes_of_links_that_were_taken_out_are_not_shown(w):
    def without(text):
        begin = text.index('# Off until')
        return text[:begin] + text[text.index('group = esme'):]

    def shown():
        return [lane['peer'] for lane in w.gateway.ask('queue')]
    check('smsc-b' in shown(), 'it is in the configuration')
    with changed(w, 'links.conf', without):
        good(w)
        until(lambda: 'smsc-b' not in shown(), 'it is not any more')
        check('smsc-a' in shown() and 'esme1' in shown(), 'the others are')
        w.gateway.stop()
        w.gateway.start()
        w.gateway.wait_link('smsc-a')
        check('smsc-b' not in shown(), 'nor after a restart')
