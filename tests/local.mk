# Tests. Every unit test is one program with one CUnit suite.
noinst_LIBRARIES += libcheck.a
libcheck_a_SOURCES = tests/check.c tests/check.h
libcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)

CODEC_TEST_LIBS = libcheck.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) \
	$(ZLIB_LIBS)

# The unit tests of codecs/: tests/codecs/test_NAME.c each.
codec_tests =
codec_tests += tests/codecs/test_base64
codec_tests += tests/codecs/test_bytes
codec_tests += tests/codecs/test_address
codec_tests += tests/codecs/test_smpp_pdu
codec_tests += tests/codecs/test_smpp_receipt
codec_tests += tests/codecs/test_smpp_refusal
codec_tests += tests/codecs/test_smpp_tlv
codec_tests += tests/codecs/test_smpp_vectors
codec_tests += tests/codecs/test_cpim
codec_tests += tests/codecs/test_cpim_write
codec_tests += tests/codecs/test_cpm_ids
codec_tests += tests/codecs/test_digest
codec_tests += tests/codecs/test_header
codec_tests += tests/codecs/test_imdn
codec_tests += tests/codecs/test_inflate
codec_tests += tests/codecs/test_json
codec_tests += tests/codecs/test_multipart
codec_tests += tests/codecs/test_utf8_step
codec_tests += tests/codecs/test_xml
codec_tests += tests/codecs/test_field
codec_tests += tests/codecs/test_frame
codec_tests += tests/codecs/test_segment_text
codec_tests += tests/codecs/test_segment
codec_tests += tests/codecs/test_gsm7
codec_tests += tests/codecs/test_udh
codec_tests += tests/codecs/test_ucs2
codec_tests += tests/codecs/test_utf8
codec_tests += tests/codecs/test_timestamp
codec_tests += tests/codecs/test_segment_cut

check_PROGRAMS += $(codec_tests)
TESTS += $(codec_tests)

tests_codecs_test_base64_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_bytes_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_address_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_smpp_pdu_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_smpp_pdu_SOURCES = tests/codecs/test_smpp_pdu.c \
	tests/codecs/smpp_samples.c tests/codecs/smpp_samples.h
tests_codecs_test_smpp_receipt_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_smpp_refusal_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_smpp_tlv_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_smpp_vectors_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_cpim_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_cpm_ids_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_digest_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_header_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_imdn_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_inflate_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_json_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_multipart_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_xml_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_field_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_frame_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_segment_text_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_segment_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_gsm7_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_udh_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_ucs2_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_utf8_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_timestamp_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_segment_cut_LDADD = $(CODEC_TEST_LIBS)

# The same octets by other people's codecs, one program each: their names and
# gwlib's own malloc must not meet. Kannel's archives have no pkg-config file.
oracle_tests =
oracle_tests += tests/codecs/oracle_kannel
oracle_tests += tests/codecs/oracle_smpp34

check_PROGRAMS += $(oracle_tests)
TESTS += $(oracle_tests)

ORACLE_SOURCES = tests/codecs/oracle.h tests/codecs/oracle_smpp.c \
	tests/codecs/smpp_samples.c tests/codecs/smpp_samples.h
KANNEL_CPPFLAGS = $(XML_CFLAGS) -isystem $(KANNEL_INCLUDE)

tests_codecs_oracle_kannel_SOURCES = tests/codecs/oracle_kannel.c \
	$(ORACLE_SOURCES)
tests_codecs_oracle_kannel_CPPFLAGS = $(AM_CPPFLAGS) $(KANNEL_CPPFLAGS)
tests_codecs_oracle_kannel_LDADD = $(CODEC_TEST_LIBS) -lgw $(KANNEL_LIBS)
tests_codecs_oracle_smpp34_SOURCES = tests/codecs/oracle_smpp34.c \
	$(ORACLE_SOURCES)
tests_codecs_oracle_smpp34_LDADD = $(CODEC_TEST_LIBS) -lsmpp34

# `make bench-smpp`: our SMPP codec beside libsmpp34's and Kannel's. Without
# sanitizers whatever configure said, so they compile the codecs themselves.
BENCH_CFLAGS = -std=c17 -O2 -Wall -Wextra -Werror
BENCH_SMPP_SOURCES = tests/bench/codec_smpp.c tests/codecs/oracle.h \
	codecs/arena.c codecs/bytes.c codecs/err.c codecs/smpp_layout.c \
	codecs/smpp_names.c codecs/smpp_pdu.c codecs/smpp_tlv.c
smpp_benches = tests/bench/codec_smpp tests/bench/codec_smpp34 \
	tests/bench/codec_kannel

EXTRA_PROGRAMS = $(smpp_benches)
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
tests_codecs_test_cpim_write_LDADD = $(CODEC_TEST_LIBS)
tests_codecs_test_utf8_step_LDADD = $(CODEC_TEST_LIBS)

# Fuzz entries: one line each below, tests/fuzz/fuzz_NAME.c and a folder
# tests/fuzz/corpus/NAME of small hand-written inputs. `make check` replays
# the corpus; `make fuzz FUZZ_SECONDS=600` lets clang's libFuzzer search.
noinst_LIBRARIES += libreplay.a
libreplay_a_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz.h
libreplay_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFUZZ_CORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
# The libraries of a program that names none, as the fuzz entries do.
LDADD = libreplay.a libcodecs.a $(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

fuzz_tests =
fuzz_tests += tests/fuzz/fuzz_base64
fuzz_tests += tests/fuzz/fuzz_bytes
fuzz_tests += tests/fuzz/fuzz_cpim
fuzz_tests += tests/fuzz/fuzz_cpm_ids
fuzz_tests += tests/fuzz/fuzz_digest
fuzz_tests += tests/fuzz/fuzz_header
fuzz_tests += tests/fuzz/fuzz_imdn
fuzz_tests += tests/fuzz/fuzz_inflate
fuzz_tests += tests/fuzz/fuzz_json
fuzz_tests += tests/fuzz/fuzz_multipart
fuzz_tests += tests/fuzz/fuzz_xml
fuzz_tests += tests/fuzz/fuzz_adapter
fuzz_tests += tests/fuzz/fuzz_smpp_map
fuzz_tests += tests/fuzz/fuzz_smpp_pdu
fuzz_tests += tests/fuzz/fuzz_smpp_receipt
fuzz_tests += tests/fuzz/fuzz_frame
fuzz_tests += tests/fuzz/fuzz_leg
fuzz_tests += tests/fuzz/fuzz_message
fuzz_tests += tests/fuzz/fuzz_settings
fuzz_tests += tests/fuzz/fuzz_address
fuzz_tests += tests/fuzz/fuzz_gsm7
fuzz_tests += tests/fuzz/fuzz_segment
fuzz_tests += tests/fuzz/fuzz_timestamp
fuzz_tests += tests/fuzz/fuzz_udh
fuzz_tests += tests/fuzz/fuzz_trace

check_PROGRAMS += $(fuzz_tests)
TESTS += $(fuzz_tests)
EXTRA_DIST += tests/fuzz/corpus

FUZZ_SECONDS = 60
FUZZ_FLAGS = -std=c17 -g -O1 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize-recover=all
fuzz_programs = $(fuzz_tests:tests/fuzz/%=fuzz/%)
# The images of gateway/ are fuzzed too; they need nothing but these files.
fuzz_images = gateway/adapter.c gateway/checksum.c gateway/leg.c \
	gateway/message.c gateway/trace_form.c \
	gateway/outcome.c policy/facts.c $(libgatewaycheck_a_SOURCES)
fuzz_settings = $(filter gateway/settings%,$(libgateway_a_SOURCES)) \
	$(libtables_a_SOURCES)
# Of the SMPP side what needs no loop.
fuzz_smpp = adapters/smpp/progress.c adapters/smpp/receipt_out.c \
	adapters/smpp/smpp_in.c adapters/smpp/smpp_map.c \
	adapters/smpp/smpp_out.c adapters/smpp/smpp_report.c \
	adapters/smpp/text_out.c
fuzz_objects = $(patsubst %.c,fuzz/%.o,$(filter %.c,$(libcodecs_a_SOURCES)) \
	$(filter %.c,$(fuzz_images) $(fuzz_settings) $(fuzz_smpp)))

fuzz/%.o: $(srcdir)/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CLANG) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
		$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -c -o $@ $<

fuzz/fuzz_%: $(srcdir)/tests/fuzz/fuzz_%.c $(fuzz_objects)
	$(AM_V_CCLD)$(CLANG) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
		$(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ \
		$(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)

# What is found stays in fuzz/NAME.found, inputs that fail in fuzz/NAME.*
fuzz: $(fuzz_programs)
	@good=0; bad=0; \
	for program in $(fuzz_programs); do \
		name=$${program#fuzz/fuzz_}; $(MKDIR_P) fuzz/$$name.found; \
		if ./$$program -max_total_time=$(FUZZ_SECONDS) -timeout=10 \
			-rss_limit_mb=2048 -artifact_prefix=fuzz/$$name. \
			-print_final_stats=1 fuzz/$$name.found \
			$(srcdir)/tests/fuzz/corpus/$$name \
			>fuzz/$$name.log 2>&1; \
		then good=$$((good + 1)); echo "PASS: $$name"; \
		else bad=$$((bad + 1)); echo "FAIL: $$name"; \
			tail -n 40 fuzz/$$name.log; fi; \
	done; \
	echo "$$good passed, $$bad failed"; test $$bad -eq 0

clean-local: clean-fuzz
clean-fuzz:
	-rm -rf fuzz
.PHONY: fuzz clean-fuzz
-include $(fuzz_objects:.o=.d)

# The unit tests of gateway/: tests/gateway/test_NAME.c each.
noinst_LIBRARIES += libgatewaycheck.a
libgatewaycheck_a_SOURCES =
libgatewaycheck_a_SOURCES += tests/gateway/full_message.c tests/gateway/full_message.h
libgatewaycheck_a_SOURCES += tests/gateway/link_values.c tests/gateway/link_values.h
GATEWAY_TEST_LIBS = libcheck.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a $(CUNIT_LIBS) $(SQLITE_LIBS) $(XML_LIBS) \
	$(CRYPTO_LIBS) $(ZLIB_LIBS)
gateway_tests =
gateway_tests += tests/gateway/test_adapter
gateway_tests += tests/gateway/test_children
gateway_tests += tests/gateway/test_gwctl
gateway_tests += tests/gateway/test_commit
gateway_tests += tests/gateway/test_crash
gateway_tests += tests/gateway/test_inflight
gateway_tests += tests/gateway/test_keys
gateway_tests += tests/gateway/test_lane
gateway_tests += tests/gateway/test_leg
gateway_tests += tests/gateway/test_link
gateway_tests += tests/gateway/test_live
gateway_tests += tests/gateway/test_loop
gateway_tests += tests/gateway/test_loop_su
gateway_tests += tests/gateway/test_message
gateway_tests += tests/gateway/test_oplog
gateway_tests += tests/gateway/test_settings
gateway_tests += tests/gateway/test_store
gateway_tests += tests/gateway/test_store_lists
gateway_tests += tests/gateway/test_trace

check_PROGRAMS += $(gateway_tests)
TESTS += $(gateway_tests)

tests_gateway_test_adapter_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_children_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_gwctl_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_leg_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_live_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_lane_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_keys_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_inflight_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_link_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_loop_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_loop_su_CPPFLAGS = $(AM_CPPFLAGS) $(SOFIA_CFLAGS)
tests_gateway_test_loop_su_LDADD = libloopsu.a $(GATEWAY_TEST_LIBS) $(SOFIA_LIBS)
tests_gateway_test_message_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_oplog_LDADD = $(GATEWAY_TEST_LIBS)
tests_gateway_test_settings_LDADD = $(GATEWAY_TEST_LIBS)

FUZZ_IMAGE_LIBS = libreplay.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a
tests_fuzz_fuzz_adapter_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_leg_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_message_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_settings_LDADD = $(FUZZ_IMAGE_LIBS)

# Tests of programs: scripts that find them in the build directory.
program_tests =
program_tests += tests/gateway/test_conf.sh
TESTS += $(program_tests)
EXTRA_DIST += $(program_tests)

# The tests of adapters/: programs that speak with the built ones.
ADAPTER_TEST_LIBS = libcheck.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a $(CUNIT_LIBS) $(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS)
adapter_tests =
adapter_tests += tests/adapters/test_loopback
adapter_tests += tests/adapters/test_sip_auth
adapter_tests += tests/adapters/test_sip_deliver
adapter_tests += tests/adapters/test_sip_hostile
adapter_tests += tests/adapters/test_sip_link
adapter_tests += tests/adapters/test_sip_map
adapter_tests += tests/adapters/test_smpp_arrive
adapter_tests += tests/adapters/test_smpp_client
adapter_tests += tests/adapters/test_smpp_deliver
adapter_tests += tests/adapters/test_smpp_map
adapter_tests += tests/adapters/test_smpp_parts
adapter_tests += tests/adapters/test_sip_reports
adapter_tests += tests/adapters/test_sip_stream
adapter_tests += tests/adapters/test_smpp_server
adapter_tests += tests/adapters/test_smpp_text

check_PROGRAMS += $(adapter_tests)
TESTS += $(adapter_tests)

tests_adapters_test_loopback_LDADD = $(ADAPTER_TEST_LIBS)

# Tests of cpmgw-sip: its engine and its devices.
noinst_LIBRARIES += libsipcheck.a
libsipcheck_a_SOURCES = tests/adapters/sip_world.c tests/adapters/sip_world.h \
	tests/adapters/sip_device.c tests/adapters/sip_sample.c \
	tests/adapters/sip_sample.h
libsipcheck_a_CPPFLAGS = $(AM_CPPFLAGS) $(CUNIT_CFLAGS)
SIP_TEST_LIBS = libsipcheck.a $(ADAPTER_TEST_LIBS)
SIP_UNIT_LIBS = libsip.a $(ADAPTER_TEST_LIBS)
tests_adapters_test_sip_auth_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_map_LDADD = $(SIP_UNIT_LIBS)
tests_adapters_test_sip_deliver_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_hostile_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_reports_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_link_LDADD = $(SIP_TEST_LIBS)
tests_adapters_test_sip_stream_LDADD = $(SIP_TEST_LIBS)
# cpmgw-smpp: the program at both its ends, and its tables alone.
SMPP_TEST_LIBS = libsmppcheck.a libcheck.a libsmppside.a $(ADAPTER_LIBS) \
	$(CUNIT_LIBS)
noinst_LIBRARIES += libsmppcheck.a
libsmppcheck_a_SOURCES = tests/adapters/smpp_world.c tests/adapters/smpp_world.h
tests_adapters_test_smpp_arrive_LDADD = $(SMPP_TEST_LIBS)
tests_fuzz_fuzz_smpp_map_LDADD = libreplay.a libsmppside.a $(ADAPTER_LIBS)
tests_adapters_test_smpp_client_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_deliver_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_map_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_parts_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_server_LDADD = $(SMPP_TEST_LIBS)
tests_adapters_test_smpp_text_LDADD = $(SMPP_TEST_LIBS)
tests_fuzz_fuzz_trace_LDADD = $(FUZZ_IMAGE_LIBS)

# A disk in memory that loses power, fills up and fails when it is told.
noinst_LIBRARIES += libsimdisk.a
libsimdisk_a_SOURCES = tests/sim/disk.c tests/sim/disk.h \
	tests/sim/disk_inside.h tests/sim/disk_vfs.c

STORE_TEST_LIBS = libcheck.a libsimdisk.a libgateway.a libpolicy.a \
	libcodecs.a $(CUNIT_LIBS) $(SQLITE_LIBS)
tests_gateway_test_commit_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_commit_SOURCES = tests/gateway/test_commit.c \
	tests/gateway/commit_fixture.c tests/gateway/commit_fixture.h
tests_gateway_test_crash_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_crash_SOURCES = tests/gateway/test_crash.c \
	tests/gateway/commit_fixture.c tests/gateway/commit_fixture.h
tests_gateway_test_store_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_store_SOURCES = tests/gateway/test_store.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_store_lists_LDADD = $(STORE_TEST_LIBS)
tests_gateway_test_store_lists_SOURCES = tests/gateway/test_store_lists.c \
	tests/gateway/store_fixture.c tests/gateway/store_fixture.h
tests_gateway_test_trace_LDADD = $(STORE_TEST_LIBS)

# The house itself: which file may include what.
TESTS += tests/check-layers.sh
EXTRA_DIST += tests/check-layers.sh

# `make bench-store`: lives of messages in the spool beside the disk's limit.
# In the build directory, which should be on the disk that is meant.
EXTRA_PROGRAMS += tests/bench/store_bench
CLEANFILES += tests/bench/store_bench
tests_bench_store_bench_SOURCES = tests/bench/store_bench.c \
	codecs/arena.c codecs/bytes.c codecs/err.c gateway/checksum.c \
	gateway/commit.c gateway/commit_thread.c gateway/schema.c \
	gateway/step.c gateway/store_far.c gateway/store_legs.c \
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

# `make sim SIM_RUNS=100000 SIM_SEED=1`: the engine in a simulated world.
sim_programs = tests/sim/sim
check_PROGRAMS += $(sim_programs)
TESTS += $(sim_programs)
tests_sim_sim_SOURCES =
tests_sim_sim_SOURCES += tests/sim/adapter.c
tests_sim_sim_SOURCES += tests/sim/chance.c
tests_sim_sim_SOURCES += tests/sim/far.c
tests_sim_sim_SOURCES += tests/sim/ledger.c
tests_sim_sim_SOURCES += tests/sim/main.c
tests_sim_sim_SOURCES += tests/sim/people.c
tests_sim_sim_SOURCES += tests/sim/sender.c
tests_sim_sim_SOURCES += tests/sim/sim.c tests/sim/sim.h
tests_sim_sim_SOURCES += tests/sim/verdict.c
tests_sim_sim_SOURCES += tests/sim/wire.c
tests_sim_sim_SOURCES += tests/sim/world.c
tests_sim_sim_LDADD = libsimdisk.a libgateway.a libtables.a libpolicy.a \
	libcodecs.a $(SQLITE_LIBS) $(CRYPTO_LIBS)
SIM_RUNS = 20000
SIM_SEED = 1
sim: tests/sim/sim
	@tests/sim/sim --seed $(SIM_SEED) --runs $(SIM_RUNS)
.PHONY: sim

# The unit tests of policy/: tests/policy/test_NAME.c each.
policy_tests =
policy_tests += tests/policy/test_receipts
policy_tests += tests/policy/test_retry
policy_tests += tests/policy/test_route

check_PROGRAMS += $(policy_tests)
TESTS += $(policy_tests)

POLICY_TEST_LIBS = libcheck.a libpolicy.a libcodecs.a $(CUNIT_LIBS)
tests_policy_test_receipts_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_retry_LDADD = $(POLICY_TEST_LIBS)
tests_policy_test_route_LDADD = $(POLICY_TEST_LIBS)

# What packaging/test.sh runs beside `make check`: real peers, kill -9, full
# disks.
EXTRA_DIST += tests/system/rig.py tests/system/run.py tests/system/peers.py \
	tests/system/device.py tests/system/sipwire.py
EXTRA_DIST += tests/system/test_control.py tests/system/test_esme.py \
	tests/system/test_hold.py tests/system/test_hostile.py \
	tests/system/test_kannel.py tests/system/test_links.py \
	tests/system/test_phone.py tests/system/test_reports.py \
	tests/system/test_run.py tests/system/test_sip.py \
	tests/system/test_sipp.py tests/system/test_sms_in.py \
	tests/system/test_sms_out.py
EXTRA_DIST += tests/fault/kill_loopback.py tests/fault/test_disk.py \
	tests/fault/test_kill.py
EXTRA_DIST += tests/peers/kannel/esme.conf tests/peers/sipp/message.xml \
	tests/peers/sipp/receive.xml tests/peers/sipp/register.xml \
	tests/peers/node/package.json tests/peers/node/package-lock.json \
	tests/peers/node/peer.js tests/peers/node/smsc.js \
	tests/peers/node/esme.js
