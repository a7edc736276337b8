#include "gateway/past.h"

#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "codecs/arena.h"
#include "gateway/trace.h"

#define QUESTIONS_MAX 256	/* at once                                    */
#define NAME_ROOM     64
#define FROM_ROOM     256
#define STORIES_MAX   4		/* a part and the whole share their ids      */

struct question {
	struct question *next;
	uint64_t ref;
	char key[NAME_ROOM], account[NAME_ROOM], from[FROM_ROOM];
	bool his;
	struct standing standing;
};

struct past {
	struct loop *loop;
	char *directory;
	past_told *told;
	void *arg;
	int wake;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t more;
	bool started, ending;
	unsigned n;			/* asked and not yet told */
	struct question *asked, **last_asked;
	struct question *answered;
};

/* -- the thread ------------------------------------------------------------- */

static enum delivery_state state_named(const char *name)
{
	enum delivery_state s;

	for (s = STATE_NONE; s <= STATE_ACKNOWLEDGED; s++)
		if (strcmp(delivery_state_name(s), name) == 0)
			return s;
	return STATE_NONE;
}

static bool is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

/* Of "UNDELIV err:045"; 0: it names none, or one that is no number. */
static uint32_t error_of(const char *text)
{
	const char *at = text == NULL ? NULL : strstr(text, PAST_ERROR);
	uint64_t number;

	if (at == NULL || bytes_decimal(bytes_of(at + strlen(PAST_ERROR)),
					UINT32_MAX, &number) != OK)
		return 0;
	return (uint32_t)number;
}

/* All segments delivered is delivered; anything else counts before that. */
static void ended(struct question *q, const struct trace_record *r)
{
	enum delivery_state s = state_named(r->verdict);

	if (!delivery_state_final(s) ||
	    (s == STATE_DELIVERED && delivery_state_final(q->standing.state)))
		return;
	q->standing.state = s;
	q->standing.event_us = r->time_us;
	q->standing.far_code = error_of(r->text);
}

static void look(void *arg, const struct trace_record *r)
{
	struct question *q = arg;

	if (is(r->step, "intake") && is(r->peer, q->account) &&
	    (q->from[0] == '\0' || is(r->from, q->from)))
		q->his = true;
	if (r->verdict != NULL &&
	    (is(r->step, "settled") || is(r->step, "report-in")))
		ended(q, r);
	if (is(r->step, "outcome") && is(r->verdict, "delivered") &&
	    q->standing.state == STATE_ENROUTE) {
		q->standing.state = STATE_DELIVERED;
		q->standing.event_us = r->time_us;
	}
}

static void find(const struct past *p, struct question *q)
{
	size_t limit = STORIES_MAX;

	q->standing = (struct standing){ .class = OUTCOME_DELIVERED,
					 .state = STATE_ENROUTE };
	if (trace_find(p->directory, q->key, &limit, look, q) != OK || !q->his)
		q->standing = (struct standing){ .class = OUTCOME_ADDRESS };
}

/* NULL: it is time to end. */
static struct question *next_question(struct past *p)
{
	struct question *q;

	pthread_mutex_lock(&p->lock);
	while (p->asked == NULL && !p->ending)
		pthread_cond_wait(&p->more, &p->lock);
	q = p->ending ? NULL : p->asked;
	if (q != NULL && (p->asked = q->next) == NULL)
		p->last_asked = &p->asked;
	pthread_mutex_unlock(&p->lock);
	return q;
}

static void *read_on(void *arg)
{
	struct past *p = arg;
	struct question *q;

	while ((q = next_question(p)) != NULL) {
		find(p, q);
		pthread_mutex_lock(&p->lock);
		q->next = p->answered;
		p->answered = q;
		pthread_mutex_unlock(&p->lock);
		(void)eventfd_write(p->wake, 1);	/* fails only when full */
	}
	return NULL;
}

/* -- the loop's side ---------------------------------------------------------- */

static void free_all(struct question *q)
{
	struct question *next;

	for (; q != NULL; q = next) {
		next = q->next;
		mem_free(q);
	}
}

static void told(void *arg, int fd, unsigned events)
{
	struct past *p = arg;
	struct question *q, *next;
	eventfd_t count;

	(void)events;
	(void)eventfd_read(fd, &count);		/* nothing there: no matter */
	pthread_mutex_lock(&p->lock);
	q = p->answered;
	p->answered = NULL;
	pthread_mutex_unlock(&p->lock);
	for (; q != NULL; q = next) {
		next = q->next;
		p->n--;
		p->told(p->arg, q->ref, &q->standing);
		mem_free(q);
	}
}

void past_ask(struct past *p, uint64_t ref, const char *key,
	      const char *account, const char *from)
{
	struct question *q = NULL;

	if (p->n < QUESTIONS_MAX && strlen(account) < NAME_ROOM &&
	    strlen(key) < NAME_ROOM && strlen(from) < FROM_ROOM)
		q = mem_zero(sizeof *q);
	if (q == NULL) {
		p->told(p->arg, ref,
			&(struct standing){ .class = OUTCOME_LATER });
		return;
	}
	q->ref = ref;
	strcpy(q->key, key);
	strcpy(q->account, account);
	strcpy(q->from, from);
	p->n++;
	pthread_mutex_lock(&p->lock);
	*p->last_asked = q;
	p->last_asked = &q->next;
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
}

void past_free(struct past *p)
{
	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
	if (p->started)
		pthread_join(p->thread, NULL);
	if (p->wake >= 0) {
		loop_unwatch(p->loop, p->wake);
		close(p->wake);
	}
	free_all(p->asked);
	free_all(p->answered);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->more);
	mem_free(p->directory);
	mem_free(p);
}

struct past *past_new(struct loop *loop, const char *directory,
		      past_told *tell, void *arg)
{
	struct past *p = mem_zero(sizeof *p);

	if (p == NULL)
		return NULL;
	p->loop = loop;
	p->told = tell;
	p->arg = arg;
	p->last_asked = &p->asked;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	p->directory = mem_string(directory);
	if (p->directory == NULL || p->wake < 0 ||
	    loop_watch(loop, p->wake, LOOP_READ, told, p) != OK ||
	    pthread_create(&p->thread, NULL, read_on, p) != 0) {
		past_free(p);
		return NULL;
	}
	p->started = true;
	return p;
}
