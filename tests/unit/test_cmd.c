#include "cli/cmd.h"

#include <ctype.h>
#include <string.h>

#include "tests/lib/unit.h"

START_TEST(table_is_sorted)
{
	for (int i = 1; cmd_table[0] != NULL && cmd_table[i] != NULL; i++)
		ck_assert_int_lt(strcmp(cmd_table[i - 1]->name,
				     cmd_table[i]->name),
		    0);
}
END_TEST

START_TEST(every_command_is_complete)
{
	for (int i = 0; cmd_table[i] != NULL; i++) {
		const struct cmd *c = cmd_table[i];

		ck_assert(c->run != NULL && c->operands != NULL);
		ck_assert(islower((unsigned char)c->summary[0]));
		ck_assert(c->summary[strlen(c->summary) - 1] != '.');
		ck_assert(cmd_find(c->name) == c);
	}
}
END_TEST

UNIT_MAIN("cmd", table_is_sorted, every_command_is_complete)
