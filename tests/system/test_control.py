"""The operator's side: gwctl's answers and exit statuses, traces, reload."""

import os
import secrets
import signal
import subprocess

from device import NUMBERS, Device
from peers import Esme, Smsc
from rig import (BUILD, DEADLINE, TOP, Rig, check, equal,
                 is_running, until)

DONE, REFUSED, USAGE, UNREACHABLE, TIMED_OUT = range(5)
KEYS = {'id', 'time', 'step', 'from', 'to', 'technology', 'verdict',
        'far_id', 'text'}


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


def conf(w, change, name='people.conf'):
    path = w.gateway.conf / name
    path.write_text(change(path.read_text()))


def case_the_ready_line_names_ports_and_state(w):
    line = w.gateway.ready
    check(line.startswith('cpmgw ready '), line)
    words = dict(word.split('=', 1) for word in line.split()[2:])
    equal(words['sip'], str(w.slot.port(5060)))
    equal(words['smpp'], str(w.slot.port(2775)))
    equal(words['state'], str(w.gateway.state))


def case_state_is_for_its_owner_only(w):
    equal(w.gateway.state.stat().st_mode & 0o777, 0o700)
    for path in w.gateway.state.rglob('*'):
        if not path.is_socket():
            equal(path.stat().st_mode & 0o077, 0, path)


def case_pid_files_tell_the_truth(w):
    pids = w.gateway.pids()
    equal(set(pids), {'cpmgwd', 'cpmgw-sip', 'cpmgw-smpp'})
    equal(pids['cpmgwd'], w.gateway.process.pid)
    for name, pid in pids.items():
        check(is_running(pid), name)


def case_0_done(w):
    for command in (['status'], ['links'], ['queue'], ['users'],
                    ['users', 'mary'], ['queue', '--messages'], ['--help'],
                    ['--version'], ['help', 'trace']):
        for form in ([], ['--json']):
            status, out, error = w.gateway.gwctl(*form, *command)
            equal((status, error), (DONE, ''), command)
            check(out or form, command)


def case_1_refused_or_not_found(w):
    for command in (['trace', 'nothing-of-that-name'], ['hold', 'nowhere'],
                    ['release', 'nowhere'], ['link', 'start', 'nobody'],
                    ['link', 'stop', 'nobody'], ['users', 'nobody']):
        status, _, error = w.gateway.gwctl(*command)
        equal(status, REFUSED, command)
        check(error, 'it says why', command)


def case_2_a_wrong_option_is_named(w):
    _, _, error = w.gateway.gwctl('--no-such-option')
    equal(error.count('\n'), 1, error)
    check('--no-such-option' in error, error)
    done = subprocess.run([BUILD / 'cpmgwd', '--nope'], capture_output=True,
                          text=True, check=False)
    equal((done.returncode, done.stderr),
          (2, "cpmgwd: wrong option: --nope\nTry 'cpmgwd --help'.\n"))


def case_2_usage(w):
    for command in ([], ['frobnicate'], ['trace'], ['link', 'start'],
                    ['link', 'burn', 'smsc-a'], ['status', 'extra'],
                    ['--no-such-option'], ['hold']):
        equal(w.gateway.gwctl(*command)[0], USAGE, command)


def case_3_the_gateway_cannot_be_reached(w):
    done = subprocess.run([BUILD / 'gwctl', '--socket', '/nonexistent/sock',
                           'status'], capture_output=True, check=False)
    equal(done.returncode, UNREACHABLE)


def case_4_timed_out(w):
    os.kill(w.gateway.process.pid, signal.SIGSTOP)
    try:
        equal(w.gateway.gwctl('--timeout', '1', 'status')[0], TIMED_OUT)
    finally:
        os.kill(w.gateway.process.pid, signal.SIGCONT)
    equal(w.gateway.gwctl('status')[0], DONE)


def case_the_socket_is_found_by_environment(w):
    env = {**os.environ, 'CPMGW_SOCKET': str(w.gateway.state / 'gwctl.sock')}
    done = subprocess.run([BUILD / 'gwctl', 'status'], env=env,
                          capture_output=True, check=False)
    equal(done.returncode, DONE)


def case_links_tell_what_they_are(w):
    link = w.gateway.link('smsc-a')
    equal((link['state'], link['technology']), ('up', 'sms'))
    check(link['window'] > 0, link)
    before = link['sent']
    w.mary.message(f'tel:+{w.number()}', 'count me')
    until(lambda: w.gateway.link('smsc-a')['sent'] > before, 'it is counted')


def case_users_tell_what_waits_for_them(w):
    def waiting():
        return w.gateway.ask('users', 'peter')[0]['waiting']
    before = waiting()
    for _ in range(3):
        equal(w.mary.message('tel:+15550100002', 'waits')[0], 202)
    until(lambda: waiting() == before + 3, 'three more wait')


def case_status_counts(w):
    before = w.gateway.ask('status')[0]
    w.mary.message(f'tel:+{w.number()}', 'one more')
    until(lambda: w.gateway.ask('status')[0]['delivered'] ==
          before['delivered'] + 1, 'delivered')
    now = w.gateway.ask('status')[0]
    equal(now['accepted'], before['accepted'] + 1)
    equal(now['state'], 'running')
    equal({p['state'] for p in now['programs']}, {'running'})


def complete(w, key, steps):
    return until(lambda: (lambda t: t if steps <= {s['step'] for s in t}
                          else None)(w.gateway.trace(key)),
                 f'trace of {key} has {steps}')


def case_a_trace_by_every_name_of_a_message(w):
    number = w.number()
    status, message_id = w.mary.message(f'tel:+{number}', 'by every name',
                                        'positive-delivery')
    equal(status, 202)
    far_id = w.smsc.submits(number)[0]['id']
    w.mary.wait_imdn(message_id, 'delivered')
    whole = complete(w, message_id, {'intake', 'send', 'outcome', 'report'})
    for key in (far_id, f'+{number}', number, f'tel:+{number}',
                whole[0]['id']):
        until(lambda k=key: w.gateway.trace(k) == whole, f'by {key}')
    for step in whole:
        equal(KEYS - set(step), set(), 'stable keys')
    times = [s['time'] for s in whole]
    equal(times, sorted(times), 'by time')


def case_a_user_and_a_number_by_every_name(w):
    number = w.number()
    equal(w.mary.message(f'tel:+{number}', 'by every form')[0], 202)
    w.smsc.submits(number)
    story = complete(w, f'+{number}', {'outcome'})[0]['id']
    for key in (f'00{number}', f'0{number[1:]}',
                f'sip:+{number}@cpm.example'):
        equal(w.gateway.trace(key)[0]['id'], story, key)
    for key in ('mary', '15550100001', 'sip:mary@cpm.example',
                'sip:+15550100001@cpm.example', '05550100001'):
        check(story in {s['id'] for s in w.gateway.trace(key)}, key)
        equal([u['name'] for u in w.gateway.ask('users', key)], ['mary'])
    for key in ('marry', '+15550300999'):
        equal(w.gateway.gwctl('trace', key)[0], 1, key)
        equal(w.gateway.gwctl('users', key)[0], 1, key)


def case_a_trace_of_an_esme_s_message_by_both_ids(w):
    number = w.number()
    answer = w.esme.submit(number, 'traced', registered_delivery=1)
    w.esme.receipt(answer['message_id'])
    far_id = w.smsc.submits(number)[0]['id']
    ours = complete(w, answer['message_id'], {'intake', 'report'})
    equal(w.gateway.trace(far_id), ours)


def case_a_trace_by_call_id(w):
    call_id = secrets.token_hex(12)
    status, message_id = w.mary.message(f'tel:+{w.number()}', 'call',
                                        call_id=call_id)
    equal(status, 202)
    complete(w, call_id, {'intake'})
    equal(w.gateway.trace(call_id)[0]['id'],
          w.gateway.trace(message_id)[0]['id'])


def case_a_trace_of_a_device_s_message_has_its_report(w):
    bob = Device(w, 'bob').registered()
    text = 'native ' + secrets.token_hex(4)
    _, message_id = w.mary.message('sip:bob@cpm.example', text,
                                   'positive-delivery')
    bob.notify(bob.wait_text(text), 'delivered')
    w.mary.wait_imdn(message_id, 'delivered')
    until(lambda: any(s['from'] == NUMBERS['bob'] and
                      s['verdict'] == 'delivered'
                      for s in w.gateway.trace(message_id)), 'the report')
    bob.register(0)


def case_a_refused_message_is_in_the_trace(w):
    equal(w.mary.message('tel:+447700900999', 'no way')[0], 404)
    steps = until(lambda: w.gateway.trace('+447700900999'), 'a trace')
    check(any('refused' in (s['verdict'] or '') for s in steps), steps)


def case_no_text_and_no_password_in_traces_and_logs(w):
    secret = 'secret-' + secrets.token_hex(8)
    number = w.number()
    w.mary.message(f'tel:+{number}', secret)
    w.smsc.submits(number)
    check(secret not in w.gateway.gwctl('trace', f'+{number}')[1], 'gwctl')
    check(secret not in w.gateway.process.text(), 'log')
    for path in w.gateway.state.glob('trace-*'):
        check(secret.encode() not in path.read_bytes(), path)


def case_a_ladder_shows_who_spoke_to_whom(w):
    number = w.number()
    w.mary.message(f'tel:+{number}', 'ladder')
    w.smsc.submits(number)
    until(lambda: 'smsc-a' in w.gateway.gwctl('trace', f'+{number}')[1],
          'the SMSC in the ladder')
    out = w.gateway.gwctl('trace', f'+{number}')[1]
    check('gateway' in out and ('▶' in out or '>' in out), out)


def case_follow_tells_steps_as_they_come(w):
    number = w.number()
    follower = w.process('follow', [
        BUILD / 'gwctl', '--socket', w.gateway.state / 'gwctl.sock',
        '--json', 'trace', '--follow', f'+{number}'])
    w.mary.message(f'tel:+{number}', 'follow me')
    until(lambda: '"send"' in follower.text(), 'the step is told')
    follower.stop(5)


def case_a_broken_configuration_is_refused_whole(w):
    good = (w.gateway.conf / 'people.conf').read_text()
    for wrong in ('\ngroup = user\nname = mary\n', '\ngroup = nonsense\n',
                  '\ngroup = route\nname = x\nprefix = +1\n'
                  'technology = pigeon\npeer = smsc-a\n',
                  '\nthis is no setting\n'):
        conf(w, lambda text, x=wrong: good + '''
group = route
name = fourth
prefix = +1555024
technology = sms
peer = smsc-a
''' + x)
        status, _, error = w.gateway.gwctl('reload')
        equal(status, REFUSED, wrong)
        check('people.conf' in error, 'file and line', error)
        equal(w.gateway.gwctl('conf', 'check', w.gateway.conf)[0], REFUSED)
    equal(w.mary.message('tel:+447700900001', 'x')[0], 404)
    conf(w, lambda text: good)
    equal(w.gateway.gwctl('conf', 'check', w.gateway.conf)[0], DONE)


def case_a_good_configuration_is_used_and_links_stay(w):
    before = w.gateway.pids()
    binds = len(w.smsc.log(kind='bind'))
    conf(w, lambda text: text + '''
group = route
name = abroad
prefix = +4477
technology = sms
peer = smsc-a

group = user
name = carol
domain = cpm.example
number = +15550100005
password = carol-secret
''')
    equal(w.gateway.gwctl('reload')[0], DONE)
    status, _ = w.mary.message('tel:+447700900777', 'now there is a way')
    equal(status, 202)
    w.smsc.submits('447700900777')
    carol = Device(w, 'carol')
    until(lambda: carol.register() == 200, 'carol registers')
    equal(w.gateway.pids(), before, 'no program was restarted')
    equal(len(w.smsc.log(kind='bind')), binds, 'the bind stayed up')
    equal(w.esme('sessions')['names'], ['esme1'], "the ESME's too")


def case_a_new_smsc_is_bound_by_reload(w):
    third = Smsc(w, 3777, 'third', wait=False)
    conf(w, lambda text: text + '''
group = smsc
name = third
host = 127.0.0.1
port = 3777
system-id = cpmgw
password = cpmgw
bind = transceiver
''', 'links.conf')
    equal(w.gateway.gwctl('reload')[0], DONE)
    third.wait_bound()


def case_hup_reloads_too(w):
    conf(w, lambda text: text + '''
group = route
name = by-signal
prefix = +4478
technology = sms
peer = smsc-a
''')
    os.kill(w.gateway.process.pid, signal.SIGHUP)
    until(lambda: w.mary.message('tel:+447800900777', 'x')[0] == 202,
          'the new route')


def case_a_second_gateway_on_the_same_state_is_refused(w):
    done = subprocess.run(
        [BUILD / 'cpmgwd', '--state', w.gateway.state, '--conf',
         w.gateway.conf, '--port-offset', str(w.slot.offset)],
        capture_output=True, text=True, timeout=4 * DEADLINE, check=False)
    check(done.returncode not in (0, 99), done.returncode)
    check(done.stderr, 'it says why')
    equal(w.gateway.gwctl('status')[0], DONE, 'the first one goes on')


def case_a_port_that_is_taken_is_told(w):
    done = subprocess.run(
        [BUILD / 'cpmgwd', '--state', w.folder / 'other-state',
         '--conf', TOP / 'conf' / 'lab', '--port-offset',
         str(w.slot.offset)], capture_output=True, text=True,
        timeout=4 * DEADLINE, check=False)
    check(done.returncode not in (0, 99), done.returncode)
    check('in use' in done.stderr, done.stderr[-500:])
    check('.conf:' in done.stderr, 'file and line', done.stderr[-500:])


def case_a_dead_adapter_is_started_again(w):
    for name in ('cpmgw-smpp', 'cpmgw-sip'):
        before = w.gateway.pids()[name]
        check(w.gateway.kill_program(name), name)
        until(lambda n=name, b=before: w.gateway.pids().get(n, b) != b and
              is_running(w.gateway.pids()[n]), f'{name} is back')
    w.smsc.wait_bound()
    number = w.number()
    until(lambda: w.mary.message(f'tel:+{number}', 'back')[0] == 202,
          'SIP is back')
    w.smsc.submits(number)
    until(lambda: w.esme.bind() == 0, 'SMPP is back')


def case_stop_ends_it_cleanly_and_nothing_is_lost(w):
    word = 'before stop ' + secrets.token_hex(4)
    peter = Device(w, 'peter')
    equal(w.mary.message('tel:+15550100002', word)[0], 202)
    pids = w.gateway.pids()
    equal(w.gateway.gwctl('stop')[0], DONE)
    equal(w.gateway.process.child.wait(2 * DEADLINE), 0)
    for name, pid in pids.items():
        until(lambda p=pid: not is_running(p), f'{name} has ended')
    equal(w.gateway.gwctl('status')[0], UNREACHABLE)
    w.gateway.process.child.stdout.close()
    w.gateway.start()
    peter.registered()
    peter.wait_text(word)
