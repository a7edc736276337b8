#include "gateway/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "codecs/base64.h"
#include "codecs/digest.h"

#define HASHED_MAX 512

struct keys {
	struct digest_seal *seal;
	uint8_t high[16], low[16], nonce[16], id[16];
};

struct keys *keys_new(const uint8_t octets[KEYS_OCTETS])
{
	struct keys *k = mem_zero(sizeof *k);

	if (k == NULL)
		return NULL;
	if ((k->seal = digest_seal_new(octets)) == NULL) {
		mem_free(k);
		return NULL;
	}
	memcpy(k->high, octets + 16, 16);
	memcpy(k->low, octets + 32, 16);
	memcpy(k->nonce, octets + 48, 16);
	memcpy(k->id, octets + 64, 16);
	return k;
}

void keys_free(struct keys *k)
{
	if (k == NULL)
		return;
	digest_seal_free(k->seal);
	explicit_bzero(k, sizeof *k);
	mem_free(k);
}

/* The entry of a file in its directory, on disk. */
static bool sync_directory(const char *directory)
{
	int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return good;
}

/* All of it or nothing, also when the power goes: ids must never change. */
static enum err write_file(const char *directory, const char *path,
			   const uint8_t octets[KEYS_OCTETS])
{
	struct buf fresh = BUF_INIT(4096);
	const char *name;
	enum err e = ERR_IO;
	int fd = -1;
	bool good;

	buf_printf(&fresh, "%s.new", path);
	if ((name = buf_string(&fresh)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		goto out;
	good = write(fd, octets, KEYS_OCTETS) == KEYS_OCTETS && fsync(fd) == 0;
	if (close(fd) == 0 && good && rename(name, path) == 0 &&
	    sync_directory(directory))
		e = OK;
out:
	buf_clear(&fresh);
	return e;
}

static enum err make_file(const char *directory, const char *path,
			  const struct clock *clock,
			  uint8_t octets[KEYS_OCTETS])
{
	size_t i;

	for (i = 0; i < KEYS_OCTETS; i += sizeof(uint64_t)) {
		uint64_t r = clock->random(clock->arg);

		memcpy(octets + i, &r, sizeof r);
	}
	return write_file(directory, path, octets);
}

static enum err read_file(const char *path, uint8_t octets[KEYS_OCTETS])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? ERR_NOTFOUND : ERR_IO;
	n = read(fd, octets, KEYS_OCTETS);
	close(fd);
	return n == KEYS_OCTETS ? OK : ERR_MALFORMED;
}

enum err keys_load(const char *directory, const struct clock *clock,
		   struct keys **made, struct buf *why)
{
	struct buf path = BUF_INIT(4096);
	uint8_t octets[KEYS_OCTETS];
	const char *name;
	enum err e;

	buf_printf(&path, "%s/keys", directory);
	if ((name = buf_string(&path)) == NULL) {
		e = ERR_NOMEM;
		goto out;
	}
	e = read_file(name, octets);
	if (e == ERR_NOTFOUND)
		e = make_file(directory, name, clock, octets);
	if (e != OK) {
		buf_printf(why, "%s: %s", name,
			   e == ERR_MALFORMED ? "not a key file"
					      : strerror(errno));
		goto out;
	}
	*made = keys_new(octets);
	e = *made == NULL ? ERR_NOMEM : OK;
out:
	explicit_bzero(octets, sizeof octets);
	buf_clear(&path);
	return e;
}

static void put64(uint8_t *to, uint64_t v)
{
	size_t i;

	for (i = 8; i-- > 0; v >>= 8)
		to[i] = (uint8_t)v;
}

enum err keys_public_id(struct keys *k, uint64_t id, char out[PUBLIC_ID_SIZE])
{
	uint8_t plain[16] = { 0 }, sealed[16];
	struct buf text = BUF_INIT(64);
	enum err e;

	put64(plain, id);
	if ((e = digest_seal_close(k->seal, plain, sealed)) != OK)
		goto out;
	base64url_put(&text, (struct bytes){ sealed, sizeof sealed });
	if ((e = buf_status(&text)) != OK)
		goto out;
	if (text.n != PUBLIC_ID_SIZE - 1) {
		e = ERR_RANGE;
		goto out;
	}
	memcpy(out, text.p, text.n);
	out[text.n] = '\0';
out:
	buf_clear(&text);
	return e;
}

enum err keys_open_id(struct keys *k, const char *text, uint64_t *id)
{
	struct buf sealed = BUF_INIT(64);
	uint8_t plain[16];
	uint64_t v = 0;
	size_t i;
	enum err e = ERR_NOTFOUND;

	if (strlen(text) != PUBLIC_ID_SIZE - 1 ||
	    base64url_read(bytes_of(text), &sealed) != OK || sealed.n != 16)
		goto out;
	if ((e = digest_seal_open(k->seal, sealed.p, plain)) != OK)
		goto out;
	e = ERR_NOTFOUND;
	for (i = 8; i < 16; i++)
		if (plain[i] != 0)
			goto out;
	for (i = 0; i < 8; i++)
		v = v << 8 | plain[i];
	*id = v;
	e = OK;
out:
	buf_clear(&sealed);
	return e;
}

uint64_t keys_open_decimal(const struct keys *k, uint64_t decimal)
{
	return digest_unscramble64(k->id, decimal);
}

uint64_t keys_decimal(const struct keys *k, uint64_t id)
{
	return digest_scramble64(k->id, id);
}

/* Chained over chunks, so that pieces of any length count to their end. */
static uint64_t hash_piece(const uint8_t key[16], uint64_t before,
			   struct bytes piece)
{
	uint8_t chunk[HASHED_MAX + 16];

	do {
		size_t n = piece.n > HASHED_MAX ? HASHED_MAX : piece.n;

		put64(chunk, before);
		put64(chunk + 8, piece.n);
		if (n > 0)
			memcpy(chunk + 16, piece.p, n);
		before = digest_siphash(key, (struct bytes){ chunk, n + 16 });
		piece = bytes_after(piece, n);
	} while (piece.n > 0);
	return before;
}

struct store_key keys_hash(const struct keys *k, const struct bytes *pieces,
			   size_t count)
{
	struct store_key out = { 0, 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		out.high = hash_piece(k->high, out.high, pieces[i]);
		out.low = hash_piece(k->low, out.low, pieces[i]);
	}
	return (struct store_key){ out.high >> 1, out.low >> 1 };
}

uint64_t keys_hash63(const struct keys *k, struct bytes in)
{
	return digest_siphash(k->high, in) >> 1 | 1;
}

const uint8_t *keys_nonce(const struct keys *k)
{
	return k->nonce;
}

const uint8_t *keys_id(const struct keys *k)
{
	return k->id;
}
