"""SIPp: scripted SIP by somebody else's program."""

from peers import Smsc, sipp, text_of
from rig import Rig, check, equal, until


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    return rig


def run(w, scenario, **options):
    status, screen = sipp(w, scenario, **options)
    equal(status, 0, screen)


def case_register_with_digest(w):
    for transport in ('u1', 't1'):
        for user in ('mary', 'peter', 'alice', 'bob'):
            run(w, 'register', transport=transport, user=user)


def case_register_with_a_wrong_password_is_refused(w):
    status, _ = sipp(w, 'register', password='wrong')
    check(status != 0, 'no 200')


def case_messages_to_a_mobile(w):
    for transport in ('u1', 't1'):
        number = w.number()
        run(w, 'message', calls=20, rate=50, transport=transport,
            keys={'to': f'+{number}'})
        texts = [text_of(e) for e in w.smsc.submits(number, 20)]
        equal(sorted(texts), sorted(f'from SIPp {i}\n'
                                    for i in range(1, 21)), transport)


def case_a_device_that_receives(w):
    port = w.slot.another()
    run(w, 'register', port=port)
    device = sipp(w, 'receive', calls=5, port=port, background=True)
    for i in range(5):
        answer = w.smsc.mobile_originated(
            '15550200001', '15550100001', f'to SIPp {i}')
        equal(answer['status'], 0)
    until(lambda: not device.alive(), 'five messages')
    equal(device.child.returncode, 0, device.text()[-1000:])
    run(w, 'register', port=port, keys={'expires': '0'})


def case_many_messages_at_once(w):
    number = w.number()
    run(w, 'message', calls=500, rate=500, keys={'to': f'+{number}'})
    equal(len(w.smsc.submits(number, 500)), 500)
    equal(w.smsc.count(number), 500)
