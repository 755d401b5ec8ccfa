/* SPDX-License-Identifier: Apache-2.0 */
/* --complete of the command chain. */
#include <string.h>

#include "app/chain.h"
#include "app/commands.h"
#include "app/files.h"
#include "port/port.h"

#define PEM_BYTES(der_len) ((der_len)*2 + 128) /* more than base64, line ends and lines around */

/* Which issuer is missing, and what to type. */
static int refuse(const struct dp_chain_run *run, const struct dp_completion *what)
{
	const struct dp_options *options = run->options;
	const char *roots = options->roots_path != NULL ? " that holds it, too" : "";
	int status = dp_output_exit(options, 2);

	if (what->wish_unmet)
		(void)dp_complain(
			"%s cannot be completed up to the root \"%s\": the known issuers "
			"lead to %s; type --root with one of these, or --roots FILE with the "
			"certificates in between",
			run->shown, dp_output_shown(options, options->root), what->others);
	else if (what->end == NULL)
		(void)dp_complain(
			"%s cannot be completed: its first certificate cannot be read; get "
			"it anew from where it came",
			run->shown);
	else if (what->exhausted)
		(void)dp_complain(
			"%s cannot be completed: too many certificates at hand could be the issuer of "
			"\"%s\", and not all were tried; type --roots FILE with those of this CA alone",
			run->shown, what->end->subject_text);
	else if (what->unverified)
		(void)dp_complain(
			"%s cannot be completed: whether \"%s\" issued \"%s\" cannot be checked "
			"here (the kind of signature is not known); append its certificate by hand",
			run->shown, what->end->issuer_text, what->end->subject_text);
	else
		(void)dp_complain("%s cannot be completed: the issuer of \"%s\", \"%s\", is not in "
				  "it, and not known here; type --roots FILE%s, with the CA's "
				  "certificates",
			run->shown, what->end->subject_text, what->end->issuer_text, roots);
	return status;
}

static bool holds_key(const struct dp_bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++) {
		if (bundle->blocks[i].kind == DP_BLOCK_PRIVATE_KEY ||
			bundle->blocks[i].kind == DP_BLOCK_ENCRYPTED_KEY)
			return true;
	}
	return bundle->dropped > 0; /* who knows */
}

/* Room for all of it at once: a buffer that grows would leave copies of the key behind. */
static void make_room(const struct dp_chain_run *run, struct dp_buf *out)
{
	const struct dp_written *written = &run->written;

	dp_buf_init(out, run->options->arena);
	out->cap = run->bundle.len + 1024;
	for (size_t n = 0; n < written->count; n++) {
		for (size_t i = 0; i < written->what[n].added_count; i++)
			out->cap += PEM_BYTES(written->what[n].added[i]->der_len);
	}
	out->data = dp_arena_alloc(run->options->arena, out->cap);
}

static int print_out(
	const struct dp_chain_run *run, const char *like, bool secret, const struct dp_buf *out)
{
	if (secret && dp_port_stdout_exposes(like))
		return dp_complain(
			"standard output would lay the private key of %s open to more users than "
			"the file is; type --complete OUT with the path of a file",
			run->shown);
	return dp_print_bytes(out->data, out->len);
}

static int write_out(struct dp_chain_run *run, const struct dp_buf *out)
{
	const struct dp_options *options = run->options;
	const char *path = options->complete_path;
	const char *like = strcmp(run->path, "-") != 0 ? run->path : NULL;
	bool secret = holds_key(&run->bundle);
	unsigned mode = dp_port_file_mode(path);
	enum dp_status status;

	run->written.changed =
		out->len != run->bundle.len || memcmp(out->data, run->bundle.data, out->len) != 0;
	run->written.same_file = like != NULL && dp_port_same_file(like, path);
	if (run->written.to_stdout)
		return print_out(run, like, secret, out);
	if (!run->written.changed && run->written.same_file)
		return DP_EXIT_OK;
	status = dp_port_replace_file(path, like, secret, out->data, out->len);
	run->written.narrowed = mode != dp_port_file_mode(path) ? mode : 0;
	if (status == DP_OK && options->output_path != NULL &&
		dp_port_same_file(options->output_path, path))
		return dp_complain(
			"--output-file and --complete lead to one file; it holds the chain "
			"now, and no report was written; type another --output-file");
	if (status == DP_OK)
		return DP_EXIT_OK;
	if (status == DP_DENIED)
		return dp_complain(
			"--complete \"%s\" cannot be replaced in one step (the folder is "
			"closed to this user, the file's owner could not be kept, or it is "
			"mounted by itself)%s; type another path",
			dp_output_shown(options, path),
			secret ? ", or would lay the private key open to others" : "");
	return dp_complain(
		"--complete \"%s\" cannot be written (%s); type the path of a file that can",
		dp_output_shown(options, path), dp_output_failure(status));
}

/* The file as it is to be. */
static void compose(struct dp_chain_run *run, struct dp_buf *out)
{
	struct dp_complete_part parts[DP_FILE_CHAINS_MAX];
	struct dp_written *written = &run->written;
	const struct dp_inventory *s = &run->inventory;

	make_room(run, out);
	if (run->bundle.is_der) {
		dp_buf_bytes(out, run->bundle.data, run->bundle.len);
		return;
	}
	for (size_t n = 0; n < written->count; n++, s = s->next)
		parts[n] = (struct dp_complete_part){ s->blocks, &s->order, &written->what[n],
			s->key, false };
	dp_complete_write(&run->bundle, parts, written->count, out);
	for (size_t n = 0; n < written->count; n++)
		written->moved_key[n] = parts[n].moved_key;
}

int dp_chain_complete(struct dp_chain_run *run)
{
	struct dp_written *written = &run->written;
	struct dp_bundle before = run->bundle;
	struct dp_buf out;
	const char *wrong;
	int status;

	for (const struct dp_inventory *s = &run->inventory; s != NULL; s = s->next) {
		if (!s->completion.complete)
			return refuse(run, &s->completion);
		written->what[written->count++] = s->completion;
	}
	written->path = run->options->complete_path;
	written->to_stdout = dp_port_is_stdout(written->path);
	if (before.is_der && written->what[0].added_count > 0)
		return dp_complain(
			"%s is DER, which holds one certificate only; type \"openssl x509 "
			"-inform DER -in FILE\" and complete its output",
			run->shown);
	compose(run, &out);
	status = write_out(run, &out);
	if (status != DP_EXIT_OK)
		return status;
	wrong = dp_bundle_read(out.data, out.len, run->options->arena, &run->bundle);
	if (wrong != NULL) /* it was readable before */
		return dp_complain("%s %s", run->shown, wrong);
	dp_file_wipe(&before);
	return dp_chain_look(run);
}
