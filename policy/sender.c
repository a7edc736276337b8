#include "policy/sender.h"

enum sender_verdict sender_decide(const struct sender_facts *f)
{
	if (f->forced)
		return SENDER_FORCED;
	if (!f->given && f->fallback)
		return SENDER_FALLBACK;
	if (f->any || (f->given && f->listed))
		return SENDER_KEPT;
	return f->fallback && f->replace ? SENDER_FALLBACK : SENDER_REFUSED;
}
