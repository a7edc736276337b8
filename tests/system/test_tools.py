"""What gwctl tells is true, and what it was told stays so."""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess

from device import Device
from peers import Esme, Smsc, smsc_b
from rig import BUILD, DEADLINE, Rig, check, equal, until

DONE, REFUSED, USAGE = range(3)
LINKS, PEOPLE = 'links.conf', 'people.conf'
NAMESAKE = '''
group = domain
name = smsc-a
address = 127.0.0.1
port = 5080
transport = udp
'''


def world():
    rig = Rig()
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


@contextlib.contextmanager
def changed(w, name, change):
    """A file is another one, and is used, meanwhile."""
    path = w.gateway.conf / name
    before = path.read_text()
    check(change(before) != before, 'it changes something')
    path.write_text(change(before))
    try:
        yield
    finally:
        path.write_text(before)
        equal(w.gateway.gwctl('reload')[0], DONE)


def binds(w):
    return len(w.smsc.log(kind='bind'))


# -- secrets ----------------------------------------------------------------

def case_an_empty_password_is_refused_at_every_door(w):
    for name, password, group in ((LINKS, 'secret1', 'esme'),
                                  (LINKS, 'cpmgw', 'smsc'),
                                  (PEOPLE, 'mary-secret', 'user')):
        path = w.gateway.conf / name
        before = path.read_text()
        for empty in ('', '" "'):
            path.write_text(before.replace(f'password = {password}',
                                           f'password = {empty}'))
            line = path.read_text().splitlines().index(
                f'password = {empty}') + 1
            wanted = f'{name}:{line}: group {group}: password: is empty'
            status, _, error = w.gateway.gwctl('conf', 'check',
                                               w.gateway.conf)
            equal(status, REFUSED)
            check(wanted in error, error)
            status, _, error = w.gateway.gwctl('reload')
            equal(status, REFUSED)
            check(wanted in error, error)
            done = subprocess.run(
                [BUILD / 'cpmgwd', '--state', w.folder / 'empty', '--conf',
                 w.gateway.conf, '--port-offset', str(w.slot.offset)],
                capture_output=True, text=True, timeout=2 * DEADLINE,
                check=False)
            equal((done.returncode, done.stdout), (1, ''))
            check(wanted in done.stderr, done.stderr)
        path.write_text(before)
    equal(w.esme.bind('esme1.empty', password=''), 0x0E)


# -- links ------------------------------------------------------------------

def case_links_know_accounts_before_they_bind(w):
    link = w.gateway.link('esme2')
    equal((link['kind'], link['state'], link['adapter'], link['technology']),
          ('esme', 'down', 'smpp', 'sms'))
    third = '''
group = esme
system-id = esme3
password = secret3
'''
    with changed(w, LINKS, lambda text: text + third):
        equal(w.gateway.link('esme3'), {})
        equal(w.gateway.gwctl('reload')[0], DONE)
        until(lambda: w.gateway.link('esme3').get('state') == 'down',
              'it is shown')
    equal(w.gateway.link('esme3'), {}, 'and is not any more')
    equal(w.gateway.link('esme2')['state'], 'down')


def case_counts_are_true_when_they_are_asked_for(w):
    before = w.gateway.link('smsc-a')['sent']
    for n in range(1, 6):
        number = w.number()
        equal(w.esme.submit(number, 'count me')['status'], 0)
        w.smsc.submits(number)
        until(lambda wanted=before + n:
              w.gateway.link('smsc-a')['sent'] == wanted,
              'it is counted', 1)


def case_a_program_that_hangs_does_not_hide_the_links(w):
    pid = w.gateway.pids()['cpmgw-sip']
    os.kill(pid, signal.SIGSTOP)
    try:
        status, out, error = w.gateway.gwctl('links')
    finally:
        os.kill(pid, signal.SIGCONT)
    equal((status, error), (DONE, ''))
    check('smsc-a' in out and 'sip registrar' in out, out)


def case_a_stopped_link_stays_stopped_until_it_is_started(w):
    number = w.number()
    equal(w.gateway.ask('link', 'stop', 'smsc-a'),
          [{'link': 'sms/smsc-a', 'told': 'stop',
            'text': 'link sms/smsc-a is told to stop'}])
    w.gateway.wait_link('smsc-a', 'stopped')
    before = binds(w)
    w.gateway.restart()
    equal(w.esme.bind(), 0)
    w.gateway.wait_link('smsc-a', 'stopped')
    w.gateway.kill_program('cpmgw-smpp')
    until(lambda: w.esme.bind() == 0, 'SMPP is back')
    w.gateway.wait_link('smsc-a', 'stopped')
    with changed(w, LINKS, lambda text: text.replace(
            'bind = transceiver\nreconnect-first = 1s',
            'bind = transceiver\nreconnect-first = 2s', 1)):
        equal(w.gateway.gwctl('reload')[0], DONE)
        w.gateway.wait_link('smsc-a', 'stopped')
    equal(w.esme.submit(number, 'waits')['status'], 0)
    equal(binds(w), before, 'it was not bound in between')
    equal(w.gateway.gwctl('link', 'start', 'smsc-a')[0], DONE)
    w.smsc.submits(number)
    w.gateway.restart()
    w.smsc.wait_bound()
    w.gateway.wait_link('smsc-a')
    w.esme.bound()
    w.mary.registered()


def case_so_does_an_account_that_has_never_bound(w):
    equal(w.gateway.gwctl('link', 'stop', 'esme2')[0], DONE)
    equal(w.gateway.link('esme2')['state'], 'stopped')
    equal(w.esme.bind('esme2'), 0x0D)
    w.gateway.restart()
    until(lambda: w.gateway.link('esme2').get('state') == 'stopped',
          'it still is')
    equal(w.esme.bind('esme2'), 0x0D)
    equal(w.gateway.gwctl('link', 'start', 'esme2')[0], DONE)
    equal(w.esme.bind('esme2'), 0)
    w.esme.bound()
    w.smsc.wait_bound()


def case_one_that_was_taken_out_begins_anew(w):
    second = smsc_b(w)
    equal(w.gateway.gwctl('link', 'stop', 'smsc-b')[0], DONE)
    whole = (w.gateway.conf / LINKS).read_text()
    begin, end = whole.index('# Off until'), whole.index('group = esme')
    with changed(w, LINKS, lambda text: whole[:begin] + whole[end:]):
        equal(w.gateway.gwctl('reload')[0], DONE)
        until(lambda: not w.gateway.link('smsc-b'), 'it has gone')
        status, _, error = w.gateway.gwctl('link', 'start', 'smsc-b')
        equal(status, REFUSED)
        check('no such link' in error, error)
    w.gateway.wait_link('smsc-b', 'stopped')    # start = no
    with changed(w, LINKS, lambda text: text.replace('start = no\n', '')):
        equal(w.gateway.gwctl('reload')[0], DONE)
        second.wait_bound()


def case_all_of_sip_is_stopped_and_started(w):
    equal(w.gateway.gwctl('link', 'stop', 'cpm')[0], DONE)
    equal(w.gateway.link('cpm')['state'], 'stopped')
    w.gateway.restart()
    until(lambda: w.gateway.link('cpm').get('state') == 'stopped',
          'it still is')
    equal(w.gateway.gwctl('link', 'start', 'cpm')[0], DONE)
    equal(w.gateway.link('cpm')['state'], 'up')
    w.smsc.wait_bound()
    w.esme.bound()
    w.mary.registered()


def case_what_cannot_be_started_says_so(w):
    for action in ('start', 'stop'):
        status, _, error = w.gateway.gwctl('link', action, 'other.example')
        equal(status, REFUSED)
        check('other.example is a domain' in error, error)
        status, _, error = w.gateway.gwctl('link', action, 'nobody')
        equal(status, REFUSED)
        check('no such link' in error, error)
    equal(w.gateway.link('other.example')['state'], 'up')


def case_a_domain_that_was_taken_out_is_not_shown(w):
    whole = (w.gateway.conf / 'cpmgw.conf').read_text()
    begin = whole.index('group = domain')
    end = whole.index('include = people')
    with changed(w, 'cpmgw.conf', lambda text: whole[:begin] + whole[end:]):
        equal(w.gateway.gwctl('reload')[0], DONE)
        equal(w.gateway.link('other.example'), {})
    equal(w.gateway.link('other.example')['state'], 'up')


def case_a_name_that_is_two_links_is_asked_back(w):
    with changed(w, 'cpmgw.conf', lambda text: text.replace(
            'include = people.conf', NAMESAKE + '\ninclude = people.conf')):
        equal(w.gateway.gwctl('reload')[0], DONE)
        until(lambda: len([x for x in w.gateway.ask('links')
                           if x['peer'] == 'smsc-a']) == 2, 'two')
        for words in (['link', 'stop', 'smsc-a'], ['hold', 'smsc-a'],
                      ['release', 'smsc-a'], ['queue', 'smsc-a'],
                      ['queue', '--messages', 'smsc-a']):
            status, out, error = w.gateway.gwctl(*words)
            equal((status, out), (REFUSED, ''), words)
            check('which: ' in error and 'sms/smsc-a' in error and
                  ' or ' in error and 'cpm/smsc-a' in error, error)
        equal(w.gateway.gwctl('hold', 'sms/smsc-a')[0], DONE)
        held = {q['lane']: q['held'] for q in w.gateway.ask('queue')}
        equal((held['sms/smsc-a'], held['cpm/smsc-a']), (True, False))
        equal(w.gateway.gwctl('release', 'sms/smsc-a')[0], DONE)
        equal(w.gateway.gwctl('link', 'stop', 'sms/smsc-a')[0], DONE)
        equal(w.gateway.gwctl('link', 'start', 'sms/smsc-a')[0], DONE)
    w.smsc.wait_bound()
    w.gateway.wait_link('smsc-a')
    equal(w.gateway.gwctl('hold', 'smsc-a')[0], DONE)
    equal(w.gateway.gwctl('release', 'smsc-a')[0], DONE)


# -- the rest ---------------------------------------------------------------

def case_reload_tells_programs_its_result(w):
    equal(w.gateway.ask('reload'), [{'state': 'in use',
                                     'text': 'the configuration is in use'}])


def case_conf_check_means_the_gateway_that_runs(w):
    def conf_check():
        return w.gateway.gwctl('conf', 'check')
    status, out, error = conf_check()
    equal(status, DONE, error)
    check(f'{w.gateway.conf}' in out + error, out, error)
    path = w.gateway.conf / PEOPLE
    before = path.read_text()
    path.write_text(before + '\ngroup = nonsense\n')
    status, out, error = conf_check()
    path.write_text(before)
    equal(status, REFUSED)
    check(f'{path}:' in error and 'nonsense' in error, error)
    equal(w.gateway.ask('status')[0]['configuration'], str(w.gateway.conf))


def case_without_one_it_is_that_of_the_default_state(w):
    home = w.folder / 'home'
    (home / 'cpmgw' / 'conf').mkdir(parents=True)
    (home / 'cpmgw' / 'conf' / 'cpmgw.conf').write_text('group = nonsense\n')
    done = subprocess.run(
        [BUILD / 'gwctl', 'conf', 'check'], capture_output=True, text=True,
        check=False, timeout=DEADLINE,
        env={**os.environ, 'XDG_STATE_HOME': str(home),
             'CPMGW_SOCKET': str(home / 'no.sock')})
    equal(done.returncode, REFUSED)
    check(f'{home}/cpmgw/conf/cpmgw.conf:1:' in done.stderr, done.stderr)


def case_offsets_that_are_none_are_wrong_usage(w):
    for wrong in ('99999', '65536', 'x', '-1', '', '1x',
                  '99999999999999999999'):
        done = subprocess.run(
            [BUILD / 'cpmgwd', '--state', w.folder / 'unused', '--conf',
             w.gateway.conf, f'--port-offset={wrong}'], capture_output=True,
            text=True, timeout=DEADLINE, check=False)
        equal((done.returncode, done.stdout), (USAGE, ''), wrong)
        check('--port-offset' in done.stderr, done.stderr)


def case_sixty_idle_clients_keep_nobody_out(w):
    with contextlib.ExitStack() as stack:
        for _ in range(60):
            s = stack.enter_context(socket.socket(socket.AF_UNIX))
            s.connect(str(w.gateway.state / 'gwctl.sock'))
            s.settimeout(DEADLINE)
        for words in (['status'], ['links'], ['queue', '--messages'],
                      ['reload']):
            status, _, error = w.gateway.gwctl(*words)
            equal((status, error), (DONE, ''), words)
        # Those that came last are still served.
        s.sendall(b'{"command":"status","arguments":{}}\n')
        equal(json.loads(s.makefile().readline())['state'], 'running')


def case_the_queue_tells_what_is_on_hold(w):
    word = 'keep ' + secrets.token_hex(4)
    peter = '+15550100002'

    def on_hold():
        return {q['lane']: q['on_hold'] for q in w.gateway.ask('queue')}
    before = on_hold()['cpm/cpm']
    _, message_id = w.mary.message(f'tel:{peter}', word)
    story = until(lambda: w.gateway.trace(message_id), 'a trace')[0]['id']
    until(lambda: w.gateway.gwctl('hold', story)[0] == DONE, 'held')
    until(lambda: on_hold()['cpm/cpm'] == before + 1, 'it is counted')
    equal([q['on_hold'] for q in w.gateway.ask('queue', 'cpm')],
          [before + 1])
    out = w.gateway.gwctl('queue')[1]
    check('ON-HOLD' in out and 'gwctl release' in out, out)
    equal(w.gateway.gwctl('release', story)[0], DONE)
    until(lambda: on_hold()['cpm/cpm'] == before, 'it is not any more')
