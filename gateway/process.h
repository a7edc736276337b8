/* gateway/process.h - starting another of our programs; files with pids. */
#ifndef GATEWAY_PROCESS_H
#define GATEWAY_PROCESS_H

#include <sys/types.h>

#include "codecs/bytes.h"

#define PROCESS_LINK_FD 3

struct process {
	pid_t pid;
	int pidfd;		/* readable when it has ended          */
	int link;		/* our end of the socket between us    */
};

/**
 * Starts `path` as `path --link 3`: descriptor 3 is its end of a new stream
 * socket, 0 is /dev/null, 1 and 2 are ours, all others are closed on exec;
 * signals as at the beginning of a program, environment kept. ERR_NOTFOUND:
 * no such program; ERR_IO.
 */
enum err process_start(const char *path, struct process *out) CHECKED;

/** Writes "<pid>\n" as <directory>/<program>.pid, replacing it at once. */
enum err process_pidfile_write(const char *directory, const char *program,
			       pid_t pid) CHECKED;
void process_pidfile_remove(const char *directory, const char *program);

#endif
