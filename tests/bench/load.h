/*
 * tests/bench/load.h - the loop of the load generators: one thread, epoll,
 * connections with a buffer each way. Everything that one turn has written
 * leaves in one write per connection.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "codecs/bytes.h"

struct load;

struct load_conn {
	struct load *load;
	int fd;			/* -1: closed                                */
	bool listens, dirty, waits;	/* waits: for room in the socket     */
	struct buf in, out;
	/*
	 * Octets have come: takes what is whole off the front of c->in and
	 * says how many octets that was. NULL: the owner reads the fd itself.
	 */
	size_t (*octets)(struct load_conn *c);
	void (*ready)(struct load_conn *c);	/* listener or own reading   */
	void (*closed)(struct load_conn *c);
	void *owner;
	struct load_conn *next_dirty, *next;
};

/** Ends the program with a message when `good` is false. */
void must(bool good, const char *what);

uint64_t now_us(void);			/* monotonic */

struct load *load_new(void);
void load_free(struct load *l);		/* closes everything */

/** Listens on 127.0.0.1; accepted sockets come by load_accept(). */
struct load_conn *load_listen(struct load *l, unsigned port,
			      void (*ready)(struct load_conn *c), void *owner);
/** The next connection of that listener; NULL: none waits. */
struct load_conn *load_accept(struct load_conn *listener, void *owner);
/** Connects to 127.0.0.1, trying for ten seconds. */
struct load_conn *load_connect(struct load *l, unsigned port, void *owner);
/** As load_connect, once; NULL: nobody listens there. */
struct load_conn *load_try(struct load *l, unsigned port, void *owner);
/** Any descriptor that is read by `ready`. */
struct load_conn *load_watch(struct load *l, int fd,
			     void (*ready)(struct load_conn *c), void *owner);

/** Something was put into c->out: it leaves at the end of the turn. */
void load_dirty(struct load_conn *c);
void load_close(struct load_conn *c);
/** Waits for events, at most `ms`, handles them, writes everything out. */
void load_turn(struct load *l, int ms);

#endif
