#include "codecs/expression.h"

#include <regex.h>
#include <string.h>

#include "codecs/arena.h"

struct expression {
	regex_t compiled;
};

static enum err refuse(struct buf *complaint, struct bytes text,
		       const char *why)
{
	if (complaint != NULL)
		buf_printf(complaint, "/%.*s/: %s", (int)text.n,
			   (const char *)text.p, why);
	return ERR_RANGE;
}

/* The greatest number in "{n,m}", whose '{' is before `at`. */
static uint64_t repeats(struct bytes text, size_t at)
{
	uint64_t most = 1, n = 0;

	for (; at < text.n && text.p[at] != '}'; at++) {
		if (text.p[at] < '0' || text.p[at] > '9') {
			n = 0;
			continue;
		}
		if (n <= EXPRESSION_REPEATS)
			n = n * 10 + (uint64_t)(text.p[at] - '0');
		if (n > most)
			most = n;
	}
	return most;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What would make it slow or great, or is meant for others; NULL: nothing. */
static const char *too_much(struct bytes text)
{
	uint64_t product = 1;
	size_t i;

	if (text.n == 0)
		return "an empty expression";
	if (text.n > EXPRESSION_MAX)
		return "longer than 255 octets";
	for (i = 0; i < text.n; i++) {
		if (text.p[i] == 0)
			return "a NUL in it";
		if (text.p[i] == '\\' && i + 1 < text.n) {
			i++;
			if (text.p[i] >= '1' && text.p[i] <= '9')
				return "a reference back is not allowed";
			if (is_letter(text.p[i]))
				return "a letter behind \\ means nothing in "
				       "POSIX expressions; a digit is [0-9]";
		} else if (text.p[i] == '{') {
			product *= repeats(text, i + 1);
			if (product > EXPRESSION_REPEATS)
				return "its {...} repeat too much";
		}
	}
	return NULL;
}

enum err expression_new(struct bytes text, struct expression **out,
			struct buf *complaint)
{
	const char *why = too_much(text);
	char copy[EXPRESSION_MAX + 1], said[200];
	struct expression *e;
	int code;

	*out = NULL;
	if (why != NULL)
		return refuse(complaint, text, why);
	if ((e = mem_zero(sizeof *e)) == NULL)
		return ERR_NOMEM;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	code = regcomp(&e->compiled, copy, REG_EXTENDED);
	if (code == 0 && e->compiled.re_nsub < EXPRESSION_GROUPS) {
		*out = e;
		return OK;
	}
	if (code == 0) {
		regfree(&e->compiled);
		strcpy(said, "more than 9 groups");
	} else {
		regerror(code, &e->compiled, said, sizeof said);
	}
	mem_free(e);
	return code == REG_ESPACE ? ERR_NOMEM : refuse(complaint, text, said);
}

void expression_free(struct expression *e)
{
	if (e == NULL)
		return;
	regfree(&e->compiled);
	mem_free(e);
}

size_t expression_groups(const struct expression *e)
{
	return e->compiled.re_nsub;
}

bool expression_matches(const struct expression *e, struct bytes text,
			struct expression_part parts[EXPRESSION_GROUPS])
{
	regmatch_t found[EXPRESSION_GROUPS];
	char copy[EXPRESSION_TEXT + 1];
	size_t i;

	if (text.n > EXPRESSION_TEXT || bytes_find(text, 0) < text.n)
		return false;
	if (text.n > 0)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (regexec(&e->compiled, copy, EXPRESSION_GROUPS, found, 0) != 0)
		return false;
	for (i = 0; parts != NULL && i < EXPRESSION_GROUPS; i++) {
		parts[i] = (struct expression_part){ 1, 0 };
		if (found[i].rm_so >= 0)
			parts[i] = (struct expression_part){
				(size_t)found[i].rm_so, (size_t)found[i].rm_eo
			};
	}
	return true;
}
