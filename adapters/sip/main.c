/* cpmgw-sip: the CPM side. */
#include "adapters/child.h"
#include "adapters/sip/adapter.h"
#include "gateway/loop_su.h"

int main(int argc, char **argv)
{
	static const struct child_options options = {
		.program = "cpmgw-sip",
		.sentence = "the SIP side of cpmgw: registrar and messages of "
			    "the CPM domain",
		.make_loop = loop_su_new,
	};

	return child_main(argc, argv, &options, &sip_adapter);
}
