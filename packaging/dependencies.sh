#!/bin/sh
# Installs what Debian 12 lacks to build, run or test cpmgw; what is there is
# left alone, and with nothing missing nothing is asked of anybody.
#
# usage: sh packaging/dependencies.sh build|demo|test|bench
set -eu

build='gcc make autoconf automake pkg-config libc6-dev libsqlite3-dev
	libxml2-dev libssl-dev openssl zlib1g-dev libutf8proc-dev
	libsofia-sip-ua-dev libsmpp34-dev kannel-dev libpcre3-dev libcunit1-dev'
demo="$build nodejs npm liblinphone-dev linphone-common"
test="$demo python3 kannel kannel-extras sip-tester g++ valgrind perl
	libnet-smpp-perl tshark
	xz-utils procps iproute2 kamailio kamailio-tls-modules"
bench="$build python3 kannel kamailio valgrind"

case ${1:-} in
build) wanted=$build ;;
demo) wanted=$demo ;;
test) wanted=$test ;;
bench) wanted=$bench ;;
*)
	echo "usage: $0 build|demo|test|bench" >&2
	exit 2
	;;
esac

installed() {
	case $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) in
	*' installed') return 0 ;;
	esac
	# Node.js and npm may have come together, another way.
	case $1 in
	nodejs | npm) command -v npm >/dev/null 2>&1 ;;
	pkg-config) command -v pkg-config >/dev/null 2>&1 ;;
	*) return 1 ;;
	esac
}

missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root=sudo
	command -v sudo >/dev/null 2>&1 || {
		echo "$0: please install as root:$missing" >&2
		exit 1
	}
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive

# No server that comes along is started.
install_all() {
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 \
		apt-get install -y -qq --no-install-recommends $missing >&2
}
install_all || {
	$as_root apt-get update -qq >&2
	install_all
}
