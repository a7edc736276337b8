"""How long messages are kept and tried: by their sender, else by lifetime."""

import secrets
import time

from device import NUMBERS, Device
from peers import Esme, Smsc
from rig import Rig, check, equal, until

BOB = NUMBERS['bob']
HOUR = '000000010000000R'
DAY_AND_MORE = '000001010000000R'

# SMPP v3.4 5.1.3
RINVSCHED = 0x61


def world():
    rig = Rig(edit={'cpmgw.conf': lambda text: text.replace(
        'lifetime = 3d', 'lifetime = 2s\nlifetime-most = 1d')})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    rig.bob = Device(rig, 'bob')
    return rig


def in_seconds(s):
    return time.strftime('%y%m%d%H%M%S000+', time.gmtime(time.time() + s))


def steps(w, key):
    return [(line['step'], line['verdict']) for line in w.gateway.trace(key)]


def held(w, text, **fields):
    answer = w.esme.submit(BOB, text, registered_delivery=1, **fields)
    equal(answer['status'], 0)
    return answer['message_id']


def case_the_sender_s_validity_counts(w):
    word = f'life {secrets.token_hex(4)}'
    longer = held(w, word, validity_period=HOUR)
    usual = held(w, 'of no length')
    status, message_id = w.mary.message('tel:' + BOB, 'an hour',
                                        'negative-delivery',
                                        headers=['Expires: 3600'])
    equal(status, 202)
    equal(w.esme.receipt(usual)[0], 3, 'EXPIRED')
    time.sleep(1)       # the lifetime of those beside it is over as well
    check(('settled', 'expired') not in steps(w, longer), 'SMS goes on')
    equal(w.mary.imdns(message_id), [])
    check(('settled', 'expired') not in steps(w, message_id), 'CPM goes on')
    w.bob.registered()
    w.bob.wait(lambda m: m.text == word, word)
    equal(w.bob.register(0), 200)
    until(lambda: w.gateway.ask('users', 'bob')[0]['devices'] == 0, 'left')


def case_more_than_the_most_is_cut(w):
    number = w.number()
    answer = w.esme.submit(number, 'for long', registered_delivery=1,
                           validity_period=DAY_AND_MORE)
    equal(answer['status'], 0)
    w.smsc.submits(number)
    check(('intake', 'validity-cut') in steps(w, answer['message_id']),
          'the trace tells it')
    number = w.number()
    answer = w.esme.submit(number, 'an hour', validity_period=HOUR)
    w.smsc.submits(number)
    check(('intake', 'validity-cut') not in steps(w, answer['message_id']),
          'nothing to cut')


def case_the_lifetime_begins_at_the_schedule(w):
    number = w.number()
    answer = w.esme.submit(number, 'scheduled',
                           schedule_delivery_time=in_seconds(5))
    equal(answer['status'], 0)
    w.smsc.submits(number)


def case_a_schedule_too_far_away_is_refused(w):
    for at in (DAY_AND_MORE, in_seconds(2 * 86400)):
        answer = w.esme.submit(w.number(), 'too far',
                               schedule_delivery_time=at)
        equal(answer['status'], RINVSCHED)
