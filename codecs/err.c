#include "codecs/err.h"

const char *err_name(enum err e)
{
	switch (e) {
	case OK:
		return "ok";
	case ERR_MORE:
		return "more";
	case ERR_MALFORMED:
		return "malformed";
	case ERR_UNSUPPORTED:
		return "unsupported";
	case ERR_TOOBIG:
		return "too-big";
	case ERR_NOMEM:
		return "no-memory";
	case ERR_RANGE:
		return "out-of-range";
	case ERR_NOTFOUND:
		return "not-found";
	case ERR_EXISTS:
		return "exists";
	case ERR_DENIED:
		return "denied";
	case ERR_BUSY:
		return "busy";
	case ERR_CLOSED:
		return "closed";
	case ERR_IO:
		return "io";
	}
	return "unknown";
}

enum err fault_set(struct fault *why, enum err e, const char *field,
		   const char *clause, size_t offset)
{
	if (why != NULL) {
		why->field = field;
		why->clause = clause;
		why->offset = offset;
	}
	return e;
}
