"""SIP over TLS with other people's programs: Kamailio as the server of another
domain, liblinphone as a device."""

import secrets
import ssl

from device import Device
from peers import Phone
from rig import DOMAIN, SIPS, Rig, check, until
from test_sip_tls import MARY, Authority, phone

OTHER = 'other.example'
KAMAILIO = '''#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=2
auto_aliases=no
enable_tls=yes
listen=udp:127.0.0.1:{near}
listen=tls:127.0.0.1:{tls}
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
modparam("tls", "config", "{folder}/tls.cfg")
request_route {{
	if (is_method("OPTIONS")) {{
		sl_send_reply("200", "OK");
		exit;
	}}
	if ($rd == "{domain}") {{
		append_hf("P-Asserted-Identity: <$fu>\\r\\n");
		$du = "sip:127.0.0.1:{gateway};transport=tls";
	}} else if ($pr == "tls") {{
		$du = "sip:127.0.0.1:{device}";
	}}
	if (!t_relay())
		sl_reply_error();
}}
'''
TLS = '''[server:default]
method = TLSv1.2+
certificate = {pem}
private_key = {key}
ca_list = {ca}
verify_certificate = yes
require_certificate = yes
[client:default]
method = TLSv1.2+
certificate = {pem}
private_key = {key}
ca_list = {ca}
verify_certificate = yes
require_certificate = yes
'''


def world():
    rig = Rig(start=False)
    rig.near, rig.kamailio_port = rig.slot.another(), rig.slot.another()
    rig.tls = rig.gateway.state / 'tls'
    conf = rig.gateway.conf / 'cpmgw.conf'
    conf.write_text(conf.read_text().replace(
        'port = 5080\ntransport = udp',
        f'port = {rig.kamailio_port - rig.slot.offset}\n'
        'transport = tls').replace(
            'trusted-peers = ', f'trusted-names = {OTHER}\ntrusted-peers = '
        ).replace('tls-ca = tls/ca.pem\n',
                  'tls-ca = tls/ca.pem\ntls-client = ask\n'))
    try:
        populate(rig)
    except Exception:
        rig.close()
        raise
    return rig


def populate(rig):
    rig.gateway.start()
    rig.authority = Authority(rig.tls, make=False)
    rig.trust = ssl.create_default_context(cafile=rig.tls / 'ca.pem')
    rig.joe = Device(rig, 'joe')
    rig.joe.aor = f'sip:joe@{OTHER}'
    rig.joe.server = ('127.0.0.1', rig.near)
    kamailio(rig)
    rig.mary = phone(rig).registered()


def kamailio(rig):
    pem = rig.authority.issue('other', f'URI:sip:{OTHER}, DNS:{OTHER}')
    folder = rig.folder / 'kamailio'
    folder.mkdir()
    (folder / 'tls.cfg').write_text(TLS.format(
        pem=pem, key=rig.tls / 'other.key', ca=rig.tls / 'ca.pem'))
    (folder / 'kamailio.cfg').write_text(KAMAILIO.format(
        near=rig.near, tls=rig.kamailio_port, folder=folder, domain=DOMAIN,
        gateway=rig.slot.port(SIPS), device=rig.joe.port))
    rig.kamailio = rig.process('kamailio', [
        '/usr/sbin/kamailio', '-DD', '-m', '64', '-M', '16', '-f',
        folder / 'kamailio.cfg', '-Y', folder])

    check(rig.joe.request('OPTIONS', f'sip:joe@{OTHER}').status == 200,
          rig.kamailio.text()[-2000:])


def case_kamailio_gets_and_sends_messages(w):
    for _ in range(3):
        one, other = secrets.token_hex(6), secrets.token_hex(6)
        status = w.mary.message(f'sip:joe@{OTHER}', one)[0]
        check(status in (200, 202), status)
        m = w.joe.wait_text(one)
        vias = m.all('via')
        check(vias[1].startswith('SIP/2.0/TLS '), vias)
        response = w.joe.request('MESSAGE', f'sip:mary@{DOMAIN}', [
            'Content-Type: text/plain'], other.encode())
        check(response.status in (200, 202), response.start)
        w.mary.wait_text(other)
    check((w.gateway.link(OTHER).get('tls') or '').endswith(
        f'sip:{OTHER}'), w.gateway.link(OTHER))


def case_kamailio_may_go_and_come_back(w):
    w.kamailio.stop()
    text = secrets.token_hex(6)
    status = w.mary.message(f'sip:joe@{OTHER}', text)[0]
    check(status in (200, 202), status)
    until(lambda: w.gateway.link(OTHER).get('error') ==
          'Connection refused', 'told')
    w.folder.joinpath('kamailio', 'tls.cfg').unlink()
    w.folder.joinpath('kamailio', 'kamailio.cfg').unlink()
    w.folder.joinpath('kamailio').rename(w.folder / 'kamailio-before')
    kamailio(w)
    w.joe.wait_text(text)


def case_liblinphone_registers_and_has_messages(w):
    peter = Phone(w, 'peter', authority=w.tls / 'ca.pem')
    peter.wait('registration', 'Ok')
    one, other = secrets.token_hex(6), secrets.token_hex(6)
    check(w.mary.message('tel:+15550100002', one)[0] in (200, 202))
    peter.wait('received', one)
    peter.do(f'msg sip:mary@{DOMAIN} {other}')
    w.mary.wait_text(other)


def case_liblinphone_believes_no_other_authority(w):
    foreign = Authority(w.folder / 'foreign')
    bob = Phone(w, 'bob', authority=foreign.folder / 'ca.pem')
    bob.wait('registration', 'Failed')
