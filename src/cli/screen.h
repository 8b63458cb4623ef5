/* screen — texts of others on a terminal, tables and one live line.
 *
 * Control characters never reach the terminal. Colours only on a terminal and not with NO_COLOR. */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

enum tone { TONE_PLAIN, TONE_GOOD, TONE_BAD, TONE_DIM };

/* The text with control characters replaced; NULL prints "-". */
void screen_text(FILE *out, const char *text);
/* Padded to width columns, cut when it is longer. */
void screen_cell(FILE *out, const char *text, int width);
void screen_tone(FILE *out, enum tone tone, const char *text);

/* The live line at the bottom of standard error; nothing when that is not a terminal. */
bool screen_live(void);
void screen_bar(int ended, int total, const char *words);
void screen_bar_clear(void);

/* "y" or "yes" on the terminal; false when standard input is none. */
bool screen_confirm(const char *question);
bool screen_can_ask(void);

#endif
