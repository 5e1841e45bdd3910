// SPDX-License-Identifier: Apache-2.0
/*
 * Asks a server of names one question after another, and waits for each answer, as most programs do.
 *   queries ADDRESS PORT N   N times the address of web.shop.test over one socket of UDP; prints seconds and
 *                            those of the processor
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Its id is written before it is sent; one question, recursion desired; A and IN at the end. */
static unsigned char question[] = "\0\0\1\0\0\1\0\0\0\0\0\0\3web\4shop\4test\0\0\1\0\1";

static void check(int failed, const char *what) {
    if (failed) {
        perror(what);
        exit(1);
    }
}

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void ask(int sock, unsigned short id) {
    unsigned char answer[512];

    question[0] = id >> 8;
    question[1] = id & 0xff;
    check(send(sock, question, sizeof(question) - 1, 0) < 0, "send");
    do
        check(recv(sock, answer, sizeof(answer), 0) < 12, "recv");
    while (answer[0] != question[0] || answer[1] != question[1]);
}

int main(int argc, char **argv) {
    struct sockaddr_in server = {.sin_family = AF_INET};
    struct timeval patience = {.tv_sec = 5};
    struct timespec from, to;
    struct rusage used;
    int sock = socket(AF_INET, SOCK_DGRAM, 0);

    if (argc != 4 || !inet_aton(argv[1], &server.sin_addr)) {
        fprintf(stderr, "usage: queries ADDRESS PORT N\n");
        return 1;
    }
    server.sin_port = htons(atoi(argv[2]));
    check(sock < 0, "socket");
    check(setsockopt(sock, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), "SO_RCVTIMEO");
    check(connect(sock, (struct sockaddr *)&server, sizeof(server)), "connect");
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (long i = 0; i < atol(argv[3]); i++)
        ask(sock, i);
    clock_gettime(CLOCK_MONOTONIC, &to);
    close(sock);
    getrusage(RUSAGE_SELF, &used);
    printf("%.6f %.6f\n", (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
           seconds(used.ru_utime) + seconds(used.ru_stime));
    return 0;
}
