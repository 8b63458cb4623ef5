#include "cli/users_file.h"

#include <csv.h>
#include <glib.h>
#include <string.h>

/* What the column may be called, without regard to case, spaces, underscores and hyphens; the first that is
 * there. */
static const char *const titles[] = {"user", "userprincipalname", "upn", "objectid", "id"};
#define TITLES (sizeof titles / sizeof *titles)

struct reading {
    json_t *users;
    struct err *err;
    size_t row, cell; /* counted from 0; the first row holds the titles */
    size_t column;    /* of the users */
    size_t rank;      /* of its title; TITLES: not found */
    bool found;       /* in this row */
    bool failed;
};

static bool is_title(const char *cell, size_t length, const char *title)
{
    for (size_t i = 0; i < length; i++) {
        if (strchr(" _-", cell[i]) && cell[i])
            continue;
        if (g_ascii_tolower(cell[i]) != *title++)
            return false;
    }
    return !*title;
}

static void take_title(struct reading *reading, const char *cell, size_t length)
{
    for (size_t rank = 0; rank < reading->rank; rank++) {
        if (is_title(cell, length, titles[rank])) {
            reading->rank = rank;
            reading->column = reading->cell;
        }
    }
}

static void take_user(struct reading *reading, const char *cell, size_t length)
{
    g_autofree char *user = g_strndup(cell, length);
    g_strstrip(user);
    reading->found = *user != '\0';
    if (reading->found)
        json_add(reading->users, json_text_new(user));
}

static void take_cell(void *cell, size_t length, void *context)
{
    struct reading *reading = context;
    if (reading->row == 0)
        take_title(reading, cell, length);
    else if (reading->cell == reading->column && !reading->failed)
        take_user(reading, cell, length);
    reading->cell++;
}

static void take_row(int end, void *context)
{
    struct reading *reading = context;
    (void)end;
    if (!reading->failed && reading->row == 0 && reading->rank == TITLES)
        reading->failed = !err_set(reading->err, ERR_INPUT,
                                   "the first row names no column user, user_principal_name, upn or id");
    else if (!reading->failed && reading->row > 0 && !reading->found)
        reading->failed = !err_set(reading->err, ERR_INPUT, "row %zu names no user", reading->row + 1);
    reading->found = false;
    reading->cell = 0;
    reading->row++;
}

/* The one that the first row has most of. */
static unsigned char delimiter_of(const char *text, size_t length)
{
    static const char known[] = ",;\t";
    size_t best = 0, most = 0;
    for (size_t k = 0; known[k]; k++) {
        size_t count = 0;
        for (size_t i = 0; i < length && text[i] != '\n'; i++)
            count += text[i] == known[k];
        if (count > most) {
            most = count;
            best = k;
        }
    }
    return (unsigned char)known[best];
}

bool users_file_parse(const char *text, size_t length, json_t *users, struct err *err)
{
    static const char bom[] = "\xef\xbb\xbf";
    struct reading reading = {.users = users, .err = err, .rank = TITLES};
    struct csv_parser parser;
    if (length >= 3 && memcmp(text, bom, 3) == 0) {
        text += 3;
        length -= 3;
    }
    if (!g_utf8_validate(text, (gssize)length, NULL)) /* refuses zero bytes too */
        return err_set(err, ERR_INPUT, "not UTF-8; save it as \"CSV UTF-8\"");
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
        abort();
    csv_set_delim(&parser, delimiter_of(text, length));
    bool whole = csv_parse(&parser, text, length, take_cell, take_row, &reading) == length &&
                 csv_fini(&parser, take_cell, take_row, &reading) == 0;
    csv_free(&parser);
    if (reading.failed)
        return false;
    if (!whole)
        return err_set(err, ERR_INPUT, "row %zu: quotes that do not fit together", reading.row + 1);
    if (reading.row < 2)
        return err_set(err, ERR_INPUT, "names no user");
    return true;
}
