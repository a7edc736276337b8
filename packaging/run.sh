#!/bin/sh
# Builds cpmgw, starts it on the lab configuration and shows its main job.
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
state=${XDG_STATE_HOME:-}
state=${state:+$state/cpmgw}
state=${state:-/var/tmp/cpmgw-$(id -u)}
conf=$top/conf/lab
offset=0
quiet=no

help() {
	cat <<TEXT
Usage: sh packaging/run.sh [--quiet] [--state DIR] [--port-offset N]
                           [--conf DIR] [--help]

Installs what is missing (Debian 12; as root or with sudo), builds the gateway
in build-run/, starts it, and shows its main job on real software: an SMS from
an SMSC becomes a message on mary's phone, her answer becomes an SMS, and both
get their reports. Then it stays until it is interrupted (Ctrl-C, SIGTERM).

  --quiet           starts only the gateway; one line on standard output, with
                    the ports, when everything answers
  --state DIR       keeps spool, traces and sockets in DIR
                    (default: $state)
  --port-offset N   adds N to every port, the peers' too, so that several can
                    run side by side
  --conf DIR        another configuration; it is copied to DIR/conf of the
                    state when there is none yet (default: conf/lab)

The ports are those of conf/lab: SIP 5060 (with TLS 5061), SMPP 2775 (with TLS
3550), the SMSC 2776, all on 127.0.0.1; DIR/tls/ca.pem is the authority of its
certificate. In a second terminal: build-run/gwctl status
TEXT
}

usage() {
	echo "run.sh: $*" >&2
	echo "Try 'sh packaging/run.sh --help'." >&2
	exit 2
}

while [ $# -gt 0 ]; do
	case $1 in
	--quiet) quiet=yes ;;
	--state | --port-offset | --conf)
		[ $# -ge 2 ] || usage "$1 needs a value"
		case $1 in
		--state) state=$2 ;;
		--conf) conf=$2 ;;
		*) offset=$2 ;;
		esac
		shift
		;;
	--help)
		help
		exit 0
		;;
	*) usage "unknown option $1" ;;
	esac
	shift
done
case $offset in
'' | *[!0-9]* | ??????*)
	usage "--port-offset: not a number from 0 to 65535: $offset" ;;
esac
[ "$offset" -le 65535 ] ||
	usage "--port-offset: not a number from 0 to 65535: $offset"
[ -d "$conf" ] || usage "--conf: no such directory: $conf"

step=
gateway=
demo=
ready=
ended=no

# Every process that was started here, by its pid; the peers first, so that
# they can take their leave.
stop_all() {
	ended=yes
	trap '' INT TERM
	for pid in $demo $step $gateway; do
		kill -TERM "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	[ -z "$ready" ] || rm -f "$ready"
}

trap 'stop_all; exit 0' INT TERM
trap 'stop_all' EXIT

# run COMMAND...: a signal does not wait for its end
run() {
	"$@" &
	step=$!
	wait "$step"
	step=
}

if [ "$quiet" = yes ]; then
	run sh "$top/packaging/dependencies.sh" build >&2
else
	run sh "$top/packaging/dependencies.sh" demo >&2
fi
run sh "$top/packaging/build.sh" build-run all CFLAGS='-O2 -g' >&2

umask 077
if [ ! -d "$state" ]; then
	mkdir -p "$state"
	chmod 700 "$state"
fi
state=$(cd "$state" && pwd)
if [ "$(stat -c '%u %a' "$state")" != "$(id -u) 700" ]; then
	echo "run.sh: $state must be ours alone (mode 0700)" >&2
	exit 1
fi
mkdir -p "$state/conf"
if [ -z "$(ls -A "$state/conf")" ]; then
	cp -R "$conf/." "$state/conf/"
fi

run sh "$top/packaging/certificates.sh" "$state/tls" >&2

ready=$state/ready.$$

start_gateway() {
	rm -f "$ready"
	"$top/build-run/cpmgwd" --state "$state" --conf "$state/conf" \
		--programs "$top/build-run" --port-offset "$offset" \
		>"$ready" &
	gateway=$!
}

# The line is there, or the gateway has ended.
wait_ready() {
	while ! grep -q '^cpmgw ready' "$ready" 2>/dev/null; do
		kill -0 "$gateway" 2>/dev/null || return 1
		sleep 0.05
	done
}

start_gateway
if ! wait_ready; then
	echo 'run.sh: the gateway did not start; see above' >&2
	exit 1
fi
if [ "$quiet" = yes ]; then
	cat "$ready"
else
	cat "$ready" >&2
	sh "$top/packaging/demo/demo.sh" "$state" "$offset" &
	demo=$!
fi

# Stays; a gateway that was killed is started again at once.
while [ "$ended" = no ]; do
	status=0
	wait "$gateway" || status=$?
	[ "$ended" = no ] || break
	if [ "$status" -eq 0 ] || [ "$status" -eq 1 ]; then
		exit "$status"
	fi
	echo "run.sh: the gateway was killed ($status): again" >&2
	sleep 0.2
	start_gateway
done
