#!/bin/sh
# Builds cpmgw with sanitizers in build-test/ and runs all its tests; the last
# line is "N passed, N failed". Installs what is missing first.
set -u

help() {
	cat <<TEXT
Usage: sh packaging/test.sh [--help]

Installs what is missing (Debian 12; as root or with sudo), builds the gateway
with sanitizers in build-test/, and runs all of its tests: unit tests, fuzz
corpora and the simulation, then the gateway with real peers, then with
programs that are killed and disks that are full. Takes some minutes; ports
are taken on 127.0.0.1 only. The last line is "N passed, N failed"; it ends
with 0 when nothing failed.
TEXT
}

if [ $# -gt 0 ]; then
	if [ $# -eq 1 ] && [ "$1" = --help ]; then
		help
		exit 0
	fi
	echo "test.sh: unexpected: $*" >&2
	echo "Try 'sh packaging/test.sh --help'." >&2
	exit 2
fi

top=$(cd "$(dirname "$0")/.." && pwd)
build=$top/build-test
passed=0
failed=0

fatal() {
	echo "test.sh: $*" >&2
	echo "$passed passed, $((failed + 1)) failed"
	exit 1
}

sh "$top/packaging/dependencies.sh" test || fatal 'packages are missing'
sh "$top/packaging/build.sh" build-test all --enable-sanitizers ||
	fatal 'the build failed'

# count FILE STATUS: adds up its last "N passed, N failed"; without such a line
# the status decides.
count() {
	line=$(grep -aE '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1)
	if [ -n "$line" ]; then
		passed=$((passed + ${line%% passed*}))
		line=${line#*, }
		failed=$((failed + ${line%% failed*}))
		[ "$2" -eq 0 ] || [ "${line%% failed*}" -gt 0 ] ||
			failed=$((failed + 1))
	elif [ "$2" -eq 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
}

# Unit tests, replayed fuzz corpora, the simulation: one log each.
make -C "$build" -s -j"$(nproc)" -k check >"$build/check.log" 2>&1
status=$?
counted=0
for result in $(find "$build/tests" -name '*.trs' | sort); do
	name=${result%.trs}
	counted=$((counted + 1))
	if grep -q '^:test-result: SKIP' "$result"; then
		echo "skipped: ${name#"$build"/}: $(head -n 1 "$name.log")"
		continue
	fi
	good=1
	grep -q '^:test-result: PASS' "$result" && good=0
	if [ "$good" -ne 0 ]; then
		echo "FAIL: ${name#"$build"/}"
		tail -n 60 "$name.log"
	fi
	count "$name.log" "$good"
done
if [ "$counted" -eq 0 ]; then
	tail -n 60 "$build/check.log"
	fatal 'no unit test ran'
fi
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
	tail -n 60 "$build/check.log"
	failed=$((failed + 1))
fi
echo "unit tests: $passed passed, $failed failed"

# run NAME COMMAND...: a group of tests that prints its own closing line
run() {
	name=$1
	shift
	echo "== $name"
	"$@" >"$build/$name.log" 2>&1
	status=$?
	grep -aE '^(FAIL|not ok|ERROR)|passed, ' "$build/$name.log"
	[ "$status" -eq 0 ] || tail -n 80 "$build/$name.log"
	count "$build/$name.log" "$status"
}

(cd "$top/tests/peers/node" && { [ -d node_modules/smpp ] ||
	npm ci --no-audit --no-fund --loglevel error; }) >&2 ||
	fatal 'the peers from npm cannot be installed'
run system env CPMGW_BUILD="$build" python3 "$top/tests/system/run.py"
run fault env CPMGW_BUILD="$build" python3 "$top/tests/system/run.py" \
	--folder "$top/tests/fault"
run fault-engine python3 "$top/tests/fault/kill_loopback.py" "$build" 40

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
