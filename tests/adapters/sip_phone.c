#include "tests/adapters/sip_phone.h"

#include <stdio.h>
#include <string.h>

const char *const phone_settings[] = { "sip.sms-centre=+15550009999",
				       "sip.sms-ack-timeout=1s", NULL };

unsigned phone_register(struct device_socket *d, unsigned expires)
{
	char headers[256];
	struct device_request r;

	snprintf(headers, sizeof(headers),
		 "Contact: <sip:mary@127.0.0.1:%u%s>;+g.3gpp.smsip\r\n"
		 "Expires: %u\r\n",
		 d->port, d->tcp ? ";transport=tcp" : "", expires);
	r = device_registration(headers);
	r.call_id = d->tcp ? "sms-register-tcp" : "sms-register";
	return device_converse(d, &r);
}

void phone_start(struct world *w, struct device_socket *d, bool tcp)
{
	world_start(w, phone_settings);
	device_open(d, w, tcp);
	CU_ASSERT_FATAL(phone_register(d, 600) == 200);
}

uint8_t phone_take(struct device_socket *d, char call_id[64])
{
	const uint8_t *rp;

	sample_take(d, 0);
	snprintf(call_id, 64, "%s", device_header(d, "Call-ID"));
	CU_ASSERT_STRING_EQUAL(device_header(d, "Content-Type"), PHONE_TYPE);
	CU_ASSERT_STRING_EQUAL(device_header(d, "Accept-Contact"),
			       "*;+g.3gpp.smsip;require;explicit");
	rp = (const uint8_t *)device_body(d);
	CU_ASSERT(rp[0] == 1);
	/* RP-OA is the service centre, RP-DA is empty. */
	CU_ASSERT(memcmp(rp + 2, "\x07\x91\x51\x55\x00\x90\x99\xF9\x00", 9) ==
		  0);
	return rp[1];
}

struct device_request phone_request(const void *rp, size_t n,
				    const char *headers)
{
	struct device_request r = device_message(PHONE_TYPE, rp);

	r.target = "sip:+15550009999@cpm.example;user=phone";
	r.to = "<sip:+15550009999@cpm.example;user=phone>";
	r.call_id = "from-the-telephone";
	r.headers = headers;
	r.body_n = n;
	return r;
}

static void phone_say(struct device_socket *d, const void *rp, size_t n,
		      const char *call_id)
{
	char headers[128];
	struct device_request r;

	snprintf(headers, sizeof(headers), "In-Reply-To: %s\r\n", call_id);
	r = phone_request(rp, n, headers);
	CU_ASSERT(device_converse(d, &r) == 202);
}

void phone_acknowledge(struct device_socket *d, uint8_t reference,
		       const char *call_id)
{
	uint8_t rp[] = { 2, reference, 0x41, 2, 0, 0 };

	phone_say(d, rp, sizeof(rp), call_id);
}

void phone_refuse(struct device_socket *d, uint8_t reference, uint8_t cause,
		  const char *call_id)
{
	uint8_t rp[] = { 4, reference, 1, cause };

	phone_say(d, rp, sizeof(rp), call_id);
}
