"""The gateway under measurement and its peers, each with its configuration."""
import os
import select
import subprocess
import time

from rig import Program, free_ports, wait_port

USERS = 100
ACCOUNTS = 50    # many000, many001, ... of ESMEs that bind often


def group(of, /, **settings):
    lines = [f"group = {of}"]
    lines += [f"{key.replace('_', '-')} = {value}"
              for key, value in settings.items()]
    return "\n".join(lines) + "\n\n"


class Gateway:
    """cpmgwd with links to two SMSCs, two ESME accounts and some users."""

    def __init__(self, rig, adapters, name="gateway"):
        self.rig = rig
        self.adapters = adapters
        self.name = name
        base = free_ports(8)
        self.sip, self.smpp, self.smsc_a, self.smsc_b, self.own = range(
            base, base + 5)
        self.state = rig.path(name)
        self.conf = rig.path(name + "-conf")
        os.makedirs(self.conf, exist_ok=True)
        with open(os.path.join(self.conf, "cpmgw.conf"), "w",
                  encoding="ascii") as f:
            f.write(self.configuration())
        self.program = None
        self.start()

    def configuration(self):
        text = group("gateway", adapters=self.adapters,
                     home_domain="cpm.example", country=1, retry_first="1s",
                     retry_most="10s")
        text += group("smpp", address="127.0.0.1", port=self.smpp, window=1000,
                      connections=4000)
        for name, port in (("smsc-a", self.smsc_a), ("smsc-b", self.smsc_b)):
            text += group("smsc", name=name, host="127.0.0.1", port=port,
                          system_id="cpmgw", password="cpmgw", window=100,
                          reconnect_first="100ms", reconnect_most="200ms",
                          max_segments=16)
        for name, code in (("esme1", 22222), ("esme2", 22223)):
            text += group("esme", system_id=name, password="secret",
                          any_sender="yes", short_code=code)
        for n in range(ACCOUNTS):
            text += group("esme", system_id=f"many{n:03}", password="secret",
                          any_sender="yes")
        for prefix, peer in (("+155502", "smsc-a"), ("+155503", "smsc-b")):
            text += group("route", name=peer, prefix=prefix, technology="sms",
                          peer=peer)
        if "sip" in self.adapters:
            text += group("sip", address="127.0.0.1", port=self.sip,
                          domain="cpm.example", algorithms="md5")
            for n in range(USERS):
                text += group("user", name=f"bench{n:03}",
                              number=f"+155504{n:05}",
                              password=f"bench{n:03}-secret")
        return text

    def start(self):
        self.program = Program(
            self.rig, self.name,
            [self.rig.program("cpmgwd"), "--state", self.state, "--conf",
             self.conf], stdout=subprocess.PIPE)
        told, _, _ = select.select([self.program.process.stdout], [], [], 60)
        line = self.program.process.stdout.readline() if told else b""
        if not line.startswith(b"cpmgw ready"):
            raise RuntimeError("cpmgwd did not start, see "
                               f"{self.name}.log")

    def stop(self):
        self.program.stop()
        self.program.process.stdout.close()

    def esme(self):
        return ("--connect", self.smpp, "--system-id", "esme1", "--password",
                "secret")

    def many(self, binds):
        """So many binds over all those accounts."""
        return ("--connect", self.smpp, "--system-id", "many", "--accounts",
                ACCOUNTS, "--binds", binds, "--password", "secret")

    def users(self):
        return ("--sip", self.sip, "--own", self.own, "--users", USERS)

    def child(self, name):
        """The pid of that program of it."""
        for pid in self.program.pids():
            with open(f"/proc/{pid}/comm", encoding="ascii") as f:
                if f.read().strip() == name:
                    return pid
        raise RuntimeError(f"{name} does not run")


class Kannel:
    """bearerbox between two SMSCs, and smsbox with sendsms before them."""

    def __init__(self, rig, with_smsbox):
        self.rig = rig
        base = free_ports(8)
        (self.admin, self.box, self.sendsms, self.smsc_a, self.smsc_b,
         self.dlr) = range(base, base + 6)
        os.makedirs(rig.path("kannel-spool"), exist_ok=True)
        conf = rig.path("kannel.conf")
        with open(conf, "w", encoding="ascii") as f:
            f.write(self.configuration(with_smsbox))
        self.programs = [Program(rig, "bearerbox",
                                 ["/usr/sbin/bearerbox", "-v", "4", conf])]
        wait_port(self.admin)
        if with_smsbox:
            self.programs.append(Program(
                rig, "smsbox", ["/usr/sbin/smsbox", "-v", "4", conf]))
            wait_port(self.sendsms)

    def configuration(self, with_smsbox):
        text = group("core", admin_port=self.admin,
                     admin_interface="127.0.0.1", admin_password="bench",
                     smsbox_port=self.box, smsbox_interface="127.0.0.1",
                     box_allow_ip="127.0.0.1", dlr_storage="internal",
                     store_type="spool",
                     store_location=self.rig.path("kannel-spool"))
        links = [("smsc-a", self.smsc_a, {})]
        if not with_smsbox:
            links[0][2]["reroute_smsc_id"] = "smsc-b"
            links.append(("smsc-b", self.smsc_b, {}))
        for name, port, more in links:
            text += group("smsc", smsc="smpp", smsc_id=name, host="127.0.0.1",
                          port=port, transceiver_mode="true",
                          smsc_username="cpmgw", smsc_password="cpmgw",
                          system_type='""', max_pending_submits=100,
                          reconnect_delay=1, **more)
        # bearerbox does not start without these, even if no smsbox runs.
        text += group("smsbox", bearerbox_host="127.0.0.1",
                      bearerbox_port=self.box, sendsms_port=self.sendsms,
                      sendsms_interface="127.0.0.1", global_sender=1000)
        text += group("sendsms-user", username="bench", password="bench",
                      max_messages=10)
        return text + group("sms-service", keyword="default", text="none",
                            max_messages=0)

    def stop(self):
        for program in reversed(self.programs):
            program.stop()
            time.sleep(0.2)


KAMAILIO = """#!KAMAILIO
debug=-1
log_stderror=yes
children=2
tcp_children=2
auto_aliases=no
alias="cpm.example"
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
tcp_accept_no_cl=yes
loadmodule "tm.so"
loadmodule "tmx.so"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
modparam("usrloc", "db_mode", 0)
modparam("tm", "fr_timer", 8000)
request_route {{
	$var(password) = $au + "-secret";
	if (!mf_process_maxfwd_header("10")) {{
		sl_send_reply("483", "Too Many Hops");
		exit;
	}}
	if (t_precheck_trans()) {{
		t_check_trans();
		exit;
	}}
	t_check_trans();
	if (is_method("REGISTER")) {{
		if (!pv_www_authenticate("cpm.example", "$var(password)", "0"))
			www_challenge("cpm.example", "1");
		else
			save("location");
		exit;
	}}
	if (!pv_proxy_authenticate("cpm.example", "$var(password)", "0")) {{
		proxy_challenge("cpm.example", "1");
		exit;
	}}
	if ($au != $fU) {{
		sl_send_reply("403", "Forbidden");
		exit;
	}}
	consume_credentials();
	if (!lookup("location")) {{
		sl_send_reply("404", "Not Found");
		exit;
	}}
	if (!t_relay())
		sl_reply_error();
}}
"""


class Kamailio:
    """A registrar and t_relay(), with the same users and the same digest."""

    def __init__(self, rig):
        base = free_ports(2)
        self.sip, self.own = base, base + 1
        conf = rig.path("kamailio.cfg")
        os.makedirs(rig.path("kamailio"), exist_ok=True)
        with open(conf, "w", encoding="ascii") as f:
            f.write(KAMAILIO.format(port=self.sip))
        self.program = Program(
            rig, "kamailio",
            ["/usr/sbin/kamailio", "-DD", "-m", "2048", "-M", "32", "-f", conf,
             "-Y", rig.path("kamailio")])
        wait_port(self.sip)

    def users(self):
        return ("--sip", self.sip, "--own", self.own, "--users", USERS)

    def stop(self):
        self.program.stop()
