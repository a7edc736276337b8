"""outbind both ways (SMPP v3.4 2.2.1, 4.1.7): an ESME that is called while
something waits for it, and an SMSC that calls us."""

import contextlib
import secrets

from peers import Esme, Smsc
from rawesme import (BIND_RECEIVER, BIND_TRANSMITTER, DELIVER_SM, OUTBIND,
                     UNBIND, Listener, bind_body, connect, outbind_body,
                     texts_of)
from rig import SMPP, SMPPS, Failure, Rig, check, equal, until

OUTBIND_PORT = 2790     # of the lab: --port-offset moves it


def edit_links(text):
    return text.replace(
        'system-id = esme1\n',
        'system-id = esme1\noutbind-host = 127.0.0.1\n'
        f'outbind-port = {OUTBIND_PORT}\noutbind-password = callme\n'
        'outbind-every = 200ms\noutbind-most = 1s\n').replace(
        'name = smsc-a\n', 'name = smsc-a\noutbind-password = wakeup\n'
        'outbind-system-id = far\n').replace(
        'name = smsc-b\n', 'name = smsc-b\noutbind-password = secret\n'
        'outbind-system-id = tls\ntls = yes\ntls-ca = tls/ca.pem\n').replace(
        'start = no\n', '')


def world():
    rig = Rig(edit={'links.conf': edit_links})
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig)
    rig.listener = Listener(rig, rig.slot.port(OUTBIND_PORT))
    rig.calls = 0
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def not_called(w, seconds=0.7):
    with contextlib.suppress(Failure):
        until(lambda: len(w.listener.calls) > w.calls, 'a call', seconds)
    equal(len(w.listener.calls), w.calls, 'calls')


def called(w):
    """The next call, with its outbind."""
    w.calls += 1
    c = w.listener.call(w.calls)
    equal(texts_of(c.wait(OUTBIND)[1], 2), ['cpmgw', 'callme'])
    return c


def bound(c, kind=BIND_RECEIVER):
    equal(c.ask(kind, bind_body('esme1', 'secret1'))[0], 0, 'bind')


def waits(w, text):
    """Somebody writes to 22222, and the gateway has it."""
    equal(w.smsc.mobile_originated('15550200001', '22222', text,
                                   dest_addr_ton=3,
                                   dest_addr_npi=0)['status'], 0)


def done(w, c):
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    c.ask(UNBIND)
    c.close()
    w.gateway.wait_link('esme1', 'down')
    w.calls = len(w.listener.calls)


def case_nothing_waits_nobody_is_called(w):
    not_called(w)


def case_a_message_waits(w):
    text = unique('wake up')
    waits(w, text)
    c = called(w)
    bound(c)
    check(text.encode() in c.wait(DELIVER_SM)[1], 'the message')
    w.calls = len(w.listener.calls)
    not_called(w)
    done(w, c)
    not_called(w)


def case_a_receipt_waits(w):
    w.esme.bound(mode='transmitter')
    number = w.number()
    answer = w.esme.submit(number, unique('receipt'), registered_delivery=1)
    equal(answer['status'], 0)
    c = called(w)
    bound(c)
    body = c.wait(DELIVER_SM)[1]
    check(f"id:{answer['message_id']}".encode() in body, body)
    w.esme('unbind', name='esme1')
    done(w, c)


def case_called_again_until_it_receives(w):
    waits(w, unique('again'))
    called(w).close()
    c = called(w)
    bound(c, BIND_TRANSMITTER)
    c = called(w)
    bound(c)
    c.wait(DELIVER_SM)
    done(w, c)


def case_not_while_it_is_stopped_or_on_hold(w):
    for stop, start in ((('link', 'stop'), ('link', 'start')),
                        (('hold',), ('release',))):
        equal(w.gateway.gwctl(*stop, 'esme1')[0], 0)
        waits(w, unique(stop[0]))
        not_called(w)
        equal(w.gateway.gwctl(*start, 'esme1')[0], 0)
        c = called(w)
        bound(c)
        c.wait(DELIVER_SM)
        done(w, c)


def case_what_waited_before_a_restart(w):
    waits(w, unique('kept'))
    called(w).close()
    w.gateway.restart()
    w.calls = len(w.listener.calls)
    c = called(w)
    bound(c)
    c.wait(DELIVER_SM)
    done(w, c)
    w.smsc.wait_bound()


def case_who_has_to_have_tls_is_not_called(w):
    equal(w.gateway.gwctl('esme', 'limit', 'esme1', '--tls', 'require')[0], 0)
    waits(w, unique('tls'))
    not_called(w)
    equal(w.gateway.gwctl('esme', 'limit', 'esme1', '--tls', 'yes')[0], 0)
    c = called(w)
    bound(c)
    c.wait(DELIVER_SM)
    done(w, c)


def case_nor_is_that_taken_from_the_files(w):
    path = w.gateway.conf / 'links.conf'
    before = path.read_text()
    path.write_text(before.replace('system-id = esme1\n',
                                   'system-id = esme1\ntls = require\n'))
    for command in (('conf', 'check'), ('reload',)):
        status, out, err = w.gateway.gwctl(*command)
        check(status == 1 and 'outbind goes without TLS' in out + err and
              'group esme: outbind-host' in out + err, command, out, err)
    path.write_text(before)
    equal(w.gateway.gwctl('reload')[0], 0)


def deliver_body(text):
    return (b'\0\1\1' + b'15550200001\0' + b'\3\0' + b'22222\0' +
            b'\0\0\0\0\0\0\0\0\0' + bytes([len(text)]) + text.encode())


def case_an_smsc_calls(w):
    w.esme.bound()
    c = connect(w.slot.port(SMPP))
    c.send(OUTBIND, outbind_body('far', 'wakeup'))
    equal(texts_of(c.wait(BIND_RECEIVER)[1], 2), ['cpmgw', 'cpmgw'])
    text = unique('far')
    equal(c.ask(DELIVER_SM, deliver_body(text))[0], 0)
    w.esme.received(lambda e: text.encode().hex() in e.get('hex', ''), text)
    c.close()
    w.esme('unbind', name='esme1')


def case_a_stranger_calls(w):
    for name, password in (('far', 'wrong'), ('other', 'wakeup'),
                           ('tls', 'secret')):
        c = connect(w.slot.port(SMPP))
        c.send(OUTBIND, outbind_body(name, password))
        until(lambda one=c: not one.open, f'{name} is sent away')
        equal(c.of(BIND_RECEIVER), [], name)


def case_an_smsc_calls_by_tls(w):
    w.esme.bound()
    c = connect(w.slot.port(SMPPS), w.gateway.state / 'tls' / 'ca.pem')
    c.send(OUTBIND, outbind_body('tls', 'secret'))
    equal(texts_of(c.wait(BIND_RECEIVER)[1], 2), ['cpmgw', 'cpmgw'])
    text = unique('safe')
    equal(c.ask(DELIVER_SM, deliver_body(text))[0], 0)
    w.esme.received(lambda e: text.encode().hex() in e.get('hex', ''), text)
    c.close()
    w.esme('unbind', name='esme1')
