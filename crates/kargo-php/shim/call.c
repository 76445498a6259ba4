/*
 * Calls that come back whatever PHP does, and the stacks that PHP runs on.
 * 
 * A longjmp (zend_bailout) crosses only frames between kg_call()/kg_protect() and the engine; Rust keeps plain data there.
 */
#include "shim.h"
#include "zend_vm.h"

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
		/* The engine collects no cycles after this error, until the next request: ours would leak all of theirs. */
		gc_protect(false);
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

/* Where the last call that ended with exit() or die() did so. */
static struct {
	zend_string *file;
	uint32_t line;
} kg_exit;

/* The engine keeps the line of the outermost function that unwound; its file is the callable's. */
static void kg_note_exit(const zend_fcall_info_cache *callable)
{
	const zend_function *function = callable->function_handler;
	const zend_op *opline = EG(opline_before_exception);
	kg_exit.file = NULL;
	if (function->type != ZEND_USER_FUNCTION) {
		return;
	}
	kg_exit.file = function->op_array.filename;
	kg_exit.line = opline >= function->op_array.opcodes && opline < function->op_array.opcodes + function->op_array.last
		? opline->lineno : function->op_array.line_start;
}

zend_string *kg_exit_file(void) { return kg_exit.file; }
uint32_t kg_exit_line(void) { return kg_exit.line; }

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
	kg_outcome outcome = kg_check();
	if (UNEXPECTED(outcome == KG_EXITED)) {
		kg_note_exit(callable);
	}
	return outcome;
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

void kg_release_trampoline(zend_fcall_info_cache *cache)
{
	zend_release_fcall_info_cache(cache);
}

/* ---- contexts */

static zend_function kg_base_function = { ZEND_INTERNAL_FUNCTION };
static int kg_context_kind;

#define KG_STACK_BYTES ((size_t) 8 << 20) /* as the main thread's; only pages that are touched cost memory */

static void kg_context_entry(zend_fiber_transfer *transfer)
{
	kg_context *context = (kg_context *) EG(current_fiber_context);
	zend_fiber_context *volatile next = NULL;
#ifdef ZEND_CHECK_STACK_LIMIT
	/* else the limit of the main thread's stack would be taken for this one's, which lies elsewhere */
	EG(stack_base) = zend_fiber_stack_base(context->fiber.stack);
	EG(stack_limit) = zend_fiber_stack_limit(context->fiber.stack);
#endif
	EG(vm_stack) = NULL;
	EG(error_reporting) = kg_serving_error_reporting();
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

/* Contexts that have ended, to be freed when the engine is done with them. */
static kg_context *kg_ended;

/* The engine still frees the stack after this, so the context must outlive it. */
static void kg_context_clean(zend_fiber_context *fiber)
{
	kg_context *context = (kg_context *) fiber; /* its first member */
	context->next_ended = kg_ended;
	kg_ended = context;
}

kg_context *kg_context_new(void)
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
	while (UNEXPECTED(kg_ended)) {
		kg_context *ended = kg_ended;
		kg_ended = ended->next_ended;
		efree(ended);
	}
}

zend_fiber_context *kg_context_current(void)
{
	return EG(current_fiber_context);
}

bool kg_switch_is_blocked(void)
{
	return zend_fiber_switch_blocked();
}

bool kg_shutdown_is_unclean(void)
{
	return CG(unclean_shutdown);
}
