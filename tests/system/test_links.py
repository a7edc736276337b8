"""Links to SMSCs that are down, slow, hostile or stopped."""

import secrets
import time

from device import Device
from peers import Esme, Smsc, smsc_b, text_of
from rig import DEADLINE, Rig, check, equal, until


def edit_routes(text):
    """+1555028 goes through smsc-b."""
    return text + '''
group = route
name = second
prefix = +1555028
technology = sms
peer = smsc-b
'''


def edit_links(text):
    """The whole window of smsc-a is open from the start."""
    return text.replace('bind = transceiver',
                        'bind = transceiver\nfirst-window = 0', 1)


def world():
    rig = Rig(edit={'people.conf': edit_routes, 'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def submit_all(w, number, words):
    answers = w.esme('burst', name='esme1', list=[
        w.esme.fields(number, word, registered_delivery=1)
        for word in words])['answers']
    equal({a['status'] for a in answers}, {0}, 'all are accepted')
    return [a['message_id'] for a in answers]


def case_what_is_sent_while_the_smsc_is_down_arrives_once(w):
    number = w.number()
    words = [unique(f'down {i:02}') for i in range(25)]
    w.smsc('deafen')
    w.gateway.wait_link('smsc-a', 'down')
    ids = submit_all(w, number, words)
    equal(w.mary.message(f'tel:+{number}', 'mine too')[0], 202)
    check(w.gateway.waiting() >= 26, 'they wait on disk')
    w.smsc('listen')
    w.smsc.submits(number, 26, 2 * DEADLINE)
    for message_id in ids:
        equal(w.esme.receipt(message_id)[0], 2)
    texts = [text_of(e) for e in w.smsc.submits(number, 26)]
    equal(texts.count('mine too'), 1, 'once')
    texts.remove('mine too')
    equal(texts, words, "once each, one sender's in their order")


def case_a_bind_is_tried_again_within_two_seconds(w):
    before = len(w.smsc.log(kind='bind'))
    w.smsc('set', bind_status=0x0D)
    w.smsc('close')
    w.smsc.wait(lambda e: True, 'three more binds', before + 3,
                kind='bind')
    times = [e['ms'] for e in w.smsc.log(kind='bind')[before:]]
    gaps = [b - a for a, b in zip(times, times[1:])]
    check(max(gaps) <= 2600, f'{gaps} ms between binds')
    check(min(gaps) >= 400, f'{gaps} ms: not a storm')
    w.smsc('set', bind_status=0)
    w.smsc.wait_bound()
    w.gateway.wait_link('smsc-a')


def case_a_window_of_ten_that_is_lost_is_sent_again(w):
    number = w.number()
    words = [unique(f'lost {i}') for i in range(10)]
    w.smsc.rules({'to': number, 'times': 10, 'silent': True})
    submit_all(w, number, words)
    w.smsc.submits(number, 10)
    w.smsc('close')
    found = w.smsc.submits(number, 20, 2 * DEADLINE)
    equal(sorted(text_of(e) for e in found), sorted(words * 2))
    until(lambda: w.gateway.waiting() == 0, 'all are settled')


def case_a_throttling_smsc_gets_less_and_all_arrives(w):
    number = w.number()
    words = [unique(f'slow {i}') for i in range(15)]
    w.smsc.rules({'to': number, 'times': 4, 'status': 0x58})
    submit_all(w, number, words)
    good = until(lambda: (lambda g: g if len(g) >= 15 else None)(
        w.smsc.events(lambda e: e.get('destination_addr') == number and
                      e['given'] == 0, 'submit_sm')), 'all', 3 * DEADLINE)
    equal(sorted(text_of(e) for e in good), sorted(words))


def case_an_smsc_that_refuses_everything_is_not_flooded(w):
    for status in (0x03, 0x05, 0x0D, 0x14):
        number = w.number()
        w.smsc.rules({'to': number, 'times': 4, 'status': status})
        submit_all(w, number, ['refused 1', 'refused 2'])
        w.smsc.submits(number, 2)
        time.sleep(0.7)
        check(w.smsc.count(number) <= 4, f'0x{status:02x}: not at once')
        w.smsc.submits(number, 6, 3 * DEADLINE)
    until(lambda: w.gateway.waiting() == 0, 'all are settled')


def case_an_smsc_that_has_forgotten_the_bind_is_bound_anew(w):
    number = w.number()
    before = len(w.smsc.log(kind='bind'))
    w.smsc.rules({'to': number, 'times': 1, 'status': 0x04})
    submit_all(w, number, ['who are you'])
    w.smsc.wait(lambda e: True, 'another bind', before + 1, kind='bind')
    w.smsc.submits(number, 2)
    w.gateway.wait_link('smsc-a')


def case_waiting_for_a_retry_is_no_work(w):
    number = w.number()
    w.smsc.rules({'to': number, 'times': 12, 'status': 0x08})
    submit_all(w, number, ['busy 1', 'busy 2', 'busy 3'])
    w.smsc.submits(number, 9, 3 * DEADLINE)
    before = w.gateway.ask('status')[0]['steps']
    time.sleep(1)
    steps = w.gateway.ask('status')[0]['steps'] - before
    check(steps < 200, f'{steps} steps while three messages wait')
    w.smsc.rules()
    until(lambda: w.gateway.waiting() == 0, 'all are settled', 3 * DEADLINE)


def case_a_slow_recipient_does_not_delay_another(w):
    slow, fast = w.number(), w.number()
    w.smsc.rules({'to': slow, 'delay_ms': 1500})
    submit_all(w, slow, ['slow 1', 'slow 2'])
    started = time.monotonic()
    submit_all(w, fast, ['fast'])
    w.smsc.submits(fast)
    check(time.monotonic() - started < 1, 'at once')
    w.smsc.rules()


def case_generic_nack_does_not_end_the_link(w):
    w.smsc('raw', hex='00000010800000000000000300000fff')
    number = w.number()
    submit_all(w, number, ['after'])
    w.smsc.submits(number)


def case_smsc_b_is_off_until_it_is_started(w):
    number = '1555028' + secrets.token_hex(2).translate(
        str.maketrans('abcdef', '012345'))
    submit_all(w, number, ['by the second'])
    second = smsc_b(w)
    time.sleep(1.5)
    equal(second('sessions')['bound'], 0, 'not bound by itself')
    w.gateway.wait_link('smsc-b', 'stopped')
    equal(w.gateway.gwctl('link', 'start', 'smsc-b')[0], 0)
    second.wait_bound()
    equal(text_of(second.submits(number)[0]), 'by the second')
    equal(w.smsc.count(number), 0)
    equal(w.gateway.gwctl('link', 'stop', 'smsc-b')[0], 0)
    until(lambda: second('sessions')['bound'] == 0, 'unbound')
    submit_all(w, number, ['later'])
    w.gateway.wait_link('smsc-b', 'stopped')
    equal(w.gateway.gwctl('link', 'start', 'smsc-b')[0], 0)
    equal([text_of(e) for e in second.submits(number, 2)],
          ['by the second', 'later'])


def case_hold_and_release(w):
    number = w.number()
    equal(w.gateway.gwctl('hold', 'smsc-a')[0], 0)
    submit_all(w, number, ['held'])
    until(lambda: any(m['to'].endswith(number) for m in
                      w.gateway.ask('queue', '--messages')), 'it waits')
    equal(w.smsc.count(number), 0)
    equal(w.gateway.gwctl('release', 'smsc-a')[0], 0)
    w.smsc.submits(number)


def case_the_gateway_starts_before_its_smsc(w):
    number = w.number()
    w.smsc('deafen')
    w.gateway.restart()
    w.esme.bound()
    submit_all(w, number, ['early'])
    w.smsc('listen')
    w.smsc.submits(number)
    w.mary.registered()


def case_an_smsc_that_says_nothing_is_left(w):
    number = w.number()
    w.smsc.rules({'to': number, 'close': True, 'times': 3})
    submit_all(w, number, ['three times cut'])
    w.smsc.wait(lambda e: e.get('destination_addr') == number and
                e['given'] == 0, 'the fourth', 4, 3 * DEADLINE,
                kind='submit_sm')
    until(lambda: w.gateway.waiting() == 0, 'all are settled')
