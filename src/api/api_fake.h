/* api_fake — a directory of a few users instead of Microsoft 365, for api_test.c. */
#ifndef API_API_FAKE_H
#define API_API_FAKE_H

#define FAKE_TENANT "11111111-1111-4111-8111-111111111111"
#define FAKE_OTHER_TENANT "22222222-2222-4222-8222-222222222222"
#define FAKE_PROTECTED_USER "bbbbbbbb-0000-4000-8000-000000000001" /* breakglass@contoso.example */

#endif
