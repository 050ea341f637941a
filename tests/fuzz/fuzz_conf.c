/* SPDX-License-Identifier: ISC */
/* Any text as the files of the player: options, keys, what it remembers. */
#include "play/conf.h"
#include "play/state.h"
#include "tests/fuzz/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf_faults faults = { 0 };
	struct span text = span_of(data, size);
	struct state state;
	char key[KEYMAP_KEY_MAX];
	struct keymap k;
	struct conf c;

	conf_init(&c);
	keymap_init(&k);
	conf_read(&c, &k, "file", text, &faults);
	for (int i = 0; i < k.n; i++)
		must(keymap_key(keymap_key_text(key, k.row[i].key)) == k.row[i].key);
	state_parse(&state, text);
	must(state.list_width >= 0 && state.list_width <= 1024);
	return 0;
}
