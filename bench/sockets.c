// SPDX-License-Identifier: Apache-2.0
/*
 * The load of the benchmarks, small enough that the kernel is most of it.
 *   sockets churn N      N connections one after another: connect, accept, 1 byte, close
 *   sockets stream MIB   one connection, MIB mebibytes
 *   sockets pingpong N   one connection, N requests and responses of 1 byte
 *   sockets datagrams N  N datagrams of 100 bytes, received; what was lost to standard error
 *   sockets hold N       N connections open in processes of 8,000 until standard input ends; prints "ready"
 * Prints the seconds that it took, and those of the processor.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    PER_PROCESS = 8000,
    CHUNK = 1 << 16,
    DATAGRAM = 100,
    BURST = 32,
    LOST_AFTER_MS = 20
};

static char buffer[CHUNK];
static struct sockaddr_in address;
static int listener;
static long amount;

static void check(int failed, const char *what) {
    if (failed) {
        perror(what);
        exit(1);
    }
}

/* At every address of loopback. */
static void listen_on_loopback(void) {
    socklen_t length = sizeof(address);

    listener = socket(AF_INET, SOCK_STREAM, 0);
    check(setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo")), "SO_BINDTODEVICE");
    address.sin_family = AF_INET;
    check(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
    check(listen(listener, 4096), "listen");
    check(getsockname(listener, (struct sockaddr *)&address, &length), "getsockname");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

static int connected(void) {
    int sock = socket(AF_INET, SOCK_STREAM, 0);
    int one = 1;

    check(sock < 0, "socket");
    check(connect(sock, (struct sockaddr *)&address, sizeof(address)), "connect");
    setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    return sock;
}

static int accepted(void) {
    int sock = accept(listener, NULL, NULL);

    check(sock < 0, "accept");
    return sock;
}

static void *serve_churn(void *unused) {
    (void)unused;
    for (long i = 0; i < amount; i++) {
        int sock = accepted();

        check(read(sock, buffer, 1) != 1, "read");
        close(sock);
    }
    return NULL;
}

static void *serve_stream(void *unused) {
    int sock = accepted();

    (void)unused;
    while (read(sock, buffer, sizeof(buffer)) > 0)
        ;
    close(sock);
    return NULL;
}

static void *serve_pingpong(void *unused) {
    int sock = accepted();
    int one = 1;

    (void)unused;
    setsockopt(sock, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    while (read(sock, buffer, 1) == 1)
        check(write(sock, buffer, 1) != 1, "write");
    close(sock);
    return NULL;
}

/* To another address each time: the search for a port that no earlier connection left in TIME_WAIT would take
 * more time in each run than in the one before. */
static void churn(void) {
    for (long i = 0; i < amount; i++) {
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + i % 65536);
        int sock = connected();

        check(write(sock, buffer, 1) != 1, "write");
        close(sock);
    }
}

static void stream(void) {
    int sock = connected();

    for (long left = amount << 20; left > 0; left -= CHUNK)
        for (long at = 0; at < CHUNK; at += write(sock, buffer + at, CHUNK - at))
            ;
    close(sock);
}

static void pingpong(void) {
    int sock = connected();

    for (long i = 0; i < amount; i++) {
        check(write(sock, buffer, 1) != 1, "write");
        check(read(sock, buffer, 1) != 1, "read");
    }
    close(sock);
}

static int udp_receiver(void) {
    socklen_t length = sizeof(address);
    int sock = socket(AF_INET, SOCK_DGRAM, 0);

    check(sock < 0, "socket");
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(bind(sock, (struct sockaddr *)&address, sizeof(address)), "bind");
    check(getsockname(sock, (struct sockaddr *)&address, &length), "getsockname");
    return sock;
}

/* How many of a burst do not come. Nothing waits for one that is lost longer than LOST_AFTER_MS. */
static long missing(int receiver, int burst) {
    struct pollfd readable = {.fd = receiver, .events = POLLIN};

    for (int got = 0; got < burst;) {
        if (recv(receiver, buffer, sizeof(buffer), MSG_DONTWAIT) >= 0) {
            got++;
            continue;
        }
        check(errno != EAGAIN, "recv");
        if (poll(&readable, 1, LOST_AFTER_MS) == 0)
            return burst - got;
    }
    return 0;
}

/* One thread is sender and receiver in turn, so that neither can outrun the other. */
static void datagrams(void) {
    int receiver = udp_receiver();
    int sender = socket(AF_INET, SOCK_DGRAM, 0);
    long lost = 0;

    check(connect(sender, (struct sockaddr *)&address, sizeof(address)), "connect");
    for (long left = amount; left > 0; left -= BURST) {
        int burst = left < BURST ? left : BURST;

        for (int i = 0; i < burst; i++)
            check(send(sender, buffer, DATAGRAM, 0) != DATAGRAM, "send");
        lost += missing(receiver, burst);
    }
    if (lost)
        fprintf(stderr, "lost %ld\n", lost);
}

static void hold(void) {
    int ready[2], go[2];
    long processes = (amount + PER_PROCESS - 1) / PER_PROCESS;

    check(pipe(ready) || pipe(go), "pipe");
    for (long process = 0; process < processes; process++) {
        if (fork())
            continue;
        close(go[1]);
        listen_on_loopback();
        for (long i = process * PER_PROCESS; i < amount && i < (process + 1) * PER_PROCESS; i++) {
            int client = connected();

            accepted();
            check(write(client, buffer, 1) != 1, "write");
        }
        check(write(ready[1], "r", 1) != 1, "write");
        check(read(go[0], buffer, 1) < 0, "read");
        exit(0);
    }
    for (long process = 0; process < processes; process++)
        check(read(ready[0], buffer, 1) != 1, "read");
    puts("ready");
    fflush(stdout);
    while (read(STDIN_FILENO, buffer, sizeof(buffer)) > 0)
        ;
    close(go[1]);
    while (wait(NULL) > 0)
        ;
}

static double now(clockid_t clock) {
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* `serve`, which may be absent, accepts what `use` connects. */
static void timed(void *(*serve)(void *), void (*use)(void)) {
    double wall, processor;
    pthread_t server;

    if (serve) {
        listen_on_loopback();
        check(pthread_create(&server, NULL, serve, NULL), "pthread_create");
    }
    wall = now(CLOCK_MONOTONIC);
    processor = now(CLOCK_PROCESS_CPUTIME_ID);
    use();
    if (serve)
        pthread_join(server, NULL);
    printf("%.6f %.6f\n", now(CLOCK_MONOTONIC) - wall, now(CLOCK_PROCESS_CPUTIME_ID) - processor);
}

int main(int argc, char **argv) {
    const char *mode = argc == 3 ? argv[1] : "";

    amount = argc == 3 ? atol(argv[2]) : 0;
    if (!strcmp(mode, "churn"))
        timed(serve_churn, churn);
    else if (!strcmp(mode, "stream"))
        timed(serve_stream, stream);
    else if (!strcmp(mode, "pingpong"))
        timed(serve_pingpong, pingpong);
    else if (!strcmp(mode, "datagrams"))
        timed(NULL, datagrams);
    else if (!strcmp(mode, "hold"))
        hold();
    else
        check(fprintf(stderr, "usage: sockets churn|stream|pingpong|datagrams|hold AMOUNT\n") > 0, "usage");
    return 0;
}
