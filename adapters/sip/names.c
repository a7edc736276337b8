/*
 * The library looks up the host in the Via of a request that it refuses by
 * itself, and waits for the answer: a datagram with a name that no server
 * knows would stop the program for seconds. So nothing but numbers is looked
 * up here. Names of devices and domains are resolved elsewhere in the library
 * without waiting (RFC 3263).
 */
#include <sofia-sip/su.h>

/* In the place of the library's own. */
int su_getaddrinfo(char const *node, char const *service,
		   su_addrinfo_t const *hints, su_addrinfo_t **res)
{
	su_addrinfo_t numeric = { .ai_family = AF_UNSPEC };

	if (hints)
		numeric = *hints;
	if (node)
		numeric.ai_flags |= AI_NUMERICHOST;
	return getaddrinfo(node, service, &numeric, res);
}
