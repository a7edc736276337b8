#!/bin/sh
# cpmgw-conf: files in, images or complaints out.
conf=${CPMGW_CONF:-./cpmgw-conf}
source=${srcdir:-.}
work=$(mktemp -d "${TMPDIR:-/tmp}/cpmgw-test-conf-XXXXXX") || exit 99
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check NAME COMMAND...: the command must succeed
check() {
	name=$1
	shift
	if "$@" >"$work/out" 2>"$work/err"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $name"
		cat "$work/err"
	fi
}

# refused NAME TEXT COMPLAINT: a file of that text is refused with exactly that
refused() {
	printf '%b' "$2" >"$work/c/x.conf"
	(cd "$work/c" && "$conf_path" x.conf) >"$work/out" 2>"$work/err"
	status=$?
	if [ $status -eq 1 ] && [ ! -s "$work/out" ] &&
	    [ "$(cat "$work/err")" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $1 (status $status): $(cat "$work/err")"
	fi
}

# value NAME TEXT SETTING WANTED: what group sip has after that text
value() {
	printf '%b' "$2" >"$work/c/x.conf"
	got=$("$conf_path" --json "$work/c/x.conf" 2>&1 |
		sed -n "s/.*\"sip\":{[^}]*\"$3\":\"\\(\\([^\"\\\\]\\|\\\\.\\)*\\)\".*/\\1/p")
	if [ "$got" = "$4" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAIL: $1: got '$got'"
	fi
}

case $conf in
/*) conf_path=$conf ;;
*) conf_path=$PWD/$conf ;;
esac
mkdir "$work/c"

check "the lab is good" "$conf" --check "$source/conf/lab"
check "the commented file is good" "$conf" --check "$source/conf/cpmgw.conf"
printf "group = groups\nfolder = %s/conf/groups\n" "$(cd "$source" && pwd)" >"$work/c/g.conf"
check "the group of the example is good" "$conf" --check "$work/c/g.conf"
check "it is current (else: make conf-current)" sh -c \
	"'$conf' --document conf | cmp - '$source/conf/cpmgw.conf'"
check "there is a manual page" sh -c \
	"'$conf' --document man | grep -q '^.SH NAME'"
check "help" sh -c "'$conf' --help | grep -q Example"
check "version" sh -c "'$conf' --version | grep -q '^cpmgw-conf [0-9]'"
check "usage is 2" sh -c "'$conf'; test \$? -eq 2"
check "an unknown option is 2" sh -c "'$conf' --frob x; test \$? -eq 2"
check "an unknown document is 2" sh -c "'$conf' --document x; test \$? -eq 2"
check "no secret in JSON" sh -c \
	"'$conf' --json '$source/conf/lab' >'$work/j' && ! grep -q secret1 '$work/j'"
check "the image has the secrets" sh -c \
	"'$conf' '$source/conf/lab' | grep -aq secret1"
check "--check says so" sh -c \
	"test \"\$('$conf' --check '$source/conf/lab' 2>&1)\" = '$source/conf/lab: no mistakes'"

refused "no such file" "include = no.conf\n" \
	"x.conf:1: include: no.conf: No such file or directory"
refused "a mistake has file and line" "\n# c\ngroup = sip\nport = x\n" \
	"x.conf:4: group sip: port: x is not a number in 1..65535"
refused "no equals sign" "group = sip\nport 5\n" \
	'x.conf:2: this is not "name = value"'
refused "no group" "port = 5\n" \
	"x.conf:1: this setting is in no group; a group begins with \"group = NAME\" and ends with an empty line"
refused "an empty line ends a group" "group = sip\n\nport = 5\n" \
	"x.conf:3: this setting is in no group; a group begins with \"group = NAME\" and ends with an empty line"
refused "a quote that does not end" "group = sip\nserver = \"a\n" \
	"x.conf:2: a quote begins here and does not end"
refused "itself" "include = x.conf\n" \
	"x.conf:1: include: x.conf: this file includes itself"
refused "control character" "group = sip\nserver = a\\001b\n" \
	"x.conf:2: there is a control character in this line"
refused "all of them" "group = sip\nport = x\nwindow = y\nbad line\n" \
	'x.conf:4: this is not "name = value"
x.conf:2: group sip: port: x is not a number in 1..65535
x.conf:3: group sip: window: y is not a number in 1..100000'
printf 'group = sip\nport = 0\n' >"$work/c/y.conf"
refused "in an included file" "include = y.conf\n" \
	"y.conf:2: group sip: port: 0 is not in 1..65535"
refused "line numbers behind a joined line" \
	"group = sip\nserver = a\\\\\nb\nport = x\n" \
	"x.conf:4: group sip: port: x is not a number in 1..65535"

refused "capitals" "Group = sip\nport = 5\n\nport = 6\n" \
	'x.conf:1: "group" and "include" are written in small letters
x.conf:2: this setting is in no group; a group begins with "group = NAME" and ends with an empty line
x.conf:4: this setting is in no group; a group begins with "group = NAME" and ends with an empty line'
refused "a NUL octet, once" "group = sip\nserver = a\\0000b\nx\\0000\n" \
	"x.conf:2: there is a NUL octet: this file is no text"
refused "UTF-16" "\\0377\\0376g\\0000\n\\0000" \
	"x.conf:1: this file is UTF-16; it must be UTF-8"
refused "not UTF-8" "group = sip\nserver = a\\0377b\n" \
	"x.conf:2: group sip: server: is not UTF-8"
refused "a group that there is not" "group = s\\0366p\n" \
	"x.conf:1: group s?p: there is no such group; did you mean sip?"
refused "a group like no other" "group = whatever\n" \
	"x.conf:1: group whatever: there is no such group; there are gateway, user, route, access, groups, iwf, core, domain, ota-setting, sip, lists, smpp, smsc, esme, loopback"
refused "two listeners on one port" \
	"group = sip\nport = 2775\naddress = 127.0.0.1\n\ngroup = smpp\naddress = 0.0.0.0\n" \
	"x.conf:5: group smpp: port: 0.0.0.0:2775 is already that of group sip at x.conf:2"
refused "short messages without a link" \
	"group = route\nname = a\nprefix = +1\ntechnology = sms\n" \
	"x.conf:1: group route: peer: must be set where technology = sms: the name of a link"
refused "outbind to one that has to have TLS" \
	"group = esme\nsystem-id = a\npassword = b\noutbind-host = h\ntls = require\n" \
	"x.conf:4: group esme: outbind-host: outbind goes without TLS, and this account has to bind with it"
refused "outbind to one with a certificate" \
	"group = esme\nsystem-id = a\npassword = b\ntls-name = n\noutbind-host = h\n" \
	"x.conf:5: group esme: outbind-host: outbind goes without TLS, and this account has to bind with it"
refused "an address that is none" \
	"group = domain\nname = a\naddress = 300.1.1.1\n" \
	"x.conf:3: group domain: address: 300.1.1.1 is not an address or host name"
refused "an empty password" "group = esme\nsystem-id = a\npassword =\n" \
	"x.conf:3: group esme: password: is empty: nothing would be secret"
refused "a blank password" "group = user\nname = m\npassword = \"  \"\n" \
	"x.conf:3: group user: password: is empty: nothing would be secret"
refused "a program that there is not" "group = gateway\nadapters = sip;fax\n" \
	"x.conf:2: group gateway: adapters: there is no program cpmgw-fax"
refused "what this version has not" "group = iwf\naccept = submitted\n" \
	"x.conf:2: group iwf: accept: submitted is not available in this version, only stored"
refused "a service that has no address" "group = lists\nservice = tel:+15550100009\n" \
	"x.conf:2: group lists: service: tel:+15550100009 is not a sip: address"
refused "an item twice" "group = gateway\nadapters = sip;smpp;sip\n" \
	"x.conf:2: group gateway: adapters: sip is there twice"

# Many groups are read in portions: each has its own values and lines.
awk 'BEGIN { for (i = 0; i < 20000; i++)
	printf "group = user\nname = u%d\nnumber = +1%07d\n\n", i, i }' \
	>"$work/c/many.conf"
check "many users, in time" timeout 30 "$conf_path" --check "$work/c/many.conf"
"$conf_path" --json "$work/c/many.conf" >"$work/many"
for n in 0 1 254 255 256 257 511 512 19999; do
	check "user $n of many" grep -q \
		"{[^{}]*\"name\":\"u$n\"[^{}]*\"number\":\"+1$(printf %07d $n)\"" \
		"$work/many"
done
printf 'group = user\nname = u256\n' >>"$work/c/many.conf"
check "a name twice, far apart" sh -c \
	"! '$conf_path' --check '$work/c/many.conf' 2>'$work/said' &&
	grep -q 'many.conf:80002: .* u256 is already .*many.conf:1026' '$work/said'"

value "a mark that says UTF-8" '\0357\0273\0277group = sip\nserver = a\n' \
	server 'a'
value "tabs" '\tgroup\t=\tsip\n\tserver\t=\ta\t\n' server 'a'
value "plain" 'group = sip\nserver = a b\n' server 'a b'
value "quoted" 'group = sip\nserver = " a "\n' server ' a '
value "escapes" 'group = sip\nserver = "\\\\ \\""\n' server '\\ \"'
value "goes on" 'group = sip\nserver = a\\\nb\n' server 'ab'
value "CRLF" 'group = sip\r\nserver = a\r\n' server 'a'
value "no line end" 'group = sip\nserver = a' server 'a'
value "the word include in a value" \
	'group = sip\nserver = included in include\n' server \
	'included in include'
value "the word include in a comment" \
	'# include = x\ngroup = sip\nserver = a\n' server 'a'
value "the next group without an empty line" \
	'group = iwf\ngroup = sip\nserver = a\n' server 'a'
mkdir "$work/c/d"
printf 'group = sip\nserver = dir' >"$work/c/d/a.conf"
printf 'group = iwf' >"$work/c/d/b.conf"
printf 'garbage' >"$work/c/d/c.conf~"
value "a directory" 'include = d\n' server 'dir'

# 1,200 distinct settings: gwlib itself ends near 1,000 literals.
i=0
while [ $i -lt 1200 ]; do
	printf 'group = user\nname = u%d\nnumber = +1%d\n\n' $i $i
	i=$((i + 1))
done >"$work/c/many.conf"
check "1200 users" "$conf" --check "$work/c/many.conf"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
