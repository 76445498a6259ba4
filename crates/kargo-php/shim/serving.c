/*
 * What changes in the engine while a server runs: where output and errors go, and what a handler may leave behind.
 */
#include "shim.h"
#include "ext/session/php_session.h"
#include "ext/standard/basic_functions.h"

/* Weak: PHP may have been built without sessions. */
extern ZEND_API php_ps_globals ps_globals __attribute__((weak));

static struct {
	bool on;
	size_t (*ub_write)(const char *, size_t);
	void (*log_message)(const char *, int);
	void (*error_cb)(int, zend_string *, const uint32_t, zend_string *);
	int output_level, output_flags;
	bool headers_sent;
	uint32_t globals;
	zval error_handler, exception_handler;
	zend_long time_limit;
	zend_long memory_limit;
	int error_reporting;
} kg_base;

static size_t kg_ub_write(const char *bytes, size_t length)
{
	size_t taken = kargo_on_output(bytes, length);
	return taken ? taken : kg_base.ub_write(bytes, length);
}

static void kg_log_message(const char *message, int type)
{
	kargo_on_log(message, strlen(message));
}

static void kg_error_cb(int type, zend_string *file, const uint32_t line, zend_string *message)
{
	if ((EG(error_reporting) & type) || (type & (E_ERROR | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_PARSE))) {
		kargo_on_error(type, file, line, message);
	}
	/* The original keeps error_get_last() and does the longjmp of a fatal error; it must neither print nor log. */
	PG(display_errors) = 0;
	PG(log_errors) = 0;
	kg_base.error_cb(type, file, line, message);
}

void kg_serving_begin(void)
{
	if (kg_base.on) {
		return;
	}
	/* What the script buffered so far goes where it was meant to go: a buffer below the handlers would mix their output. */
	php_output_end_all();
	kg_base.on = true;
	kg_watch_pcntl(true);
	kg_keep_opcode_cache(true);
	kg_base.ub_write = sapi_module.ub_write;
	sapi_module.ub_write = kg_ub_write;
	kg_base.log_message = sapi_module.log_message;
	sapi_module.log_message = kg_log_message;
	kg_base.error_cb = zend_error_cb;
	zend_error_cb = kg_error_cb;
	kg_base.output_level = zend_stack_count(&OG(handlers));
	kg_base.output_flags = OG(flags);
	kg_base.headers_sent = SG(headers_sent);
	kg_base.globals = zend_hash_num_elements(&EG(symbol_table));
	ZVAL_COPY(&kg_base.error_handler, &EG(user_error_handler));
	ZVAL_COPY(&kg_base.exception_handler, &EG(user_exception_handler));
	kg_base.time_limit = EG(timeout_seconds);
	kg_base.memory_limit = PG(memory_limit);
	kg_base.error_reporting = EG(error_reporting);
	zend_unset_timeout();
	EG(timeout_seconds) = 0;
	EG(hard_timeout) = 0; /* else a long native call ends the whole process */
}

void kg_serving_end(void)
{
	if (!kg_base.on) {
		return;
	}
	kg_base.on = false;
	kg_watch_pcntl(false);
	kg_keep_opcode_cache(false);
	sapi_module.ub_write = kg_base.ub_write;
	sapi_module.log_message = kg_base.log_message;
	zend_error_cb = kg_base.error_cb;
	zval_ptr_dtor(&kg_base.error_handler);
	zval_ptr_dtor(&kg_base.exception_handler);
	if (kg_base.time_limit) {
		zend_set_timeout(kg_base.time_limit, 1);
	}
}

/* A classic request has ended: globals that its code made are no sign of a session any more. */
void kg_serving_settle(void)
{
	kg_base.globals = zend_hash_num_elements(&EG(symbol_table));
}

/* What a new context starts with: the one that made it may be inside an @. */
int kg_serving_error_reporting(void)
{
	return kg_base.on ? kg_base.error_reporting : EG(error_reporting);
}

/* max_execution_time counts for each request, not for the server's life. */
void kg_arm_time_limit(void)
{
	if (UNEXPECTED(kg_base.time_limit)) {
		EG(timeout_seconds) = kg_base.time_limit;
		zend_set_timeout(kg_base.time_limit, 1);
	}
}

static zend_always_inline bool kg_same_handler(const zval *a, const zval *b)
{
	return Z_TYPE_P(a) == Z_TYPE_P(b) && (Z_TYPE_P(a) == IS_UNDEF || Z_PTR_P(a) == Z_PTR_P(b));
}

uint32_t kg_left_behind(void)
{
	uint32_t left = 0;
	if (UNEXPECTED(zend_stack_count(&OG(handlers)) > kg_base.output_level)) {
		left |= KG_LEFT_OUTPUT_BUFFER;
	}
	if (UNEXPECTED(EG(timeout_seconds) != 0)) {
		left |= KG_LEFT_TIME_LIMIT;
	}
	if (UNEXPECTED(!kg_same_handler(&EG(user_error_handler), &kg_base.error_handler))) {
		left |= KG_LEFT_ERROR_HANDLER;
	}
	if (UNEXPECTED(!kg_same_handler(&EG(user_exception_handler), &kg_base.exception_handler))) {
		left |= KG_LEFT_EXCEPTION_HANDLER;
	}
	if (UNEXPECTED(EG(error_reporting) != kg_base.error_reporting)) {
		left |= KG_LEFT_ERROR_REPORTING;
	}
	if (UNEXPECTED(OG(flags) != kg_base.output_flags || SG(sapi_headers).headers.count)) {
		left |= KG_LEFT_HEADERS;
	}
	/* A global that is new may be $_SESSION, which anybody can write without a session. */
	if (UNEXPECTED((&ps_globals && ps_globals.id) || zend_hash_num_elements(&EG(symbol_table)) != kg_base.globals)) {
		left |= KG_LEFT_SESSION;
	}
	return left;
}

static void kg_restore_handler(zval *current, const zval *base, zend_stack *shadowed)
{
	while (!kg_same_handler(current, base)) {
		zval_ptr_dtor(current);
		ZVAL_UNDEF(current);
		if (zend_stack_is_empty(shadowed)) {
			ZVAL_COPY(current, base);
			break;
		}
		ZVAL_COPY_VALUE(current, (zval *) zend_stack_top(shadowed));
		zend_stack_del_top(shadowed);
	}
}

void kg_tidy(uint32_t left, uint32_t *buffers_closed)
{
	*buffers_closed = 0;
	if (left & KG_LEFT_OUTPUT_BUFFER) {
		while (zend_stack_count(&OG(handlers)) > kg_base.output_level) {
			php_output_end();
			++*buffers_closed;
		}
	}
	if (left & KG_LEFT_TIME_LIMIT) {
		zend_string *name = ZSTR_INIT_LITERAL("max_execution_time", 0);
		zend_restore_ini_entry(name, PHP_INI_STAGE_RUNTIME);
		zend_string_release(name);
		zend_unset_timeout();
		EG(timeout_seconds) = 0;
		zend_atomic_bool_store(&EG(timed_out), false);
	}
	if (left & KG_LEFT_ERROR_HANDLER) {
		kg_restore_handler(&EG(user_error_handler), &kg_base.error_handler, &EG(user_error_handlers));
	}
	if (left & KG_LEFT_EXCEPTION_HANDLER) {
		kg_restore_handler(&EG(user_exception_handler), &kg_base.exception_handler, &EG(user_exception_handlers));
	}
	if (left & KG_LEFT_SESSION) {
		zend_module_entry *session = zend_hash_str_find_ptr(&module_registry, ZEND_STRL("session"));
		if (session && ps_globals.id) {
			session->request_shutdown_func(session->type, session->module_number);
			session->request_startup_func(session->type, session->module_number);
		}
		zend_hash_str_del(&EG(symbol_table), ZEND_STRL("_SESSION"));
		kg_base.globals = zend_hash_num_elements(&EG(symbol_table));
	}
	if (left & KG_LEFT_HEADERS) {
		zend_llist_clean(&SG(sapi_headers).headers);
		OG(flags) = kg_base.output_flags;
		if (OG(output_start_filename)) {
			zend_string_release(OG(output_start_filename));
			OG(output_start_filename) = NULL;
		}
		SG(headers_sent) = kg_base.headers_sent;
	}
	if (left & KG_LEFT_ERROR_REPORTING) {
		zend_string *name = ZSTR_INIT_LITERAL("error_reporting", 0);
		zend_restore_ini_entry(name, PHP_INI_STAGE_RUNTIME);
		zend_string_release(name);
		EG(error_reporting) = kg_base.error_reporting;
	}
}

/*
 * A parked handler takes its output buffers, handlers and time limit with it, and the callback that usort() keeps in
 * a global while it sorts; the next one starts clean.
 */
void kg_scope_park(kg_scope *scope)
{
	scope->output_handlers = OG(handlers);
	scope->output_active = OG(active);
	scope->output_running = OG(running);
	scope->output_flags = OG(flags);
	if (zend_stack_count(&OG(handlers)) > kg_base.output_level) {
		/* only buffers above the base are the handler's: below it, there are none in a server */
		zend_stack_init(&OG(handlers), sizeof(php_output_handler *));
		OG(active) = NULL;
		OG(running) = NULL;
	} else {
		scope->output_handlers.size = 0; /* nothing was taken */
	}
	scope->compare = BG(user_compare_fci);
	scope->compare_cache = BG(user_compare_fci_cache);
	ZVAL_COPY_VALUE(&scope->error_handler, &EG(user_error_handler));
	ZVAL_COPY_VALUE(&scope->exception_handler, &EG(user_exception_handler));
	if (kg_base.on) {
		ZVAL_COPY_VALUE(&EG(user_error_handler), &kg_base.error_handler);
		ZVAL_COPY_VALUE(&EG(user_exception_handler), &kg_base.exception_handler);
		scope->timeout_seconds = EG(timeout_seconds);
		if (scope->timeout_seconds) {
			zend_unset_timeout();
			EG(timeout_seconds) = 0;
		}
	} else {
		scope->timeout_seconds = 0;
	}
}

void kg_scope_resume(kg_scope *scope)
{
	BG(user_compare_fci) = scope->compare;
	BG(user_compare_fci_cache) = scope->compare_cache;
	if (scope->output_handlers.size) {
		if (OG(handlers).elements) {
			zend_stack_destroy(&OG(handlers));
		}
		OG(handlers) = scope->output_handlers;
		OG(active) = scope->output_active;
		OG(running) = scope->output_running;
		OG(flags) = scope->output_flags;
	}
	if (kg_base.on) {
		ZVAL_COPY_VALUE(&EG(user_error_handler), &scope->error_handler);
		ZVAL_COPY_VALUE(&EG(user_exception_handler), &scope->exception_handler);
		if (scope->timeout_seconds) {
			EG(timeout_seconds) = scope->timeout_seconds;
			zend_set_timeout(scope->timeout_seconds, 1);
		}
	}
}

zend_long kg_memory_limit(void)
{
	return PG(memory_limit);
}

bool kg_memory_is_short(void)
{
	return PG(memory_limit) > 0 && zend_memory_usage(false) > (size_t) PG(memory_limit) / 2;
}

void kg_set_memory_limit(const char *value, size_t length)
{
	zend_string *name = zend_string_init(ZEND_STRL("memory_limit"), 0);
	zend_alter_ini_entry_chars(name, value, length, PHP_INI_USER, PHP_INI_STAGE_RUNTIME);
	zend_string_release(name);
}

/*
 * The limit again on top of what is in use now, where a good part of it can't be freed any more. At most four times
 * over: a process that nobody replaces must not take the machine bit by bit.
 */
void kg_renew_memory_limit(void)
{
	size_t used = zend_memory_usage(true);
	if (kg_base.memory_limit > 0 && used > (size_t) kg_base.memory_limit / 2
		&& used < (size_t) kg_base.memory_limit * 3) {
		PG(memory_limit) = kg_base.memory_limit + used;
		zend_set_memory_limit(PG(memory_limit));
	}
}

void kg_rethrow(zval *exception)
{
	zend_throw_exception_object(exception);
}

/* The script ends as by the fatal error that was caught on its way. */
void kg_bailout(void)
{
	EG(exit_status) = 255;
	zend_bailout();
}

bool kg_interrupt_is_due(void)
{
	return zend_atomic_bool_load(&EG(vm_interrupt));
}

/* What the virtual machine does between two opcodes when it is interrupted. */
void kg_run_interrupt(void)
{
	zend_atomic_bool_store(&EG(vm_interrupt), false);
	if (zend_atomic_bool_load(&EG(timed_out))) {
		zend_timeout();
	} else if (zend_interrupt_function) {
		zend_interrupt_function(EG(current_execute_data));
	}
}

/* ---- errors that only the operator can mend */

static void (*kg_error_cb_before)(int, zend_string *, const uint32_t, zend_string *);

static void kg_uncaught_cb(int type, zend_string *file, const uint32_t line, zend_string *message)
{
	if ((type & E_ERROR) && kargo_on_uncaught(ZSTR_VAL(message), ZSTR_LEN(message))) {
		EG(exit_status) = 1;
		return;
	}
	kg_error_cb_before(type, file, line, message);
}

/* From now on an exception that nobody catches is shown to kargo_on_uncaught() first. */
void kg_watch_uncaught(void)
{
	if (!kg_error_cb_before) {
		kg_error_cb_before = zend_error_cb;
		zend_error_cb = kg_uncaught_cb;
	}
}
