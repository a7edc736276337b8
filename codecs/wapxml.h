/*
 * codecs/wapxml.h - the textual form of WAP documents (service indications,
 * provisioning): XML that names its DTD, as those specifications ask for.
 */
#ifndef CODECS_WAPXML_H
#define CODECS_WAPXML_H

#include "codecs/xml.h"

/**
 * As xml_read, but a DOCTYPE with an external identifier alone is passed
 * over; nothing is fetched. ERR_MALFORMED: it has an internal subset.
 */
enum err wapxml_read(struct bytes in, struct arena *a, struct xml_node **root,
		     struct fault *why) CHECKED;

/** Appends the XML declaration and a DOCTYPE. */
void wapxml_begin(struct buf *to, const char *name, const char *public_text,
		  const char *system);

#endif
