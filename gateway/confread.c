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

/* A file that exists in memory only, as there are secrets in it. */
static enum err put_text(const struct conf_scan *scan, int *out)
{
	struct bytes left = buf_bytes(&scan->text);
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

static enum err add_all(const struct conf_scan *scan, List *groups,
			struct settings_raw *to)
{
	enum err e = OK;
	size_t i, j;

	if (gwlist_len(groups) != (long)scan->n_groups)
		return ERR_MALFORMED;
	for (i = 0; i < scan->n_groups; i++) {
		const struct conf_group *g = &scan->groups[i];

		for (j = 0; e == OK && j < g->n; j++)
			e = add_value(&scan->settings[g->first + j],
				      gwlist_get(groups, (long)i), j, to);
	}
	return e;
}

static enum err read_values(const struct conf_scan *scan, Cfg *cfg,
			    struct settings_raw *to)
{
	Octstr *all;
	List *groups;
	enum err e = OK;

	if (cfg_read(cfg) == -1)
		return ERR_MALFORMED;
	if (scan->n_groups == 0)
		return OK;
	all = octstr_create("all");
	groups = cfg_get_multi_group(cfg, all);
	e = groups == NULL ? ERR_MALFORMED : add_all(scan, groups, to);
	gwlist_destroy(groups, NULL);
	octstr_destroy(all);
	return e;
}

enum err confread(const struct conf_scan *scan, struct settings_raw *to)
{
	Octstr *path;
	Cfg *cfg;
	enum err e;
	int fd;

	if ((e = put_text(scan, &fd)) != OK)
		goto out;
	/* Not gwlib_init(): its HTTP and SSL have no business here. */
	gw_init_mem();
	octstr_init();
	gwlib_protected_init();
	gwthread_init();
	cfg_init();
	log_set_output_level(GW_PANIC);
	cfg_add_hooks((void *)(uintptr_t)allowed, (void *)(uintptr_t)single);
	path = octstr_format("/proc/self/fd/%d", fd);
	cfg = cfg_create(path);
	e = read_values(scan, cfg, to);
	cfg_destroy(cfg);
	octstr_destroy(path);
	cfg_shutdown();
	gwthread_shutdown();
	octstr_shutdown();
	gwlib_protected_shutdown();
out:
	if (fd >= 0)
		close(fd);
	return e;
}
