"""SIGKILL at points taken at random, under load: whatever was answered with
ESME_ROK or 202 arrives; a second copy only where the trace says that it may
be one.

CPMGW_KILLS says how many (200)."""

import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       'system'))

from device import Device  # noqa: E402
from peers import Esme, Smsc, text_of  # noqa: E402
from rig import SMPP, Failure, Rig, check, equal, until  # noqa: E402
from sipwire import challenges, credentials  # noqa: E402

PETER = 'sip:peter@cpm.example'

KILLS = int(os.environ.get('CPMGW_KILLS', '200'))
SEED = int(os.environ.get('CPMGW_SEED', '1'))

# An adapter that dies five times within a minute is given a rest; a new
# cpmgwd begins to count anew.
DEATHS_MOST = 3


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig)
    return rig


def back(w):
    """The new cpmgwd answers on all ports."""
    until(lambda: w.gateway.gwctl('status')[0] == 0, 'it is back')


class Killer:
    """Decides whose turn it is, and does it."""

    def __init__(self, w):
        self.w, self.chance = w, random.Random(SEED)
        self.deaths = {'cpmgw-smpp': 0, 'cpmgw-sip': 0}
        self.done = {'cpmgwd': 0, 'cpmgw-smpp': 0, 'cpmgw-sip': 0}

    def strike(self):
        time.sleep(self.chance.uniform(0.02, 1.0))
        name = self.chance.choice(['cpmgwd', 'cpmgw-smpp', 'cpmgw-sip'])
        if name != 'cpmgwd' and self.deaths[name] >= DEATHS_MOST:
            name = 'cpmgwd'
        if name == 'cpmgwd':
            self.w.gateway.restart()
            self.deaths = dict.fromkeys(self.deaths, 0)
        elif self.w.gateway.kill_program(name):
            self.deaths[name] += 1
        self.done[name] += 1


class Talker:
    """mary, who sends one message after another; what was accepted counts.
    A message that got no answer is sent again with the same id."""

    def __init__(self, w):
        self.w, self.number = w, 0
        self.accepted, self.device = {}, Device(w, 'mary', 'udp')

    def one(self):
        self.number += 1
        text, message_id = f'mary-{self.number}', f'killed{self.number:08}'
        for _ in range(20):
            try:
                status, _ = self.device.message(
                    f'tel:+1555023{self.number % 10000:04}', text,
                    message_id=message_id, seconds=3)
            except Exception:  # pylint: disable=broad-except
                continue
            if status == 202:
                self.accepted[text] = message_id
                return
            time.sleep(0.05)


def received(w, prefix):
    """text -> how many copies the SMSC got with a positive answer."""
    counts = {}
    for e in w.smsc.log(kind='submit_sm'):
        text = text_of(e)
        if text.startswith(prefix):
            counts[text] = counts.get(text, 0) + 1
    return counts


def case_what_was_accepted_arrives(w):
    w.smsc('set', receipt_ms=20, quiet=True)
    w.esme('load', name='load', port=w.slot.port(SMPP), system_id='esme1',
           password='secret1', window=5, prefix='load', to='15550260',
           registered=1)
    talker, killer = Talker(w), Killer(w)
    for _ in range(KILLS):
        talker.one()
        killer.strike()
    back(w)
    result = w.esme('load_end')
    w.loaded, w.talked = result, talker.accepted
    w.esme.bound()
    try:
        until(lambda: w.gateway.waiting() == 0, 'nothing waits', 60)
    except Failure:
        rest = w.gateway.ask('queue', '--messages')
        check(False, f'{len(rest)} wait, such as', rest[:3])
    print(f'     kills: {killer.done}; by SMPP '
          f'{len(result["accepted"])} accepted, {len(result["unknown"])} '
          f'unanswered, {result["refused"]} refused; by SIP '
          f'{len(talker.accepted)} accepted')
    equal(killer.done['cpmgwd'] + killer.done['cpmgw-smpp'] +
          killer.done['cpmgw-sip'], KILLS)
    check(len(result['accepted']) > KILLS, 'there was a load')
    counts = received(w, 'load-')
    lost = [t for t, _ in result['accepted'] if t not in counts]
    equal(lost, [], 'ESME_ROK and then lost')
    counts.update(received(w, 'mary-'))
    lost = [t for t in talker.accepted if t not in counts]
    equal(lost, [], '202 and then lost')


def case_second_copies_are_marked(w):
    counts = {**received(w, 'load-'), **received(w, 'mary-')}
    keys = {**dict(w.loaded['accepted']), **w.talked}
    twice = [t for t, n in counts.items() if n > 1]
    print(f'     {len(twice)} of {len(counts)} came more than once')
    unmarked = []
    for text in twice:
        if text not in keys:
            continue        # its answer was lost: there is no id to ask for
        verdicts = {s['verdict'] for s in w.gateway.trace(keys[text])}
        if 'maybe-duplicate' not in verdicts:
            unmarked.append((text, keys[text], counts[text]))
    equal(unmarked, [], 'copies that the trace says nothing of')
    check(len(twice) <= 10 * KILLS, 'at most one window for each kill')


def case_every_receipt_comes(w):
    """One receipt at least for each message that was accepted."""
    wanted = {message_id for _, message_id in w.loaded['accepted']}

    def missing():
        got = {e.get('receipted_message_id')
               for e in w.esme.log(kind='received')}
        return wanted - got
    until(lambda: not missing(), 'all receipts', 60)


def case_registrations_are_known_after_a_kill(w):
    peter = Device(w, 'peter').registered()
    for _ in range(3):
        w.gateway.restart()
        equal(w.gateway.ask('users', 'peter')[0]['devices'], 1)
    w.smsc.wait_bound()
    text = 'after three kills'
    equal(w.smsc.mobile_originated('15550200001', '15550100002',
                                   text)['status'], 0)
    peter.wait_text(text)


def case_credentials_that_were_used_are_not_taken_again(w):
    peter = Device(w, 'peter').registered()
    mary = Device(w, 'mary').registered()

    def send(text, answer=()):
        return mary.transact(*mary.build(
            'MESSAGE', PETER, ['Content-Type: text/plain', *answer],
            text.encode()))
    answer = 'Proxy-Authorization: ' + credentials(
        challenges(send('who is it?'))[0], 'mary', 'mary-secret', 'MESSAGE',
        PETER)
    equal(send('it is me', [answer]).status, 200)
    equal(send('it is not', [answer]).status, 407)
    w.gateway.kill_program('cpmgw-sip')
    until(lambda: send('nor is this', [answer]).status == 407, 'refused')
    peter.wait_text('it is me')
    check(not {'it is not', 'nor is this'} & set(peter.texts()), 'no other')


def case_parts_that_came_before_a_kill_still_count(w):
    mary = Device(w, 'mary').registered()
    text = 'p' * 153 + 'q' * 100
    for part, piece in ((1, text[:153]), (2, text[153:])):
        header = bytes([5, 0, 3, 9, 2, part])
        equal(w.smsc.mobile_originated(
            '15550200001', '15550100001', esm_class=0x40,
            hex=(header + piece.encode()).hex())['status'], 0)
        if part == 1:
            w.gateway.restart()
            w.smsc.wait_bound()
            mary.registered()
    mary.wait_text(text)


def case_a_held_lane_stays_held(w):
    equal(w.gateway.gwctl('hold', 'smsc-a')[0], 0)
    w.esme.bound()
    number = w.number()
    equal(w.esme.submit(number, 'held')['status'], 0)
    w.gateway.restart()
    w.smsc.wait_bound()
    time.sleep(1)
    equal(w.smsc.count(number), 0)
    equal(w.gateway.gwctl('release', 'smsc-a')[0], 0)
    w.smsc.submits(number)


def case_a_receipt_for_a_message_of_before(w):
    w.esme.bound()
    number = w.number()
    w.smsc.rules({'to': number, 'receipt_ms': 3000})
    answer = w.esme.submit(number, 'receipt later', registered_delivery=1)
    equal(answer['status'], 0)
    w.smsc.submits(number)
    w.gateway.restart()
    w.smsc.wait_bound()
    w.esme.bound()
    equal(w.esme.receipt(answer['message_id'])[0], 2)
