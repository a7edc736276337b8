"""The disk is full: new messages are refused in each protocol's words, what
was accepted stays, and when there is room again work goes on by itself."""

import os
import pathlib
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] /
                       'system'))

from device import NUMBERS, Device  # noqa: E402
from peers import Esme, Smsc, text_of  # noqa: E402
from rig import Rig, check, equal, until  # noqa: E402

TEMPORARY = {0x08, 0x14, 0x45, 0x58, 0x64}     # ESME_RSYSERR, RMSGQFUL ...
SIZE = 48 * 1024 * 1024


def small_disk(folder):
    """A small file system of its own below `folder`; None: not allowed."""
    folder.mkdir(mode=0o700)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o',
                           f'size={SIZE},mode=0700', 'tmpfs', str(folder)],
                          capture_output=True, check=False)
    return folder if done.returncode == 0 else None


def own_mounts():
    """What is mounted from now on is seen by nobody else."""
    clone_newns, ms_rec, ms_private = 0x00020000, 0x4000, 1 << 18
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(clone_newns) == 0 and \
        libc.mount(b'none', b'/', None, ms_rec | ms_private, None) == 0


class Filler:
    """Takes all the room there is, down to a number of octets."""

    def __init__(self, folder):
        self.path = folder / 'filler'

    def fill(self, leave=0):
        room = shutil.disk_usage(self.path.parent).free - leave
        with open(self.path, 'ab') as f:
            while room > 0:
                try:
                    room -= f.write(b'\0' * min(room, 65536))
                    f.flush()
                except OSError:
                    break

    def empty(self):
        self.path.unlink(missing_ok=True)


def world():
    check(os.getuid() == 0 and own_mounts(), 'needs a mount of its own: root')
    rig = Rig(edit={'cpmgw.conf': lambda text: text.replace(
        'lifetime = 3d', 'lifetime = 3d\nminimum-free = 1M')}, start=False)
    disk = small_disk(rig.gateway.state)
    check(disk, 'a small file system')
    rig.defer(lambda: subprocess.run(['umount', '-l', str(disk)],
                                     check=False))
    rig.gateway.start()
    rig.filler = Filler(disk)
    rig.smsc = Smsc(rig)
    rig.esme = Esme(rig).bound()
    rig.mary = Device(rig, 'mary').registered()
    return rig


def fill(w):
    w.filler.fill()
    until(lambda: w.esme.submit(NUMBERS['peter'], 'is it full?')['status']
          in TEMPORARY, 'it is noticed')


def case_a_full_disk_is_refused_in_smpp_s_words(w):
    equal(w.esme.submit(w.number(), 'before')['status'], 0)
    fill(w)
    for _ in range(20):
        status = w.esme.submit(w.number(), 'no room')['status']
        check(status in TEMPORARY, f'{status:#x}')
    answer = w.smsc.mobile_originated('15550200001', NUMBERS['mary'][1:],
                                      'no room')
    check(answer['status'] in TEMPORARY, answer)


def case_a_full_disk_is_refused_in_sip_s_words(w):
    for _ in range(5):
        response = w.mary.plain(f'tel:+{w.number()}', 'no room')
        check(response.status in (500, 503), response.status)
        check(response.status == 500 or response.get('retry-after'),
              'Retry-After')


def case_the_operator_is_told(w):
    status, out, _ = w.gateway.gwctl('status')
    equal(status, 0, 'gwctl works')
    check('disk' in out, out)
    equal(w.gateway.ask('status')[0]['disk_short'], True)


def case_the_programs_stay_alive(w):
    equal(len(w.gateway.pids()), 3)
    check(w.gateway.process.alive(), 'cpmgwd')
    equal(w.esme('send', name='esme1', command='enquire_link')['status'], 0)


def case_with_room_again_it_goes_on_without_a_restart(w):
    pids = w.gateway.pids()
    w.filler.empty()
    number = w.number()
    until(lambda: w.esme.submit(number, 'room again')['status'] == 0,
          'SMPP is taken again')
    until(lambda: w.mary.message(f'tel:+{number}', 'by SIP')[0] == 202,
          'SIP is taken again')
    w.smsc.submits(number, 2)
    equal(w.gateway.pids(), pids)
    until(lambda: not w.gateway.ask('status')[0]['disk_short'], 'told')


def load_until_full(w):
    """Until it is full: nothing that was promised is lost."""
    w.smsc('deafen')
    number = w.number()
    accepted = []
    w.filler.fill(leave=6 * 1024 * 1024)
    for batch in range(400):
        answers = w.esme('burst', name='esme1', list=[
            w.esme.fields(number, f'{batch}-{i} ' + 'x' * 140)
            for i in range(100)])['answers']
        accepted += [f'{batch}-{i}' for i, a in enumerate(answers)
                     if a['status'] == 0]
        if any(a['status'] in TEMPORARY for a in answers):
            break
    else:
        check(False, 'it never filled up')
    print(f'     {len(accepted)} were accepted')
    check(len(accepted) > 1000, 'there was room for some')
    w.filler.empty()
    w.smsc('listen')
    w.smsc('set', quiet=True)
    until(lambda: w.smsc.count(number) >= len(accepted),
          f'all {len(accepted)} arrive', 120)
    until(lambda: w.gateway.waiting() == 0, 'nothing waits')
    texts = [text_of(e).split()[0] for e in
             w.smsc.submits(number, len(accepted))]
    equal(sorted(texts), sorted(accepted), 'once each')


def case_what_was_accepted_while_it_filled_up_arrives(w):
    load_until_full(w)


def case_to_the_last_octet(w):
    """Without a reserve the store itself meets the full disk."""
    path = w.gateway.conf / 'cpmgw.conf'
    path.write_text(path.read_text().replace('minimum-free = 1M',
                                             'minimum-free = 0'))
    equal(w.gateway.gwctl('reload')[0], 0)
    load_until_full(w)


def case_killed_while_full_and_started_again(w):
    word = 'kept on a full disk'
    equal(w.esme.submit(NUMBERS['peter'], word)['status'], 0)
    fill(w)
    w.gateway.kill()
    w.gateway.start()
    time.sleep(0.5)
    equal(w.gateway.gwctl('status')[0], 0, 'it starts on a full disk')
    w.filler.empty()
    peter = Device(w, 'peter')
    until(lambda: peter.register() == 200, 'peter registers')
    peter.wait_text(word)
    w.smsc.wait_bound()
