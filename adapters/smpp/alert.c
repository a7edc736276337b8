#include "adapters/smpp/alert.h"

#include "adapters/smpp/smpp_in.h"

/* 5.3.2.30; not there: available. */
static const char *availability(const struct smpp_pdu *p, bool *available)
{
	static const char *const words[] = { "the subscriber is available",
					     "the subscriber is denied",
					     "the subscriber is unavailable" };
	uint32_t status;

	*available = true;
	if (!smpp_tlv_number(p->tlvs, SMPP_TLV_MS_AVAILABILITY_STATUS, &status))
		return "the subscriber can be reached";
	*available = status == 0;
	return status < 3 ? words[status] : "ms_availability_status is unknown";
}

/* What waits for him need not wait any longer. */
static enum err tell_available(struct hub *h, const struct address *who)
{
	struct presence v = { .devices = 1, .subscriber = *who };

	return uplink_presence(h->up, &v);
}

void alert_in(struct peer *peer, const struct smpp_pdu *p)
{
	struct hub *h = peer->hub;
	struct arena *a = hub_arena(h);
	bool available;
	struct note n = { .step = "alert",
			  .to = smpp_clean_text(a, p->dest.digits),
			  .verdict = "noted",
			  .text = availability(p, &available),
			  .clause = "SMPP v3.4 4.12",
			  .technology = TECHNOLOGY_SMS };
	struct address who;
	bool known = smpp_recipient_in(&p->source, &peer->manner, a, &who) ==
		     ESME_ROK;
	enum err e;

	/* What is no address is shown as it came. */
	n.from = known ? who.text : smpp_clean_text(a, p->source.digits);
	n.key = n.from;
	peer->received++;
	e = uplink_note(h->up, &n);
	if (e == OK && known && available)
		e = tell_available(h, &who);
	if (e != OK)
		hub_give_up(h);
}
