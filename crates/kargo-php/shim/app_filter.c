/*
 * filter_input(INPUT_SERVER, …): ext/filter has a copy of its own of all that comes in. Web servers make that of $_SERVER for
 * each request; here it is made for those that ask.
 */
#include "shim.h"
#include "php_variables.h"

static bool kg_is_copied;

static void kg_copy_server(zend_execute_data *execute_data)
{
	const zval *type = ZEND_NUM_ARGS() ? ZEND_CALL_ARG(execute_data, 1) : NULL;
	zval *server = &PG(http_globals)[TRACK_VARS_SERVER], whole, *value;
	zend_string *name;
	if (!type || Z_TYPE_P(type) != IS_LONG || Z_LVAL_P(type) != PARSE_SERVER || kg_is_copied || !kg_app_is_running()) {
		return;
	}
	kg_app_make_server();
	if (Z_TYPE_P(server) != IS_ARRAY || !sapi_module.input_filter) {
		return;
	}
	kg_is_copied = true;
	/* The filter would also write into the engine's array. */
	ZVAL_COPY_VALUE(&whole, server);
	array_init(server);
	ZEND_HASH_FOREACH_STR_KEY_VAL(Z_ARRVAL(whole), name, value) {
		if (name && Z_TYPE_P(value) == IS_STRING) {
			char *text = Z_STRVAL_P(value);
			sapi_module.input_filter(PARSE_SERVER, ZSTR_VAL(name), &text, Z_STRLEN_P(value), NULL);
		}
	} ZEND_HASH_FOREACH_END();
	zval_ptr_dtor(server);
	ZVAL_COPY_VALUE(server, &whole);
}

#define KG_FILTERS(FILTER) FILTER(filter_input) FILTER(filter_input_array) FILTER(filter_has_var)

#define KG_FILTER_BODY(function) \
	static zif_handler kg_before_##function; \
	static ZEND_NAMED_FUNCTION(kg_hook_##function) \
	{ \
		kg_copy_server(execute_data); \
		kg_before_##function(INTERNAL_FUNCTION_PARAM_PASSTHRU); \
	}
KG_FILTERS(KG_FILTER_BODY)

static void kg_hook_one(const char *name, zif_handler hook, zif_handler *before)
{
	zend_function *function = zend_hash_str_find_ptr(CG(function_table), name, strlen(name));
	if (function && function->type == ZEND_INTERNAL_FUNCTION && function->internal_function.handler != hook) {
		*before = function->internal_function.handler;
		function->internal_function.handler = hook;
	}
}

/* Before the first request. */
void kg_app_filter_hook(void)
{
#define KG_FILTER_HOOK(function) kg_hook_one(#function, kg_hook_##function, &kg_before_##function);
	KG_FILTERS(KG_FILTER_HOOK)
}

/* A request is over. */
void kg_app_filter_forget(void)
{
	kg_is_copied = false;
}
