#include "codecs/pushed.h"

#include <string.h>
#include <strings.h>

#include "codecs/push_si.h"
#include "codecs/push_sl.h"
#include "codecs/wsp.h"

#define BODY_MAX       65535 /* octets of a document as WBXML               */
#define TRANSACTION_ID 1

enum kind { NO_PUSH, SI, SI_XML, SL, SL_XML, MMS };

static enum kind kind_of(struct bytes media)
{
	static const struct {
		const char *name;
		enum kind kind;
	} rows[] = {
		{ PUSH_SI_WBXML_TYPE, SI }, { PUSH_SI_XML_TYPE, SI_XML },
		{ PUSH_SL_WBXML_TYPE, SL }, { PUSH_SL_XML_TYPE, SL_XML },
		{ PUSHED_MMS_TYPE, MMS },
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (bytes_is_nocase(media, rows[i].name))
			return rows[i].kind;
	return NO_PUSH;
}

/* The type without its parameters. */
static struct bytes media_of(const char *type)
{
	return (struct bytes){ (const uint8_t *)type, strcspn(type, "; \t") };
}

/* -- in ------------------------------------------------------------------- */

/* Text, LF, link; one of them may be empty. */
static enum err join(struct bytes text, struct bytes link, struct arena *a,
		     struct bytes *out)
{
	uint8_t *to;
	size_t n = text.n;

	if ((to = arena_alloc(a, text.n + link.n + 1)) == NULL)
		return ERR_NOMEM;
	if (n > 0)
		memcpy(to, text.p, n);
	if (n > 0 && link.n > 0)
		to[n++] = '\n';
	if (link.n > 0)
		memcpy(to + n, link.p, link.n);
	*out = (struct bytes){ to, n + link.n };
	return OK;
}

static enum err read_si(bool xml, struct arena *a, struct pushed *p)
{
	struct push_si si;
	enum err e = xml ? push_si_xml_decode(p->body, a, &si, NULL)
			 : push_si_wbxml_decode(p->body, a, &si, NULL);

	p->type = xml ? PUSH_SI_XML_TYPE : PUSH_SI_WBXML_TYPE;
	if (e == OK && si.action == PUSH_SI_DELETE)
		return ERR_UNSUPPORTED;
	if (e == OK && si.text.n + si.href.n == 0)
		return ERR_UNSUPPORTED;
	return e == OK ? join(si.text, si.href, a, &p->text) : e;
}

static enum err read_sl(bool xml, struct arena *a, struct pushed *p)
{
	struct push_sl sl;
	enum err e = xml ? push_sl_xml_decode(p->body, a, &sl, NULL)
			 : push_sl_wbxml_decode(p->body, a, &sl, NULL);

	p->type = xml ? PUSH_SL_XML_TYPE : PUSH_SL_WBXML_TYPE;
	p->text = sl.href;
	return e;
}

enum err pushed_read(struct bytes push, struct arena *a, struct pushed *out)
{
	struct pushed made = { .type = PUSHED_MMS_TYPE };
	struct wsp_push p;
	enum kind kind;
	enum err e;

	if ((e = wsp_push_decode(push, &p, NULL)) != OK)
		return e;
	made.body = p.body;
	kind = kind_of(p.type.media);
	switch (kind) {
	case SI:
	case SI_XML:
		e = read_si(kind == SI_XML, a, &made);
		break;
	case SL:
	case SL_XML:
		e = read_sl(kind == SL_XML, a, &made);
		break;
	case MMS:
		break;
	case NO_PUSH:
		return ERR_UNSUPPORTED;
	}
	if (e == OK)
		*out = made;
	return e;
}

/* -- out ------------------------------------------------------------------ */

bool pushed_takes(const char *type)
{
	return kind_of(media_of(type)) != NO_PUSH;
}

/* The document as WBXML, which phones take, in `to`. */
static enum err make_body(enum kind kind, struct bytes body, struct arena *a,
			  struct buf *to)
{
	struct push_si si;
	struct push_sl sl;
	enum err e = OK;

	switch (kind) {
	case SI:
		e = push_si_wbxml_decode(body, a, &si, NULL);
		break;
	case SI_XML:
		if ((e = push_si_xml_decode(body, a, &si, NULL)) != OK)
			return e;
		return push_si_wbxml_encode(&si, to);
	case SL:
		e = push_sl_wbxml_decode(body, a, &sl, NULL);
		break;
	case SL_XML:
		if ((e = push_sl_xml_decode(body, a, &sl, NULL)) != OK)
			return e;
		return push_sl_wbxml_encode(&sl, to);
	case MMS:
		break;
	case NO_PUSH:
		return ERR_UNSUPPORTED;
	}
	if (e == OK)
		buf_put(to, body);
	return e == OK ? buf_status(to) : e;
}

enum err pushed_write(const char *type, struct bytes body, struct arena *a,
		      struct buf *to)
{
	static const char *const types[] = {
		[SI] = PUSH_SI_WBXML_TYPE, [SI_XML] = PUSH_SI_WBXML_TYPE,
		[SL] = PUSH_SL_WBXML_TYPE, [SL_XML] = PUSH_SL_WBXML_TYPE,
		[MMS] = PUSHED_MMS_TYPE,
	};
	enum kind kind = kind_of(media_of(type));
	struct buf document = BUF_INIT(BODY_MAX);
	struct wsp_push p = { .transaction_id = TRANSACTION_ID };
	enum err e = make_body(kind, body, a, &document);

	if (e == OK) {
		p.type.code = wsp_media_code(bytes_of(types[kind]));
		p.body = buf_bytes(&document);
		if (kind == MMS)
			p.headers[p.count++] = (struct wsp_header){
				.code = WSP_APPLICATION_ID,
				.value = { .kind = WSP_NUMBER,
					   .number = WSP_APPLICATION_MMS }
			};
		e = wsp_push_encode(&p, to);
	}
	buf_clear(&document);
	return e;
}
