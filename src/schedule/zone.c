#include "schedule/zone.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

enum { DAY_SECONDS = 86400 };

static void free_zone(GTimeZone **zone)
{
    if (*zone)
        g_time_zone_unref(*zone);
}

/* GLib also takes "+02" and "CET-1CEST"; a name has letters, a file in tzdata, and no way out of it. */
static bool looks_like_name(const char *zone)
{
    size_t length = strlen(zone);
    if (length == 0 || length > 64 || !g_ascii_isalpha(zone[0]) || strstr(zone, ".."))
        return false;
    return strspn(zone, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_+-") == length;
}

static const struct {
    const char *windows;
    const char *iana;
} windows_zones[] = {
#define WINDOWS_ZONE(windows, iana) {windows, iana},
#include "windows_zones.def"
#undef WINDOWS_ZONE
};

const char *zone_iana(const char *name)
{
    for (size_t i = 0; i < sizeof windows_zones / sizeof *windows_zones; i++)
        if (g_ascii_strcasecmp(windows_zones[i].windows, name) == 0)
            return windows_zones[i].iana;
    return name;
}

/* From 2038 on the zone's file gives a rule, in which Ireland's winter is the daylight saving; GLib reads
 * that wrongly. London has had the same clock since 1971. */
static const char *same_clock(const char *name)
{
    return strcmp(name, "Europe/Dublin") == 0 || strcmp(name, "Eire") == 0 ? "Europe/London" : name;
}

static GTimeZone *open_zone(const char *name)
{
    name = same_clock(zone_iana(name));
    if (!looks_like_name(name))
        return NULL;
    if (strcmp(name, "UTC") == 0)
        return g_time_zone_new_utc();
    GTimeZone *zone = g_time_zone_new_identifier(name);
    /* POSIX rules such as "EST5EDT" give a zone under another identifier only when no file was found. */
    if (zone && strcmp(g_time_zone_get_identifier(zone), name) != 0) {
        g_time_zone_unref(zone);
        return NULL;
    }
    return zone;
}

/* Digits at that place of the text, as the form "YYYY-MM-DDTHH:MM:SS" has them. */
static int number_at(const char *text, size_t at, size_t digits)
{
    int number = 0;
    for (size_t i = at; i < at + digits; i++)
        number = number * 10 + (text[i] - '0');
    return number;
}

/* Has the text that form, seconds optional? */
static bool has_form(const char *text)
{
    static const char form[] = "0000-00-00T00:00:00";
    size_t length = strlen(text);
    if (length != 16 && length != 19)
        return false;
    for (size_t i = 0; i < length; i++)
        if (form[i] == '0' ? !g_ascii_isdigit(text[i]) : text[i] != form[i])
            return false;
    return true;
}

static bool read_local(const char *text, int64_t *ret_seconds)
{
    if (!has_form(text) || number_at(text, 0, 4) < 1970 || number_at(text, 0, 4) > 9998)
        return false;
    /* Read as if it were UTC: only a count of seconds on the local clock. */
    GDateTime *time = g_date_time_new_utc(number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2),
                                          number_at(text, 11, 2), number_at(text, 14, 2),
                                          text[16] ? number_at(text, 17, 2) : 0);
    if (!time)
        return false;
    *ret_seconds = g_date_time_to_unix(time);
    g_date_time_unref(time);
    return true;
}

static int64_t offset_at(GTimeZone *zone, int64_t utc)
{
    return g_time_zone_get_offset(zone, g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, utc));
}

/* The first instant in (from, to] with another offset than from's; offsets change at most once in between. */
static int64_t find_change(GTimeZone *zone, int64_t from, int64_t to)
{
    int64_t before = offset_at(zone, from);
    while (to - from > 1) {
        int64_t middle = from + (to - from) / 2;
        if (offset_at(zone, middle) == before)
            from = middle;
        else
            to = middle;
    }
    return to;
}

/* Every offset in force within a day of that local time gives a candidate; one that maps back is a match. */
static int64_t resolve(GTimeZone *zone, int64_t local, enum zone_fit *ret_fit)
{
    int64_t early = offset_at(zone, local - DAY_SECONDS);
    int64_t late = offset_at(zone, local + DAY_SECONDS);
    int64_t first = local - (early > late ? early : late);
    int64_t second = local - (early > late ? late : early);
    bool first_fits = first + offset_at(zone, first) == local;
    bool second_fits = second + offset_at(zone, second) == local;

    *ret_fit = ZONE_EXACT;
    if (first_fits && second_fits && first != second)
        *ret_fit = ZONE_OVERLAP;
    if (first_fits)
        return first;
    if (second_fits)
        return second;
    *ret_fit = ZONE_GAP;
    return find_change(zone, local - DAY_SECONDS - early, local + DAY_SECONDS - late);
}

static bool unknown_zone(const char *name, struct err *err)
{
    return err_code(err, ERR_INPUT, "unknown_time_zone",
                    "\"%.64s\" is not a known time zone; use an IANA name such as Europe/Amsterdam.", name);
}

bool zone_resolve(const char *local, const char *name, int64_t *ret_utc_ms, enum zone_fit *ret_fit,
                  struct err *err)
{
    enum zone_fit fit;
    int64_t seconds;
    GTimeZone *AUTO(free_zone) zone = open_zone(name);
    if (!zone)
        return unknown_zone(name, err);
    if (!read_local(local, &seconds))
        return err_code(err, ERR_INPUT, "bad_time",
                        "\"%.40s\" is not a local time; write it as 2026-12-24T17:00:00, without an offset.",
                        local);
    *ret_utc_ms = resolve(zone, seconds, &fit) * 1000;
    if (ret_fit)
        *ret_fit = fit;
    return true;
}

static int64_t floor_to(int64_t value, int64_t unit)
{
    return value - ((value % unit) + unit) % unit;
}

bool zone_day(int64_t utc_ms, int days_later, const char *name, struct zone_day *ret, struct err *err)
{
    enum zone_fit fit;
    GTimeZone *AUTO(free_zone) zone = open_zone(name);
    if (!zone)
        return unknown_zone(name, err);
    int64_t utc = floor_to(utc_ms, 1000) / 1000;
    int64_t midnight = floor_to(utc + offset_at(zone, utc), DAY_SECONDS) + (int64_t)days_later * DAY_SECONDS;
    GDateTime *day = g_date_time_new_from_unix_utc(midnight); /* only a count on the local calendar */
    if (!day)
        return err_set(err, ERR_INPUT, "That day lies outside of the calendar.");
    snprintf(ret->date, sizeof ret->date, "%04d-%02d-%02d", g_date_time_get_year(day) % 10000,
             g_date_time_get_month(day) % 100, g_date_time_get_day_of_month(day) % 100);
    ret->weekday = g_date_time_get_day_of_week(day);
    ret->day_of_month = g_date_time_get_day_of_month(day);
    g_date_time_unref(day);
    ret->begins_at = resolve(zone, midnight, &fit) * 1000;
    return true;
}
