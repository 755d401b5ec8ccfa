/* SPDX-License-Identifier: Apache-2.0 */
#include "port/sandbox_filter.h"

/* Of linux/bpf_common.h, which a compiler for musl alone does not have. */
#define LOAD_WORD 0x20u   /* BPF_LD | BPF_W | BPF_ABS */
#define AND_VALUE 0x54u   /* BPF_ALU | BPF_AND | BPF_K */
#define IF_EQUAL 0x15u    /* BPF_JMP | BPF_JEQ | BPF_K */
#define IF_AT_LEAST 0x35u /* BPF_JMP | BPF_JGE | BPF_K */
#define RETURN 0x06u      /* BPF_RET | BPF_K */

/* Offsets in struct seccomp_data. */
#define AT_NUMBER 0u
#define AT_ARCH 4u
#define AT_ARGS 16u
#define ARG_SIZE 8u

struct writer {
	struct dp_filter_step *steps;
	size_t room, count;
	bool full;
};

static void put(
	struct writer *writer, unsigned code, size_t if_true, size_t if_false, uint32_t value)
{
	if (writer->count == writer->room || if_true > UINT8_MAX || if_false > UINT8_MAX) {
		writer->full = true;
		return;
	}
	writer->steps[writer->count++] = (struct dp_filter_step){
		.code = (uint16_t)code,
		.if_true = (uint8_t)if_true,
		.if_false = (uint8_t)if_false,
		.value = value,
	};
}

/* Steps of a check: load, mask, a comparison for each value. */
static size_t check_steps(const struct dp_call_check *check)
{
	return 2u + check->count;
}

/* Go on when the argument has one of the values, else over `behind` steps. */
static void put_check(struct writer *writer, const struct dp_call_table *table,
	const struct dp_call_check *check, size_t behind)
{
	uint32_t low = table->big_endian ? 4 : 0;

	put(writer, LOAD_WORD, 0, 0, AT_ARGS + ARG_SIZE * check->arg + low);
	put(writer, AND_VALUE, 0, 0, check->mask);
	for (size_t i = 0; i < check->count; i++) {
		size_t left = check->count - 1u - i;

		put(writer, IF_EQUAL, left, left > 0 ? 0 : behind, check->values[i]);
	}
}

/* The number is loaded when it begins, and again when it ends: a row further down may allow what
 * the checks of this one do not. */
static void put_call(
	struct writer *writer, const struct dp_call_table *table, const struct dp_call *call)
{
	size_t body = 0;

	for (size_t i = 0; i < call->check_count; i++)
		body += check_steps(&call->checks[i]);
	put(writer, IF_EQUAL, 0, body + 1 + (body > 0), call->number);
	for (size_t i = 0; i < call->check_count; i++) {
		body -= check_steps(&call->checks[i]);
		put_check(writer, table, &call->checks[i], body + 1);
	}
	put(writer, RETURN, 0, 0, call->refused ? DP_FILTER_REFUSE : DP_FILTER_ALLOW);
	if (call->check_count > 0)
		put(writer, LOAD_WORD, 0, 0, AT_NUMBER);
}

size_t dp_filter_make(const struct dp_call_table *table, unsigned groups,
	struct dp_filter_step *steps, size_t room)
{
	struct writer writer = { .steps = steps, .room = room };

	if (table->arch == 0)
		return 0;
	put(&writer, LOAD_WORD, 0, 0, AT_ARCH);
	put(&writer, IF_EQUAL, 1, 0, table->arch);
	put(&writer, RETURN, 0, 0, DP_FILTER_KILL);
	put(&writer, LOAD_WORD, 0, 0, AT_NUMBER);
	put(&writer, IF_AT_LEAST, 0, 1, table->numbers_end);
	put(&writer, RETURN, 0, 0, DP_FILTER_KILL);
	for (size_t i = 0; i < table->count; i++) {
		if ((table->calls[i].needed & groups) != 0)
			put_call(&writer, table, &table->calls[i]);
	}
	put(&writer, RETURN, 0, 0, DP_FILTER_KILL);
	return writer.full ? 0 : writer.count;
}
