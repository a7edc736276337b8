# `make bench`: the gateway beside Kannel, Kamailio and the disk, in one run;
# `make bench BENCH_SECONDS=2` is the short form, BENCH="smpp sip" some of it.
# In the build directory, which should be on the disk that is meant.
BENCH_SECONDS = 5
BENCH =

EXTRA_PROGRAMS += tests/bench/traffic
CLEANFILES += tests/bench/traffic
tests_bench_traffic_SOURCES = tests/bench/traffic.c tests/bench/traffic.h \
	tests/bench/http_side.c \
	tests/bench/ledger.c tests/bench/ledger.h \
	tests/bench/load.c tests/bench/load.h \
	tests/bench/sip_device.c \
	tests/bench/sip_flow.c tests/bench/sip_flow.h \
	tests/bench/sip_side.c tests/bench/sip_side.h \
	tests/bench/sip_wire.c tests/bench/sip_wire.h \
	tests/bench/smpp_side.c \
	codecs/arena.c codecs/bytes.c codecs/digest.c \
	codecs/digest_siphash.c codecs/err.c codecs/smpp_layout.c \
	codecs/smpp_names.c codecs/smpp_pdu.c codecs/smpp_receipt.c \
	codecs/smpp_tlv.c
tests_bench_traffic_CFLAGS = $(BENCH_CFLAGS)
tests_bench_traffic_LDFLAGS = -pthread
tests_bench_traffic_LDADD = $(CRYPTO_LIBS)

bench_driver = tests/bench/run.py tests/bench/rig.py tests/bench/peers.py \
	tests/bench/rows.py
EXTRA_DIST += $(bench_driver)

bench: all tests/bench/traffic tests/bench/store_bench $(smpp_benches)
if SANITIZERS
	@echo "make bench: configure without --enable-sanitizers" >&2; exit 2
else
	@python3 -B $(srcdir)/tests/bench/run.py --build . \
		--state bench-state --seconds $(BENCH_SECONDS) $(BENCH)
endif
.PHONY: bench
