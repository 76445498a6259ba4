/*
 * What belongs to one application and outlives its requests: error handlers, the error level.
 */
#include "shim.h"
#include "isolation_before.h"

kg_app_scope *kg_app_scope_new(void)
{
	return ecalloc(1, sizeof(kg_app_scope));
}

static void kg_release_handlers(zend_stack *handlers)
{
	while (!zend_stack_is_empty(handlers)) {
		zval_ptr_dtor((zval *) zend_stack_top(handlers));
		zend_stack_del_top(handlers);
	}
	zend_stack_destroy(handlers);
}

void kg_app_scope_free(kg_app_scope *scope)
{
	if (scope->is_filled) {
		zval_ptr_dtor(&scope->error_handler);
		zval_ptr_dtor(&scope->exception_handler);
		kg_release_handlers(&scope->error_handlers);
		kg_release_handlers(&scope->exception_handlers);
		zend_stack_destroy(&scope->error_handlers_error_reporting);
	}
	if (scope->is_measured) {
		zval_ptr_dtor(&scope->known_error_handler);
		zval_ptr_dtor(&scope->known_exception_handler);
	}
	kg_session_setup_free(scope->sessions);
	kg_app_references_drop(scope);
	HashTable *tables[] = { scope->server, scope->env };
	for (size_t i = 0; i < 2; i++) {
		if (tables[i]) {
			zend_array_release(tables[i]);
		}
	}
	efree(scope);
}

#define KG_SWAP(type, a, b) do { type kg_swapped = (a); (a) = (b); (b) = kg_swapped; } while (0)

/* Puts the application's error handlers and error level in place of the process's, or the other way round. */
void kg_app_scope_swap(kg_app_scope *scope)
{
	if (UNEXPECTED(!scope->is_filled)) {
		scope->is_filled = true;
		scope->error_reporting = EG(error_reporting);
		scope->handler_error_reporting = EG(user_error_handler_error_reporting);
		ZVAL_COPY(&scope->error_handler, &EG(user_error_handler));
		ZVAL_COPY(&scope->exception_handler, &EG(user_exception_handler));
		zend_stack_init(&scope->error_handlers, sizeof(zval));
		zend_stack_init(&scope->error_handlers_error_reporting, sizeof(int));
		zend_stack_init(&scope->exception_handlers, sizeof(zval));
	}
	KG_SWAP(int, scope->error_reporting, EG(error_reporting));
	KG_SWAP(int, scope->handler_error_reporting, EG(user_error_handler_error_reporting));
	KG_SWAP(zval, scope->error_handler, EG(user_error_handler));
	KG_SWAP(zval, scope->exception_handler, EG(user_exception_handler));
	KG_SWAP(zend_stack, scope->error_handlers, EG(user_error_handlers));
	KG_SWAP(zend_stack, scope->error_handlers_error_reporting, EG(user_error_handlers_error_reporting));
	KG_SWAP(zend_stack, scope->exception_handlers, EG(user_exception_handlers));
}

bool kg_app_has_exception_handler(void)
{
	return Z_TYPE(EG(user_exception_handler)) != IS_UNDEF;
}

/* Not zend_user_exception_handler(): with frames below, it forgets what the handler itself throws. Here that stays pending. */
void kg_app_handle_exception(void *nothing)
{
	zval handler, argument, result;
	zend_object *thrown = EG(exception);
	EG(exception) = NULL;
	ZVAL_COPY(&handler, &EG(user_exception_handler));
	ZVAL_OBJ(&argument, thrown);
	ZVAL_UNDEF(&result);
	call_user_function(NULL, NULL, &handler, &result, 1, &argument);
	zval_ptr_dtor(&result);
	zval_ptr_dtor(&handler);
	OBJ_RELEASE(thrown);
}

/* ---- for the isolation guard: handlers that a request has set and not taken back */

/* How the handlers are now is how they shall be. The application's are in place. */
void kg_app_measure(kg_app_scope *scope)
{
	zval error_handler, exception_handler;
	ZVAL_COPY_VALUE(&error_handler, &scope->known_error_handler);
	ZVAL_COPY_VALUE(&exception_handler, &scope->known_exception_handler);
	ZVAL_COPY(&scope->known_error_handler, &EG(user_error_handler));
	ZVAL_COPY(&scope->known_exception_handler, &EG(user_exception_handler));
	scope->known_error_handlers = zend_stack_count(&EG(user_error_handlers));
	scope->known_exception_handlers = zend_stack_count(&EG(user_exception_handlers));
	scope->known_error_mask = EG(user_error_handler_error_reporting);
	if (scope->is_measured) {
		zval_ptr_dtor(&error_handler);
		zval_ptr_dtor(&exception_handler);
	}
	scope->is_measured = true;
}

/* Which of KG_LEFT_ERROR_HANDLER and KG_LEFT_EXCEPTION_HANDLER are not as they were. */
uint32_t kg_app_handlers_changed(const kg_app_scope *scope)
{
	uint32_t changed = 0;
	if (kg_handler_differs(&EG(user_error_handler), &scope->known_error_handler)
		|| zend_stack_count(&EG(user_error_handlers)) != scope->known_error_handlers) {
		changed |= KG_LEFT_ERROR_HANDLER;
	}
	if (kg_handler_differs(&EG(user_exception_handler), &scope->known_exception_handler)
		|| zend_stack_count(&EG(user_exception_handlers)) != scope->known_exception_handlers) {
		changed |= KG_LEFT_EXCEPTION_HANDLER;
	}
	return changed;
}

/* May run destructors. */
void kg_app_put_back_handlers(kg_app_scope *scope, uint32_t which)
{
	if (which & KG_LEFT_ERROR_HANDLER) {
		kg_put_back_handler(&EG(user_error_handler), &scope->known_error_handler, &EG(user_error_handlers),
			scope->known_error_handlers, &EG(user_error_handlers_error_reporting));
		EG(user_error_handler_error_reporting) = scope->known_error_mask;
	}
	if (which & KG_LEFT_EXCEPTION_HANDLER) {
		kg_put_back_handler(&EG(user_exception_handler), &scope->known_exception_handler, &EG(user_exception_handlers),
			scope->known_exception_handlers, NULL);
	}
}
