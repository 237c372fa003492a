// What the operating system knows about a thread. Linux only.
#pragma once

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace belay {

// The calling thread no longer interrupts another one when it is woken; it begins when that thread waits or has used up its
// time (sched(7), SCHED_BATCH). It gets no less time. For threads that work for a loop: on a processor that they share,
// the loop first delivers what it has, and then sleeps. If it cannot be set, the thread works without it.
inline void do_not_interrupt_others() {
  const sched_param normal{};
  (void)::sched_setscheduler(0, SCHED_BATCH, &normal);
}

// The calling thread gets less time than others, if they want it: setpriority(2). Linux has a niceness for each thread.
inline void lower_priority(int niceness) {
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), niceness);
}

}  // namespace belay
