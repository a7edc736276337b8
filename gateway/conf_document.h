/*
 * gateway/conf_document.h - the rows as documents: a commented configuration
 * file, and the manual page cpmgw.conf(5).
 */
#ifndef GATEWAY_CONF_DOCUMENT_H
#define GATEWAY_CONF_DOCUMENT_H

#include "codecs/bytes.h"

/** conf/cpmgw.conf: every setting with what it does, commented out. */
void conf_document_file(struct buf *to);

/** cpmgw.conf(5) in roff's man macros. */
void conf_document_man(struct buf *to);

#endif
