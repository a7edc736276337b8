/*
 * codecs/group_document.h - the document of a group: its address, its members
 * and who may do what in it. Specs: OMA-TS-XDM_Group 5.1 (namespace
 * urn:oma:xml:poc:list-service), RFC 4745 7 (the rules), RFC 4826 3.2 (the
 * entries).
 */
#ifndef CODECS_GROUP_DOCUMENT_H
#define CODECS_GROUP_DOCUMENT_H

#include "codecs/arena.h"
#include "codecs/bytes.h"

#define GROUP_DOCUMENT_MIME_TYPE   "application/vnd.oma.poc.groups+xml"
#define GROUP_DOCUMENT_MEMBERS_MAX 1000	/* in all groups of one document     */

struct group_member {
	struct bytes uri;	/* never empty                               */
	struct bytes name;	/* of <display-name>; empty: none            */
	size_t line;
};

/* Of <identity>: one of them must be fulfilled. */
struct group_identity {
	bool except;		/* not these of the <many> before it         */
	bool many;		/* of `domain`, empty: everybody             */
	struct bytes uri;	/* <one>, <except id>; empty: see `domain`   */
	struct bytes domain;
};

/* What an action of a rule says; false wins over nothing, true over both. */
enum group_say { GROUP_SILENT, GROUP_NO, GROUP_YES };

/* RFC 4745 7: it fits when all of its conditions do. */
struct group_rule {
	bool members;		/* <is-list-member>                          */
	bool others;		/* <other-identity>: no other <identity> fits */
	bool never;		/* a condition that is not known here        */
	bool identity;		/* one of the following must fit             */
	struct group_identity *identities;
	size_t n_identities;
	enum group_say initiate;	/* <allow-initiate-conference>       */
	enum group_say anonymity;	/* <allow-anonymity>                 */
};

struct group {
	struct bytes uri;	/* never empty                               */
	struct bytes name;	/* of <display-name>; empty: none            */
	size_t line;
	struct group_member *members;
	size_t n_members;
	struct group_rule *rules;
	size_t n_rules;
	struct group *next;
};

/* What is wrong, for people. */
struct group_fault {
	const char *what;
	size_t line;		/* from 1                                    */
};

/**
 * Reads the document, text goes to the arena; *out is the list of its groups.
 * Elements that are not known are passed over. ERR_UNSUPPORTED: another
 * document, or members that are elsewhere (<entry-ref>, <external>).
 * ERR_MALFORMED: not well-formed, no <list-service>, or one without uri; an
 * entry or <one> without its address, an action that is no boolean.
 * ERR_TOOBIG: more than GROUP_DOCUMENT_MEMBERS_MAX members, or as xml_read;
 * ERR_NOMEM. *why is set with every error but the last.
 */
enum err group_document_decode(struct bytes in, struct arena *a,
			       struct group **out,
			       struct group_fault *why) CHECKED;

/** Appends a document of these groups. ERR_RANGE: an address that is empty;
 *  else buf_status(to). */
enum err group_document_encode(const struct group *first,
			       struct buf *to) CHECKED;

#endif
