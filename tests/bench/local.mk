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
	tests/bench/texts.c tests/bench/texts.h \
	codecs/arena.c codecs/bytes.c codecs/digest.c \
	codecs/digest_siphash.c codecs/err.c codecs/smpp_layout.c \
	codecs/smpp_names.c codecs/smpp_pdu.c codecs/smpp_receipt.c \
	codecs/smpp_tlv.c codecs/udh.c
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

# Instructions per message, counted by callgrind and held against
# tests/bench/baseline. `make baseline` writes that anew: look at the
# difference and give the reason in the commit. Built by itself, since counts
# mean something only without sanitizers.
COST_FLAGS = -std=c17 -O2 -pthread
cost_objects = $(patsubst %.c,cost/%.o,$(sort $(filter %.c,$(libcodecs_a_SOURCES) \
	$(libpolicy_a_SOURCES) $(libgateway_a_SOURCES) $(libtables_a_SOURCES) \
	$(libsimdisk_a_SOURCES)) tests/bench/cost.c tests/bench/cost_codecs.c \
	tests/bench/cost_engine.c))

cost/%.o: $(srcdir)/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CC) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
		$(COST_FLAGS) -MMD -MP -c -o $@ $<

cost/cost: $(cost_objects)
	$(AM_V_CCLD)$(CC) $(COST_FLAGS) -o $@ $(cost_objects) \
		$(SQLITE_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(UTF8PROC_LIBS)

# What the counts depend on besides our sources.
cost/with: Makefile
	@$(MKDIR_P) $(@D)
	@{ $(CC) --version | head -n 1; $(PKG_CONFIG) --modversion \
		sqlite3 libcrypto libxml-2.0; getconf GNU_LIBC_VERSION; } >$@

baseline:
	@$(srcdir)/tests/bench/instructions.sh --write
clean-local: clean-cost
clean-cost:
	-rm -rf cost cost.log
.PHONY: baseline clean-cost
-include $(cost_objects:.o=.d)

TESTS += tests/bench/instructions.sh
EXTRA_DIST += tests/bench/instructions.sh tests/bench/baseline \
	tests/bench/cost.c tests/bench/cost.h tests/bench/cost_codecs.c \
	tests/bench/cost_engine.c

# `make bench-smpp`: our SMPP codec beside libsmpp34's and Kannel's. Without
# sanitizers whatever configure said, so they compile the codecs themselves.
BENCH_CFLAGS = -std=c17 -O2 -Wall -Wextra -Werror
BENCH_SMPP_SOURCES = tests/bench/codec_smpp.c tests/codecs/oracle.h \
	codecs/arena.c codecs/bytes.c codecs/err.c codecs/smpp_layout.c \
	codecs/smpp_names.c codecs/smpp_pdu.c codecs/smpp_tlv.c
smpp_benches = tests/bench/codec_smpp tests/bench/codec_smpp34 \
	tests/bench/codec_kannel

EXTRA_PROGRAMS += $(smpp_benches)
CLEANFILES += $(smpp_benches)

tests_bench_codec_smpp_SOURCES = tests/bench/codec_smpp_ours.c \
	$(BENCH_SMPP_SOURCES)
tests_bench_codec_smpp_CFLAGS = $(BENCH_CFLAGS)
tests_bench_codec_smpp_LDFLAGS = -pthread
tests_bench_codec_smpp_LDADD =
tests_bench_codec_smpp34_SOURCES = tests/codecs/oracle_smpp34.c \
	$(BENCH_SMPP_SOURCES)
tests_bench_codec_smpp34_CFLAGS = $(BENCH_CFLAGS)
tests_bench_codec_smpp34_LDFLAGS = -pthread
tests_bench_codec_smpp34_LDADD = -lsmpp34
tests_bench_codec_kannel_SOURCES = tests/codecs/oracle_kannel.c \
	$(BENCH_SMPP_SOURCES)
tests_bench_codec_kannel_CPPFLAGS = $(AM_CPPFLAGS) $(KANNEL_CPPFLAGS)
tests_bench_codec_kannel_CFLAGS = $(BENCH_CFLAGS)
tests_bench_codec_kannel_LDFLAGS = -pthread
tests_bench_codec_kannel_LDADD = -lgw $(KANNEL_LIBS)

bench-smpp: $(smpp_benches)
	@tests/bench/codec_smpp
.PHONY: bench-smpp

# `make bench-store`: lives of messages in the spool beside the disk's limit.
# In the build directory, which should be on the disk that is meant.
EXTRA_PROGRAMS += tests/bench/store_bench
CLEANFILES += tests/bench/store_bench
tests_bench_store_bench_SOURCES = tests/bench/store_bench.c \
	codecs/arena.c codecs/bytes.c codecs/err.c gateway/checksum.c \
	gateway/commit.c gateway/commit_thread.c gateway/schema.c \
	gateway/step.c gateway/store_far.c gateway/store_gone.c \
	gateway/store_index.c gateway/store_legs.c \
	gateway/store_parts.c gateway/store_rows.c gateway/store_sqlite.c \
	gateway/store_statements.c gateway/store_steps.c \
	gateway/store_tally.c gateway/trace.c gateway/trace_form.c \
	gateway/trace_read.c
tests_bench_store_bench_CFLAGS = $(BENCH_CFLAGS)
tests_bench_store_bench_LDFLAGS = -pthread
tests_bench_store_bench_LDADD = $(SQLITE_LIBS)

BENCH_WAITING = 0
bench-store: tests/bench/store_bench
	@rm -rf bench-spool
	@tests/bench/store_bench bench-spool $(BENCH_SECONDS) $(BENCH_WAITING)
	@rm -rf bench-spool
.PHONY: bench-store
