/* cpmgw-conf: configuration files in, a checked image or complaints out. */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "gateway/access.h"
#include "gateway/conf_document.h"
#include "gateway/conf_json.h"
#include "gateway/confread.h"
#include "gateway/groups.h"

#define COMPLAINTS_MAX (1024 * 1024)
#define DOCUMENT_MAX   (1024 * 1024)

/* Exit of the reading process; anything else: gwlib ended it. */
#define CHILD_DONE 100

enum { EXIT_GOOD, EXIT_REFUSED, EXIT_USAGE };

struct task {
	const char *path;
	bool check, json;
};

static const char help[] =
	"Usage: cpmgw-conf [--check] [--json] FILE|DIRECTORY\n"
	"       cpmgw-conf --document conf|man\n"
	"\n"
	"Reads the configuration of the gateway (a directory: cpmgw.conf in\n"
	"it) and checks all of it. Without mistakes its image is written on\n"
	"standard output, for cpmgwd; else all complaints on standard error,\n"
	"one a line, with file and line number.\n"
	"\n"
	"  --check           only say whether there are mistakes, and which\n"
	"  --json            as JSON, secrets left out; with --check: the\n"
	"                    complaints, on standard output\n"
	"  --document conf   print a commented configuration with all "
	"defaults\n"
	"  --document man    print the manual page cpmgw.conf(5)\n"
	"  --version, --help\n"
	"\n"
	"Example: cpmgw-conf --check /etc/cpmgw\n"
	"Ends with 0: good, 1: refused, 2: usage.\n"
	"See cpmgw.conf(5). This program includes software developed by the\n"
	"Kannel Group (http://www.kannel.org/).\n";

static bool write_all(int fd, struct bytes left)
{
	ssize_t n;

	while (left.n > 0) {
		n = write(fd, left.p, left.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		left = bytes_after(left, (size_t)n);
	}
	return true;
}

/* The directory of this program, with its slash; "" when not known. */
static void own_directory(char *to, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", to, size - 1);

	to[n < 0 ? 0 : n] = '\0';
	n = strrchr(to, '/') == NULL ? 0 : strrchr(to, '/') - to + 1;
	to[n] = '\0';
}

/* The programs of the adapters are beside this one. */
static enum err check_programs(const struct settings *s, struct buf *complaints)
{
	const struct settings_group *g = settings_single(s, "gateway");
	char directory[PATH_MAX], program[2 * PATH_MAX];
	struct bytes item;
	enum err e = OK;
	size_t i;

	own_directory(directory, sizeof directory);
	for (i = 0; settings_item(g, "adapters", i, &item); i++) {
		snprintf(program, sizeof program, "%scpmgw-%.*s", directory,
			 item.n > 31 ? 31 : (int)item.n,
			 (const char *)item.p);
		if (access(program, X_OK) == 0 &&
		    memchr(item.p, '/', item.n) == NULL)
			continue;
		settings_where(g, "adapters", complaints);
		buf_printf(complaints,
			   ": group gateway: adapters: there is no program "
			   "cpmgw-%.*s\n",
			   item.n > 100 ? 100 : (int)item.n,
			   (const char *)item.p);
		e = ERR_RANGE;
	}
	return e;
}

static enum err read_settings(const char *path, struct settings **out,
			      struct buf *complaints)
{
	struct buf image = BUF_INIT(SETTINGS_IMAGE_MAX);
	struct settings_raw *raw = NULL;
	struct access *access = NULL;
	struct groups *groups = NULL;
	struct conf_scan scan;
	enum err scanned = conf_scan_read(&scan, path, complaints);
	enum err e = scanned;

	/* Mistakes in single lines do not hide those of the other ones. */
	if (e != OK && !(e == ERR_RANGE && scan.whole))
		goto out;
	e = ERR_NOMEM;
	if ((raw = settings_raw_new()) == NULL)
		goto out;
	if ((e = confread(&scan, raw)) != OK)
		goto out;
	if ((e = settings_raw_image(raw, &image)) != OK)
		goto out;
	if ((e = settings_read(buf_bytes(&image), out, complaints)) != OK)
		goto out;
	e = check_programs(*out, complaints);
	/* Files that settings name are checked with them. */
	if (access_new(*out, &access, complaints) != OK)
		e = ERR_RANGE;
	access_free(access);
	if (groups_new(*out, &groups, complaints) != OK)
		e = ERR_RANGE;
	groups_free(groups);
	if (e == OK)
		e = scanned;
out:
	conf_scan_clear(&scan);
	settings_raw_free(raw);
	buf_clear(&image);
	return e;
}

/* What goes to standard output. */
static enum err put_result(const struct task *t, const struct settings *s,
			   struct bytes complaints, struct buf *out)
{
	if (t->check && t->json)
		return conf_json_complaints(complaints, out);
	if (t->check && s != NULL)
		buf_printf(out, "%s: no mistakes\n", t->path);
	if (t->check || s == NULL)
		return buf_status(out);
	return t->json ? conf_json_settings(s, out) : settings_image(s, out);
}

static int run(const struct task *t)
{
	struct buf complaints = BUF_INIT(COMPLAINTS_MAX);
	struct buf out = BUF_INIT(SETTINGS_IMAGE_MAX);
	struct settings *s = NULL;
	enum err e = read_settings(t->path, &s, &complaints), put;

	if (e != OK && complaints.n == 0)
		buf_printf(&complaints, "%s: cannot be read: %s\n", t->path,
			   err_name(e));
	if (e != OK) {
		settings_free(s);
		s = NULL;
	}
	put = put_result(t, s, buf_bytes(&complaints), &out);
	if (put != OK || !write_all(STDOUT_FILENO, buf_bytes(&out))) {
		fprintf(stderr, "%s: cannot be written out\n", t->path);
		e = ERR_IO;
	}
	if (!(t->check && t->json))
		write_all(STDERR_FILENO, buf_bytes(&complaints));
	settings_free(s);
	buf_clear(&out);
	buf_clear(&complaints);
	return e == OK ? EXIT_GOOD : EXIT_REFUSED;
}

/* In a process of its own: gwlib may end it anywhere. */
static int run_guarded(const struct task *t)
{
	pid_t pid = fork();
	int status;

	if (pid < 0) {
		perror("cpmgw-conf: fork");
		return EXIT_REFUSED;
	}
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(CHILD_DONE + run(t));
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) >= CHILD_DONE)
		return WEXITSTATUS(status) - CHILD_DONE;
	fprintf(stderr,
		"%s: refused: gwlib gave up reading it; its message, if any, "
		"stands above\n",
		t->path);
	return EXIT_REFUSED;
}

static int usage(void)
{
	fputs("cpmgw-conf: try cpmgw-conf --help\n", stderr);
	return EXIT_USAGE;
}

static int document(const char *which)
{
	struct buf out = BUF_INIT(DOCUMENT_MAX);
	int status = EXIT_GOOD;

	if (strcmp(which, "conf") == 0)
		conf_document_file(&out);
	else if (strcmp(which, "man") == 0)
		conf_document_man(&out);
	else
		return usage();
	if (buf_status(&out) != OK ||
	    !write_all(STDOUT_FILENO, buf_bytes(&out)))
		status = EXIT_REFUSED;
	buf_clear(&out);
	return status;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "json", no_argument, NULL, 'j' },
		{ "document", required_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	struct task t = { .path = NULL };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			t.check = true;
		else if (c == 'j')
			t.json = true;
		else if (c == 'd')
			return document(optarg);
		else if (c == 'V')
			return puts("cpmgw-conf " PACKAGE_VERSION) < 0;
		else if (c == 'h')
			return fputs(help, stdout) < 0;
		else
			return usage();
	}
	if (argc - optind != 1)
		return usage();
	t.path = argv[optind];
	return run_guarded(&t);
}
