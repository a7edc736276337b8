# what packaging/ adds to the build
dist_man_MANS =
dist_man_MANS += packaging/man/cpmgw-conf.8
dist_man_MANS += packaging/man/cpmgw-sip.8
dist_man_MANS += packaging/man/cpmgw-smpp.8
dist_man_MANS += packaging/man/cpmgwd.8
dist_man_MANS += packaging/man/gwctl.1

# cpmgw.conf(5) is made from the rows.
nodist_man_MANS = packaging/man/cpmgw.conf.5
CLEANFILES += packaging/man/cpmgw.conf.5
packaging/man/cpmgw.conf.5: cpmgw-conf$(EXEEXT)
	@$(MKDIR_P) $(@D)
	$(AM_V_GEN)./cpmgw-conf --document man >$@.new && mv $@.new $@

EXTRA_DIST += packaging/build.sh
EXTRA_DIST += packaging/certificates.sh
EXTRA_DIST += packaging/demo/demo.sh
EXTRA_DIST += packaging/demo/package-lock.json
EXTRA_DIST += packaging/demo/package.json
EXTRA_DIST += packaging/demo/smsc.js
EXTRA_DIST += packaging/dependencies.sh
EXTRA_DIST += packaging/run.sh
EXTRA_DIST += packaging/test.sh
