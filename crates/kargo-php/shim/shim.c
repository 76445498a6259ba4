/*
 * The only C of the extension: what PHP offers as a macro, a static inline or a setjmp. No policy lives here.
 *
 * A longjmp (zend_bailout) crosses only frames between kg_call()/kg_protect() and the engine; Rust keeps plain data there.
 */
#include "shim.h"
#include "zend_vm.h"
#include "zend_observer.h"
#include "ext/session/php_session.h"
#include "ext/standard/base64.h"
#include "ext/standard/basic_functions.h"
#include "ext/standard/url.h"
#include "ext/date/php_date.h"
#include "ext/json/php_json.h"
#include "zend_generators.h"

/* ---- module ------------------------------------------------------------------------------------------------- */

extern void kargo_not_constructible(zend_execute_data *, zval *);
extern void kargo_native_free(zend_class_entry *class_entry, void *native);
extern void *kargo_native_clone(zend_class_entry *class_entry, void *native);
extern void kargo_module_started(void);
extern void kargo_request_ended(void);
extern size_t kargo_on_output(const char *bytes, size_t length);
extern void kargo_on_error(int type, zend_string *file, uint32_t line, zend_string *message);
extern zend_fiber_context *kargo_context_main(kg_context *context);
extern void kargo_fn_panic(zend_execute_data *, zval *);

static void kg_declare_property(zend_class_entry *class_entry, const char *name, size_t length, uint32_t mask)
{
	zval none;
	zend_string *key = zend_string_init_interned(name, length, 1);
	ZVAL_UNDEF(&none);
	zend_declare_typed_property(class_entry, key, &none, ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, NULL,
		(zend_type) ZEND_TYPE_INIT_MASK(mask));
	zend_string_release(key);
}

#include "kargo_classes.h"

static zend_object_handlers kg_handlers;
static zend_object_handlers kg_clonable_handlers;

static zend_object *kg_create(zend_class_entry *class_entry)
{
	kg_object *object = zend_object_alloc(sizeof(kg_object), class_entry);
	object->native = NULL;
	zend_object_std_init(&object->std, class_entry);
	object_properties_init(&object->std, class_entry);
	object->std.handlers = class_entry == kargo_ce_http_request ? &kg_clonable_handlers : &kg_handlers;
	return &object->std;
}

static kg_object *kg_from(zend_object *object)
{
	return (kg_object *) ((char *) object - XtOffsetOf(kg_object, std));
}

static void kg_free(zend_object *object)
{
	kg_object *own = kg_from(object);
	if (own->native) {
		kargo_native_free(object->ce, own->native);
		own->native = NULL;
	}
	zend_object_std_dtor(object);
}

static zend_object *kg_clone(zend_object *object)
{
	zend_object *copy = kg_create(object->ce);
	kg_from(copy)->native = kargo_native_clone(object->ce, kg_from(object)->native);
	zend_objects_clone_members(copy, object);
	return copy;
}

PHP_INI_BEGIN()
	PHP_INI_ENTRY("kargo.fault_injection", "0", PHP_INI_SYSTEM, NULL)
PHP_INI_END()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_kargo_fn_panic, 0, 0, MAY_BE_VOID)
ZEND_END_ARG_INFO()

static const zend_function_entry kargo_fault_functions[] = {
	ZEND_NS_FENTRY("Kargo\\Internal", panic, kargo_fn_panic, arginfo_kargo_fn_panic, 0)
	ZEND_FE_END
};

static PHP_MINIT_FUNCTION(kargo_event)
{
	REGISTER_INI_ENTRIES();
	kargo_register_classes();
	memcpy(&kg_handlers, &std_object_handlers, sizeof(zend_object_handlers));
	kg_handlers.offset = XtOffsetOf(kg_object, std);
	kg_handlers.free_obj = kg_free;
	kg_handlers.clone_obj = NULL;
	memcpy(&kg_clonable_handlers, &kg_handlers, sizeof(zend_object_handlers));
	kg_clonable_handlers.clone_obj = kg_clone;
	kargo_ce_watcher->create_object = kg_create;
	kargo_ce_http_server->create_object = kg_create;
	kargo_ce_http_request->create_object = kg_create;
	kargo_ce_rpc_api->create_object = kg_create;
	/* Tests prove that a panic in our own code costs one request: this is how they cause one. */
	if (INI_BOOL("kargo.fault_injection")) {
		zend_register_functions(NULL, kargo_fault_functions, NULL, type);
	}
	kargo_module_started();
	return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(kargo_event)
{
	UNREGISTER_INI_ENTRIES();
	return SUCCESS;
}

static PHP_RSHUTDOWN_FUNCTION(kargo_event)
{
	kargo_request_ended();
	return SUCCESS;
}

static PHP_MINFO_FUNCTION(kargo_event)
{
	php_info_print_table_start();
	php_info_print_table_row(2, "kargo_event", "enabled");
	php_info_print_table_row(2, "version", KARGO_VERSION);
	php_info_print_table_end();
}

static zend_module_entry kargo_module = {
	STANDARD_MODULE_HEADER,
	"kargo_event",
	kargo_functions,
	PHP_MINIT(kargo_event),
	PHP_MSHUTDOWN(kargo_event),
	NULL,
	PHP_RSHUTDOWN(kargo_event),
	PHP_MINFO(kargo_event),
	KARGO_VERSION,
	STANDARD_MODULE_PROPERTIES
};

zend_module_entry *kg_module(void)
{
	return &kargo_module;
}

/* ---- calls -------------------------------------------------------------------------------------------------- */

kg_outcome kg_check(void)
{
#ifdef ZEND_HAS_OOM
	if (UNEXPECTED(EG(delayed_oom).state != ZEND_OOM_STATE_NONE)) {
		if (EG(exception)) {
			zend_clear_exception();
		}
		/* Left as it is, every later call would fail with "Couldn't execute method". */
		if (EG(delayed_oom).message) {
			zend_string_release(EG(delayed_oom).message);
			EG(delayed_oom).message = NULL;
		}
		if (EG(delayed_oom).filename) {
			zend_string_release(EG(delayed_oom).filename);
			EG(delayed_oom).filename = NULL;
		}
		EG(delayed_oom).state = ZEND_OOM_STATE_NONE;
		kg_forget_exit();
		return KG_OUT_OF_MEMORY;
	}
#endif
	if (EXPECTED(!EG(exception))) {
		return KG_RETURNED;
	}
	return zend_is_unwind_exit(EG(exception)) ? KG_EXITED : KG_THREW;
}

/* Where the engine stood before a protected call, to be stood there again after a longjmp. */
typedef struct kg_mark {
	zend_execute_data *frame;
	zend_vm_stack stack;
	zval *top, *end;
	zend_fiber *fiber;
} kg_mark;

static zend_always_inline kg_mark kg_mark_now(void)
{
	kg_mark mark = { EG(current_execute_data), EG(vm_stack), EG(vm_stack_top), EG(vm_stack_end), EG(active_fiber) };
	return mark;
}

static void kg_return_to(const kg_mark *mark)
{
	while (EG(vm_stack) && EG(vm_stack) != mark->stack) {
		zend_vm_stack previous = EG(vm_stack)->prev;
		efree(EG(vm_stack));
		EG(vm_stack) = previous;
	}
	EG(vm_stack) = mark->stack;
	EG(vm_stack_top) = mark->top;
	EG(vm_stack_end) = mark->end;
	EG(current_execute_data) = mark->frame;
	EG(active_fiber) = mark->fiber;
	CG(unclean_shutdown) = 0;
	kg_forget_exit();
	kg_check();
	if (EG(exception)) {
		zend_clear_exception();
	}
}

kg_outcome kg_call(const zend_fcall_info_cache *callable, zval *result, uint32_t count, zval *arguments, HashTable *named)
{
	const kg_mark mark = kg_mark_now();
	volatile bool jumped = false;
	zend_try {
		zend_call_known_function(callable->function_handler, callable->object, callable->called_scope, result, count,
			arguments, named);
	} zend_catch {
		jumped = true;
	} zend_end_try();
	if (UNEXPECTED(jumped)) {
		kg_return_to(&mark);
		ZVAL_UNDEF(result);
		return KG_FATAL;
	}
	return kg_check();
}

kg_outcome kg_protect(void (*body)(void *), void *data)
{
	const kg_mark mark = kg_mark_now();
	volatile bool jumped = false;
	zend_try {
		body(data);
	} zend_catch {
		jumped = true;
	} zend_end_try();
	if (UNEXPECTED(jumped)) {
		kg_return_to(&mark);
		return KG_FATAL;
	}
	return kg_check();
}

/* The pending exception, now the caller's. */
zend_object *kg_take_exception(void)
{
	zend_object *exception = EG(exception);
	if (exception) {
		GC_ADDREF(exception);
		zend_clear_exception();
	}
	return exception;
}

void kg_forget_exit(void)
{
	EG(exit_status) = 0;
}

int kg_exit_status(void)
{
	return EG(exit_status);
}

void kg_throw_exit(void)
{
	zend_throw_unwind_exit();
}

bool kg_resolve_callable(zval *callable, zend_fcall_info_cache *cache, zend_string **error)
{
	char *text = NULL;
	zend_fcall_info info;
	if (zend_fcall_info_init(callable, 0, &info, cache, NULL, &text) != SUCCESS) {
		*error = text ? zend_string_init(text, strlen(text), 0) : ZSTR_EMPTY_ALLOC();
		if (text) {
			efree(text);
		}
		return false;
	}
	if (text) {
		efree(text);
	}
	*error = NULL;
	return true;
}

/* ---- contexts ----------------------------------------------------------------------------------------------- */

static zend_function kg_base_function = { ZEND_INTERNAL_FUNCTION };
static int kg_context_kind;
static int kg_base_error_reporting = E_ALL;

#define KG_STACK_BYTES ((size_t) 8 << 20) /* as the main thread's; only pages that are touched cost memory */

static void kg_context_entry(zend_fiber_transfer *transfer)
{
	kg_context *context = (kg_context *) EG(current_fiber_context);
	zend_fiber_context *volatile next = NULL;
	EG(vm_stack) = NULL;
	EG(error_reporting) = kg_base_error_reporting;
	zend_first_try {
		zend_vm_stack_init_ex(ZEND_FIBER_VM_STACK_SIZE);
		zend_execute_data *frame = (zend_execute_data *) EG(vm_stack_top);
		EG(vm_stack_top) = (zval *) frame + ZEND_CALL_FRAME_SLOT;
		memset(frame, 0, sizeof(zend_execute_data));
		frame->func = &kg_base_function;
		EG(current_execute_data) = frame;
		EG(jit_trace_num) = 0;
		next = kargo_context_main(context);
	} zend_end_try();
	zend_vm_stack_destroy();
	transfer->context = next;
	transfer->flags = 0;
	ZVAL_NULL(&transfer->value);
}

static void kg_context_clean(zend_fiber_context *fiber)
{
	efree(fiber); /* the first member of kg_context */
}

kg_context *kg_context_new(size_t slot)
{
	kg_context *context = ecalloc(1, sizeof(kg_context));
	size_t bytes = EG(fiber_stack_size) > KG_STACK_BYTES ? EG(fiber_stack_size) : KG_STACK_BYTES;
#if PHP_VERSION_ID >= 80300
	/* zend_result: 0 is success */
	bool made = zend_fiber_init_context(&context->fiber, &kg_context_kind, kg_context_entry, bytes) == SUCCESS;
#else
	bool made = zend_fiber_init_context(&context->fiber, &kg_context_kind, kg_context_entry, bytes);
#endif
	if (!made) {
		efree(context);
		return NULL;
	}
	context->fiber.cleanup = kg_context_clean;
	context->slot = slot;
	return context;
}

void kg_context_switch(zend_fiber_context *to)
{
	zend_fiber *fiber = EG(active_fiber);
	zend_fiber_transfer transfer = { .context = to, .flags = 0 };
	ZVAL_NULL(&transfer.value);
	EG(active_fiber) = NULL;
	zend_fiber_switch_context(&transfer);
	EG(active_fiber) = fiber;
}

zend_fiber_context *kg_context_current(void)
{
	return EG(current_fiber_context);
}

bool kg_switch_is_blocked(void)
{
	return zend_fiber_switch_blocked();
}

/* ---- serving ------------------------------------------------------------------------------------------------ */

extern ZEND_API php_ps_globals ps_globals __attribute__((weak));

static struct {
	bool on;
	size_t (*ub_write)(const char *, size_t);
	void (*error_cb)(int, zend_string *, const uint32_t, zend_string *);
	int output_level;
	zval error_handler, exception_handler;
	zend_long time_limit;
	zend_long memory_limit;
} kg_base;

static size_t kg_ub_write(const char *bytes, size_t length)
{
	size_t taken = kargo_on_output(bytes, length);
	return taken ? taken : kg_base.ub_write(bytes, length);
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
	kg_base.on = true;
	kg_base.ub_write = sapi_module.ub_write;
	sapi_module.ub_write = kg_ub_write;
	kg_base.error_cb = zend_error_cb;
	zend_error_cb = kg_error_cb;
	kg_base.output_level = zend_stack_count(&OG(handlers));
	ZVAL_COPY_VALUE(&kg_base.error_handler, &EG(user_error_handler));
	ZVAL_COPY_VALUE(&kg_base.exception_handler, &EG(user_exception_handler));
	kg_base.time_limit = EG(timeout_seconds);
	kg_base.memory_limit = PG(memory_limit);
	kg_base_error_reporting = EG(error_reporting);
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
	sapi_module.ub_write = kg_base.ub_write;
	zend_error_cb = kg_base.error_cb;
	if (kg_base.time_limit) {
		zend_set_timeout(kg_base.time_limit, 1);
	}
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
	if (UNEXPECTED(&ps_globals && ps_globals.session_status == php_session_active)) {
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
		if (session) {
			session->request_shutdown_func(session->type, session->module_number);
			session->request_startup_func(session->type, session->module_number);
		}
		zend_hash_str_del(&EG(symbol_table), ZEND_STRL("_SESSION"));
	}
}

/* A parked handler takes its output buffers, handlers and time limit with it; the next one starts clean. */
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

const char *kg_last_error_message(void)
{
	return PG(last_error_message) ? ZSTR_VAL(PG(last_error_message)) : "";
}

zend_long kg_memory_limit(void)
{
	return PG(memory_limit);
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

void kg_bailout(void)
{
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

/* ---- values ------------------------------------------------------------------------------------------------- */

zend_string *kg_string(const char *bytes, size_t length) { return zend_string_init_fast(bytes, length); }
zend_string *kg_string_alloc(size_t length) { return zend_string_alloc(length, 0); }
zend_string *kg_interned(const char *bytes, size_t length) { return zend_string_init_interned(bytes, length, 1); }
void kg_string_release(zend_string *string) { zend_string_release(string); }
void kg_release(zval *value) { zval_ptr_dtor(value); }
void kg_object_release(zend_object *object) { OBJ_RELEASE(object); }

HashTable *kg_array(uint32_t size) { return zend_new_array(size); }

void kg_array_packed(HashTable *array, uint32_t size)
{
	zend_hash_real_init_packed(array);
	(void) size;
}

void kg_array_mixed(HashTable *array, uint32_t size)
{
	zend_hash_real_init_mixed(array);
	(void) size;
}

void kg_array_push(HashTable *array, zval *value) { zend_hash_next_index_insert_new(array, value); }
void kg_array_set(HashTable *array, zend_string *key, zval *value) { zend_hash_update(array, key, value); }
void kg_symtable_set(HashTable *array, zend_string *key, zval *value) { zend_symtable_update(array, key, value); }

void kg_array_set_bytes(HashTable *array, const char *key, size_t length, zval *value)
{
	zend_symtable_str_update(array, key, length, value);
}

zval *kg_array_find(HashTable *array, const char *key, size_t length) { return zend_hash_str_find(array, key, length); }
bool kg_object_init(zval *value, zend_class_entry *class_entry) { return object_init_ex(value, class_entry) == SUCCESS; }
zval *kg_property_slot(zend_object *object, uint32_t index) { return OBJ_PROP_NUM(object, index); }

void kg_set_property(zend_object *object, const char *name, size_t length, zval *value)
{
	zend_update_property(object->ce, object, name, length, value);
}

zval *kg_read_property(zend_object *object, const char *name, size_t length, zval *buffer)
{
	return zend_read_property(object->ce, object, name, length, true, buffer);
}

bool kg_instance_of(const zend_object *object, const zend_class_entry *class_entry)
{
	return instanceof_function(object->ce, class_entry);
}

void kg_value_error(uint32_t argument, const char *message, size_t length)
{
	zend_argument_value_error(argument, "%.*s", (int) length, message);
}

void kg_throw(zend_class_entry *class_entry, const char *message, size_t length, zend_long code)
{
	zend_throw_exception_ex(class_entry, code, "%.*s", (int) length, message);
}

bool kg_string_argument(zval *argument, uint32_t number, bool nullable, zend_string **out)
{
	if (zend_parse_arg_str(argument, out, nullable, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, nullable ? Z_EXPECTED_STRING_OR_NULL : Z_EXPECTED_STRING, argument);
	return false;
}

bool kg_int_argument(zval *argument, uint32_t number, bool nullable, bool *is_null, zend_long *out)
{
	if (zend_parse_arg_long(argument, out, is_null, nullable, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, nullable ? Z_EXPECTED_LONG_OR_NULL : Z_EXPECTED_LONG, argument);
	return false;
}

bool kg_float_argument(zval *argument, uint32_t number, bool nullable, bool *is_null, double *out)
{
	if (zend_parse_arg_double(argument, out, is_null, nullable, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, nullable ? Z_EXPECTED_DOUBLE_OR_NULL : Z_EXPECTED_DOUBLE, argument);
	return false;
}

bool kg_bool_argument(zval *argument, uint32_t number, bool *out)
{
	if (zend_parse_arg_bool(argument, out, NULL, false, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, Z_EXPECTED_BOOL, argument);
	return false;
}

void kg_type_error(uint32_t number, const char *expected, zval *given)
{
	zend_argument_type_error(number, "must be %s, %s given", expected, zend_zval_type_name(given));
}

int kg_stream_fd(zval *value)
{
	php_stream *stream;
	int fd;
	if (Z_TYPE_P(value) != IS_RESOURCE) {
		return -1;
	}
	stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	if (!stream || php_stream_cast(stream, PHP_STREAM_AS_FD_FOR_SELECT | PHP_STREAM_CAST_INTERNAL, (void *) &fd, 0) != SUCCESS) {
		return -1;
	}
	return fd;
}

bool kg_stream_unblock(zval *value)
{
	php_stream *stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	return stream && php_stream_set_option(stream, PHP_STREAM_OPTION_BLOCKING, 0, NULL) != -1;
}

void kg_parse_query(const char *text, size_t length, zval *out)
{
	array_init(out);
	sapi_module.treat_data(PARSE_STRING, estrndup(text, length), out);
}

zend_string *kg_url_encode(const char *text, size_t length) { return php_raw_url_encode(text, length); }

bool kg_strict_types(void) { return ZEND_ARG_USES_STRICT_TYPES(); }

zend_class_entry *kg_lookup_class(zend_string *name) { return zend_lookup_class(name); }

/* ---- values in bulk ----------------------------------------------------------------------------------------- */

/* A list of `count` values, whose references it takes over, at its exact size. */
HashTable *kg_list_of(const zval *values, uint32_t count)
{
	HashTable *list = zend_new_array(count);
	if (count) {
		zend_hash_real_init_packed(list);
		memcpy(list->arPacked, values, count * sizeof(zval));
		list->nNumUsed = count;
		list->nNumOfElements = count;
		list->nNextFreeElement = count;
	}
	return list;
}

/* A table of `count` pairs of a string and a value, whose references it takes over; of equal keys the last one wins. */
static HashTable *kg_table_of(zval *pairs, uint32_t count, bool numeric_keys)
{
	HashTable *table = zend_new_array(count);
	if (!count) {
		return table;
	}
	zend_hash_real_init_mixed(table);
	for (uint32_t i = 0; i < count; i++, pairs += 2) {
		zend_string *key = Z_STR(pairs[0]);
		zend_ulong index;
		if (numeric_keys && ZEND_HANDLE_NUMERIC_STR(ZSTR_VAL(key), ZSTR_LEN(key), index)) {
			zend_hash_index_update(table, index, &pairs[1]);
		} else {
			zend_hash_update(table, key, &pairs[1]);
		}
		zend_string_release(key);
	}
	return table;
}

HashTable *kg_map_of(zval *pairs, uint32_t count)
{
	return kg_table_of(pairs, count, true);
}

zend_object *kg_object_of(zval *pairs, uint32_t count)
{
	zend_object *object = zend_objects_new(zend_standard_class_def);
	object->properties = kg_table_of(pairs, count, false);
	return object;
}

void kg_hash_string(zend_string *string) { zend_string_hash_val(string); }

bool kg_date_from_text(const char *text, size_t length, zval *out)
{
	php_date_instantiate(php_date_get_immutable_ce(), out);
	return php_date_initialize(Z_PHPDATE_P(out), text, length, NULL, NULL, 0);
}

/* A point in time as Y-m-d\TH:i:s.uP, or NULL with an exception pending. */
zend_string *kg_date_text(zend_object *date)
{
	zval format, text;
	ZVAL_STR(&format, ZSTR_INIT_LITERAL("Y-m-d\\TH:i:s.uP", 0));
	ZVAL_UNDEF(&text);
	zend_call_method_with_1_params(date, date->ce, NULL, "format", &text, &format);
	zval_ptr_dtor(&format);
	if (Z_TYPE(text) != IS_STRING) {
		zval_ptr_dtor(&text);
		return NULL;
	}
	return Z_STR(text);
}

kg_shape kg_shape_of(zend_object *object)
{
	if (object->ce == zend_standard_class_def) {
		return KG_PLAIN;
	}
	if (object->ce->ce_flags & ZEND_ACC_ENUM) {
		return object->ce->enum_backing_type == IS_UNDEF ? KG_UNIT_ENUM : KG_BACKED_ENUM;
	}
	if (instanceof_function(object->ce, php_date_get_interface_ce())) {
		return KG_DATE;
	}
	if (instanceof_function(object->ce, php_json_serializable_ce)) {
		return KG_SERIALIZABLE;
	}
	if (object->ce == zend_ce_closure || object->ce == zend_ce_generator) {
		return KG_UNSUPPORTED;
	}
	return KG_PLAIN;
}

zval *kg_enum_value(zend_object *object) { return zend_enum_fetch_case_value(object); }

/* What jsonSerialize() gives; undefined with an exception pending if it failed. */
void kg_json_serialize(zend_object *object, zval *out)
{
	ZVAL_UNDEF(out);
	zend_call_method_with_0_params(object, object->ce, NULL, "jsonserialize", out);
}

/* The properties that the outside may see, in a table to be released by kg_properties_done(). */
HashTable *kg_properties(zend_object *object)
{
	zval value;
	ZVAL_OBJ(&value, object);
	return zend_get_properties_for(&value, ZEND_PROP_PURPOSE_JSON);
}

void kg_properties_done(HashTable *properties) { zend_release_properties(properties); }

/* ---- rpc ---- */

bool kg_parameter_at(const zend_function *function, uint32_t index, kg_parameter *out)
{
	const bool has_variadic = (function->common.fn_flags & ZEND_ACC_VARIADIC) != 0;
	if (index >= function->common.num_args + (has_variadic ? 1 : 0)) {
		return false;
	}
	const zend_arg_info *info = &function->common.arg_info[index];
	if (function->type == ZEND_USER_FUNCTION || (function->common.fn_flags & ZEND_ACC_USER_ARG_INFO)) {
		out->name = ZSTR_VAL(info->name);
		out->name_length = ZSTR_LEN(info->name);
	} else {
		out->name = ((const zend_internal_arg_info *) info)->name;
		out->name_length = strlen(out->name);
	}
	out->type = ZEND_TYPE_IS_SET(info->type) ? &info->type : NULL;
	out->is_by_reference = ZEND_ARG_SEND_MODE(info) == ZEND_SEND_BY_REF;
	out->is_variadic = has_variadic && index == function->common.num_args;
	return true;
}

const zend_type *kg_return_type(const zend_function *function)
{
	if (!(function->common.fn_flags & ZEND_ACC_HAS_RETURN_TYPE)) {
		return NULL;
	}
	const zend_type *type = &function->common.arg_info[-1].type;
	return ZEND_TYPE_IS_SET(*type) ? type : NULL;
}

uint32_t kg_type_mask(const zend_type *type) { return ZEND_TYPE_PURE_MASK(*type); }

/* Class `index` of a type; NULL after the last one. An intersection has the empty name: nothing that is sent can be it. */
zend_string *kg_type_class(const zend_type *type, uint32_t index)
{
	if (ZEND_TYPE_HAS_LIST(*type)) {
		const zend_type_list *list = ZEND_TYPE_LIST(*type);
		if (ZEND_TYPE_IS_INTERSECTION(*type)) {
			return index == 0 ? ZSTR_EMPTY_ALLOC() : NULL;
		}
		if (index >= list->num_types) {
			return NULL;
		}
		type = &list->types[index];
		return ZEND_TYPE_HAS_NAME(*type) ? ZEND_TYPE_NAME(*type) : ZSTR_EMPTY_ALLOC();
	}
	return index == 0 && ZEND_TYPE_HAS_NAME(*type) ? ZEND_TYPE_NAME(*type) : NULL;
}

/* The default of a parameter, which the caller owns. Evaluating a constant can load its class, so it can run PHP code. */
bool kg_default_value(const zend_function *function, uint32_t index, zval *out)
{
	ZVAL_UNDEF(out);
	if (function->type == ZEND_USER_FUNCTION) {
		const zend_op_array *code = &function->op_array;
		for (uint32_t i = 0; i < code->last; i++) {
			const zend_op *opline = &code->opcodes[i];
			if (opline->opcode == ZEND_RECV_INIT && opline->op1.num == index + 1) {
				ZVAL_COPY(out, RT_CONSTANT(opline, opline->op2));
				break;
			}
		}
	} else if (index < function->common.num_args) {
		zend_internal_arg_info *info = (zend_internal_arg_info *) &function->common.arg_info[index];
		if (info->default_value && zend_get_default_from_internal_arg_info(out, info) != SUCCESS) {
			ZVAL_UNDEF(out);
		}
	}
	if (Z_TYPE_P(out) == IS_CONSTANT_AST && zval_update_constant_ex(out, function->common.scope) != SUCCESS) {
		zval_ptr_dtor(out);
		ZVAL_UNDEF(out);
	}
	return Z_TYPE_P(out) != IS_UNDEF;
}

zend_string *kg_doc_comment(const zend_function *function)
{
	return function->type == ZEND_USER_FUNCTION ? function->op_array.doc_comment : NULL;
}

bool kg_has_attribute(const zend_function *function, const char *lowercase_name, size_t length)
{
	return function->common.attributes && zend_get_attribute_str(function->common.attributes, lowercase_name, length);
}

kg_class_kind kg_kind_of_class(const zend_class_entry *class_entry)
{
	if (class_entry == zend_standard_class_def) {
		return KG_CLASS_STD;
	}
	if (class_entry->ce_flags & ZEND_ACC_ENUM) {
		switch (class_entry->enum_backing_type) {
			case IS_LONG: return KG_CLASS_INT_ENUM;
			case IS_STRING: return KG_CLASS_STRING_ENUM;
			default: return KG_CLASS_VALUE;
		}
	}
	if (kg_is_subclass(class_entry, php_date_get_interface_ce())) {
		return KG_CLASS_DATE;
	}
	if (kg_is_subclass(class_entry, zend_ce_traversable) || kg_is_subclass(class_entry, php_json_serializable_ce)
		|| kg_is_subclass(class_entry, zend_ce_throwable) || class_entry == zend_ce_closure) {
		return KG_CLASS_VALUE;
	}
	return KG_CLASS_OTHER;
}

bool kg_is_subclass(const zend_class_entry *class_entry, const zend_class_entry *parent)
{
	return instanceof_function(class_entry, parent);
}

/* A new object of a class, its constructor called without arguments. Undefined with an exception pending if it failed. */
void kg_construct(zend_class_entry *class_entry, zval *out)
{
	ZVAL_UNDEF(out);
	if (object_init_ex(out, class_entry) != SUCCESS) {
		ZVAL_UNDEF(out);
		return;
	}
	if (class_entry->constructor) {
		zend_call_known_instance_method_with_0_params(class_entry->constructor, Z_OBJ_P(out), NULL);
		if (EG(exception)) {
			zend_object_store_ctor_failed(Z_OBJ_P(out));
			zval_ptr_dtor(out);
			ZVAL_UNDEF(out);
		}
	}
}

/* The case of a backed enum with this value, not counted; NULL if there is none. */
zend_object *kg_enum_case(zend_class_entry *class_entry, const zval *value)
{
	zend_object *found = NULL;
	const bool is_int = Z_TYPE_P(value) == IS_LONG;
	if (zend_enum_get_case_by_value(&found, class_entry, is_int ? Z_LVAL_P(value) : 0, is_int ? NULL : Z_STR_P(value),
			true) != SUCCESS) {
		return NULL;
	}
	return found;
}

/* DateTimeImmutable */
zend_class_entry *kg_date_class(void) { return php_date_get_immutable_ce(); }

bool kg_date_of_class(zend_class_entry *class_entry, const char *text, size_t length, zval *out)
{
	php_date_instantiate(class_entry, out);
	return php_date_initialize(Z_PHPDATE_P(out), text, length, NULL, NULL, 0);
}

/* Turns a stdClass into the array of its properties; numeric names become integers. */
void kg_object_to_array(zval *value)
{
	zend_object *object = Z_OBJ_P(value);
	HashTable *table = zend_proptable_to_symtable(zend_std_get_properties(object), true);
	OBJ_RELEASE(object);
	ZVAL_ARR(value, table);
}

/* The properties of a stdClass, in place. */
HashTable *kg_object_properties(zend_object *object) { return zend_std_get_properties(object); }

/* NULL if the text is no base64. */
zend_string *kg_base64_decode(const char *text, size_t length)
{
	return php_base64_decode_ex((const unsigned char *) text, length, true);
}

/* Debian's 8.2 lets native code go on for a while beyond the memory limit; at twice the limit it ends the process. */
bool kg_is_out_of_memory(void)
{
#ifdef ZEND_HAS_OOM
	return EG(delayed_oom).state != ZEND_OOM_STATE_NONE;
#else
	return false;
#endif
}
