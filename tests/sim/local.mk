# A disk in memory that loses power, fills up and fails when it is told.
noinst_LIBRARIES += libsimdisk.a
libsimdisk_a_SOURCES = tests/sim/disk.c tests/sim/disk.h \
	tests/sim/disk_inside.h tests/sim/disk_vfs.c

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
	libcodecs.a $(SQLITE_LIBS) $(XML_LIBS) $(CRYPTO_LIBS)
SIM_RUNS = 20000
SIM_SEED = 1
sim: tests/sim/sim
	@tests/sim/sim --seed $(SIM_SEED) --runs $(SIM_RUNS)
.PHONY: sim
