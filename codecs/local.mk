# One file a line, sorted: two people's additions then merge by themselves.
noinst_LIBRARIES += libcodecs.a
libcodecs_a_SOURCES =
libcodecs_a_SOURCES += codecs/arena.c codecs/arena.h
libcodecs_a_SOURCES += codecs/bytes.c codecs/bytes.h
libcodecs_a_SOURCES += codecs/err.c codecs/err.h
libcodecs_a_SOURCES += codecs/field.c codecs/field.h
libcodecs_a_SOURCES += codecs/frame.c codecs/frame.h
libcodecs_a_SOURCES += codecs/gsm7.c codecs/gsm7.h
libcodecs_a_SOURCES += codecs/gsm7_tables.c codecs/gsm7_tables.h
libcodecs_a_SOURCES += codecs/segment.c codecs/segment.h
libcodecs_a_SOURCES += codecs/segment_text.c
libcodecs_a_SOURCES += codecs/ucs2.c codecs/ucs2.h
libcodecs_a_SOURCES += codecs/udh.c codecs/udh.h
libcodecs_a_SOURCES += codecs/utf8.c codecs/utf8.h
libcodecs_a_SOURCES += codecs/utf8_tidy.c
