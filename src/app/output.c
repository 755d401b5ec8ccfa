/* SPDX-License-Identifier: Apache-2.0 */
#include "app/output.h"

#include <string.h>

#include "app/commands.h"
#include "base/text.h"
#include "port/port.h"

#define STDOUT 1
#define STDERR 2
#define SHOWN_MAX 200

/* Exit statuses of the nagios style. */
enum { PASS = 0, WARNED = 1, FAILED = 2, UNKNOWN = 3 };

int dp_output_worst(int a, int b)
{
	static const int rank[] = { [PASS] = 0, [WARNED] = 1, [UNKNOWN] = 2, [FAILED] = 3 };

	return rank[a] >= rank[b] ? a : b;
}

int dp_output_exit(const struct dp_options *options, int status)
{
	static const int simple[] = { [PASS] = 0, [WARNED] = 0, [FAILED] = 1, [UNKNOWN] = 3 };

	return options->exit_style == DP_EXIT_SIMPLE ? simple[status] : status;
}

static void look_at_screen(struct dp_output *output, int fd)
{
	const char *no_color = dp_port_env("NO_COLOR");
	bool to_terminal = output->options->output_path == NULL && dp_port_is_terminal(fd);

	output->report.color = to_terminal && (no_color == NULL || no_color[0] == '\0');
	output->report.width = to_terminal ? dp_port_columns(fd) : 0;
}

void dp_output_open(struct dp_output *output, const struct dp_options *options)
{
	memset(output, 0, sizeof(*output));
	output->options = options;
	output->report.verbose = options->verbose;
	look_at_screen(output, STDOUT);
	dp_buf_init(&output->file, options->arena);
}

void dp_output_to_stderr(struct dp_output *output)
{
	output->to_stderr = true;
	look_at_screen(output, STDERR);
}

bool dp_output_add(struct dp_output *output, const char *data, size_t len)
{
	if (output->options->output_path == NULL && output->to_stderr)
		return dp_port_write_all(STDERR, data, len) == DP_OK;
	if (output->options->output_path == NULL)
		return dp_print_bytes(data, len) == DP_EXIT_OK;
	dp_buf_bytes(&output->file, data, len);
	return true;
}

const char *dp_output_failure(enum dp_status status)
{
	switch (status) {
	case DP_NOT_FOUND: return "its folder does not exist";
	case DP_DENIED: return "permission denied";
	case DP_NO_RESOURCE: return "no space left";
	case DP_TOO_LARGE: return "the path is too long";
	case DP_INVALID: return "it is a folder, or cannot be written";
	case DP_OK:
	case DP_AGAIN:
	case DP_TIMEOUT:
	case DP_REFUSED:
	case DP_RESET:
	case DP_CLOSED:
	case DP_UNREACHABLE:
	case DP_NO_ROUTE:
	case DP_CANCELLED: break;
	}
	return dp_status_text(status);
}

const char *dp_output_shown(const struct dp_options *options, const char *text)
{
	return dp_text_escape_utf8(options->arena, text, strlen(text), SHOWN_MAX);
}

int dp_output_close(struct dp_output *output)
{
	const char *path = output->options->output_path;
	enum dp_status status;

	if (path == NULL)
		return DP_EXIT_OK;
	status = dp_port_write_file(path, output->file.data, output->file.len);
	if (status == DP_OK)
		return DP_EXIT_OK;
	return dp_complain(
		"--output-file \"%s\" cannot be written (%s); type the path of a file that can",
		dp_output_shown(output->options, path), dp_output_failure(status));
}
