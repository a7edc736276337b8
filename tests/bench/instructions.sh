#!/bin/sh
# Counts instructions per message under callgrind and compares them with
# tests/bench/baseline: a row that has grown by more than 5 % fails. Run in
# the build directory. With --write the baseline is written anew.
#
# Counts depend on compiler and libraries: where those of the baseline are not
# these, there is nothing to compare (77: skipped).
top=$(cd "$(dirname "$0")/../.." && pwd)
baseline=$top/tests/bench/baseline
work=cost/count

command -v valgrind >/dev/null || {
	echo 'valgrind is missing'
	exit 77
}
env -u MAKEFLAGS -u MFLAGS make -s -j2 cost/cost cost/with >cost.log 2>&1 || {
	cat cost.log
	exit 1
}
rm -rf "$work"
mkdir -p "$work"
# The same code on every machine, whatever its processor can do.
GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX2,-AVX,-ERMS,-FSRM,-BMI2
OPENSSL_ia32cap=0:0
export GLIBC_TUNABLES OPENSSL_ia32cap
(cd "$work" && valgrind --tool=callgrind --callgrind-out-file=dump ../cost \
	>rows 2>log) || {
	tail -n 20 "$work/log"
	exit 1
}

# Each dump says which row it is of and its total.
for dump in $(ls "$work"/dump.* | sort -t . -k 2 -n); do
	sed -n -e 's/^desc: Trigger: Client Request: //p' \
		-e 's/^totals: //p' -e 's/^summary: //p' "$dump" |
		head -n 2 | tr '\n' ' '
	echo
done | awk -v rows="$work/rows" '
	BEGIN { while ((getline < rows) > 0) times[$1] = $2 }
	$1 in times { printf "%s %d\n", $1, $2 / times[$1] }
' >"$work/counts"

if [ "${1:-}" = --write ]; then
	{ sed 's/^/# /' cost/with; cat "$work/counts"; } >"$baseline"
	cat "$baseline"
	exit 0
fi
sed -n 's/^# //p' "$baseline" >"$work/with"
if ! cmp -s "$work/with" cost/with; then
	echo 'not comparable: the baseline was counted with'
	cat "$work/with"
	cat "$work/counts"
	exit 77
fi
awk '
	FNR == NR { if ($1 != "#") was[$1] = $2; next }
	{
		seen[$1] = 1
		grown = was[$1] > 0 ? 100 * ($2 / was[$1] - 1) : 0
		bad = grown > 5 || !($1 in was)
		printf "%-30s %9d, before %9d: %+.1f %%%s\n", $1, $2,
			was[$1], grown, bad ? " FAIL" : ""
		if (bad)
			failed++
		else
			passed++
	}
	END {
		for (name in was)
			if (!(name in seen)) {
				print name " is not counted any more FAIL"
				failed++
			}
		printf "%d passed, %d failed\n", passed, failed
		exit failed > 0
	}
' "$baseline" "$work/counts"
