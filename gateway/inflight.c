#include "gateway/inflight.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codecs/arena.h"

#define OCTETS (INFLIGHT_SLOTS * sizeof(uint64_t) + sizeof(struct trailer))

/* Behind the slots: who wrote them. */
struct trailer {
	struct doubt doubt;
	char boot[INFLIGHT_BOOT];
	uint8_t running;	/* not closed in order                        */
	uint8_t spare[4096 - sizeof(struct doubt) - INFLIGHT_BOOT - 1];
};

struct inflight {
	uint64_t *slots;
	bool mapped, doubtful;
	struct doubt doubt;
	uint32_t *free;		/* stack of slots */
	size_t n_free;
	uint32_t *left;		/* slots in use at the open */
	size_t n_left;
};

static enum err fill(struct inflight *f)
{
	uint32_t slot;

	f->free = mem_alloc(INFLIGHT_SLOTS * sizeof *f->free);
	f->left = mem_alloc(INFLIGHT_SLOTS * sizeof *f->left);
	if (f->free == NULL || f->left == NULL)
		return ERR_NOMEM;
	for (slot = INFLIGHT_SLOTS; slot-- > 0;) {
		if (f->slots[slot] == 0)
			f->free[f->n_free++] = slot;
		else
			f->left[f->n_left++] = slot;
	}
	return OK;
}

struct inflight *inflight_new(uint64_t *slots)
{
	struct inflight *f = mem_zero(sizeof *f);

	if (f == NULL)
		return NULL;
	f->slots = slots;
	if (fill(f) != OK) {
		inflight_close(f);
		return NULL;
	}
	return f;
}

static struct trailer *trailer_of(uint64_t *slots)
{
	return (struct trailer *)(void *)(slots + INFLIGHT_SLOTS);
}

/* Another one each time the machine starts; "" where it does not tell. */
static void name_boot(char boot[INFLIGHT_BOOT])
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);

	memset(boot, 0, INFLIGHT_BOOT);
	if (fd < 0)
		return;
	if (read(fd, boot, INFLIGHT_BOOT - 1) < 0)
		boot[0] = '\0';
	close(fd);
}

/*
 * From here to inflight_close() the machine must not go down unnoticed. The
 * boot that was found stays until inflight_doubt(): also for the process after
 * one that ends before.
 */
static enum err begin(struct inflight *f)
{
	struct trailer *t = trailer_of(f->slots);
	char boot[INFLIGHT_BOOT];

	name_boot(boot);
	f->mapped = true;
	f->doubtful = t->running != 0 &&
		      memcmp(t->boot, boot, INFLIGHT_BOOT) != 0;
	f->doubt = t->doubt;
	if (!f->doubtful)
		memcpy(t->boot, boot, INFLIGHT_BOOT);
	t->running = 1;
	return msync(f->slots, OCTETS, MS_SYNC) == 0 ? OK : ERR_IO;
}

static void end(struct inflight *f)
{
	if (msync(f->slots, OCTETS, MS_SYNC) == 0) {
		trailer_of(f->slots)->running = 0;
		/* If that fails too much is marked, nothing else. */
		(void)msync(f->slots, OCTETS, MS_SYNC);
	}
	munmap(f->slots, OCTETS);
}

bool inflight_doubtful(const struct inflight *f)
{
	return f->doubtful;
}

void inflight_suspect(struct inflight *f)
{
	f->doubtful = true;
}

void inflight_doubt(struct inflight *f, const struct doubt *d)
{
	f->doubt = *d;
	if (!f->mapped)
		return;
	trailer_of(f->slots)->doubt = *d;
	name_boot(trailer_of(f->slots)->boot);
}

const struct doubt *inflight_doubted(const struct inflight *f)
{
	return &f->doubt;
}

static enum err map_file(const char *path, uint64_t **slots)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	void *p;

	if (fd < 0)
		return ERR_IO;
	if (posix_fallocate(fd, 0, OCTETS) != 0) {
		close(fd);
		return ERR_IO;
	}
	p = mmap(NULL, OCTETS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return ERR_IO;
	*slots = p;
	return OK;
}

enum err inflight_open(const char *directory, struct inflight **made,
		       struct buf *why)
{
	struct buf path = BUF_INIT(4096);
	const char *name;
	uint64_t *slots;
	enum err e = ERR_NOMEM;

	buf_printf(&path, "%s/inflight", directory);
	if ((name = buf_string(&path)) == NULL)
		goto out;
	if ((e = map_file(name, &slots)) != OK) {
		buf_printf(why, "%s: %s", name, strerror(errno));
		goto out;
	}
	if ((*made = inflight_new(slots)) == NULL) {
		munmap(slots, OCTETS);
		e = ERR_NOMEM;
		goto out;
	}
	if ((e = begin(*made)) != OK) {
		buf_printf(why, "%s: %s", name, strerror(errno));
		inflight_close(*made);
		*made = NULL;
	}
out:
	buf_clear(&path);
	return e;
}

void inflight_close(struct inflight *f)
{
	if (f == NULL)
		return;
	if (f->mapped)
		end(f);
	mem_free(f->free);
	mem_free(f->left);
	mem_free(f);
}

uint32_t inflight_put(struct inflight *f, uint64_t id)
{
	uint32_t slot;

	if (f->n_free == 0)
		return 0;
	slot = f->free[--f->n_free];
	f->slots[slot] = id;
	return slot + 1;
}

void inflight_clear(struct inflight *f, uint32_t slot)
{
	if (slot == 0)
		return;
	f->slots[slot - 1] = 0;
	f->free[f->n_free++] = slot - 1;
}

uint32_t inflight_left(const struct inflight *f, size_t n, uint64_t *id)
{
	if (n >= f->n_left)
		return 0;
	*id = f->slots[f->left[n]];
	return f->left[n] + 1;
}
