#include "gateway/inflight.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "codecs/arena.h"

#define OCTETS (INFLIGHT_SLOTS * sizeof(uint64_t))

struct inflight {
	uint64_t *slots;
	bool mapped;
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
	(*made)->mapped = true;
out:
	buf_clear(&path);
	return e;
}

void inflight_close(struct inflight *f)
{
	if (f == NULL)
		return;
	if (f->mapped)
		munmap(f->slots, OCTETS);
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
