#include "cli/screen.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *const tones[] = {"", "\033[32m", "\033[31m", "\033[2m"};

static bool coloured(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    return isatty(fileno(out)) && !(no_color && *no_color);
}

/* C0, DEL and C1 would move the cursor or worse; so would the signs that turn the direction of writing. */
static bool printable(gunichar c)
{
    return c >= ' ' && !(c >= 0x7f && c < 0xa0) && !(c >= 0x202a && c <= 0x202e) &&
           !(c >= 0x2066 && c <= 0x2069);
}

static void put(FILE *out, const char *text, int width)
{
    char *valid = g_utf8_make_valid(text ? text : "-", -1);
    int used = 0;
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        gunichar rune = g_utf8_get_char(c);
        int columns = g_unichar_iszerowidth(rune) ? 0 : g_unichar_iswide(rune) ? 2 : 1;
        if (width && used + columns > width)
            break;
        used += columns;
        if (printable(rune))
            fwrite(c, 1, (size_t)(g_utf8_next_char(c) - c), out);
        else
            fputc(' ', out);
    }
    for (; used < width; used++)
        fputc(' ', out);
    g_free(valid);
}

void screen_text(FILE *out, const char *text)
{
    put(out, text, 0);
}

void screen_cell(FILE *out, const char *text, int width)
{
    put(out, text, width);
    fputs("  ", out);
}

void screen_tone(FILE *out, enum tone tone, const char *text)
{
    bool colour = tone != TONE_PLAIN && coloured(out);
    if (colour)
        fputs(tones[tone], out);
    put(out, text, 0);
    if (colour)
        fputs("\033[0m", out);
}

bool screen_live(void)
{
    const char *term = getenv("TERM");
    return isatty(STDERR_FILENO) && !(term && !strcmp(term, "dumb"));
}

static int columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void screen_bar(int ended, int total, const char *words)
{
    enum { CELLS = 24 };
    if (!screen_live())
        return;
    int full = total > 0 ? ended * CELLS / total : 0, room = columns() - CELLS - 14;
    fputs("\r\033[K[", stderr);
    for (int i = 0; i < CELLS; i++)
        fputc(i < full ? '#' : '.', stderr);
    fprintf(stderr, "] %d/%d  ", ended, total);
    if (room > 0)
        put(stderr, words, room);
    fflush(stderr);
}

void screen_bar_clear(void)
{
    if (screen_live())
        fputs("\r\033[K", stderr);
}

bool screen_can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool screen_confirm(const char *question)
{
    char line[16];
    if (!screen_can_ask())
        return false;
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (!fgets(line, sizeof line, stdin))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return !strcasecmp(line, "y") || !strcasecmp(line, "yes");
}
