#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#ifdef LASTDAY_TEST_CLOCK
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#include "base/thread.h"

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#ifdef LASTDAY_TEST_CLOCK
/* In test builds alone: LASTDAY_TEST_CLOCK names a file of three numbers of eight bytes, in the machine's
 * byte order: the milliseconds that Unix time is moved by, how many of these did not pass but are a clock
 * that was set, and the Unix time at which it stands still, 0 while it runs. It is mapped, so that a test
 * moves the clock of a running server by writing to it. Monotonic time stays as it is. */
struct moved {
    _Atomic int64_t by;
    _Atomic int64_t set;
    _Atomic int64_t stands_at;
};
static struct moved *moved;

static void map_test_clock(void)
{
    static struct moved unmoved;
    const char *path = getenv("LASTDAY_TEST_CLOCK");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    void *mapped = fd >= 0 ? mmap(NULL, sizeof *moved, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
    moved = mapped == MAP_FAILED ? &unmoved : mapped;
    if (fd >= 0)
        close(fd);
}

static const struct moved *test_clock(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, map_test_clock);
    return moved;
}

static int64_t moved_ms(int64_t real)
{
    int64_t stands_at = test_clock()->stands_at;
    return stands_at ? stands_at : real + test_clock()->by;
}

static int64_t set_ms(void)
{
    return test_clock()->set;
}
#else
static int64_t moved_ms(int64_t real)
{
    return real;
}

static int64_t set_ms(void)
{
    return 0;
}
#endif

static int64_t system_utc_ms(const struct clock *clock)
{
    (void)clock;
    return moved_ms(read_clock(CLOCK_REALTIME));
}

static int64_t system_mono_ms(const struct clock *clock)
{
    (void)clock;
    return read_clock(CLOCK_MONOTONIC);
}

static int64_t system_passed_ms(const struct clock *clock)
{
    int64_t real = read_clock(CLOCK_REALTIME);
    (void)clock;
    return read_clock(CLOCK_BOOTTIME) + (moved_ms(real) - real) - set_ms();
}

const struct clock *clock_system(void)
{
    static const struct clock clock = {system_utc_ms, system_mono_ms, NULL, system_passed_ms};
    return &clock;
}

int64_t clock_utc_ms(const struct clock *clock)
{
    return clock->utc_ms(clock);
}

int64_t clock_mono_ms(const struct clock *clock)
{
    return clock->mono_ms(clock);
}

int64_t clock_passed_ms(const struct clock *clock)
{
    return (clock->passed_ms ? clock->passed_ms : clock->mono_ms)(clock);
}

void clock_wait_ms(const struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms)
{
    if (clock->wait_ms)
        clock->wait_ms(clock, cond, mutex, ms);
    else
        thread_wait_ms(cond, mutex, ms > 0 ? ms : 0);
}

char *time_format(int64_t utc_ms, char text[TIME_TEXT_SIZE])
{
    int64_t millis = utc_ms % 1000;
    time_t seconds = (time_t)(utc_ms / 1000);
    struct tm tm;
    if (millis < 0) {
        millis += 1000;
        seconds--;
    }
    gmtime_r(&seconds, &tm);
    snprintf(text, TIME_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)millis);
    return text;
}

/* Each '0' of the pattern stands for a digit, each other sign for itself; the text may go on. */
static bool has_pattern(const char *text, const char *pattern)
{
    for (; *pattern; text++, pattern++) {
        bool fits = *pattern == '0' ? *text >= '0' && *text <= '9' : *text == *pattern;
        if (!fits)
            return false;
    }
    return true;
}

/* The years that four digits can say. */
#define FIRST_MS INT64_C(-62167219200000) /* 0000-01-01T00:00:00Z */
#define LAST_MS INT64_C(253402300799999)  /* 9999-12-31T23:59:59.999Z */

bool time_parse(const char *text, int64_t *ret_utc_ms)
{
    struct tm tm = {0};
    int used = 0, hours = 0, minutes = 0, millis = 0, scale = 100;
    if (!text || !has_pattern(text, "0000-00-00") || !has_pattern(text + 10 + (text[10] != '\0'), "00:00:00"))
        return false; /* sscanf takes signs and spaces for parts of a number */
    if (sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec, &used) != 6)
        return false;
    if (used != 19 || tm.tm_mon < 1 || tm.tm_mon > 12 || tm.tm_mday < 1 || tm.tm_mday > 31 ||
        tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 60)
        return false;
    const char *rest = text + used;
    if (*rest == '.') {
        int digits = 0;
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, digits++) {
            millis += (*rest - '0') * scale;
            scale /= 10;
        }
        if (digits < 1 || digits > 9)
            return false;
    }
    if (*rest == 'Z' || *rest == 'z') {
        if (rest[1])
            return false;
    } else {
        char sign;
        int length = 0;
        if (!*rest || !has_pattern(rest + 1, "00:00") ||
            sscanf(rest, "%c%2d:%2d%n", &sign, &hours, &minutes, &length) != 3 || length != 6 || rest[6] ||
            !strchr("+-", sign) || hours > 23 || minutes > 59)
            return false;
        if (sign == '-') {
            hours = -hours;
            minutes = -minutes;
        }
    }
    int day = tm.tm_mday;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    time_t seconds = timegm(&tm);
    if (tm.tm_mday != day && tm.tm_sec != 0) /* 31 April is refused, a leap second is not */
        return false;
    struct tm check;
    gmtime_r(&seconds, &check);
    if (check.tm_mday != day && !(check.tm_hour == 0 && check.tm_min == 0 && check.tm_sec == 0))
        return false;
    *ret_utc_ms = ((int64_t)seconds - hours * 3600 - minutes * 60) * 1000 + millis;
    return *ret_utc_ms >= FIRST_MS && *ret_utc_ms <= LAST_MS;
}
