"""liblinphone: a real device with CPIM, IMDN and everything."""

import secrets

from device import Device
from peers import Phone, Smsc, text_of
from rig import DOMAIN, Rig, check, equal
from test_lists import BOTH, entry, send


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.phone = Phone(rig, 'mary')
    rig.phone.wait('registration', 'Ok')
    return rig


def unique(text):
    return f'{text} {secrets.token_hex(4)}'


def case_it_registers(w):
    w.phone.wait('registration', 'Ok')
    equal(w.gateway.ask('users', 'mary')[0]['devices'], 1)


def reported(w, source, verdict):
    """Has the phone itself said so, in a notification?"""
    return any(s['step'] == 'report-in' and s['verdict'] == verdict
               for s in w.gateway.trace('+' + source))


def sms(w, text, wishes):
    """An SMS to the phone; its sender."""
    source = w.number()
    answer = w.smsc.mobile_originated(
        source, '15550100001', hex=text.encode('utf-16-be').hex(),
        data_coding=8, registered_delivery=wishes)
    equal(answer['status'], 0)
    check(source in w.phone.wait('received', text), 'from', source)
    return source


def acknowledged(w, source, esm_class):
    w.smsc.wait(lambda e: e.get('destination_addr') == source and
                e['esm_class'] & 0x3c == esm_class, 'acknowledgement',
                kind='submit_sm')


def case_an_sms_arrives_and_the_phone_says_so(w):
    """liblinphone refuses a CPIM whose From is not the SIP From, so it gets
    one in which it is; then it tells of the delivery itself."""
    source = sms(w, unique('to the phone ž 😀'), 0x04)
    acknowledged(w, source, 0x08)
    check(reported(w, source, 'delivered'), 'by IMDN')
    check(not reported(w, source, 'undeliverable'), 'no failure')


def case_an_sms_is_read_and_the_phone_says_so(w):
    source = sms(w, unique('to be read'), 0x08)
    acknowledged(w, source, 0x10)
    check(reported(w, source, 'displayed'), 'by IMDN')


def case_it_sends_and_learns_what_became_of_it(w):
    number, text = w.number(), unique('from the phone')
    w.phone.do(f'msg sip:+{number}@{DOMAIN} {text}')
    e = w.smsc.submits(number)[0]
    equal(text_of(e), text)
    check(e['registered_delivery'] & 1, 'it wants to know')
    w.phone.wait('state', 'DeliveredToUser', text)


def case_it_learns_of_a_failure(w):
    number, text = w.number(), unique('fails')
    w.smsc.rules({'to': number, 'state': 'UNDELIV'})
    w.phone.do(f'msg sip:+{number}@{DOMAIN} {text}')
    w.smsc.submits(number)
    w.phone.wait('state', 'NotDelivered', text)
    w.smsc.rules()


def case_a_long_text(w):
    number, text = w.number(), unique('long ' * 60)
    w.phone.do(f'msg sip:+{number}@{DOMAIN} {text}')
    parts = sorted(w.smsc.submits(number, 3), key=lambda e: e['hex'][:12])
    equal(''.join(text_of(p) for p in parts), text)


def case_with_another_device_both_ways(w):
    bob = Device(w, 'bob', 'tcp').registered()
    text = unique('to bob')
    w.phone.do(f'msg sip:bob@{DOMAIN} {text}')
    m = bob.wait_text(text)
    bob.notify(m, 'delivered')
    w.phone.wait('state', 'DeliveredToUser', text)
    bob.notify(m, 'displayed', 'display')
    w.phone.wait('state', 'Displayed', text)
    text = unique('to mary')
    status, message_id = bob.message(f'sip:mary@{DOMAIN}', text,
                                     'positive-delivery, display',
                                     cpim_from=bob.aor)
    equal(status, 200)
    w.phone.wait('received', text)
    bob.wait_imdn(message_id, 'displayed')


def case_switched_off_and_on(w):
    w.phone.do('quit')
    w.phone.process.child.wait(30)
    text = unique('while off')
    answer = w.smsc.mobile_originated('15550200001', '15550100001', text)
    equal(answer['status'], 0)
    w.phone = Phone(w, 'mary')
    w.phone.wait('received', text)


def case_a_message_to_a_list_arrives_and_is_reported_once(w):
    """It refuses a CPIM whose From is not the SIP From, and says so in a
    notification, too, which is none: it is sent the text alone."""
    text = unique('to a list')
    bob = Device(w, 'bob').registered()
    peter = Device(w, 'peter').registered()
    status, message_id, _ = send(w, text, entry(f'sip:mary@{DOMAIN}'),
                                 entry(bob.aor), want=BOTH, device=peter)
    equal(status, 202)
    w.phone.wait('received', text)
    peter.wait_imdn(message_id, 'delivered')
    equal(peter.imdns(message_id).count('failed'), 0)
    equal([w.phone.process.alive(), bob.register(expires=0),
           peter.register(expires=0)], [True, 200, 200])
