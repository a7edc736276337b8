#include "adapters/smpp/ack.h"

#include <stdio.h>

/*
 * An SMSC may write the recipient in another way, but not who wrote to him. An
 * ESME may have many addresses: it is known by its account.
 */
static void write_id(uint32_t reference, struct bytes sender, const char *to,
		     char out[ACK_ID_ROOM])
{
	if (sender.n > ADDRESS_SMPP_MAX)
		sender.n = ADDRESS_SMPP_MAX;
	snprintf(out, ACK_ID_ROOM, "reference %u, %.*s to %.40s",
		 (unsigned)reference, (int)sender.n,
		 sender.n == 0 ? "" : (const char *)sender.p, to);
}

void ack_id_of(const struct smpp_pdu *p, const struct address *to,
	       const struct manner *m, char out[ACK_ID_ROOM])
{
	const uint8_t acks =
		SMPP_REGISTERED_USER_ACK | SMPP_REGISTERED_DELIVERY_ACK;
	uint32_t reference;

	out[0] = 0;
	if ((p->registered_delivery & acks) != 0 &&
	    smpp_tlv_number(p->tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE,
			    &reference))
		write_id(reference, p->source.digits,
			 m->server ? "it" : to->text, out);
}

enum err ack_id_in(const struct smpp_pdu *p, const struct manner *m,
		   struct arena *a, char out[ACK_ID_ROOM])
{
	struct address_smpp wire = { p->source.ton, p->source.npi,
				     p->source.digits };
	struct address from = { ADDRESS_NONE, NULL };
	uint32_t reference;
	enum err e;

	if (!smpp_tlv_number(p->tlvs, SMPP_TLV_USER_MESSAGE_REFERENCE,
			     &reference))
		return ERR_MALFORMED;
	e = numbers_in(&m->numbers, NUMBER_SENDER, &wire, &m->rules, a, &from);
	if (e == ERR_NOMEM)
		return e;
	write_id(reference, p->dest.digits,
		 m->server ? "it" : from.text == NULL ? "" : from.text, out);
	return OK;
}
