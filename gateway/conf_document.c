#include "gateway/conf_document.h"

#include <string.h>

#include "gateway/settings_inside.h"

#define WIDTH 78

static const char *type_name(const struct setting *row)
{
	switch (row->type) {
	case SETTING_TEXT:
		return "text";
	case SETTING_NUMBER:
		return "number";
	case SETTING_BOOL:
		return "yes or no";
	case SETTING_DURATION:
		return "time";
	case SETTING_SIZE:
		return "size";
	case SETTING_CHOICE:
		return "choice";
	case SETTING_ADDRESS:
		return "address or host name";
	case SETTING_PORT:
		return "port";
	case SETTING_LIST:
		return "list";
	case SETTING_SECRET:
		return "secret text";
	case SETTING_PEERS:
		return "list of host:port";
	case SETTING_LINKS:
		return "list of links";
	case SETTING_DIGITS:
		return "telephone number";
	case SETTING_PREFIXES:
		return "list of number prefixes";
	case SETTING_NUMBERS:
		return "list of numbers, one for each link";
	case SETTING_ENTRIES:
		return "list of numbers and texts; those that end in * stand "
		       "for all that begin so, /.../ is a POSIX extended "
		       "regular expression";
	case SETTING_REWRITE:
		return "list of rules FROM -> TO, the first that fits counts; "
		       "/.../ on the left is a POSIX extended "
		       "regular expression, whose "
		       "groups are \\1 to \\9 on the right";
	case SETTING_FILE:
		return "file, from the root";
	case SETTING_SIP:
		return "sip: address";
	case SETTING_SENDER:
		return "number, or at most 11 characters";
	case SETTING_TON_NPI:
		return "type of number/numbering plan";
	case SETTING_STATUSES:
		return "list of status:word, status-status:word";
	case SETTING_ZONE:
		return "+hh:mm or -hh:mm";
	case SETTING_TAGS:
		return "list of names, tags in hexadecimal, tag-tag";
	case SETTING_TLVS:
		return "list of tag:value, both in hexadecimal";
	}
	return "text";
}

/* "number of seconds, 1..10; default 5": what may be written. */
static void put_allowed(const struct setting *row, struct buf *to)
{
	buf_text(to, type_name(row));
	if (row->type == SETTING_NUMBER && row->unit != NULL)
		buf_printf(to, " of %s", row->unit);
	if (row->type == SETTING_TEXT && row->unit != NULL)
		buf_printf(to, " (%s)", row->unit);
	if (row->type == SETTING_NUMBER || row->type == SETTING_NUMBERS ||
	    row->type == SETTING_DURATION || row->type == SETTING_SIZE) {
		buf_text(to, ", ");
		settings_put_range(row, to);
	}
	if (row->choices != NULL) {
		buf_text(to, row->type == SETTING_LIST ? " of " : ": ");
		settings_put_words(to, row->choices);
	}
	if (row->required)
		buf_text(to, "; must be set");
	else if (row->fallback == NULL)
		buf_text(to, "; not set by default");
	else
		buf_printf(to, "; default %s",
			   *row->fallback == '\0' ? "empty" : row->fallback);
}

/* `text` in lines that begin with `start`. */
static void put_wrapped(const char *start, const char *text, struct buf *to)
{
	size_t column = strlen(start), n;

	buf_text(to, start);
	while (*text != '\0') {
		n = strcspn(text, " ");
		if (column + 1 + n > WIDTH) {
			buf_printf(to, "\n%s", start);
			column = strlen(start);
		}
		buf_text(to, " ");
		buf_put(to, (struct bytes){ (const uint8_t *)text, n });
		column += n + 1;
		text += n;
		text += strspn(text, " ");
	}
	buf_text(to, "\n");
}

static void put_setting(const struct setting *row, struct buf *to)
{
	struct buf allowed = BUF_INIT(500);
	const char *value = row->fallback;

	buf_text(to, "#\n");
	put_wrapped("#", row->sentence, to);
	put_allowed(row, &allowed);
	put_wrapped("#  ", buf_string(&allowed), to);
	if (value == NULL)
		value = row->type == SETTING_SECRET ? "..." : "";
	buf_printf(to, "#%s =%s%s\n", row->name, *value == '\0' ? "" : " ",
		   value);
	buf_clear(&allowed);
}

void conf_document_file(struct buf *to)
{
	const struct setting_group *const *t = settings_tables();
	const struct setting *row;

	put_wrapped("#",
		    "cpmgw.conf - everything that can be set, with its "
		    "default. See cpmgw.conf(5).",
		    to);
	put_wrapped("#",
		    "Groups of \"name = value\" lines, an empty line after "
		    "each. Take the '#' away from a setting to change it; "
		    "groups that may occur several times are comments as a "
		    "whole. Check with: gwctl conf check FILE",
		    to);
	for (; *t != NULL; t++) {
		buf_text(to, "\n");
		put_wrapped("#", (*t)->sentence, to);
		buf_printf(to, "%sgroup = %s\n", (*t)->key == NULL ? "" : "#",
			   (*t)->name);
		for (row = (*t)->settings; row->name != NULL; row++)
			put_setting(row, to);
	}
}

/* Text of a manual page: hyphens, backslashes and leading dots are roff's. */
static void put_roff(const char *text, struct buf *to)
{
	if (*text == '.' || *text == '\'')
		buf_text(to, "\\&");
	for (; *text != '\0'; text++)
		if (*text == '\\')
			buf_text(to, "\\e");
		else if (*text == '-')
			buf_text(to, "\\-");
		else
			buf_u8(to, (uint8_t)*text);
}

static void man_setting(const struct setting *row, struct buf *to)
{
	struct buf allowed = BUF_INIT(500);

	buf_text(to, ".TP\n.B ");
	put_roff(row->name, to);
	buf_text(to, "\n");
	put_roff(row->sentence, to);
	put_allowed(row, &allowed);
	buf_text(to, "\n.br\n");
	put_roff(buf_string(&allowed), to);
	buf_text(to, "\n");
	buf_clear(&allowed);
}

static void man_group(const struct setting_group *t, struct buf *to)
{
	const struct setting *row;

	buf_text(to, ".SS group = ");
	put_roff(t->name, to);
	buf_text(to, "\n");
	put_roff(t->sentence, to);
	buf_text(to, "\n");
	if (t->key == NULL) {
		buf_text(to, "Occurs at most once.\n");
	} else {
		buf_text(to, "May occur any number of times, each with its own "
			     "value of\n.BR ");
		put_roff(t->key, to);
		buf_text(to, " .\n");
	}
	for (row = t->settings; row->name != NULL; row++)
		man_setting(row, to);
}

static const char man_syntax[] =
	".SH DESCRIPTION\n"
	"The configuration of the gateway is one file, or a directory with a "
	"file\n.I cpmgw.conf\nin it. It is groups of lines\n"
	".PP\n.RS\n.nf\ngroup = smsc\nname = one\nhost = 192.0.2.1\n.fi\n.RE\n"
	".PP\nand a group ends with an empty line. Lines that begin with '#' "
	"are comments.\nA '\\e' at the end of a line goes on in the next. A "
	"value may stand in double\nquotes, in which \\e\\(dq and \\e\\e are a "
	"quote and a backslash.\n"
	".PP\nThe line\n.B include = PATH\nreads another file, or all files "
	"whose names end in\n.I .conf\nof a directory; the path is relative to "
	"the file that it stands in. An\nincluded file holds whole groups.\n"
	".PP\nTimes are numbers with\n.BR ms ,\n.BR s ,\n.BR m ,\n.B h\nor\n"
	".BR d ;\na bare number is seconds. Sizes are octets, or numbers with\n"
	".BR k ,\n.B M\nor\n.BR G .\nItems of a list are separated by ';'.\n"
	".PP\nThe configuration is checked as a whole before anything of it is "
	"used, and\nall mistakes are told at once, with file and line:\n"
	".B gwctl conf check FILE\n.SH GROUPS\n";

void conf_document_man(struct buf *to)
{
	const struct setting_group *const *t = settings_tables();

	buf_text(to, ".TH CPMGW.CONF 5 \"\" cpmgw \"File formats\"\n"
		     ".SH NAME\ncpmgw.conf \\- configuration of the gateway\n");
	buf_text(to, man_syntax);
	for (; *t != NULL; t++)
		man_group(*t, to);
	buf_text(to, ".SH SEE ALSO\n.BR cpmgwd (8),\n.BR cpmgw\\-conf (8),\n"
		     ".BR gwctl (1)\n");
}
