#include "cli/signals.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"

static sigset_t the_signals(bool child)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (child)
        sigaddset(&set, SIGCHLD);
    return set;
}

void signals_block(bool child)
{
    sigset_t set = the_signals(child);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

int signals_wait(bool child)
{
    sigset_t set = the_signals(child);
    int which = 0;
    while (sigwait(&set, &which) != 0)
        ;
    return which;
}

bool signals_came(void)
{
    sigset_t set;
    return sigpending(&set) == 0 && (sigismember(&set, SIGINT) == 1 || sigismember(&set, SIGTERM) == 1);
}

void signals_unblock(void)
{
    sigset_t set = the_signals(true);
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void on_alarm(int which)
{
    static const char words[] =
        "lastday: stopping took too long; what was under way goes on at the next start\n";
    (void)which;
    if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
        _exit(EXIT_UNREACHABLE);
    _exit(EXIT_UNREACHABLE);
}

void signals_stop_within(unsigned seconds)
{
    const struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}
