#!/bin/sh
# Makes certificates for one machine, to try TLS: an authority and, signed by
# it, a server's certificate for cpm.example, localhost and 127.0.0.1. What is
# there already stays.
#
# usage: sh packaging/certificates.sh DIR
#
# DIR/ca.pem is for those who connect; DIR/server.pem, the certificate and then
# its key, for the gateway; DIR/ca.key signs others, of clients for example.
set -eu

[ $# -eq 1 ] || {
	echo 'usage: certificates.sh DIR' >&2
	exit 2
}
folder=$1
[ ! -f "$folder/server.pem" ] || exit 0

umask 077
mkdir -p "$folder"
work=$(mktemp -d "$folder/making.XXXXXX")
trap 'rm -rf "$work"' EXIT

# One file at a time of openssl's own talk.
quiet() {
	"$@" 2>"$work/log" || {
		cat "$work/log" >&2
		exit 1
	}
}

new_key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
# shellcheck disable=SC2086
quiet openssl req -x509 $new_key -keyout "$work/ca.key" -out "$work/ca.pem" \
	-days 3650 -subj '/CN=cpmgw lab authority' \
	-addext 'keyUsage=critical,keyCertSign,cRLSign'
# shellcheck disable=SC2086
quiet openssl req $new_key -keyout "$work/key" -out "$work/request" \
	-subj '/CN=cpm.example'
cat >"$work/extensions" <<TEXT
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:cpm.example, DNS:localhost, IP:127.0.0.1
TEXT
quiet openssl x509 -req -in "$work/request" -CA "$work/ca.pem" \
	-CAkey "$work/ca.key" -CAcreateserial -days 3650 \
	-extfile "$work/extensions" -out "$work/certificate"
cat "$work/certificate" "$work/key" >"$work/server.pem"
mv "$work/ca.key" "$work/ca.pem" "$folder"
# Last: with it, all are there.
mv "$work/server.pem" "$folder"
