# Fuzz entries: one line each below, tests/fuzz/fuzz_NAME.c and a folder
# tests/fuzz/corpus/NAME of small hand-written inputs. `make check` replays
# the corpus; `make fuzz FUZZ_SECONDS=600` lets clang's libFuzzer search.
noinst_LIBRARIES += libreplay.a
libreplay_a_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz.h
libreplay_a_CPPFLAGS = $(AM_CPPFLAGS) \
	-DFUZZ_CORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'

fuzz_tests =
fuzz_tests += tests/fuzz/fuzz_adapter
fuzz_tests += tests/fuzz/fuzz_address
fuzz_tests += tests/fuzz/fuzz_base64
fuzz_tests += tests/fuzz/fuzz_bytes
fuzz_tests += tests/fuzz/fuzz_charset
fuzz_tests += tests/fuzz/fuzz_cpim
fuzz_tests += tests/fuzz/fuzz_cpm_ids
fuzz_tests += tests/fuzz/fuzz_digest
fuzz_tests += tests/fuzz/fuzz_east
fuzz_tests += tests/fuzz/fuzz_frame
fuzz_tests += tests/fuzz/fuzz_group_document
fuzz_tests += tests/fuzz/fuzz_gsm7
fuzz_tests += tests/fuzz/fuzz_header
fuzz_tests += tests/fuzz/fuzz_imdn
fuzz_tests += tests/fuzz/fuzz_inflate
fuzz_tests += tests/fuzz/fuzz_json
fuzz_tests += tests/fuzz/fuzz_leg
fuzz_tests += tests/fuzz/fuzz_message
fuzz_tests += tests/fuzz/fuzz_multipart
fuzz_tests += tests/fuzz/fuzz_resource_list
fuzz_tests += tests/fuzz/fuzz_rewrite
fuzz_tests += tests/fuzz/fuzz_provisioning
fuzz_tests += tests/fuzz/fuzz_push_si
fuzz_tests += tests/fuzz/fuzz_push_sl
fuzz_tests += tests/fuzz/fuzz_pushed
fuzz_tests += tests/fuzz/fuzz_rpdu
fuzz_tests += tests/fuzz/fuzz_scrypt
fuzz_tests += tests/fuzz/fuzz_segment
fuzz_tests += tests/fuzz/fuzz_settings
fuzz_tests += tests/fuzz/fuzz_smpp_map
fuzz_tests += tests/fuzz/fuzz_smpp_pdu
fuzz_tests += tests/fuzz/fuzz_smpp_receipt
fuzz_tests += tests/fuzz/fuzz_smpp_tag_set
fuzz_tests += tests/fuzz/fuzz_smsip
fuzz_tests += tests/fuzz/fuzz_smpp_vendor
fuzz_tests += tests/fuzz/fuzz_timestamp
fuzz_tests += tests/fuzz/fuzz_tpdu
fuzz_tests += tests/fuzz/fuzz_trace
fuzz_tests += tests/fuzz/fuzz_translit
fuzz_tests += tests/fuzz/fuzz_udh
fuzz_tests += tests/fuzz/fuzz_wbxml
fuzz_tests += tests/fuzz/fuzz_wsp
fuzz_tests += tests/fuzz/fuzz_xml

check_PROGRAMS += $(fuzz_tests)
TESTS += $(fuzz_tests)
EXTRA_DIST += tests/fuzz/corpus

FUZZ_IMAGE_LIBS = libreplay.a libgatewaycheck.a libgateway.a libtables.a \
	libpolicy.a libcodecs.a
tests_fuzz_fuzz_adapter_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_leg_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_message_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_settings_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_trace_LDADD = $(FUZZ_IMAGE_LIBS)
tests_fuzz_fuzz_smsip_LDADD = libreplay.a libsip.a $(ADAPTER_LIBS)
tests_fuzz_fuzz_smpp_map_LDADD = libreplay.a libsmppside.a $(ADAPTER_LIBS)

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
fuzz_smpp = adapters/short.c adapters/smpp/keep.c adapters/smpp/numbers.c \
	adapters/smpp/progress.c \
	adapters/smpp/receipt_out.c \
	adapters/smpp/smpp_in.c adapters/smpp/smpp_map.c \
	adapters/smpp/smpp_out.c adapters/smpp/smpp_report.c \
	adapters/smpp/text_out.c policy/receipts.c
# And of SMS over IP.
fuzz_smsip = adapters/sip/identity.c adapters/sip/smsip_draft.c \
	adapters/sip/smsip_in.c adapters/sip/smsip_map.c
fuzz_objects = $(patsubst %.c,fuzz/%.o,$(filter %.c,$(libcodecs_a_SOURCES)) \
	$(filter %.c,$(fuzz_images) $(fuzz_settings) $(fuzz_smpp) \
	$(fuzz_smsip)))

fuzz/%.o: $(srcdir)/%.c
	@$(MKDIR_P) $(@D)
	$(AM_V_CC)$(CLANG) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
		$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

fuzz/fuzz_%: $(srcdir)/tests/fuzz/fuzz_%.c $(fuzz_objects)
	$(AM_V_CCLD)$(CLANG) $(DEFS) $(DEFAULT_INCLUDES) $(AM_CPPFLAGS) \
		$(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ \
		$(XML_LIBS) $(CRYPTO_LIBS) $(ZLIB_LIBS) \
	$(UTF8PROC_LIBS)

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
