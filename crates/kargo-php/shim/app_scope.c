/*
 * What belongs to one application and outlives its requests: error handlers, the error level, the settings of sessions.
 */
#include "shim.h"

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
	HashTable *tables[] = { scope->server, scope->env, scope->session_ini };
	for (size_t i = 0; i < 3; i++) {
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

/* ---- the settings of sessions: set_cookie_params() and others change them, and the next visitor must not get them */

static bool kg_is_of_session(const zend_string *name)
{
	return ZSTR_LEN(name) > 8 && memcmp(ZSTR_VAL(name), "session.", 8) == 0;
}

void kg_app_note_session_ini(kg_app_scope *scope)
{
	zend_ini_entry *entry;
	zval value;
	scope->session_ini = zend_new_array(0);
	if (!EG(modified_ini_directives)) {
		return;
	}
	ZEND_HASH_MAP_FOREACH_PTR(EG(modified_ini_directives), entry) {
		if (kg_is_of_session(entry->name) && entry->value) {
			ZVAL_STR_COPY(&value, entry->value);
			zend_hash_update(scope->session_ini, entry->name, &value);
		}
	} ZEND_HASH_FOREACH_END();
}

#define KG_MOST_SETTINGS 64

void kg_app_restore_session_ini(kg_app_scope *scope)
{
	zend_ini_entry *entry, *changed[KG_MOST_SETTINGS];
	size_t count = 0;
	if (!EG(modified_ini_directives) || zend_hash_num_elements(EG(modified_ini_directives)) == 0) {
		return;
	}
	ZEND_HASH_MAP_FOREACH_PTR(EG(modified_ini_directives), entry) {
		if (count < KG_MOST_SETTINGS && kg_is_of_session(entry->name)) {
			zval *before = zend_hash_find(scope->session_ini, entry->name);
			if (!before || !entry->value || !zend_string_equals(Z_STR_P(before), entry->value)) {
				changed[count++] = entry;
			}
		}
	} ZEND_HASH_FOREACH_END();
	for (size_t i = 0; i < count; i++) {
		zval *before = zend_hash_find(scope->session_ini, changed[i]->name);
		if (before) {
			zend_alter_ini_entry_ex(changed[i]->name, Z_STR_P(before), PHP_INI_USER, PHP_INI_STAGE_DEACTIVATE, true);
		} else {
			zend_restore_ini_entry(changed[i]->name, PHP_INI_STAGE_DEACTIVATE);
		}
	}
}
