#!/bin/sh
# Shows the main job of a running gateway on real software: an SMS becomes a
# message on mary's phone, her answer becomes an SMS, and both senders get
# their reports.
#
# usage: sh packaging/demo/demo.sh STATE [PORT_OFFSET]
#
# The SMSC is node-smpp, the phone is liblinphone; everything that is made is
# below STATE/demo. Ends with 0 when all of it was seen.
set -eu

[ $# -ge 1 ] || {
	echo "usage: $0 STATE [PORT_OFFSET]" >&2
	exit 2
}
top=$(cd "$(dirname "$0")/../.." && pwd)
state=$(cd "$1" && pwd)
offset=${2:-0}
work=$state/demo
john=+15550200001
mary=+15550100001
question="Hello Mary, are you coming? $(date +%T)"
answer="Yes, in ten minutes. $(date +%T)"
smsc=
phone=
helper=

say() {
	printf '%s\n' "$*"
}

chapter() {
	printf '\n== %s\n' "$*"
}

fail() {
	say "demo: $*; see $work/*.log" >&2
	exit 1
}

gwctl() {
	"$top/build-run/gwctl" --socket "$state/gwctl.sock" "$@"
}

alive() {
	[ -n "$1" ] && kill -0 "$1" 2>/dev/null
}

# ended PID: waits three seconds for it.
ended() {
	tries=30
	while alive "$1"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

# The phone signs off when it can; nothing outlives this script.
stop_all() {
	trap '' TERM INT
	if alive "$phone"; then
		echo quit >&9
		ended "$phone" || kill -KILL "$phone" 2>/dev/null || :
	fi
	for pid in $helper $smsc; do
		kill -TERM "$pid" 2>/dev/null || :
	done
	wait
	rm -f "$work/smsc.in" "$work/phone.in"
}

# run COMMAND...: like COMMAND, but a signal is not kept waiting
run() {
	"$@" &
	helper=$!
	wait "$helper" || return
	helper=
}

# see FILE PATTERN WHAT: waits for a line, at most 20 seconds
see() {
	tries=200
	until grep -q "$2" "$work/$1" 2>/dev/null; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || fail "$3 did not happen"
		alive "$smsc" || fail 'the SMSC has ended'
		[ "$1" = smsc.log ] || alive "$phone" ||
			fail 'the phone has ended'
		sleep 0.1
	done
}

# shown WHO FILE PATTERN: the line, without what only a program wants to know
shown() {
	printf '   %-8s %s\n' "$1:" "$(grep "$3" "$work/$2" | tail -n 1 |
		sed -e 's/^received [^ ]* id=[^ ]* text=/reads: /' \
			-e 's/^state LinphoneChatMessageState//' \
			-e 's/ id=[^ ]* text=/: /')"
}

prepare_smsc() {
	mkdir -p "$work/smsc"
	cp "$top/packaging/demo/smsc.js" "$top/packaging/demo/package.json" \
		"$work/smsc/"
	if ! cmp -s "$top/packaging/demo/package-lock.json" \
		"$work/smsc/installed"; then
		cp "$top/packaging/demo/package-lock.json" "$work/smsc/"
		run npm ci --no-audit --no-fund --loglevel error \
			--prefix "$work/smsc" >&2 ||
			fail 'node-smpp cannot be installed from npm'
		cp "$work/smsc/package-lock.json" "$work/smsc/installed"
	fi
}

prepare_phone() {
	source=$top/tests/peers/linphone/phone.c

	[ -x "$work/phone" ] && [ "$work/phone" -nt "$source" ] && return
	run cc -std=c17 -D_GNU_SOURCE -O1 -Wno-deprecated-declarations \
		"$source" -o "$work/phone" -llinphone -lbctoolbox ||
		fail 'the phone cannot be built'
}

start_peers() {
	rm -f "$work"/*.log "$work"/*.in
	rm -rf "${work:?}/home"
	mkdir "$work/home"
	mkfifo "$work/smsc.in" "$work/phone.in"
	exec 8<>"$work/smsc.in" 9<>"$work/phone.in"
	node "$work/smsc/smsc.js" $((2776 + offset)) \
		<"$work/smsc.in" >"$work/smsc.log" 2>&1 8>&- 9>&- &
	smsc=$!
	HOME=$work/home "$work/phone" mary mary-secret cpm.example -1 \
		$((5060 + offset)) "$work/home/" read "$work/phone.log" \
		<"$work/phone.in" >"$work/linphone.log" 2>&1 8>&- 9>&- &
	phone=$!
}

# trace_of FROM ANSWERS: the last message of that number, when so many of its
# sendings have been answered
trace_of() {
	tries=100
	id=$(gwctl --json trace "$1" | grep '"step":"intake"' |
		grep "\"from\":\"$1\"" | tail -n 1 |
		sed 's/.*"id":"\([^"]*\)".*/\1/')
	[ -n "$id" ] || fail "$1 has no trace"
	until [ "$(gwctl --json trace "$id" |
		grep -c '"step":"outcome"')" -ge "$2" ]; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || break
		sleep 0.1
	done
	gwctl trace "$id"
}

mkdir -p "$work"
trap stop_all EXIT
trap 'exit 143' TERM
trap 'exit 130' INT

chapter 'The two sides'
say "An SMSC (node-smpp) on 127.0.0.1:$((2776 + offset)): john, $john, is a
customer of that network. A phone (liblinphone): mary, sip:mary@cpm.example,
$mary. Lines that begin with a time are the gateway's own log."
prepare_smsc
prepare_phone
start_peers
see smsc.log '^bound' 'the bind of the gateway'
say '   smsc:    the gateway has bound as a transceiver'
see phone.log 'RegistrationOk' 'the registration of mary'
say '   mary:    registered'

chapter 'John writes to mary (SMS -> CPM)'
say 'The SMSC hands the gateway a deliver_sm and asks to be told when it is
delivered, and when mary has read it.'
say "$john $mary $question" >&8
see smsc.log '^deliver_sm .* 0$' 'the answer to deliver_sm'
shown smsc smsc.log '^deliver_sm'
see phone.log "^received .*$question" "john's message on mary's phone"
shown mary phone.log "^received .*$question"
see smsc.log '^delivery acknowledgement' 'the acknowledgement of delivery'
shown smsc smsc.log '^delivery acknowledgement'
see smsc.log '^user acknowledgement' 'the acknowledgement of reading'
shown smsc smsc.log '^user acknowledgement'

chapter 'Mary answers (CPM -> SMS)'
say 'Her phone sends a SIP MESSAGE (CPIM) and wants to know when it arrives.'
say "msg sip:$john@cpm.example;user=phone $answer" >&9
see smsc.log "^submit_sm .*$answer" "mary's answer at the SMSC"
shown smsc smsc.log "^submit_sm .*$answer"
see smsc.log '^receipt .* 0$' 'the answer to the receipt'
shown smsc smsc.log '^receipt'
see phone.log "DeliveredToUser .*$answer" "the report on mary's phone (IMDN)"
shown mary phone.log "DeliveredToUser .*$answer"

chapter 'What the gateway remembers of it: gwctl trace'
say "John's message, and the acknowledgements back:"
trace_of "$john" 3
say "Mary's answer, and the report that came for it:"
trace_of "$mary" 2

chapter 'That was it'
say "The phone and the SMSC go now; the gateway stays until it is interrupted.
Try, in a second terminal:

   cd $top/build-run
   export CPMGW_SOCKET=$state/gwctl.sock
   ./gwctl status                   # is everything well?
   ./gwctl links                    # the SMSC is away: SMS wait on disk for it
   ./gwctl users mary               # not registered: messages wait for her
   ./gwctl trace $john       # all of john's messages
   sh ../packaging/demo/demo.sh $state $offset
                                    # the same once more"
