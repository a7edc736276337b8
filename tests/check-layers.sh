#!/bin/sh
# Holds the direction of includes, and keeps the libraries where they belong.
#
#	adapters -> gateway/{the headers below} -> policy
#	adapters -> codecs <- gateway
#
# and none points back; gSOAP and gwlib are never in one program.
cd "$(dirname "$0")/.." || exit 2
bad=0
checks=0

complain() {
	echo "check-layers: $*" >&2
	bad=$((bad + 1))
}

# files PATTERN: our C files below a folder
files() {
	find "$1" -name '*.[ch]' | sort
}

# forbid FOLDER REGEX WHY: no file of FOLDER includes what matches REGEX
forbid() {
	checks=$((checks + 1))
	found=$(files "$1" | xargs grep -nE "^#include [\"<]$2" /dev/null)
	[ -z "$found" ] || complain "$1: $3
$found"
}

# only FILES-REGEX LIBRARY-REGEX WHY: nobody else includes that library
only() {
	checks=$((checks + 1))
	found=$(find codecs policy gateway adapters tests -name '*.[ch]' |
		sort | grep -vE "^($1)\$" |
		xargs grep -nE "^#include <$2" /dev/null)
	[ -z "$found" ] || complain "$3
$found"
}

forbid codecs '(policy|gateway|adapters|tests)/' 'codecs are leaves'
forbid policy '(codecs|gateway|adapters|tests)/' 'policy is a leaf'
forbid gateway '(adapters|tests)/' 'the gateway knows no adapter'
forbid adapters 'tests/' 'adapters do not need tests'

# What an adapter may know of the gateway.
open='adapter|message|leg|outcome|settings|settings_rows|loop|loop_su|loop_host|clock|trace|link|oplog|stats|process'
checks=$((checks + 1))
found=$(files adapters | xargs grep -nE '^#include "gateway/' /dev/null |
	grep -vE "\"gateway/($open)\.h\"")
[ -z "$found" ] || complain "adapters: a header that is not theirs
$found"

# No adapter looks into another one.
for one in adapters/*/; do
	one=$(basename "$one")
	checks=$((checks + 1))
	found=$(files "adapters/$one" |
		xargs grep -nE '^#include "adapters/[a-z0-9]+/' /dev/null |
		grep -v "\"adapters/$one/")
	[ -z "$found" ] || complain "adapters/$one: looks into another adapter
$found"
done

# A library's types stay in the files that it was given to.
only 'codecs/xml\.c' 'libxml/' 'libxml2 belongs to codecs/xml.c'
only 'codecs/digest\.c|adapters/(tls_context|tls_domain|tls_names|transport)\.c|adapters/tls_inside\.h|tests/adapters/(pki\.[ch]|smpp_world\.c|(test_)?smpp_tls(_link)?\.[ch]|test_tls_domain\.c)' \
	'openssl/' 'OpenSSL belongs to codecs/digest.c and adapters/tls_*.c'
only 'codecs/inflate\.c|tests/.*' 'zlib' \
	'zlib belongs to codecs/inflate.c'
only 'gateway/(store[a-z_]*|schema|commit)\.[ch]|tests/.*' 'sqlite3' \
	'SQLite belongs to the store'
only 'adapters/sip/.*|gateway/loop_su\.[ch]|tests/.*' 'sofia-sip/' \
	'sofia-sip belongs to cpmgw-sip'
only 'gateway/confread\.c|tests/.*' '(kannel|gwlib)/' \
	'gwlib belongs to gateway/confread.c'

# gSOAP is GPL, gwlib has an advertising clause: never both in one program.
checks=$((checks + 1))
both=$(grep -rlE '^#include [<"].*(stdsoap2|soapH)' codecs gateway adapters |
	xargs -r grep -lE '^#include [<"].*gwlib')
[ -z "$both" ] || complain "gSOAP and gwlib in one file: $both"
for program in "$@"; do
	checks=$((checks + 1))
	[ -x "$program" ] || continue
	if nm -a "$program" 2>/dev/null | grep -q ' octstr_' &&
		nm -aD "$program" 2>/dev/null | grep -q ' soap_'; then
		complain "$program: links gSOAP and gwlib"
	fi
done

[ "$checks" -gt 0 ] || complain 'nothing was checked'
echo "$((checks - bad)) passed, $bad failed"
[ "$bad" -eq 0 ]
