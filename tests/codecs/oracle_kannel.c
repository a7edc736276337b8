/* Kannel's smpp_pdu (libgw). gwlib comes last: it takes malloc away. */
#include "tests/codecs/oracle.h"

#include <string.h>

#include "codecs/smpp_names.h"

#include <gwlib/gwlib.h>
#include <gw/smsc/smpp_pdu.h>

const char *const oracle_name = "kannel";

/* What its archive asks for and a codec never calls. */
const char *mysql_get_client_info(void);
const char *mysql_get_client_info(void)
{
	return "";
}

/* Its own lists at its end are not ours to free. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

void oracle_start(void)
{
	gwlib_init();
	log_set_output_level(GW_PANIC);
}

/* Fills their PDU from ours, or looks for the first difference. */
struct visit {
	const struct smpp_pdu *ours;
	bool fill;
	const char *differs;
	size_t tlvs; /* octets of those that it knows     */
};

static void integer(struct visit *v, unsigned long *theirs, unsigned long ours,
		    const char *name)
{
	if (v->fill)
		*theirs = ours;
	else if (*theirs != ours)
		v->differs = name;
}

static Octstr *octets(struct bytes b)
{
	return octstr_create_from_data((const char *)b.p, (long)b.n);
}

static void string(struct visit *v, Octstr **theirs, struct bytes ours,
		   const char *name)
{
	struct bytes b = { NULL, 0 };

	if (v->fill) {
		*theirs = ours.n == 0 ? NULL : octets(ours);
		return;
	}
	if (*theirs != NULL)
		b = (struct bytes){ (uint8_t *)octstr_get_cstr(*theirs),
				    (size_t)octstr_len(*theirs) };
	if (!bytes_equal(b, ours))
		v->differs = name;
}

static bool find(const struct visit *v, const char *name, struct bytes *value)
{
	const struct smpp_tag_row *row;

	for (row = smpp_tags(); row->name != NULL; row++)
		if (strcmp(row->name, name) == 0)
			return smpp_tlv_find(v->ours->tlvs, row->tag, value);
	return false;
}

static void tlv_integer(struct visit *v, long *theirs, const char *name)
{
	struct bytes value;
	long ours = 0;
	size_t i;

	if (find(v, name, &value))
		v->tlvs += 4 + value.n;
	else
		ours = -1;
	for (i = 0; ours >= 0 && i < value.n; i++)
		ours = ours << 8 | value.p[i];
	if (v->fill)
		*theirs = ours;
	else if (*theirs != ours)
		v->differs = name;
}

static void tlv_octets(struct visit *v, Octstr **theirs, size_t nul,
		       const char *name)
{
	struct bytes value;

	if (find(v, name, &value)) {
		if (nul > 0 && bytes_find(value, 0) + 1 != value.n)
			return;
		v->tlvs += 4 + value.n;
		value.n -= nul;
		if (v->fill)
			*theirs = octets(value);
		else
			string(v, theirs, value, name);
	} else if (!v->fill && *theirs != NULL) {
		v->differs = name;
	}
}

#define OPTIONAL_BEGIN
#define OPTIONAL_END
#define TLV_INTEGER(name, room)	      tlv_integer(v, &k->name, #name);
#define TLV_NULTERMINATED(name, room) tlv_octets(v, &k->name, 1, #name);
#define TLV_OCTETS(name, least, most) tlv_octets(v, &k->name, 0, #name);
#define INTEGER(name, room)                                                    \
	integer(v, &k->name, (unsigned long)v->ours->F_##name, #name);
#define NULTERMINATED(name, room) string(v, &k->name, v->ours->F_##name, #name);
#define OCTETS(name, length)	  string(v, &k->name, v->ours->F_##name, #name);
#define PDU(name, id, fields)                                                  \
	static void visit_##name(struct visit *v, struct name *k)              \
	{                                                                      \
		fields                                                         \
	}
#include <gw/smsc/smpp_pdu.def>

#define OPTIONAL_BEGIN
#define OPTIONAL_END
#define TLV_INTEGER(name, room)
#define TLV_NULTERMINATED(name, room)
#define TLV_OCTETS(name, least, most)
#define INTEGER(name, room)
#define NULTERMINATED(name, room)
#define OCTETS(name, length)
#define PDU(name, id, fields)                                                  \
	case id:                                                               \
		visit_##name(v, &pdu->u.name);                                 \
		return;

static void visit(struct visit *v, SMPP_PDU *pdu)
{
	switch (pdu->type) {
#include <gw/smsc/smpp_pdu.def>
	default:
		v->differs = "command_id";
	}
}

/* Its TLVs are named members: it drops those that are none of them. */
static bool knows_tlvs(const struct smpp_pdu *p)
{
	SMPP_PDU *pdu = smpp_pdu_create(p->command_id, p->sequence_number);
	struct visit v = { p, true, NULL, 0 };

	if (pdu == NULL)
		return false;
	visit(&v, pdu);
	smpp_pdu_destroy(pdu);
	return v.tlvs == p->tlvs.n;
}

/*
 * It has no destinations and no failures, and gives replace_sm a field that
 * 3.4 has not.
 */
bool oracle_trims(struct smpp_pdu *p)
{
	switch (p->command_id) {
	case SMPP_SUBMIT_MULTI:
	case SMPP_REPLACE_SM:
		return false;
	case SMPP_DELIVER_SM_RESP:
		p->message_id.n = 0;
		break;
	case SMPP_SUBMIT_MULTI_RESP:
		p->no_unsuccess = 0;
		p->failed.n = 0;
		break;
	case SMPP_ALERT_NOTIFICATION:
		if (p->source.digits.n > 20)
			p->source.digits.n = 20;
		break;
	default:
		break;
	}
	return knows_tlvs(p);
}

static SMPP_PDU *theirs(const struct smpp_pdu *p)
{
	SMPP_PDU *pdu = smpp_pdu_create(p->command_id, p->sequence_number);
	struct visit v = { p, true, NULL, 0 };

	if (pdu != NULL)
		visit(&v, pdu);
	return pdu;
}

bool oracle_encodes(const struct smpp_pdu *p, struct buf *to)
{
	SMPP_PDU *pdu = theirs(p);
	Octstr *wire;

	if (pdu == NULL)
		return false;
	wire = smpp_pdu_pack(NULL, pdu);
	if (wire != NULL)
		buf_put(to, (struct bytes){ (uint8_t *)octstr_get_cstr(wire),
					    (size_t)octstr_len(wire) });
	octstr_destroy(wire);
	smpp_pdu_destroy(pdu);
	return wire != NULL;
}

/* It takes a PDU without its length. */
static SMPP_PDU *unpack(struct bytes wire)
{
	Octstr *o = octets(bytes_after(wire, 4));
	SMPP_PDU *pdu = smpp_pdu_unpack(NULL, o);

	octstr_destroy(o);
	return pdu;
}

const char *oracle_differs(struct bytes wire, const struct smpp_pdu *want)
{
	struct visit v = { want, false, NULL, 0 };
	SMPP_PDU *pdu = unpack(wire);

	if (pdu == NULL)
		return "decode";
	visit(&v, pdu);
	smpp_pdu_destroy(pdu);
	return v.differs;
}

void oracle_encode_often(const struct smpp_pdu *p, unsigned long n)
{
	SMPP_PDU *pdu = theirs(p);

	while (n-- > 0)
		octstr_destroy(smpp_pdu_pack(NULL, pdu));
	smpp_pdu_destroy(pdu);
}

void oracle_decode_often(struct bytes wire, unsigned long n)
{
	while (n-- > 0)
		smpp_pdu_destroy(unpack(wire));
}
