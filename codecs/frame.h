/*
 * codecs/frame.h - the frames between our own programs, over a stream socket.
 *
 *	length  4  octets of payload, big-endian, at most FRAME_PAYLOAD_MAX
 *	version 1  FRAME_VERSION
 *	type    1  enum frame_type
 *	fds     1  descriptors that came with it (0 or 1)
 *	spare   1  0
 *	ref     8  pairs an answer with its question; 0 when none is awaited
 */
#ifndef CODECS_FRAME_H
#define CODECS_FRAME_H

#include "codecs/bytes.h"

#define FRAME_VERSION		1
#define FRAME_HEADER		16
#define FRAME_PAYLOAD_MAX	(1024 * 1024)

/* E: engine, A: adapter. Payloads: gateway/adapter.h. */
enum frame_type {
	FRAME_HELLO = 1,	/* A>E first of all: struct hello             */
	FRAME_WELCOME,		/* E>A keys and realm: struct welcome         */
	FRAME_PREPARE,		/* E>A settings                               */
	FRAME_PREPARED,		/* A>E ref; payload: complaint, empty is yes  */
	FRAME_COMMIT,		/* E>A use what was prepared                  */
	FRAME_ABORT,		/* E>A forget it                              */
	FRAME_INTAKE,		/* A>E ref: struct intake                     */
	FRAME_ACCEPTED,		/* E>A ref: struct accepted, after the commit */
	FRAME_REFUSED,		/* E>A ref: struct outcome                    */
	FRAME_ANSWER,		/* E>A ref: struct outcome of a native leg    */
	FRAME_LEG,		/* E>A ref is leg.token: struct leg           */
	FRAME_OUTCOME,		/* A>E ref is leg.token: struct outcome       */
	FRAME_CANCEL,		/* E>A ref is leg.token; nothing              */
	FRAME_FAR_REPORT,	/* A>E ref: struct far_report                 */
	FRAME_REPORTED,		/* E>A ref: struct outcome, after the commit  */
	FRAME_PEER,		/* A>E struct peer_state                      */
	FRAME_AVAILABLE,	/* A>E struct presence: registered            */
	FRAME_GONE,		/* A>E struct presence: no device is left     */
	FRAME_LOOKUP,		/* A>E ref: struct lookup                     */
	FRAME_FOUND,		/* E>A ref: struct found                      */
	FRAME_BINDING,		/* A>E ref: struct binding, put or deleted    */
	FRAME_BOUND,		/* E>A ref; after the commit                  */
	FRAME_SNAPSHOT,		/* E>A struct binding, one a frame            */
	FRAME_SNAPSHOT_END,	/* E>A the adapter may open its listeners     */
	FRAME_CHANGED,		/* E>A struct lookup: forget what was cached  */
	FRAME_SLOW,		/* E>A stop reading intake                    */
	FRAME_GO,		/* E>A go on                                  */
	FRAME_CONTROL,		/* E>A ref: struct control: start, drain */
	FRAME_CONTROLLED,	/* A>E ref; payload: complaint, empty is yes,
				 * or what was to be shown: lines of JSON     */
	FRAME_STOP,		/* E>A drain and end                          */
	FRAME_TRACE,		/* A>E struct note for a message's story      */
	FRAME_AMENDMENT,		/* both ways, ref: struct amendment             */
	FRAME_STANDING,		/* the answer, ref: struct standing           */
	FRAME_COMMITTED,	/* A>E it is in use                           */
	FRAME_WAITS,		/* E>A struct waits                           */
	FRAME_LAST
};

struct frame {
	uint8_t type;
	uint8_t fds;
	uint64_t ref;
	struct bytes payload;	/* borrowed */
};

/**
 * Reads the frame at the front of `in`; *used is set to its octets.
 * ERR_MORE: not whole yet. ERR_MALFORMED, ERR_TOOBIG, ERR_UNSUPPORTED
 * (version or type): the stream cannot go on.
 */
enum err frame_decode(struct bytes in, struct frame *out, size_t *used)
	CHECKED;

/** Appends one. Above FRAME_PAYLOAD_MAX: `to` turns bad, ERR_TOOBIG. */
enum err frame_encode(const struct frame *f, struct buf *to) CHECKED;

/** Opens a frame whose payload is written next; then frame_close. */
size_t frame_open(struct buf *to, enum frame_type type, uint64_t ref);
enum err frame_close(struct buf *to, size_t mark) CHECKED;

#endif
