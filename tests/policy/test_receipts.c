/* Who is owed which report. RFC 5438 7.2.1, 8; SMPP v3.4 5.2.17. */
#include "policy/receipts.h"
#include "tests/check.h"

static const struct row {
	const char *name;
	enum delivery_state state;
	enum want kind;
	bool owed;		/* to one who wants exactly that kind */
} rows[] = {
	{ "nothing yet", STATE_NONE, WANT_INTERMEDIATE, true },
	{ "on its way", STATE_ENROUTE, WANT_INTERMEDIATE, true },
	{ "accepted", STATE_ACCEPTED, WANT_INTERMEDIATE, true },
	{ "forwarded", STATE_FORWARDED, WANT_INTERMEDIATE, true },
	{ "delivered", STATE_DELIVERED, WANT_POSITIVE, true },
	{ "displayed", STATE_DISPLAYED, WANT_DISPLAY, true },
	{ "deleted unread", STATE_DELETED_UNREAD, WANT_DISPLAY, true },
	{ "expired", STATE_EXPIRED, WANT_NEGATIVE, true },
	{ "deleted", STATE_DELETED, WANT_NEGATIVE, true },
	{ "undeliverable", STATE_UNDELIVERABLE, WANT_NEGATIVE, true },
	{ "rejected", STATE_REJECTED, WANT_NEGATIVE, true },
	{ "unknown", STATE_UNKNOWN, WANT_NEGATIVE, true },
	{ "unrecognised", STATE_UNRECOGNISED, WANT_NEGATIVE, true },
	{ "the condition is not met", STATE_CONDITION_NOT_MET, WANT_NEGATIVE,
	  true },
	{ "the report is denied", STATE_REPORT_DENIED, WANT_NEGATIVE, false },
	{ "replaced", STATE_REPLACED, WANT_NEGATIVE, false },
	{ "stored", STATE_STORED, WANT_PROCESSING, true },
	{ "processed", STATE_PROCESSED, WANT_PROCESSING, true },
	{ "by SMS", STATE_LEGACY_SMS, WANT_INTERWORKING, true },
	{ "by MMS", STATE_LEGACY_MMS, WANT_INTERWORKING, true },
	{ "there again", STATE_REACHABLE, WANT_ALERT, true },
};

static void test_rows(void)
{
	const struct row *r;

	for (r = rows; r < rows + sizeof rows / sizeof *rows; r++) {
		ROW(r, receipts_kind(r->state) == r->kind);
		ROW(r, receipts_owed((uint8_t)r->kind, r->state) == r->owed);
		ROW(r, receipts_owed(0xFF, r->state) == r->owed);
		ROW(r, !receipts_owed((uint8_t)~r->kind, r->state));
		ROW(r, !receipts_owed(0, r->state));
	}
}

static const struct check_test tests[] = {
	{ "every state", test_rows },
	{ NULL, NULL }
};

CHECK_MAIN("receipts", tests)
