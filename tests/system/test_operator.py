"""What an operator changes and looks at while the gateway runs."""

import time

from peers import Esme, Smsc
from rig import Rig, check, equal, until

LINKS = 'links.conf'


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    return rig


def change(w, old, new):
    """Changes links.conf and reloads; what gwctl answered."""
    path = w.gateway.conf / LINKS
    before = path.read_text()
    check(old in before, f'{old!r} is there')
    path.write_text(before.replace(old, new))
    answer = w.gateway.gwctl('reload')
    return answer, lambda: path.write_text(before)


def case_every_mistake_has_a_line_of_its_own(w):
    answer, undo = change(w, 'bind = transceiver', 'bind = transeiver')
    undo()
    equal(answer[0], 1)
    lines = answer[2].splitlines()
    equal(len(lines), 2, answer[2])
    for line in lines:
        check('links.conf:' in line and line.endswith('or receiver'), line)
    equal(w.esme.submit(w.number(), 'still bound')['status'], 0)


def case_new_limits_hold_for_a_bind_that_stays(w):
    w.esme.bound('esme2')
    answer, undo = change(w, 'rate = 10', 'rate = 2')
    equal(answer[0], 0, answer[2])

    def limited():
        time.sleep(1.1)
        found = [w.esme.submit(w.number(), 'x', 'esme2')['status']
                 for _ in range(4)]
        return found == [0, 0, 0x58, 0x58]
    until(limited, 'two a second')
    undo()
    equal(w.gateway.gwctl('reload')[0], 0)


def case_an_account_that_is_removed_is_unbound(w):
    w.esme.bound('esme2.gone')
    conf = (w.gateway.conf / LINKS).read_text()
    account = conf[conf.index('group = esme\nsystem-id = esme2'):]
    answer, undo = change(w, account, '')
    equal(answer[0], 0, answer[2])
    until(lambda: w.gateway.link('esme2').get('state') != 'up', 'unbound')
    equal(w.gateway.link('esme1').get('state'), 'up')
    undo()
    equal(w.gateway.gwctl('reload')[0], 0)


def case_a_scheduled_message_waits_for_its_time(w):
    number = w.number()
    started = time.monotonic()
    answer = w.esme.submit(number, 'later', schedule_delivery_time=
                           '000000000002000R')
    equal(answer['status'], 0)
    w.smsc.submits(number)
    check(time.monotonic() - started > 1.5, 'not before its time')


def case_a_trace_is_found_by_the_id_that_it_prints(w):
    answer = w.esme.submit(w.number(), 'traced')
    story = until(lambda: w.gateway.trace(answer['message_id']), 'a trace')
    check(w.gateway.trace(story[0]['id']), 'found again')


def case_the_queue_of_one_lane(w):
    equal([q['lane'] for q in w.gateway.ask('queue', 'smsc-a')],
          ['sms/smsc-a'])
    equal(w.gateway.gwctl('queue', 'nobody')[0], 1)
    equal(w.gateway.gwctl('help', 'nobody')[0], 2)
