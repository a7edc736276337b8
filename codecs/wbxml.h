/*
 * codecs/wbxml.h - binary XML of small WAP documents <-> the tree of
 * codecs/xml.h. Spec: WAP-192-WBXML (1.3), which reads 1.1 and 1.2 as well.
 *
 * What the tokens mean is in a vocabulary, one for each kind of document.
 */
#ifndef CODECS_WBXML_H
#define CODECS_WBXML_H

#include "codecs/xml.h"

#define WBXML_TEXT_MAX	   (256 * 1024) /* octets of all text               */
#define WBXML_CHARSET_UTF8 106	/* IANA's MIBenum                            */

struct wbxml_tag {
	uint8_t page, token;	/* 0x05..0x3F                                */
	const char *name;
};

struct wbxml_start {
	uint8_t page, token;	/* 0x05..0x7F                                */
	const char *name;
	const char *value;	/* what the value begins with, "" nothing    */
};

struct wbxml_word {
	uint8_t page, token;	/* 0x85..0xFF, of the attribute pages        */
	const char *text;
};

/* Tables end with a row that has no name or text. */
struct wbxml_vocabulary {
	uint32_t public_id;	/* the number of the document type           */
	const char *public_text; /* and its name                             */
	const struct wbxml_tag *tags;
	const struct wbxml_start *starts;
	const struct wbxml_word *words;
	/*
	 * Values are put together from tokens (URLs); else the writer uses a
	 * token only for a whole value. The reader joins them always.
	 */
	bool pieces;
	/*
	 * Appends an OPAQUE attribute value as text. NULL, or
	 * ERR_UNSUPPORTED: the attribute has none.
	 */
	enum err (*opaque)(struct bytes attribute, struct bytes octets,
			   struct buf *text);
};

/**
 * Reads a document into a tree in `a`, as xml_read would; texts are UTF-8
 * without NULs. Charsets: UTF-8 (and 0, unknown), US-ASCII, ISO-8859-1.
 * OPAQUE in content counts as text. Processing instructions are passed over.
 * ERR_MORE: the input ends inside the document. ERR_MALFORMED: it breaks the
 * grammar (clause 5), a string has no end or no place in the table, or is
 * not of its charset. ERR_UNSUPPORTED: another version, charset or document
 * type; a token that `v` does not know; an extension token. ERR_TOOBIG: above
 * WBXML_TEXT_MAX or a limit of codecs/xml.h; ERR_NOMEM. *why as ever.
 */
enum err wbxml_read(struct bytes in, const struct wbxml_vocabulary *v,
		    struct arena *a, struct xml_node **root,
		    struct fault *why) CHECKED;

/* Writes a document token by token; remembers its first failure. */
struct wbxml_writer {
	struct buf *to;
	const struct wbxml_vocabulary *v;
	uint8_t tag_page, start_page;
	enum err bad;
};

/* What an element has behind its tag. */
#define WBXML_CONTENT	 0x40
#define WBXML_ATTRIBUTES 0x80

/**
 * Starts a document: version 1 to 3 of WBXML 1.x, UTF-8, an empty string
 * table. Then for each element wbxml_open; its attributes and wbxml_end, when
 * it has such; its content and wbxml_end, when it has such.
 */
void wbxml_begin(struct wbxml_writer *w, const struct wbxml_vocabulary *v,
		 unsigned version, struct buf *to);
void wbxml_open(struct wbxml_writer *w, const char *name, unsigned has);
void wbxml_attribute(struct wbxml_writer *w, const char *name,
		     struct bytes value);
void wbxml_attribute_opaque(struct wbxml_writer *w, const char *name,
			    struct bytes octets);
void wbxml_text(struct wbxml_writer *w, struct bytes text);
void wbxml_end(struct wbxml_writer *w);

/**
 * ERR_UNSUPPORTED: a name that the vocabulary has not; ERR_RANGE: a text
 * that is not UTF-8 or has a NUL in it; else what the buffer says.
 */
enum err wbxml_status(const struct wbxml_writer *w) CHECKED;

#endif
