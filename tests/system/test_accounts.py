"""Accounts of ESMEs that operators add, change, ban and close while they are
bound."""

import json
import socket
import struct
import subprocess
import time

from peers import Esme, Smsc, text_of
from rig import SMPP, Rig, check, equal, until

ROK, RINVSRCADR, RBINDFAIL, RINVPASWD, RINVSYSID, RTHROTTLED = \
    0, 0x0A, 0x0D, 0x0E, 0x0F, 0x58


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig)
    return rig


def gwctl(w, *arguments, password=None):
    """gwctl esme with a password on its standard input; its exit status and
    what it said."""
    g = w.gateway
    done = subprocess.run(
        [g.programs / 'gwctl', '--socket', g.state / 'gwctl.sock', 'esme',
         *[str(a) for a in arguments]], capture_output=True, text=True,
        input=password, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def esme(w, *arguments, password=None):
    status, said = gwctl(w, *arguments, password=password)
    equal(status, 0, f'{arguments}: {said}')
    return said


def add(w, name, *options, password='pw-' + 'x' * 5):
    return esme(w, 'add', name, '--password-stdin', *options,
                password=password + '\n')


def bind(w, name, password='pw-xxxxx', session=None, **more):
    return w.esme.bind(session or name, password=password, system_id=name,
                       **more)


def gone(w, session, unbound=True):
    """That session has been unbound by the gateway, and closed."""
    w.esme.wait(lambda e: e.get('name') == session, f'{session} is closed',
                kind='close')
    equal(bool(w.esme.events(lambda e: e.get('name') == session, 'unbind')),
          unbound, f'{session} was unbound')


def show(w, name):
    return w.gateway.ask('esme', 'show', name)[0]


def case_one_that_is_added_binds_sends_and_receives(w):
    equal(bind(w, 'shop'), RINVSYSID, 'not there yet')
    add(w, 'shop', '--short-code', '22230;22231', '--comment', 'a shop')
    equal(bind(w, 'shop', 'wrong'), RINVPASWD)
    equal(bind(w, 'shop'), ROK)
    number = w.number()
    equal(w.esme.submit(number, 'hello', name='shop',
                        source_addr='22231')['status'], ROK)
    equal(w.smsc.submits(number)[0]['source_addr'], '22231')
    equal(w.esme.submit(number, 'no', name='shop',
                        source_addr='22222')['status'], RINVSRCADR)
    for code in ('22230', '22231'):
        w.smsc.mobile_originated(number, code, f'to {code}',
                                 dest_addr_ton=3, dest_addr_npi=0)
        w.esme.received(lambda e, c=code: e['name'] == 'shop' and
                        text_of(e) == f'to {c}', code)
    equal(gwctl(w, 'add', 'shop', '--password-stdin', password='x\n')[0], 1)
    esme(w, 'remove', 'shop')
    gone(w, 'shop')
    equal(bind(w, 'shop'), RINVSYSID, 'removed')


def case_passwords_are_not_to_be_seen(w):
    add(w, 'hidden', password='sesam-8')
    for text in (json.dumps(w.gateway.ask('esme', 'list')),
                 gwctl(w, 'list')[1], w.gateway.process.text(),
                 *(p.read_bytes().decode('latin-1')
                   for p in w.gateway.state.glob('spool.db*'))):
        check('sesam-8' not in text, 'a password')
    equal(show(w, 'hidden')['password'], 'scrypt')
    for bad in ('', '\n', 'nine-long\n', 'ninelong!'):
        equal(gwctl(w, 'set', 'hidden', '--password-stdin',
                    password=bad)[0], 2, bad)
    equal(bind(w, 'hidden', 'sesam-8'), ROK, 'still the same')
    esme(w, 'set', 'hidden', '--password-stdin', password='other\n')
    equal(bind(w, 'hidden', 'sesam-8', 'h2'), RINVPASWD)
    equal(bind(w, 'hidden', 'other', 'h3'), ROK)
    esme(w, 'remove', 'hidden')


def case_limits_act_on_live_binds(w):
    add(w, 'fast', '--any-sender', 'yes')
    equal(bind(w, 'fast'), ROK)
    numbers = [w.number() for _ in range(8)]
    burst = [w.esme.fields(n, 'x') for n in numbers]
    answers = w.esme('burst', name='fast', list=burst)['answers']
    equal({a['status'] for a in answers}, {ROK})
    esme(w, 'limit', 'fast', '--rate', '3')
    time.sleep(1.1)
    answers = w.esme('burst', name='fast', list=burst)['answers']
    equal([a['status'] for a in answers].count(ROK), 3)
    check(RTHROTTLED in [a['status'] for a in answers], 'throttled')
    esme(w, 'limit', 'fast', '--rate', '0', '--daily-quota', '16')
    answers = w.esme('burst', name='fast', list=burst)['answers']
    equal([a['status'] for a in answers].count(ROK), 5, '11 before')
    esme(w, 'limit', 'fast', '--daily-quota', '0')
    equal(w.esme.submit(numbers[0], 'x', name='fast')['status'], ROK)
    esme(w, 'limit', 'fast', '--any-sender', 'no')
    equal(w.esme.submit(numbers[0], 'x', name='fast')['status'], RINVSRCADR)
    esme(w, 'remove', 'fast')


def case_too_many_binds_are_unbound(w):
    add(w, 'wide', '--binds', '3')
    for n in range(3):
        equal(bind(w, 'wide', session=f'wide.{n}'), ROK, n)
    equal(bind(w, 'wide', session='wide.3'), RBINDFAIL, 'one too many')
    esme(w, 'limit', 'wide', '--binds', '1')
    gone(w, 'wide.2')
    gone(w, 'wide.1')
    answer = w.esme('send', name='wide.0', command='enquire_link')
    equal(answer['status'], ROK, 'the first stays')
    esme(w, 'set', 'wide', '--bind', 'receiver')
    gone(w, 'wide.0')
    equal(bind(w, 'wide', session='wide.4'), RBINDFAIL, 'kind')
    equal(bind(w, 'wide', session='wide.5', mode='receiver'), ROK)
    esme(w, 'set', 'wide', '--allowed-host', '192.0.2.1')
    gone(w, 'wide.5')
    equal(bind(w, 'wide', session='wide.6', mode='receiver'), RBINDFAIL)
    esme(w, 'set', 'wide', '--allowed-host', '192.0.2.1;127.0.0.1')
    equal(bind(w, 'wide', session='wide.7', mode='receiver'), ROK)
    esme(w, 'remove', 'wide')


def case_disabled_kicked_and_banned(w):
    add(w, 'bad')
    equal(gwctl(w, 'kick', 'bad')[0], 1, 'not bound')
    equal(bind(w, 'bad', session='bad.1'), ROK)
    esme(w, 'kick', 'bad')
    gone(w, 'bad.1')
    equal(bind(w, 'bad', session='bad.2'), ROK, 'it may come again')
    esme(w, 'disable', 'bad')
    gone(w, 'bad.2')
    equal(bind(w, 'bad', session='bad.3'), RBINDFAIL)
    equal(show(w, 'bad')['state'], 'disabled')
    esme(w, 'enable', 'bad')
    equal(bind(w, 'bad', session='bad.4'), ROK)
    esme(w, 'ban', 'bad')
    gone(w, 'bad.4')
    equal(show(w, 'bad')['banned-until'], 'forever')
    equal(bind(w, 'bad', session='bad.5'), RBINDFAIL)
    esme(w, 'ban', 'bad', '--for', '3s')
    equal(show(w, 'bad')['state'], 'banned')
    equal(bind(w, 'bad', session='bad.6'), RBINDFAIL)
    until(lambda: show(w, 'bad')['state'] == 'enabled', 'the ban ends')
    equal(bind(w, 'bad', session='bad.7'), ROK)
    esme(w, 'remove', 'bad')


def case_shown_to_people_with_its_binds(w):
    add(w, 'seen', '--short-code', '22241', '--any-sender', 'yes',
        '--bind', 'transceiver;receiver')
    equal(bind(w, 'seen', session='seen.1'), ROK)
    lines = [line.split() for line in esme(w, 'show', 'seen').splitlines()]
    for name, value in (('name', 'seen'), ('state', 'enabled'),
                        ('bind', 'transceiver;receiver'),
                        ('any-sender', 'yes'), ('tls', 'yes'),
                        ('short-code', '22241')):
        check([name, value] in lines, f'{name}: {lines}')
    check(any(line[1:3] == ['transceiver', 'bound'] for line in lines),
          f'its bind: {lines}')
    esme(w, 'remove', 'seen')


def case_one_that_does_not_answer_unbind_is_kicked_all_the_same(w):
    add(w, 'deaf')
    with socket.create_connection(
            ('127.0.0.1', w.slot.port(SMPP)), 10) as deaf:
        body = b'deaf\0pw-xxxxx\0\0\x34\0\0\0'
        deaf.sendall(struct.pack('>IIII', 16 + len(body), 9, 0, 1) + body)
        equal(struct.unpack('>III', deaf.recv(1000)[4:16]),
              (0x80000009, ROK, 1))
        esme(w, 'kick', 'deaf')
        equal(struct.unpack('>I', deaf.recv(16)[4:8]), (6,), 'unbind')
        esme(w, 'kick', 'deaf')
        equal(deaf.recv(16), b'', 'the second time it is closed')
    esme(w, 'remove', 'deaf')


def case_changes_survive_kills_and_reloads(w):
    add(w, 'kept', '--short-code', '22240', '--rate', '7')
    esme(w, 'limit', 'kept', '--binds', '2')
    esme(w, 'disable', 'esme2')
    esme(w, 'limit', 'esme1', '--window', '33')
    for change in (w.gateway.restart, lambda: w.gateway.gwctl('reload')):
        change()
        w.smsc.wait_bound()
        equal([show(w, 'kept')[k] for k in ('rate', 'binds', 'short-code')],
              [7, 2, '22240'])
        equal(show(w, 'esme1')['window'], 33)
        equal(show(w, 'esme1')['changed'], ['window'])
        equal(bind(w, 'kept'), ROK)
        equal(w.esme.bind('esme2'), RBINDFAIL)
        w.smsc.mobile_originated(w.number(), '22240', 'kept code',
                                 dest_addr_ton=3, dest_addr_npi=0)
        w.esme.received(lambda e: text_of(e) == 'kept code', 'by its code')
        esme(w, 'kick', 'kept')
    esme(w, 'reset', 'esme1')
    equal(show(w, 'esme1')['window'], 0)
    esme(w, 'reset', 'esme2')
    equal(w.esme.bind('esme2'), ROK)
    esme(w, 'remove', 'kept')
    w.gateway.restart()
    equal([a['name'] for a in w.gateway.ask('esme', 'list')],
          ['esme1', 'esme2'])


def case_what_is_wrong_is_said(w):
    for status, *arguments in (
            (2, 'list', 'esme1'), (2, 'show'), (2, 'fly', 'esme1'),
            (2, 'add', 'x'), (2, 'set', 'esme1'),
            (2, 'set', 'esme1', '--rate', 'many'),
            (2, 'limit', 'esme1', '--for', '10m'),
            (2, 'ban', 'esme1', '--for', 'ever'),
            (2, 'disable', 'esme1', '--rate', '1'),
            (1, 'show', 'nobody'), (1, 'disable', 'nobody'),
            (1, 'remove', 'esme1'), (1, 'kick', 'nobody')):
        got, said = gwctl(w, *arguments)
        equal(got, status, f'{arguments}: {said}')
        check(said.startswith('gwctl: '), said)
    status, said = gwctl(w, 'set', 'esme1', '--short-code', '22223')
    equal(status, 1)
    check('22223 is that of esme2' in said, said)
    said = w.gateway.gwctl('help', 'esme')[1]
    for word in ('add NAME', 'ban NAME', '--password-stdin', '--binds'):
        check(word in said, word)
