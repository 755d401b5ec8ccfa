/* SPDX-License-Identifier: Apache-2.0 */
/* Standard output and standard error, as commands use them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "port/port.h"

#define LINE_MAX_BYTES 2048
#define STDOUT 1
#define STDERR 2

int dp_complain(const char *format, ...)
{
	static const char name[] = "daneprobe: ";
	char line[LINE_MAX_BYTES];
	size_t used = sizeof(name) - 1;
	va_list args;

	memcpy(line, name, used);
	va_start(args, format);
	int count = vsnprintf(line + used, sizeof(line) - used - 1, format, args);
	va_end(args);
	if (count > 0)
		used = (size_t)count < sizeof(line) - used - 1 ? used + (size_t)count
							       : sizeof(line) - 2;
	line[used++] = '\n';
	(void)dp_port_write_all(STDERR, line, used);
	return DP_EXIT_USAGE;
}

int dp_print(const char *text)
{
	return dp_print_bytes(text, strlen(text));
}

int dp_print_bytes(const char *data, size_t len)
{
	enum dp_status status = dp_port_write_all(STDOUT, data, len);

	if (status == DP_OK)
		return DP_EXIT_OK;
	return dp_complain("standard output cannot be written%s; nothing more is printed",
		status == DP_CLOSED ? " (its reader is gone)" : "");
}
