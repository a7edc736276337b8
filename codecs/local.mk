# One file a line, sorted: two people's additions then merge by themselves.
noinst_LIBRARIES += libcodecs.a
libcodecs_a_SOURCES =
libcodecs_a_SOURCES += codecs/arena.c codecs/arena.h
libcodecs_a_SOURCES += codecs/bytes.c codecs/bytes.h
libcodecs_a_SOURCES += codecs/err.c codecs/err.h
libcodecs_a_SOURCES += codecs/field.c codecs/field.h
libcodecs_a_SOURCES += codecs/frame.c codecs/frame.h
libcodecs_a_SOURCES += codecs/shape.c codecs/shape.h
libcodecs_a_SOURCES += codecs/shape_image.c
