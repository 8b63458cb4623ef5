/* signed — the signature beside the JSON, and the seal at the end of HTML and PDF (private to report/).
 *
 * The signature is Ed25519 over the canonical bytes of the member "report" as it stands. The seal is one
 * line, the last of the file; its signature is over these three lines, each ended by a newline:
 *
 *   lastday-report
 *   <html or pdf>
 *   <SHA-256 of all bytes before the seal, hexadecimal>
 *
 * as   <!-- lastday-seal key=ID public_key=BASE64 sha256=HEX signature=BASE64 -->   in HTML,
 *      %lastday-seal key=ID public_key=BASE64 sha256=HEX signature=BASE64           in PDF. */
#ifndef REPORT_SIGNED_H
#define REPORT_SIGNED_H

#include "base/canonical.h"
#include "report/report.h"

#define SIGNED_ALGORITHM "Ed25519"
#define PUBLIC_KEY_TEXT_SIZE 45 /* base64 */
#define SIGNATURE_TEXT_SIZE 89  /* base64 */

struct signed_report {
    const json_t *model; /* borrowed */
    char *text;          /* its canonical bytes */
    size_t length;
    char sha256[SHA256_TEXT_SIZE];
    char key_id[SIGNING_ID_SIZE];
    char public_key[PUBLIC_KEY_TEXT_SIZE];
    char signature[SIGNATURE_TEXT_SIZE];
};

/* The model must outlive it. */
void signed_make(struct signed_report *ret, const json_t *model, const struct signing_key *key);
void signed_done(struct signed_report *report);
/* The whole JSON file, ended by a newline. */
void signed_write(const struct signed_report *report, struct strbuf *ret);

/* Appends the seal over what buf holds. */
void seal_add(struct strbuf *buf, enum report_format format, const struct signing_key *key);

/* A seal as it was read. */
struct seal {
    size_t covers; /* bytes before it */
    unsigned char public_key[SIGNING_PUBLIC_BYTES];
    char key_id[SIGNING_ID_SIZE];
};
/* Reads the seal at the end of the file and checks it, byte by byte. ERR_CONFLICT with a sentence: there is
 * none, or the file was changed. */
MUST_USE bool seal_check(const char *bytes, size_t length, enum report_format format, struct seal *ret,
                         struct err *err);

/* Base64 in the one form that we write, of exactly count bytes. */
bool base64_exact(const char *text, unsigned char *ret, size_t count);

#endif
