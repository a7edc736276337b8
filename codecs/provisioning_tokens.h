/*
 * codecs/provisioning_tokens.h - the tokens of a provisioning document in
 * WBXML. Spec: OMA-WAP-ProvCont 1.1 7.
 */
#ifndef CODECS_PROVISIONING_TOKENS_H
#define CODECS_PROVISIONING_TOKENS_H

#include "codecs/wbxml.h"

#define PROVISIONING_PUBLIC_TEXT "-//WAPFORUM//DTD PROV 1.0//EN"

/* Public identifier 0x0B, code pages 0 and 1. */
extern const struct wbxml_vocabulary provisioning_vocabulary;

#endif
