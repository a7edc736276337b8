#include "tests/codecs/vectors.h"

#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

FILE *vectors_open(const char *file)
{
	const char *folder = getenv("CPMGW_VECTORS");
	char path[1024];
	FILE *f;

	if (folder == NULL) {
		CU_PASS("no CPMGW_VECTORS");
		return NULL;
	}
	snprintf(path, sizeof path, "%s/%s", folder, file);
	f = fopen(path, "r");
	CU_ASSERT_FATAL(f != NULL);
	return f;
}

bool vectors_next(FILE *f, struct vector *v)
{
	char *rest = v->text;
	unsigned i;

	do {
		if (fgets(v->text, sizeof v->text, f) == NULL)
			return false;
	} while (v->text[0] == '#');
	v->text[strcspn(v->text, "\r\n")] = '\0';
	for (i = 0; i < VECTOR_COLUMNS; i++)
		v->column[i] = rest == NULL ? NULL : strsep(&rest, "\t");
	v->name = v->column[2];
	return true;
}
