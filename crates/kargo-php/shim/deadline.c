/*
 * The timer of the call that runs: at its end the virtual machine is interrupted, and asks Rust what is to happen.
 */
#include "shim.h"
#include <signal.h>
#include <time.h>

/* A signal that neither PHP nor glibc uses for itself. */
#define KG_DEADLINE_SIGNAL (SIGRTMIN + 6)

static void (*kg_interrupt_before)(zend_execute_data *);

static void kg_on_interrupt(zend_execute_data *execute_data)
{
	if (kg_interrupt_before) {
		kg_interrupt_before(execute_data);
	}
	if (!EG(exception)) {
		kargo_on_interrupt();
	}
}

void kg_watch_interrupts(void)
{
	kg_interrupt_before = zend_interrupt_function;
	zend_interrupt_function = kg_on_interrupt;
}

static void kg_on_deadline_signal(int number)
{
	(void) number;
	zend_atomic_bool_store(&EG(vm_interrupt), true);
}

/* Timers are not inherited by a fork: each process has its own. */
static struct {
	pid_t process;
	timer_t timer;
	bool is_made;
	bool is_set;
} kg_deadline;

static bool kg_make_deadline(void)
{
	struct sigaction action = { .sa_handler = kg_on_deadline_signal };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = KG_DEADLINE_SIGNAL };
	sigemptyset(&action.sa_mask);
	kg_deadline.process = getpid();
	kg_deadline.is_set = false;
	/* Without SA_RESTART: a call that blocks, such as sleep(), comes back. */
	kg_deadline.is_made = sigaction(KG_DEADLINE_SIGNAL, &action, NULL) == 0
		&& timer_create(CLOCK_MONOTONIC, &event, &kg_deadline.timer) == 0;
	return kg_deadline.is_made;
}

/* Has the virtual machine interrupted after so many nanoseconds; 0 takes that back. */
void kg_arm_deadline(int64_t nanos)
{
	struct itimerspec at = { { 0, 0 }, { nanos / 1000000000, nanos % 1000000000 } };
	if (kg_deadline.process != getpid()) {
		kg_deadline.is_made = false;
		kg_deadline.is_set = false;
	}
	if (nanos == 0 && !kg_deadline.is_set) {
		return;
	}
	if (!kg_deadline.is_made && !kg_make_deadline()) {
		return;
	}
	kg_deadline.is_set = nanos != 0;
	timer_settime(kg_deadline.timer, 0, &at, NULL);
}
