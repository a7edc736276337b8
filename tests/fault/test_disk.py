"""The disk is full: new messages are refused in each protocol's words, what
was accepted stays, and when there is room again work goes on by itself."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
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
    """Takes all the room there is above `floor`, but for a few octets."""

    def __init__(self, folder, floor):
        self.path, self.floor = folder / 'filler', floor

    def room(self, leave):
        return shutil.disk_usage(self.path.parent).free - self.floor - leave

    def fill(self, leave=0):
        with open(self.path, 'ab') as f:
            while (room := self.room(leave)) > 0:
                try:
                    end = f.seek(0, os.SEEK_END)
                    os.posix_fallocate(f.fileno(), end, max(room, 4096))
                except OSError:
                    break
            self.last_pages(f, leave)

    def last_pages(self, f, leave):
        """What posix_fallocate() did not get in one piece."""
        with contextlib.suppress(OSError):
            while self.room(leave) > 0:
                f.write(b'\0' * 4096)
                f.flush()

    def empty(self):
        self.path.unlink(missing_ok=True)


def reserve(octets):
    return {'cpmgw.conf': lambda text: text.replace(
        'lifetime = 3d', f'lifetime = 3d\nminimum-free = {octets}')}


def on_a_small_disk():
    rig = Rig(edit=reserve('1M'), start=False)
    rig.disk = small_disk(rig.gateway.state)
    check(rig.disk, 'a small file system')
    rig.defer(lambda: subprocess.run(['umount', '-l', str(rig.disk)],
                                     check=False))
    rig.filler = Filler(rig.disk, 0)
    return rig


def on_this_disk():
    """No mount of our own is allowed: the reserve is nearly all there is,
    and a file of a few hundred megabytes uses up the rest."""
    free = shutil.disk_usage(tempfile.gettempdir()).free
    floor = (free - min(free // 2, 300 * 1024 * 1024)) // 1048576
    rig = Rig(edit=reserve(f'{floor}M'), start=False)
    rig.disk = None
    rig.filler = Filler(rig.folder, floor * 1048576 - 1048576)
    return rig


def world():
    allowed = not os.environ.get('CPMGW_NO_MOUNT') and own_mounts()
    rig = on_a_small_disk() if allowed else on_this_disk()
    rig.gateway.start()
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
    w.filler.fill(leave=8 * 1024 * 1024)
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
    until(lambda: not any(number in m['to'] for m in
                          w.gateway.ask('queue', '--messages')),
          'nothing waits')
    texts = [text_of(e).split()[0] for e in
             w.smsc.submits(number, len(accepted))]
    equal(sorted(texts), sorted(accepted), 'once each')


def case_what_was_accepted_while_it_filled_up_arrives(w):
    load_until_full(w)


def case_to_the_last_octet(w):
    """Without a reserve the store itself meets the full disk."""
    if not w.disk:
        print('     not without a file system of its own')
        return
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
