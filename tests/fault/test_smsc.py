"""SMSCs that answer late, out of order, never, with garbage, in pieces or too
much at once, and a hundred binds that come and go: nothing is lost, and a
second copy only where the trace says that it may be one."""

import os
import pathlib
import secrets
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       'system'))

from peers import Esme  # noqa: E402
from rawsmsc import (BIND_TRANSCEIVER, RESPONSE, SUBMIT_SM,  # noqa: E402
                     RawSmsc, pdu)
from rig import SMSC_A, SMSC_B, Rig, check, equal, until  # noqa: E402

BINDS = 100
RTHROTTLED = 0x58


def edit_links(text):
    """smsc-a gives up soon; smsc-b has a hundred binds."""
    a, b = text.split('name = smsc-b')
    a = a.replace('reconnect-first = 1s', 'reconnect-first = 200ms\n'
                  'response-timeout = 1s\nbinds = 2\nenquire-link = 5s')
    b = b.replace('reconnect-first = 1s',
                  f'reconnect-first = 200ms\nbinds = {BINDS}\nwindow = 4', 1)
    b = b.replace('reconnect-most = 2s', 'reconnect-most = 500ms', 1)
    return a + 'name = smsc-b' + b


def edit_routes(text):
    return text + '''
group = route
name = many
prefix = +1555028
technology = sms
peer = smsc-b
'''


def world():
    rig = Rig(edit={'links.conf': edit_links, 'people.conf': edit_routes})
    rig.a = RawSmsc(rig, SMSC_A)
    rig.b = RawSmsc(rig, SMSC_B)
    rig.a.wait_bound(2)
    rig.esme = Esme(rig).bound()
    return rig


def submit_all(w, prefix, n, to=None):
    """n messages with texts of their own; text -> message_id."""
    words = [f'{prefix} {i}' for i in range(n)]
    ids = {}
    for at in range(0, n, 50):
        part = words[at:at + 50]
        answers = w.esme('burst', name='esme1', list=[
            w.esme.fields(to or w.number(), word) for word in part])
        equal({a['status'] for a in answers['answers']}, {0}, 'accepted')
        ids.update(zip(part, (a['message_id'] for a in answers['answers'])))
    return ids


def settled(w, seconds=60):
    until(lambda: w.gateway.waiting() == 0 and
          w.gateway.ask('status')[0]['in_flight'] == 0, 'all are settled',
          seconds)


def verdicts(w, message_id):
    return {s['verdict'] for s in w.gateway.trace(message_id)}


def none_lost_none_unmarked(w, smsc, ids, prefix):
    """Every one came; those that came twice are marked so."""
    good, all_copies = smsc.texts(prefix), smsc.texts(prefix, taken=False)
    equal([t for t in ids if t not in good], [], 'lost')
    twice = [t for t in ids if all_copies[t] > 1]
    unmarked = [t for t in twice
                if 'maybe-duplicate' not in verdicts(w, ids[t])]
    return twice, unmarked


def prefix_of(word):
    return f'{word} {secrets.token_hex(3)}'


def case_answers_out_of_order(w):
    prefix, held, lock = prefix_of('order'), [], threading.Lock()

    def answer(submit):
        with lock:
            held.append(submit)
            if len(held) % 4 and len(held) < 40:
                return
            batch, held[:] = held[:], []
        for one in reversed(batch):
            one.bind.respond(one)

    def flush():
        while not done.wait(0.1):
            with lock:
                batch, held[:] = held[:], []
            for one in reversed(batch):
                one.bind.respond(one)

    done = threading.Event()
    threading.Thread(target=flush, daemon=True).start()
    w.a.answer = answer
    ids = submit_all(w, prefix, 100)
    settled(w)
    done.set()
    w.a.answer = w.a.good
    twice, _ = none_lost_none_unmarked(w, w.a, ids, prefix)
    equal(twice, [], 'none twice')


def case_answers_after_the_time_out(w):
    """The first copy is answered when the second has been sent: told once."""
    prefix, first = prefix_of('late'), {}

    def answer(submit):
        if submit.text in first:
            submit.bind.respond(submit)
            first[submit.text].bind.respond(first[submit.text])
        else:
            first[submit.text] = submit

    w.a.answer = answer
    ids = submit_all(w, prefix, 10)
    settled(w)
    w.a.answer = w.a.good
    twice, unmarked = none_lost_none_unmarked(w, w.a, ids, prefix)
    equal((len(twice), unmarked), (10, []), 'twice, unmarked')
    for message_id in ids.values():
        late = [s for s in w.gateway.trace(message_id) if s['step'] == 'late']
        equal([s['verdict'] for s in late], ['maybe twice'])
        check('answered after' in late[0]['text'], late)


def case_never_answers(w):
    """One of them never; others go on, and the link stays."""
    prefix, silent = prefix_of('never'), prefix_of('silent')
    binds = w.a.commands[BIND_TRANSCEIVER]

    def answer(submit):
        if not submit.text.startswith(silent):
            submit.bind.respond(submit)

    w.a.answer = answer
    lost = submit_all(w, silent, 2)
    until(lambda: w.a.texts(silent, taken=False), 'it was sent')
    ids = submit_all(w, prefix, 30)
    until(lambda: len(w.a.texts(prefix)) == 30, 'the others pass')
    until(lambda: len(w.a.texts(silent, taken=False)) == 2 and
          sum(w.a.texts(silent, taken=False).values()) >= 4,
          'it is sent again')
    w.a.answer = w.a.good
    settled(w)
    twice, _ = none_lost_none_unmarked(w, w.a, ids, prefix)
    equal(twice, [], 'of the others none twice')
    _, unmarked = none_lost_none_unmarked(w, w.a, lost, silent)
    equal(unmarked, [], 'unmarked')
    equal(w.a.commands[BIND_TRANSCEIVER], binds, 'no new bind')


def broken(w, name, octets, n=20):
    """Every fifth is answered with that, then the rest of it never comes."""
    prefix, seen = prefix_of(name), {}

    def answer(submit):
        seen[submit.text] = seen.get(submit.text, 0) + 1
        if seen[submit.text] == 1 and len(seen) % 5 == 0:
            submit.bind.octets(octets(submit))
            submit.bind.close()
        else:
            submit.bind.respond(submit)

    w.a.answer = answer
    ids = submit_all(w, prefix, n)
    settled(w)
    w.a.answer = w.a.good
    _, unmarked = none_lost_none_unmarked(w, w.a, ids, prefix)
    equal(unmarked, [], 'unmarked')
    w.a.wait_bound(2)


def case_garbage_instead_of_an_answer(w):
    broken(w, 'garbage', lambda s: os.urandom(500))
    broken(w, 'length', lambda s: b'\xff\xff\xff\xff' * 8)
    broken(w, 'short', lambda s: b'\0\0\0\3' + b'x' * 40)


def case_closed_in_the_middle_of_a_pdu(w):
    for at in (3, 15, 17):
        broken(w, f'cut{at}', lambda s, n=at: pdu(
            SUBMIT_SM | RESPONSE, 0, s.sequence, b'half\0')[:n])


def case_garbage_that_is_well_framed(w):
    """Responses to nothing, of wrong kinds, unknown commands: passed over or
    nacked, and the link stays."""
    prefix, binds = prefix_of('framed'), w.a.commands[BIND_TRANSCEIVER]

    def answer(submit):
        for command in (SUBMIT_SM | RESPONSE, 0x80000005, 0x80000000, 0x777,
                        0x80000777, 0x103):
            submit.bind.octets(pdu(command, 0, submit.sequence + 1000000,
                                   b'\1\2\3'))
        submit.bind.octets(pdu(0x80000005, 0, submit.sequence, b'x\0'))
        submit.bind.respond(submit)

    w.a.answer = answer
    ids = submit_all(w, prefix, 30)
    settled(w)
    w.a.answer = w.a.good
    twice, _ = none_lost_none_unmarked(w, w.a, ids, prefix)
    equal((twice, w.a.commands[BIND_TRANSCEIVER]), ([], binds), 'twice, binds')


def case_more_than_it_takes_is_throttled(w):
    """An SMSC that takes 20 a second: hardly more is sent in vain, all comes,
    and each message tells it at most a few times."""
    prefix, n, limit = prefix_of('throttle'), 120, 20
    seconds, refused = {}, []

    def answer(submit):
        now = int(time.monotonic())
        seconds[now] = seconds.get(now, 0) + 1
        if seconds[now] > limit:
            refused.append(submit)
            submit.bind.respond(submit, RTHROTTLED)
        else:
            submit.bind.respond(submit)

    w.a.answer = answer
    started = time.monotonic()
    ids = submit_all(w, prefix, n)
    until(lambda: len(w.a.texts(prefix)) == n, 'all of them', 90)
    took = time.monotonic() - started
    settled(w)
    w.a.answer = w.a.good
    sent = sum(w.a.texts(prefix, taken=False).values())
    print(f'     {n} messages, {sent} submit_sm, {len(refused)} refused, '
          f'{took:.1f} s')
    equal(set(w.a.texts(prefix).values()), {1}, 'each once')
    check(sent <= n * 1.25, f'{sent} submit_sm for {n} messages')
    by_text = {}
    for submit in refused:
        by_text[submit.text] = by_text.get(submit.text, 0) + 1
    for text, times in by_text.items():
        told = [s for s in w.gateway.trace(ids[text])
                if 'RTHROTTLED' in (s.get('text') or '')]
        equal(len(told), times, f'{text}: told as often as refused')
        check(times <= 4, f'{text}: refused {times} times')
    shown = [o for o in w.gateway.ask('links', 'smsc-a') if 'link' in o][0]
    check(shown['throttled'] >= len(refused) > 0, shown)
    check(shown['throttled_ms'] >= 1000, shown)


def resident_kb(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as status:
        for line in status:
            if line.startswith('VmRSS'):
                return int(line.split()[1])
    return 0


def flap(smsc, seconds):
    """Binds close, at once or in a PDU, all the time."""
    end = time.monotonic() + seconds
    closed = 0
    while time.monotonic() < end:
        with smsc.lock:
            some = [b for b in smsc.binds if smsc.chance.random() < 0.1]
        for bind in some:
            if smsc.chance.random() < 0.3:
                bind.octets(b'\0\0\0\x20\x80\0\0\4')
            bind.close()
            closed += 1
        time.sleep(0.05)
    return closed


def start_many(w):
    equal(w.gateway.gwctl('link', 'start', 'smsc-b')[0], 0)
    w.b.wait_bound(BINDS)
    w.gateway.wait_link('smsc-b')


def case_a_hundred_binds_flap(w):
    prefix = prefix_of('flap')
    pid = w.gateway.pids()['cpmgw-smpp']
    started = time.monotonic()
    start_many(w)
    print(f'     {BINDS} binds after {time.monotonic() - started:.1f} s')
    times = w.b.accepted[:BINDS]
    most = max(sum(t <= u < t + 0.1 for u in times) for t in times)
    check(most <= BINDS / 2, f'{most} connections within 0.1 s')
    ids = submit_all(w, prefix + 'a', 100, '15550280001')
    settled(w)
    before = resident_kb(pid)
    chance = w.b.chance

    def answer(submit):
        if chance.random() < 0.9:
            submit.bind.respond(submit)
        else:
            submit.bind.close()

    w.b.answer = answer
    closed = []
    thread = threading.Thread(
        target=lambda: closed.append(flap(w.b, 6)), daemon=True)
    thread.start()
    for i in range(4):
        ids.update(submit_all(w, f'{prefix}b{i}', 100, f'1555028100{i}'))
        time.sleep(1)
    thread.join()
    w.b.answer = w.b.good
    settled(w, 90)
    w.b.wait_bound(BINDS)
    after = resident_kb(pid)
    twice, unmarked = none_lost_none_unmarked(w, w.b, ids, prefix)
    print(f'     {closed[0]} closed, {len(ids)} messages, {len(twice)} '
          f'twice; memory {before} KB, then {after} KB')
    equal(unmarked, [], 'unmarked')
    equal(w.gateway.pids()['cpmgw-smpp'], pid, 'the same process')
    check(closed[0] > BINDS, f'{closed} closed')
    check(after < before + 64 * 1024, f'{before} KB, then {after} KB')
    check(w.b.at_most <= BINDS + 20, f'{w.b.at_most} at once')


def case_each_bind_is_shown(w):
    start_many(w)
    before = w.b.commands[BIND_TRANSCEIVER]
    w.b.binds[0].close()
    until(lambda: w.b.commands[BIND_TRANSCEIVER] > before, 'it binds anew')
    w.b.wait_bound(BINDS)
    until(lambda: all(o['state'] == 'bound' for o in
                      w.gateway.ask('links', 'smsc-b') if 'bind' in o),
          'all are bound')
    shown = w.gateway.ask('links', 'smsc-b')
    equal((shown[0]['peer'], shown[0]['state']), ('smsc-b', 'up'))
    binds = [o for o in shown if 'bind' in o]
    equal(len(binds), BINDS)
    for bind in binds:
        equal((bind['state'], bind['window']), ('bound', 4), bind)
        check(2 <= bind['allowed'] <= 4 and 'since' in bind, bind)
    check(any(b.get('error') == 'closed by the far side' and
              'error_time' in b for b in binds), 'last errors')
    text = w.gateway.gwctl('links', 'sms/smsc-b')[1]
    check('LAST ERROR' in text and len(text.splitlines()) > BINDS, text[:500])
    equal(w.gateway.gwctl('links', 'nobody')[0], 1)


def case_a_link_that_is_drained_sends_what_it_has(w):
    """While it drains it gives back nothing of what it was given."""
    prefix, held = prefix_of('drain'), []
    start_many(w)
    w.b.answer = held.append
    ids = submit_all(w, prefix, 60, '15550282000')
    until(lambda: len(held) >= 1, 'it has something')
    equal(w.gateway.gwctl('link', 'drain', 'smsc-b')[0], 0)
    w.gateway.wait_link('smsc-b', 'draining')
    w.b.answer = w.b.good
    for submit in list(held):
        submit.bind.respond(submit)
    w.gateway.wait_link('smsc-b', 'stopped')
    until(lambda: w.b.bound() == 0, 'all binds are gone')
    equal(w.gateway.gwctl('link', 'start', 'smsc-b')[0], 0)
    settled(w)
    twice, _ = none_lost_none_unmarked(w, w.b, ids, prefix)
    equal(twice, [], 'none twice')
