#include "gateway/confread.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Last: it redefines malloc and free. */
#include <gwlib/gwlib.h>

/* gwlib's version report wants it, and nobody asks for that report. */
const char *mysql_get_client_info(void);
const char *mysql_get_client_info(void)
{
	return "";
}

/* Hooks of gwlib's cfg: what a group may hold is checked by our own rows. */
static int allowed(Octstr *group, Octstr *variable)
{
	(void)group;
	(void)variable;
	return 1;
}

static int single(Octstr *group)
{
	(void)group;
	return 0;
}

/*
 * gwlib's lists grow by a few items at a time: what it reads at once is kept
 * small, so that many users take no longer each than few.
 */
#define GROUPS_AT_ONCE 256

struct chunk {
	const struct conf_scan *scan;
	size_t first, end; /* groups                                    */
};

static struct bytes text_of(const struct chunk *c)
{
	const struct conf_scan *s = c->scan;
	size_t from = s->groups[c->first].text;
	size_t to = c->end == s->n_groups ? s->text.n : s->groups[c->end].text;

	return (struct bytes){ s->text.p + from, to - from };
}

/* A file that exists in memory only, as there are secrets in it. */
static enum err put_text(const struct chunk *c, int *out)
{
	struct bytes left = text_of(c);
	ssize_t n;

	if ((*out = memfd_create("cpmgw-conf", MFD_CLOEXEC)) < 0)
		return ERR_IO;
	while (left.n > 0) {
		if ((n = write(*out, left.p, left.n)) <= 0)
			return ERR_IO;
		left = bytes_after(left, (size_t)n);
	}
	return OK;
}

static enum err add_value(const struct conf_setting *at, CfgGroup *group,
			  size_t n, struct settings_raw *to)
{
	Octstr *name = octstr_format("s%ld", (long)n);
	Octstr *value = cfg_get(group, name);
	char *text = value == NULL ? NULL : mem_string(octstr_get_cstr(value));
	enum err e;
	size_t i, kept = 0;

	octstr_destroy(name);
	octstr_destroy(value);
	if (text == NULL)
		return value == NULL ? ERR_MALFORMED : ERR_NOMEM;
	for (i = 0; text[i] != '\0'; i++)
		if (text[i] != CONF_SPLIT)
			text[kept++] = text[i];
	text[kept] = '\0';
	if (n == 0)
		e = settings_raw_group(to, text, at->file, at->line);
	else
		e = settings_raw_set(to, at->name, text, at->file, at->line);
	mem_free(text);
	return e;
}

static enum err add_all(const struct chunk *c, List *groups,
			struct settings_raw *to)
{
	enum err e = OK;
	size_t i, j;

	if (gwlist_len(groups) != (long)(c->end - c->first))
		return ERR_MALFORMED;
	for (i = c->first; i < c->end; i++) {
		const struct conf_group *g = &c->scan->groups[i];

		for (j = 0; e == OK && j < g->n; j++)
			e = add_value(&c->scan->settings[g->first + j],
				      gwlist_get(groups, (long)(i - c->first)),
				      j, to);
	}
	return e;
}

static enum err read_values(const struct chunk *c, Cfg *cfg,
			    struct settings_raw *to)
{
	Octstr *all;
	List *groups;
	enum err e;

	if (cfg_read(cfg) == -1)
		return ERR_MALFORMED;
	all = octstr_create("all");
	groups = cfg_get_multi_group(cfg, all);
	e = groups == NULL ? ERR_MALFORMED : add_all(c, groups, to);
	gwlist_destroy(groups, NULL);
	octstr_destroy(all);
	return e;
}

static enum err read_chunk(const struct chunk *c, struct settings_raw *to)
{
	Octstr *path;
	Cfg *cfg;
	enum err e;
	int fd;

	if ((e = put_text(c, &fd)) != OK)
		goto out;
	path = octstr_format("/proc/self/fd/%d", fd);
	cfg = cfg_create(path);
	e = read_values(c, cfg, to);
	cfg_destroy(cfg);
	octstr_destroy(path);
out:
	if (fd >= 0)
		close(fd);
	return e;
}

enum err confread(const struct conf_scan *scan, struct settings_raw *to)
{
	struct chunk c = { .scan = scan };
	enum err e = OK;

	/* Not gwlib_init(): its HTTP and SSL have no business here. */
	gw_init_mem();
	octstr_init();
	gwlib_protected_init();
	gwthread_init();
	cfg_init();
	log_set_output_level(GW_PANIC);
	cfg_add_hooks((void *)(uintptr_t)allowed, (void *)(uintptr_t)single);
	for (; e == OK && c.first < scan->n_groups; c.first = c.end) {
		c.end = c.first + GROUPS_AT_ONCE;
		if (c.end > scan->n_groups)
			c.end = scan->n_groups;
		e = read_chunk(&c, to);
	}
	cfg_shutdown();
	gwthread_shutdown();
	octstr_shutdown();
	gwlib_protected_shutdown();
	return e;
}
