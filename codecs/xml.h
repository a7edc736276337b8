/*
 * codecs/xml.h - small XML documents (IMDN, lists, presence): a bounded
 * reader into a tree, and a writer that escapes. The only file with libxml2.
 *
 * No DOCTYPE, no entities but the five of XML itself, no network, no files.
 */
#ifndef CODECS_XML_H
#define CODECS_XML_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define XML_OCTETS_MAX	   (1024 * 1024)
#define XML_DEPTH_MAX	   32	/* nested elements                           */
#define XML_NODES_MAX	   10000	/* elements in one document          */
#define XML_ATTRIBUTES_MAX 64	/* in one element, declarations included     */

/* All text is UTF-8 in the arena; an absent namespace is empty. */
struct xml_attribute {
	struct bytes ns, name, value;
	struct xml_attribute *next;
};

struct xml_node {
	struct bytes ns, name;	/* namespace URI, local name                 */
	struct bytes text;	/* character data directly inside, joined    */
	struct xml_attribute *attributes;
	struct xml_node *child, *next;
	size_t line;		/* where its tag ends, from 1; as *why       */
};

/**
 * Reads one document; white space in front is skipped. The encoding is
 * UTF-8, US-ASCII or ISO-8859-1; another one is ERR_UNSUPPORTED. ERR_MORE:
 * the document ends inside an element; ERR_MALFORMED: not well-formed
 * (namespaces included), or it has a DOCTYPE; ERR_TOOBIG: above a limit
 * named here; ERR_NOMEM. *why counts octets without the white space.
 */
enum err xml_read(struct bytes in, struct arena *a, struct xml_node **root,
		  struct fault *why) CHECKED;

/** Element `name` of namespace `ns` ("" none). */
bool xml_is(const struct xml_node *n, const char *ns, const char *name);

/** First child of that name, or NULL; `n` may be NULL. */
const struct xml_node *xml_child(const struct xml_node *n, const char *ns,
				 const char *name);

/** Value of an attribute ("" no namespace); empty when absent. */
struct bytes xml_attribute(const struct xml_node *n, const char *ns,
			   const char *name);

/** Text without white space at both ends; NULL is empty. */
struct bytes xml_text(const struct xml_node *n);

/**
 * Appends text with & < > and quotes escaped, CR as a reference. What XML
 * 1.0 cannot hold (clause 2.2), and octets that are not UTF-8, become U+FFFD.
 */
void xml_put_text(struct buf *to, struct bytes text);

/** Appends ` name="value"`; TAB and LF as references too. */
void xml_put_attribute(struct buf *to, const char *name, struct bytes value);

/** Appends `<name>text</name>`. */
void xml_put_element(struct buf *to, const char *name, struct bytes text);

#endif
