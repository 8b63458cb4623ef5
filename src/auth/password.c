#include "auth/password.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/memory.h"
#include "base/thread.h"

#define AT_ONCE 2
#define LONGEST_TURN_MS 10000
#define DISTINCT_MIN 5 /* bytes */
#define NAME_MIN 4     /* shorter ones are in many words */

_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's hash text");

struct passwords {
    pthread_mutex_t lock;
    pthread_cond_t left;
    int busy;
    char nobody[PASSWORD_HASH_SIZE]; /* what an unknown user is checked against */
};

static bool hash_now(const char *password, char ret_hash[PASSWORD_HASH_SIZE])
{
    return crypto_pwhash_str_alg(ret_hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                                 crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) == 0;
}

struct passwords *passwords_new(void)
{
    struct passwords *passwords = must(calloc(1, sizeof *passwords));
    unsigned char random[32];
    char text[65];
    if (sodium_init() < 0)
        abort();
    pthread_mutex_init(&passwords->lock, NULL);
    thread_cond_init(&passwords->left);
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(text, sizeof text, random, sizeof random);
    if (!hash_now(text, passwords->nobody))
        abort(); /* no 64 MiB to be had */
    return passwords;
}

void passwords_free(struct passwords *passwords)
{
    if (!passwords)
        return;
    pthread_mutex_destroy(&passwords->lock);
    pthread_cond_destroy(&passwords->left);
    free(passwords);
}

/* A run of the alphabet, of the digits or of the keyboard, either way; or few characters over and over. */
static bool is_simple(const char *folded)
{
    static const char *const runs[] = {
        "0123456789012345678901234567890",
        "09876543210987654321098765432109876543210",
        "abcdefghijklmnopqrstuvwxyz",
        "zyxwvutsrqponmlkjihgfedcba",
        "qwertyuiopasdfghjklzxcvbnm",
        "qwertzuiopasdfghjklyxcvbnm",
        "1q2w3e4r5t6y7u8i9o0p",
    };
    bool seen[256] = {false};
    int distinct = 0;
    for (const unsigned char *c = (const unsigned char *)folded; *c; c++) {
        distinct += !seen[*c];
        seen[*c] = true;
    }
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        if (strstr(runs[i], folded))
            return true;
    return distinct < DISTINCT_MIN;
}

bool password_acceptable(const char *password, const char *username, struct err *err)
{
    size_t characters = 0;
    if (!password || !text_valid_utf8(password, strlen(password)))
        return err_code(err, ERR_INPUT, "password_not_text", "The password must be text in UTF-8.");
    for (const char *c = password; *c; c++)
        characters += (*c & 0xc0) != 0x80;
    if (characters < AUTH_PASSWORD_MIN)
        return err_code(err, ERR_INPUT, "password_too_short",
                        "The password is too short: use at least %d characters, such as four words.",
                        AUTH_PASSWORD_MIN);
    if (characters > AUTH_PASSWORD_MAX)
        return err_code(err, ERR_INPUT, "password_too_long",
                        "The password is too long: use at most %d characters.", AUTH_PASSWORD_MAX);
    AUTO_FREE char *folded = text_fold(password);
    AUTO_FREE char *name = text_fold(username);
    name[strcspn(name, "@")] = '\0';
    bool named = strlen(name) >= NAME_MIN && strstr(folded, name), simple = is_simple(folded);
    explicit_bzero(folded, strlen(folded));
    if (named)
        return err_code(
            err, ERR_INPUT, "password_contains_name",
            "The password holds the username, which is the first thing people try: leave it out.");
    return !simple || err_code(err, ERR_INPUT, "password_too_simple",
                               "The password is a row of keys or a few characters over and over, which is "
                               "guessed at once: use four words, for example.");
}

bool passwords_enter(struct passwords *passwords, struct err *err)
{
    const struct clock *clock = clock_system(); /* a real wait, whatever time a test has set */
    int64_t until = clock_mono_ms(clock) + LONGEST_TURN_MS;
    WITH_LOCK(&passwords->lock);
    while (passwords->busy >= AT_ONCE) {
        int64_t left_ms = until - clock_mono_ms(clock);
        if (left_ms <= 0 || !thread_wait_ms(&passwords->left, &passwords->lock, left_ms)) {
            if (passwords->busy < AT_ONCE)
                break;
            err_set(err, ERR_LIMIT, "Too many people are signing in just now. Try again in a few seconds.");
            if (err)
                err->retry_after_ms = 5000;
            return false;
        }
    }
    passwords->busy++;
    return true;
}

void passwords_leave(struct passwords *passwords)
{
    WITH_LOCK(&passwords->lock);
    passwords->busy--;
    pthread_cond_signal(&passwords->left);
}

bool password_hash(struct passwords *passwords, const char *password, char ret_hash[PASSWORD_HASH_SIZE],
                   struct err *err)
{
    if (!passwords_enter(passwords, err))
        return false;
    bool good = hash_now(password, ret_hash);
    passwords_leave(passwords);
    return good || err_set(err, ERR_INTERNAL, "There is not enough memory to hash a password (64 MiB).");
}

bool password_verify(const struct passwords *passwords, const char *hash, const char *password)
{
    bool good = crypto_pwhash_str_verify(hash ? hash : passwords->nobody, password, strlen(password)) == 0;
    return good && hash;
}
