/*
 * What PHP code does to signals, which are the process's. The server takes back what is its own; what the code of a classic
 * request did ends with that request, and what the application did when it booted stays.
 */
#include "shim.h"
#include "app.h"
#include "isolation_before.h"
#include <signal.h>

enum { KG_SIGNAL, KG_SIGPROCMASK, KG_ALARM, KG_ASYNC, KG_SIGNAL_FUNCTIONS };

static const char *const kg_signal_functions[KG_SIGNAL_FUNCTIONS] = {
	"pcntl_signal", "pcntl_sigprocmask", "pcntl_alarm", "pcntl_async_signals",
};
static zif_handler kg_signal_handlers[KG_SIGNAL_FUNCTIONS];
static bool kg_signals_touched;

/* What there was before the code of the classic request changed it. */
static struct {
	bool on, has_alarm, has_mask, has_async;
	sigset_t mask;
	zval async;
	zval handlers[NSIG]; /* undefined: as it was */
	struct sigaction actions[NSIG];
} kg_signals;

static void kg_note_handler(zend_execute_data *execute_data)
{
	zval number, *handler;
	bool is_number = ZEND_NUM_ARGS() > 0 && Z_TYPE_P(ZEND_CALL_ARG(execute_data, 1)) <= IS_STRING;
	zend_long signal = is_number ? zval_get_long(ZEND_CALL_ARG(execute_data, 1)) : 0;
	if (signal < 1 || signal >= NSIG || Z_TYPE(kg_signals.handlers[signal]) != IS_UNDEF) {
		return;
	}
	handler = &kg_signals.handlers[signal];
	ZVAL_LONG(&number, signal);
	if (sigaction((int) signal, NULL, &kg_signals.actions[signal]) == 0 && kg_ask("pcntl_signal_get_handler", handler, 1, &number)) {
		kg_signals.on = true;
	} else {
		ZVAL_UNDEF(handler);
	}
}

static ZEND_NAMED_FUNCTION(kg_pcntl_signal)
{
	kg_signals_touched = true;
	if (kg_app_is_running()) {
		kg_note_handler(execute_data);
	}
	kg_signal_handlers[KG_SIGNAL](INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

static ZEND_NAMED_FUNCTION(kg_pcntl_sigprocmask)
{
	kg_signals_touched = true;
	if (kg_app_is_running() && !kg_signals.has_mask) {
		kg_signals.has_mask = sigprocmask(SIG_SETMASK, NULL, &kg_signals.mask) == 0;
		kg_signals.on |= kg_signals.has_mask;
	}
	kg_signal_handlers[KG_SIGPROCMASK](INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

static ZEND_NAMED_FUNCTION(kg_pcntl_alarm)
{
	if (kg_app_is_running()) {
		kg_signals.on = kg_signals.has_alarm = true;
	}
	kg_signal_handlers[KG_ALARM](INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

static ZEND_NAMED_FUNCTION(kg_pcntl_async_signals)
{
	if (kg_app_is_running() && !kg_signals.has_async) {
		kg_signals.has_async = true; /* before it is asked, by this very function */
		kg_signals.has_async = kg_ask("pcntl_async_signals", &kg_signals.async, 0, NULL);
		kg_signals.on |= kg_signals.has_async;
	}
	kg_signal_handlers[KG_ASYNC](INTERNAL_FUNCTION_PARAM_PASSTHRU);
}

/* Twice is as good as once. */
void kg_watch_pcntl(bool on)
{
	static const zif_handler ours[KG_SIGNAL_FUNCTIONS] = {
		kg_pcntl_signal, kg_pcntl_sigprocmask, kg_pcntl_alarm, kg_pcntl_async_signals,
	};
	for (size_t i = 0; i < KG_SIGNAL_FUNCTIONS; i++) {
		zend_function *function = zend_hash_str_find_ptr(CG(function_table), kg_signal_functions[i], strlen(kg_signal_functions[i]));
		if (!function || function->type != ZEND_INTERNAL_FUNCTION || on == (function->internal_function.handler == ours[i])) {
			continue;
		}
		if (on) {
			kg_signal_handlers[i] = function->internal_function.handler;
			function->internal_function.handler = ours[i];
		} else {
			function->internal_function.handler = kg_signal_handlers[i];
		}
	}
}

/* Whether PHP code changed what happens to signals since this was last asked. */
bool kg_signals_were_touched(void)
{
	bool touched = kg_signals_touched;
	kg_signals_touched = false;
	return touched;
}

/* A signal that is held back would come once it is let through: ignoring it drops it. */
static void kg_drop_pending(const sigset_t *held_before)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, was;
	sigset_t pending;
	sigpending(&pending);
	for (int signal = 1; signal < NSIG; signal++) {
		if (sigismember(&pending, signal) == 1 && sigismember(held_before, signal) == 0
			&& sigaction(signal, &ignore, &was) == 0) {
			sigaction(signal, &was, NULL);
		}
	}
}

/*
 * The code of a classic request is over. What pcntl has queued for a handler of its is dropped when pcntl looks for that
 * handler.
 */
void kg_signals_reset(void)
{
	if (EXPECTED(!kg_signals.on)) {
		return;
	}
	if (kg_signals.has_alarm) {
		alarm(0);
	}
	if (kg_signals.has_mask) {
		kg_drop_pending(&kg_signals.mask);
	}
	for (int signal = 1; signal < NSIG; signal++) {
		zval arguments[2], *handler = &kg_signals.handlers[signal];
		if (Z_TYPE_P(handler) == IS_UNDEF) {
			continue;
		}
		ZVAL_LONG(&arguments[0], signal);
		ZVAL_COPY_VALUE(&arguments[1], handler);
		kg_do("pcntl_signal", 2, arguments);
		/* pcntl does not know what the server has it do. */
		sigaction(signal, &kg_signals.actions[signal], NULL);
		zval_ptr_dtor(handler);
		ZVAL_UNDEF(handler);
	}
	if (kg_signals.has_async) {
		kg_do("pcntl_async_signals", 1, &kg_signals.async);
	}
	if (kg_signals.has_mask) {
		sigprocmask(SIG_SETMASK, &kg_signals.mask, NULL);
	}
	kg_signals.on = kg_signals.has_alarm = kg_signals.has_mask = kg_signals.has_async = false;
}
