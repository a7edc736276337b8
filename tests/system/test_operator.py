"""What an operator changes and looks at while the gateway runs."""

import contextlib
import grp
import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from device import Device
from peers import Esme, Smsc
from rig import BUILD, DEADLINE, Rig, check, equal, until

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


PETER = '+15550100002'


def held(w, key):
    """The states of what waits under that key's stories."""
    stories = {s['id'] for s in w.gateway.trace(key)}
    return [m for m in w.gateway.ask('queue', '--messages')
            if m['id'] in stories]


def waiting_message(w):
    """One for peter, who is not registered: (our id, its Message-ID)."""
    status, message_id = w.mary.message(f'tel:{PETER}', 'hold me')
    equal(status, 202)
    story = until(lambda: w.gateway.trace(message_id), 'a trace')[0]['id']
    until(lambda: [m['state'] for m in held(w, story)] == ['waiting'],
          'it waits')
    return story, message_id


def case_a_message_is_held_and_released_by_any_of_its_ids(w):
    w.mary = Device(w, 'mary').registered()
    story, message_id = waiting_message(w)
    for key in (story, message_id):
        status, out, error = w.gateway.gwctl('hold', '--', key)
        equal((status, error), (0, ''), key)
        check(story in out and 'held' in out, out)
        message, = held(w, story)
        equal((message['state'], message['held_by']),
              ('held', pwd.getpwuid(os.geteuid()).pw_name))
        check(message['held_since'].startswith('20'), message)
        equal(w.gateway.ask('status')[0]['on_hold'], 1)
        check('held' in w.gateway.gwctl('queue', '--messages')[1], 'shown')
        status, out, error = w.gateway.gwctl('hold', '--', key)
        equal(status, 1)
        check('held already' in error, error)
        equal(w.gateway.ask('release', '--', key),
              [{'id': story, 'state': 'released',
                'text': f'message {story} is released'}])
        equal(held(w, story)[0]['state'], 'waiting')
        status, out, error = w.gateway.gwctl('release', '--', key)
        equal(status, 1)
        check('not held' in error, error)
    steps = [s['step'] for s in w.gateway.trace(story)]
    equal(steps.count('hold'), 2)
    equal(steps.count('release'), 2)


def case_by_the_id_that_an_esme_knows(w):
    answer = w.esme.submit(PETER, 'from an ESME')
    key = answer['message_id']
    until(lambda: [m['state'] for m in held(w, key)] == ['waiting'], 'waits')
    equal(w.gateway.gwctl('hold', key)[0], 0)
    equal(held(w, key)[0]['state'], 'held')
    equal(w.gateway.gwctl('release', key)[0], 0)


def case_all_of_a_number_at_once(w):
    for _ in range(3):
        equal(w.esme.submit('+15550100004', 'for bob')['status'], 0)
    until(lambda: len(held(w, '+15550100004')) == 3, 'three wait')
    for key in ('+15550100004', 'tel:+15550100004', '15550100004', 'bob',
                'sip:bob@cpm.example', 'sip:+15550100004@cpm.example',
                '0015550100004', '05550100004'):
        told = w.gateway.ask('hold', key)
        equal([t['state'] for t in told], ['held'] * 3, key)
        equal({m['state'] for m in held(w, key)}, {'held'}, key)
        equal(len(w.gateway.ask('release', key)), 3)


def case_what_is_held_is_not_delivered_even_over_a_restart(w):
    bob = Device(w, 'bob')
    w.gateway.ask('hold', '+15550100004')
    w.gateway.restart()
    w.esme.bound()
    equal({m['state'] for m in held(w, '+15550100004')}, {'held'})
    equal(w.gateway.ask('status')[0]['on_hold'], 3)
    bob.registered()
    equal(w.esme.submit('+15550100004', 'this one is not')['status'], 0)
    bob.wait_text('this one is not')
    check('for bob' not in bob.texts(), bob.texts())
    equal(len(w.gateway.ask('release', '+15550100004')), 3)
    bob.wait(lambda m: m.text == 'for bob', 'all three', 3)
    equal(w.gateway.ask('status')[0]['on_hold'], 0)


def case_what_was_delivered_or_never_was_cannot_be_held(w):
    number = w.number()
    key = w.esme.submit(number, 'gone')['message_id']
    w.smsc.submits(number)
    until(lambda: not held(w, key), 'it has gone')
    status, _, error = w.gateway.gwctl('hold', key)
    equal(status, 1)
    check('nothing of it waits' in error, error)
    status, _, error = w.gateway.gwctl('hold', 'nobody-knows-me')
    equal(status, 1)
    check('no such' in error, error)


def case_what_waits_for_its_report_cannot_be_held(w):
    number = w.number()
    w.smsc.rules({'to': number, 'receipts': []})
    key = w.esme.submit(number, 'sent', registered_delivery=1)['message_id']
    far_id = w.smsc.submits(number)[0]['id']
    until(lambda: [m['state'] for m in held(w, key)] == ['sent'], 'sent')
    for name in (key, far_id):
        status, _, error = w.gateway.gwctl('hold', name)
        equal(status, 1, name)
        check('report' in error, error)
    w.smsc.rules()


def case_what_kills_programs_is_in_quarantine_until_it_is_released(w):
    number = w.number()
    w.smsc.rules({'to': number, 'silent': True})
    key = w.esme.submit(number, 'poison')['message_id']
    for n in range(1, 4):
        w.smsc.wait(lambda e: e.get('destination_addr') == number,
                    'it is sent', n, 2 * DEADLINE, 'submit_sm')
        before = w.gateway.pids()['cpmgw-smpp']
        w.gateway.kill_program('cpmgw-smpp')
        until(lambda b=before: w.gateway.pids().get('cpmgw-smpp', b) != b,
              'it is back')
    until(lambda: [m['state'] for m in held(w, key)] == ['quarantined'],
          'quarantine')
    equal(held(w, key)[0].get('held_by'), None)
    check('quarantined' in w.gateway.gwctl('queue', '--messages')[1], 'shown')
    w.smsc.rules()
    w.smsc.wait_bound()
    equal(w.gateway.gwctl('release', key)[0], 0)
    w.smsc.submits(number, 4)
    until(lambda: w.esme.bind() == 0, 'SMPP is back')


def case_a_lane_says_by_whom_it_is_held(w):
    status, out, _ = w.gateway.gwctl('hold', 'smsc-a')
    equal(status, 0)
    check('smsc-a is held' in out, out)
    w.gateway.restart()
    w.esme.bound()
    lane, = w.gateway.ask('queue', 'smsc-a')
    equal((lane['held'], lane['held_by']),
          (True, pwd.getpwuid(os.geteuid()).pw_name))
    w.gateway.wait_link('smsc-a')
    equal(w.gateway.link('smsc-a')['held'], True)
    equal(w.gateway.gwctl('release', 'sms/smsc-a')[0], 0)
    equal(w.gateway.ask('queue', 'smsc-a')[0]['held'], False)


def case_one_who_does_not_read_disturbs_nobody(w):
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            s = stack.enter_context(socket.socket(socket.AF_UNIX))
            s.connect(str(w.gateway.state / 'gwctl.sock'))
        for _ in range(3):
            s = stack.enter_context(socket.socket(socket.AF_UNIX))
            s.connect(str(w.gateway.state / 'gwctl.sock'))
            for _ in range(200):
                with contextlib.suppress(OSError):
                    s.send(b'{"command":"users","arguments":{}}\n')
        equal(w.gateway.gwctl('status')[0], 0)
        equal(w.gateway.gwctl('users')[0], 0)
    equal(w.gateway.gwctl('status')[0], 0)


def case_a_request_without_end_is_cut_off(w):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(DEADLINE)
        s.connect(str(w.gateway.state / 'gwctl.sock'))
        with contextlib.suppress(OSError):
            for _ in range(100):
                s.sendall(b'{"command":"' + b'x' * 4096)
        with contextlib.suppress(ConnectionResetError):
            equal(s.recv(1), b'', 'hung up')
    for wrong in (b'\n', b'{}\n', b'[1]\n', b'{"command":1}\n', b'\xff\n',
                  b'{"command":"frob"}\n', b'{"command":"trace"}\n',
                  b'{"command":"hold"}\n', b'{"command":"link"}\n'):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(DEADLINE)
            s.connect(str(w.gateway.state / 'gwctl.sock'))
            s.sendall(wrong)
            equal(json.loads(s.recv(4096))['exit'], 2, wrong)


def case_strangers_are_turned_away_and_told(w):
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam('nobody')
    code = ('import os, socket, sys\n'
            's = socket.socket(socket.AF_UNIX)\n'
            'fd = os.open(sys.argv[1], os.O_PATH)\n'
            f'os.setgroups([])\nos.setgid({nobody.pw_gid})\n'
            f'os.setuid({nobody.pw_uid})\n'
            's.connect(f"/proc/self/fd/{fd}/gwctl.sock")\n'
            'print(s.recv(4096).decode())\n')
    path = w.gateway.state / 'gwctl.sock'
    mode = path.stat().st_mode
    os.chmod(path, 0o666)
    os.chmod(w.gateway.state, 0o711)
    try:
        done = subprocess.run([sys.executable, '-c', code, w.gateway.state],
                              capture_output=True, text=True, check=False)
    finally:
        os.chmod(w.gateway.state, 0o700)
        os.chmod(path, mode & 0o777)
    check('permission denied' in done.stdout, done)


def case_a_long_queue_is_told_whole(w):
    number = w.number()
    equal(w.gateway.gwctl('hold', 'smsc-a')[0], 0)
    for _ in range(5):
        answers = w.esme('burst', name='esme1', list=[
            w.esme.fields(number, 'one of many') for _ in range(500)])
        equal({a['status'] for a in answers['answers']}, {0})
    waiting = [m for m in w.gateway.ask('queue', '--messages', 'smsc-a')
               if m['to'].endswith(number)]
    equal(len(waiting), 2500)
    equal(len({m['id'] for m in waiting}), 2500)
    out = w.gateway.gwctl('queue', '--messages', 'smsc-a')[1]
    equal(sum(number in line for line in out.splitlines()), 2500)
    equal(w.gateway.gwctl('release', 'smsc-a')[0], 0)
    w.smsc.submits(number, 2500, 4 * DEADLINE)


def case_a_group_is_let_in_where_it_can_come(w):
    if os.geteuid() != 0:
        return
    nobody = pwd.getpwnam('nobody')
    group = grp.getgrgid(nobody.pw_gid).gr_name
    other = Rig(edit={'cpmgw.conf': lambda text: text.replace(
        'country = 1\n', f'country = 1\ncontrol-group = {group}\n')},
        start=False)
    other.gateway.certificates()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o711)
        path = os.path.join(folder, 'gwctl.sock')
        gateway = other.process('other', [
            BUILD / 'cpmgwd', '--state', other.gateway.state, '--conf',
            other.gateway.conf, '--port-offset', other.slot.offset,
            '--socket', path])
        until(lambda: 'cpmgw ready' in gateway.text(), 'it is ready')
        with tempfile.TemporaryDirectory() as bin_folder:
            os.chmod(bin_folder, 0o755)
            gwctl = shutil.copy(BUILD / 'gwctl', bin_folder)

            def ask():
                return subprocess.run(
                    [gwctl, '--socket', path, 'status'], user=nobody.pw_uid,
                    group=nobody.pw_gid, extra_groups=[], cwd='/',
                    capture_output=True, text=True, check=False)
            done = ask()
            equal(done.returncode, 0, done.stderr)
            conf = other.gateway.conf / 'cpmgw.conf'
            conf.write_text(conf.read_text().replace(
                f'control-group = {group}', 'control-group = root'))
            done = subprocess.run([gwctl, '--socket', path, 'reload'],
                                  capture_output=True, text=True, check=False)
            equal(done.returncode, 0, done.stderr)
            equal(ask().returncode, 3, 'the socket is not theirs any more')
        equal(gateway.stop(), 0)
    equal(other.close(), [])


def case_stop_returns_when_it_has_ended(w):
    equal(w.gateway.gwctl('stop')[0], 0)
    equal(w.gateway.gwctl('status')[0], 3)
    equal(w.gateway.process.child.wait(DEADLINE), 0)
    w.gateway.process.child.stdout.close()
    w.gateway.start()
