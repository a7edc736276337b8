#include "adapters/smpp/alert.h"

#include "adapters/smpp/smpp_in.h"

/* 5.3.2.30 */
static const char *availability(const struct smpp_pdu *p)
{
	static const char *const words[] = { "the subscriber is available",
					     "the subscriber is denied",
					     "the subscriber is unavailable" };
	uint32_t status;

	if (!smpp_tlv_number(p->tlvs, SMPP_TLV_MS_AVAILABILITY_STATUS, &status))
		return "the subscriber can be reached";
	return status < 3 ? words[status] : "ms_availability_status is unknown";
}

/* As traces show it; what is no address is shown as it came. */
static const char *name_of(const struct peer *peer,
			   const struct smpp_address *wire)
{
	struct arena *a = peer->hub->arena;
	struct address out;

	if (smpp_recipient_in(wire, &peer->manner, a, &out) == ESME_ROK)
		return out.text;
	return smpp_clean_text(a, wire->digits);
}

void alert_in(struct peer *peer, const struct smpp_pdu *p)
{
	struct arena *a = hub_arena(peer->hub);
	struct note n = { .step = "alert",
			  .from = name_of(peer, &p->source),
			  .to = smpp_clean_text(a, p->dest.digits),
			  .verdict = "noted",
			  .text = availability(p),
			  .clause = "SMPP v3.4 4.12",
			  .technology = TECHNOLOGY_SMS };

	n.key = n.from;
	peer->received++;
	if (uplink_note(peer->hub->up, &n) != OK)
		hub_give_up(peer->hub);
}
