/*
 * gateway/ota.h - settings for phones: a group ota-setting as the OMA client
 * provisioning document that a phone takes. Specs: OMA-WAP-ProvCont 1.1 4.5
 * (characteristics), OMNA registrations of the applications w2 and w4.
 */
#ifndef GATEWAY_OTA_H
#define GATEWAY_OTA_H

#include "codecs/provisioning.h"
#include "gateway/settings.h"

#define OTA_GROUP "ota-setting"

/**
 * The document of that group in `arena`; texts are borrowed from the
 * settings. With `hide` a password is stars. ERR_NOMEM.
 */
enum err ota_document(const struct settings_group *g, bool hide,
		      struct arena *arena, struct provisioning *out) CHECKED;

/**
 * Appends what is sent to port 2948: the document in a push PDU, proved by
 * `secret` unless NULL. ERR_RANGE: the secret is none; as
 * provisioning_wbxml_encode() and wsp_push_encode().
 */
enum err ota_push(const struct settings_group *g,
		  const struct provisioning_secret *secret, struct arena *arena,
		  struct buf *to) CHECKED;

#endif
