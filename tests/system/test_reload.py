"""gwctl reload: programs that come and go, and all or nothing."""

import contextlib
import os
import signal
import socket
import subprocess

from device import Device
from peers import Esme, Smsc
from rig import BUILD, DEADLINE, SMSC_B, Rig, check, equal, is_running, until

MAIN, LINKS = 'cpmgw.conf', 'links.conf'
LOOPBACK = '''
group = route
name = back
prefix = +1999
technology = loopback
'''


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


@contextlib.contextmanager
def changed(w, name, change):
    """A file is another one meanwhile."""
    path = w.gateway.conf / name
    before = path.read_text()
    path.write_text(change(before))
    try:
        yield
    finally:
        path.write_text(before)


def with_adapters(wanted):
    def change(text):
        check('adapters = sip;smpp' in text, text)
        return text.replace('adapters = sip;smpp', f'adapters = {wanted}')
    return change


def reload(w):
    status, out, error = w.gateway.gwctl('reload')
    return status, out + error


def good(w):
    status, said = reload(w)
    equal(status, 0, said)
    return said


def works(w):
    number = w.number()
    equal(w.mary.message(f'tel:+{number}', 'still here')[0], 202)
    w.smsc.submits(number)


def case_success_is_told(w):
    check('in use' in good(w), 'it says so')


def case_a_program_that_is_added_starts(w):
    before = w.gateway.pids()
    with changed(w, MAIN, with_adapters('sip;smpp;loopback')), \
            changed(w, 'people.conf', lambda text: text + LOOPBACK):
        good(w)
        until(lambda: 'cpmgw-loopback' in w.gateway.pids(), 'it runs')
        equal(w.mary.message('tel:+19990001', 'there and back')[0], 202)
        until(lambda: any(s['technology'] == 'loopback' and
                          s['verdict'] == 'accepted'
                          for s in w.gateway.trace('+19990001')), 'accepted')
    now = w.gateway.pids()
    for name, pid in before.items():
        equal(now[name], pid, f'{name} was left alone')
    good(w)
    until(lambda: 'cpmgw-loopback' not in w.gateway.pids(), 'it has gone')
    check(not is_running(now['cpmgw-loopback']), 'indeed')
    check(not w.gateway.link('loopback'), 'and its link')
    equal([p['name'] for p in w.gateway.ask('status')[0]['programs']],
          ['sip', 'smpp'])
    works(w)


def case_a_program_that_was_taken_out_comes_back(w):
    gone = w.gateway.pids()['cpmgw-smpp']
    number = w.number()
    with changed(w, MAIN, with_adapters('sip')):
        good(w)
        until(lambda: not is_running(gone), 'it has ended')
        equal(w.mary.message(f'tel:+{number}', 'waits')[0], 202)
    good(w)
    w.smsc.wait_bound()
    w.smsc.submits(number)
    until(lambda: w.esme.bind() == 0, 'its listener is there')


def refused_port(w, name, lab_port, other):
    """A reload that moves a listener to a port that is taken."""
    with socket.socket() as taken, changed(
            w, name, lambda t: t.replace(f'port = {lab_port}',
                                         f'port = {other}')):
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(('127.0.0.1', w.slot.port(other)))
        taken.listen()
        status, said = reload(w)
    equal(status, 1)
    for part in (f'127.0.0.1:{w.slot.port(other)}', 'in use'):
        check(part in said, part, said)
    return said


def case_nothing_starts_when_anything_is_refused(w):
    with changed(w, MAIN, with_adapters('sip;smpp;loopback')):
        said = refused_port(w, LINKS, 2775, 2790)
    check('links.conf:5: ' in said and 'cpmgw-smpp' in said, said)
    until(lambda: 'cpmgw-loopback' not in w.gateway.pids(), 'not started')
    good(w)
    works(w)


def case_a_port_that_sip_cannot_have_is_told_likewise(w):
    said = refused_port(w, MAIN, 5060, 5090)
    check('cpmgw.conf:22: ' in said and 'cpmgw-sip' in said, said)
    good(w)
    works(w)


def case_a_program_that_there_is_not_is_a_mistake(w):
    for wrong, part in (('sip;smpp;nonsense', 'cpmgw-nonsense'),
                        ('sip;smpp;sip', 'twice')):
        with changed(w, MAIN, with_adapters(wrong)):
            status, said = reload(w)
        equal(status, 1, said)
        check(part in said and 'cpmgw.conf:5' in said, said)
    works(w)


def case_a_program_that_does_not_answer_stops_nothing(w):
    pid = w.gateway.pids()['cpmgw-smpp']
    os.kill(pid, signal.SIGSTOP)
    try:
        status, _, said = w.gateway.gwctl('--timeout', '1', 'reload')
        equal(status, 4, said)
    finally:
        os.kill(pid, signal.SIGKILL)
    until(lambda: reload(w)[0] == 0, 'the next one')
    w.smsc.wait_bound()
    until(lambda: w.esme.bind() == 0, 'SMPP is back')
    works(w)


def many_mistakes(n):
    return lambda text: text + '\n' + '\n'.join(
        f'group = esme\nsystem-id = e{i}\npassword = x\nrate = no{i}\n'
        for i in range(n))


def case_every_one_of_many_mistakes_is_told(w):
    with changed(w, LINKS, many_mistakes(400)):
        status, said = reload(w)
    equal(status, 1)
    for i in (0, 200, 399):
        check(f'rate: no{i} is not' in said, i)
    works(w)


def case_of_too_many_it_is_told_that_there_are_more(w):
    with changed(w, LINKS, many_mistakes(3000)):
        status, said = reload(w)
    equal(status, 1)
    check('rate: no0 is not' in said and 'and more' in said, said[-300:])
    for line in said.splitlines()[:-1]:
        check('is not a number' in line, line)
    works(w)


def case_a_link_that_is_taken_out_is_not_shown_any_more(w):
    def without(text):
        begin = text.index('# Off until')
        return text[:begin] + text[text.index('group = esme'):]
    check(w.gateway.link('smsc-b'), 'it is shown')
    with changed(w, LINKS, without):
        good(w)
        until(lambda: not w.gateway.link('smsc-b'), 'it is not')
        equal(w.gateway.gwctl('link', 'start', 'smsc-b')[0], 1)
    good(w)
    until(lambda: w.gateway.link('smsc-b'), 'it is again')
    works(w)


def case_what_waits_for_a_link_that_is_taken_out_goes_by_the_new_one(w):
    number = w.number()
    w.gateway.gwctl('link', 'stop', 'smsc-a')
    until(lambda: w.gateway.link('smsc-a')['state'] != 'up', 'it is down')
    for i in range(3):
        equal(w.esme.submit(number, f'waits {i}')['status'], 0)

    def without(text):
        begin = text.index('group = smsc\nname = smsc-a')
        return (text[:begin] + text[text.index('# Off until'):]).replace(
            'start = no', 'start = yes')
    other = Smsc(w, SMSC_B, 'smsc-b', wait=False)
    with changed(w, LINKS, without), changed(w, 'people.conf', lambda text:
                                             text.replace('smsc-a', 'smsc-b')):
        good(w)
        other.submits(number, 3)
        equal(w.esme.submit(number, 'after')['status'], 0)
        other.submits(number, 4)
        equal(other.count(number), 4)
    good(w)
    w.gateway.gwctl('link', 'start', 'smsc-a')
    w.gateway.wait_link('smsc-a')
    works(w)


def case_what_waits_for_the_next_start_is_told(w):
    with changed(w, MAIN, lambda text: text.replace(
            'country = 1\n', 'country = 1\ntrace-keep = 7\n')):
        said = good(w)
    check('cpmgw.conf:8: group gateway: trace-keep' in said, said)
    good(w)


def case_a_start_that_is_refused_says_who_where_and_why(w):
    done = subprocess.run(
        [BUILD / 'cpmgwd', '--state', w.folder / 'second', '--conf',
         w.gateway.conf, '--port-offset', str(w.slot.offset)],
        capture_output=True, text=True, timeout=4 * DEADLINE, check=False)
    equal(done.returncode, 1)
    lines = [x for x in done.stderr.splitlines() if 'refuses' in x]
    check(lines, done.stderr)
    for line in lines:
        check('cpmgw-sip refuses' in line or 'cpmgw-smpp refuses' in line,
              line)
        check('.conf:' in line and 'in use' in line and '127.0.0.1:' in line,
              line)


def case_a_port_that_was_lost_is_tried_again(w):
    port = w.slot.port(2775)
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        before = w.gateway.process.text().count('cpmgw-smpp refuses')
        check(w.gateway.kill_program('cpmgw-smpp'), 'it ran')

        def take():
            try:
                taken.bind(('127.0.0.1', port))
                taken.listen()
            except OSError:
                return False
            return True
        if not take():
            # It was faster: once more, with the port held back.
            os.kill(w.gateway.pids()['cpmgw-smpp'], signal.SIGSTOP)
            w.gateway.kill_program('cpmgw-smpp')
            until(take, 'the port', every=0.001)
        until(lambda: w.gateway.process.text().count('cpmgw-smpp refuses') >
              before, 'it is told')
    until(lambda: w.esme.bind() == 0, 'it is back')
    w.smsc.wait_bound()
    works(w)


def case_a_start_on_mistakes_says_all_of_them(w):
    with changed(w, MAIN, lambda t: t.replace('country = 1', 'county = 1')), \
            changed(w, LINKS, lambda t: t.replace('port = 2776', 'port = x')):
        done = subprocess.run(
            [BUILD / 'cpmgwd', '--state', w.folder / 'third', '--conf',
             w.gateway.conf, '--port-offset', str(w.slot.offset)],
            capture_output=True, text=True, timeout=4 * DEADLINE,
            check=False)
    equal((done.returncode, done.stdout), (1, ''))
    check('cpmgw.conf:7: group gateway: county: there is no such setting; '
          'did you mean country?' in done.stderr, done.stderr)
    check('links.conf:13: group smsc: port: x is not a number' in done.stderr,
          done.stderr)
