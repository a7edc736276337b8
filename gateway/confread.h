/*
 * gateway/confread.h - the values of configuration files, by Kannel's gwlib.
 * confread.c is the only file that knows it: its licence keeps it out of
 * every other program, and it ends the process where it cannot go on.
 */
#ifndef GATEWAY_CONFREAD_H
#define GATEWAY_CONFREAD_H

#include "gateway/conf_scan.h"
#include "gateway/settings.h"

/**
 * Adds every group and setting of the scan to `to`, values unquoted. Once in
 * a process; gwlib may exit() or abort() instead of returning, so the caller
 * runs it in a process of its own. ERR_IO, ERR_NOMEM, ERR_TOOBIG;
 * ERR_MALFORMED: gwlib sees other groups than the scan.
 */
enum err confread(const struct conf_scan *scan,
		  struct settings_raw *to) CHECKED;

#endif
