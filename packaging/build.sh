#!/bin/sh
# Configures and builds in a folder of its own below the checkout; does
# nothing when nothing has changed.
#
# usage: sh packaging/build.sh FOLDER [TARGET] [CONFIGURE OPTIONS]
set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
folder=$top/$1
target=${2:-all}
[ $# -ge 2 ] && shift 2 || shift 1

cd "$top"
if [ ! -x configure ] || [ configure.ac -nt configure ]; then
	autoreconf -fi >&2
fi
mkdir -p "$folder"
cd "$folder"
if [ ! -f Makefile ]; then
	"$top/configure" -q "$@" >&2
fi
exec make -s ARFLAGS=cr -j"$(nproc)" "$target" >&2
