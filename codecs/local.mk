# One file a line, sorted: two people's additions then merge by themselves.
noinst_LIBRARIES += libcodecs.a
libcodecs_a_SOURCES =
libcodecs_a_SOURCES += codecs/arena.c codecs/arena.h
libcodecs_a_SOURCES += codecs/bytes.c codecs/bytes.h
libcodecs_a_SOURCES += codecs/err.c codecs/err.h
libcodecs_a_SOURCES += codecs/field.c codecs/field.h
libcodecs_a_SOURCES += codecs/frame.c codecs/frame.h
libcodecs_a_SOURCES += codecs/smpp_layout.c codecs/smpp_layout.h
libcodecs_a_SOURCES += codecs/smpp_names.c codecs/smpp_names.h
libcodecs_a_SOURCES += codecs/smpp_pdu.c codecs/smpp_pdu.h
libcodecs_a_SOURCES += codecs/smpp_receipt.c codecs/smpp_receipt.h
libcodecs_a_SOURCES += codecs/smpp_tlv.c codecs/smpp_tlv.h
