/*
 * gateway/link.h - frames (codecs/frame.h) both ways over one UNIX stream
 * socket. What is written in a turn of the loop leaves with one system call
 * at its end; what is read comes many frames a call.
 */
#ifndef GATEWAY_LINK_H
#define GATEWAY_LINK_H

#include "codecs/frame.h"
#include "gateway/loop.h"

#define LINK_HIGH	(1024 * 1024)	/* octets that wait: slow down      */
#define LINK_LOW	(256 * 1024)	/* go on                            */
#define LINK_LIMIT	(32 * 1024 * 1024)	/* no more are taken        */

struct link;

/* All may send on the link, and may free it. */
struct link_events {
	/* `fd` is the descriptor that came with it, now the callee's, or -1.
	 * The payload is valid until it returns.                            */
	void (*frame)(void *arg, const struct frame *f, int fd);
	/* Once, and nothing after it. ERR_CLOSED: the other side has ended;
	 * what frame_decode() says: it does not speak frames; ERR_IO.       */
	void (*closed)(void *arg, enum err why);
	/* Output waits above LINK_HIGH, or is below LINK_LOW again. May be
	 * NULL.                                                             */
	void (*high)(void *arg, bool high);
};

/**
 * Takes `fd`, makes it non-blocking and close-on-exec. NULL: no memory, or
 * no such descriptor; then `fd` is still the caller's.
 */
struct link *link_new(struct loop *loop, int fd,
		      const struct link_events *events, void *arg);

/** Closes it; what was not sent is lost. NULL is fine. */
void link_free(struct link *l);

/**
 * Opens a frame right in the output: write its payload into the returned
 * buffer, then link_close_frame(). No other call on the link in between.
 */
struct buf *link_open_frame(struct link *l, enum frame_type type, uint64_t ref);

/** What failed since link_open_frame(); then nothing of it is sent.
 *  ERR_TOOBIG, ERR_NOMEM, or what else its writer left in the buffer. */
enum err link_close_frame(struct link *l) CHECKED;

/**
 * Sends one whole frame, f->fds taken from `fd`: a descriptor, taken over
 * when it returns OK, or -1. ERR_TOOBIG, ERR_NOMEM, ERR_CLOSED.
 */
enum err link_send(struct link *l, const struct frame *f, int fd) CHECKED;

/** Octets that the other side's socket has not taken yet. */
size_t link_pending_octets(const struct link *l);

/** Writes now what it can; happens by itself at the end of the turn. */
void link_flush(struct link *l);

/** For a program's last words: waits until all is written, at most so long. */
void link_finish(struct link *l, int wait_ms);

#endif
