# what conf/ adds to the build
dist_pkgsysconf_DATA = conf/cpmgw.conf
pkgsysconfdir = $(sysconfdir)/cpmgw
EXTRA_DIST += conf/groups/walkers.xml
EXTRA_DIST += conf/lab/cpmgw.conf conf/lab/links.conf conf/lab/people.conf

# conf/cpmgw.conf is what the rows say; tests/gateway/test_conf.sh holds it.
conf-current: cpmgw-conf
	./cpmgw-conf --document conf >$(srcdir)/conf/cpmgw.conf
.PHONY: conf-current
