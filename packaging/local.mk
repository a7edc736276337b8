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
