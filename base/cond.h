/* SPDX-License-Identifier: ISC */
/* Condition variables that are waited for until a moment of the monotonic clock. */
#ifndef BASE_COND_H
#define BASE_COND_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

void cond_init(pthread_cond_t *c);
/* Until it is signalled; false: until UNTIL_NS, as clk_system has it.  INT64_MAX: never. */
bool cond_wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t until_ns);

#endif
