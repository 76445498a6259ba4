/*
 * What of the process a request has changed, by name, and how it is put back.
 */
#include "shim.h"
#include "ext/standard/basic_functions.h"
#include "ext/standard/file.h"
#include "isolation_before.h"

static void kg_tell(const char *name, uint32_t count, zval *arguments)
{
	zval result;
	if (kg_ask(name, &result, count, arguments)) {
		zval_ptr_dtor(&result);
	}
}

static void kg_tell_text(const char *name, const char *text, size_t length)
{
	zval argument;
	ZVAL_STRINGL(&argument, text, length);
	kg_tell(name, 1, &argument);
	zval_ptr_dtor(&argument);
}

static void kg_item(uint32_t aspect, const zend_string *name)
{
	kargo_isolation_item(aspect, ZSTR_VAL(name), ZSTR_LEN(name));
}

/* Names that are in one of two tables only, or with other values. */
static void kg_differing(uint32_t aspect, HashTable *now, HashTable *was)
{
	zend_string *name;
	zval *value;
	ZEND_HASH_FOREACH_STR_KEY_VAL(now, name, value) {
		zval *before = name ? zend_hash_find(was, name) : value;
		bool same = before && (Z_TYPE_P(value) == IS_PTR ? Z_PTR_P(value) == Z_PTR_P(before) : kg_same_value(value, before));
		if (!same) {
			kg_item(aspect, name);
		}
	} ZEND_HASH_FOREACH_END();
	ZEND_HASH_FOREACH_STR_KEY(was, name) {
		if (name && !zend_hash_exists(now, name)) {
			kg_item(aspect, name);
		}
	} ZEND_HASH_FOREACH_END();
}

static zend_string *kg_callable_name(zval *callable, bool *is_library)
{
	zend_fcall_info info;
	zend_fcall_info_cache cache;
	*is_library = true;
	if (zend_fcall_info_init(callable, 0, &info, &cache, NULL, NULL) != SUCCESS) {
		return ZSTR_EMPTY_ALLOC();
	}
	zend_function *function = cache.function_handler;
	zend_string *file = function->type == ZEND_USER_FUNCTION ? function->op_array.filename : NULL;
	*is_library = !file || kargo_isolation_is_library(ZSTR_VAL(file), ZSTR_LEN(file));
	if (Z_TYPE_P(callable) == IS_OBJECT && file) {
		return zend_strpprintf(0, "{closure:%s:%u}", ZSTR_VAL(file), function->op_array.line_start);
	}
	return zend_get_callable_name(callable);
}

static bool kg_has_callable(const zval *list, const zval *callable)
{
	zval *other;
	if (Z_TYPE_P(list) == IS_ARRAY) {
		ZEND_HASH_FOREACH_VAL(Z_ARR_P(list), other) {
			if (kg_same_value(other, callable)) {
				return true;
			}
		} ZEND_HASH_FOREACH_END();
	}
	return false;
}

/* Autoloaders of the application that are new: tells their names, or removes the one called so. */
static void kg_new_autoloaders(const char *remove, size_t length)
{
	zval now, *callable;
	kg_ask("spl_autoload_functions", &now, 0, NULL);
	if (Z_TYPE(now) == IS_ARRAY) {
		ZEND_HASH_FOREACH_VAL(Z_ARR(now), callable) {
			bool is_library;
			if (kg_has_callable(&kg_was.autoloaders, callable)) {
				continue;
			}
			zend_string *name = kg_callable_name(callable, &is_library);
			if (!is_library && !remove) {
				kg_item(KG_ASPECT_AUTOLOADERS, name);
			} else if (!is_library && zend_string_equals_cstr(name, remove, length)) {
				kg_tell("spl_autoload_unregister", 1, callable);
			}
			zend_string_release(name);
		} ZEND_HASH_FOREACH_END();
	}
	zval_ptr_dtor(&now);
}

/* Gives the names of what differs in these aspects to kargo_isolation_item(). */
void kg_process_items(uint32_t aspects)
{
	HashTable now;
	if (aspects & KG_ASPECT_INI) {
		kg_settings(&now);
		kg_differing(KG_ASPECT_INI, &now, &kg_was.ini);
		zend_hash_destroy(&now);
		if (EG(error_reporting) != kg_was.error_reporting) {
			kargo_isolation_item(KG_ASPECT_INI, ZEND_STRL("error_reporting"));
		}
	}
	if (aspects & KG_ASPECT_ENV) {
		kg_environment(&now);
		kg_differing(KG_ASPECT_ENV, &now, &kg_was.environment);
		zend_hash_destroy(&now);
	}
	if (aspects & KG_ASPECT_WRAPPERS) {
		kg_differing(KG_ASPECT_WRAPPERS, php_stream_get_url_stream_wrappers_hash(), &kg_was.wrappers);
	}
	if (aspects & KG_ASPECT_AUTOLOADERS) {
		kg_new_autoloaders(NULL, 0);
	}
	if (aspects & KG_ASPECT_FUNCTION_SETTINGS) {
		for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
			if (kg_function_setting_changed(i)) {
				kargo_isolation_item(KG_ASPECT_FUNCTION_SETTINGS, kg_function_settings[i], strlen(kg_function_settings[i]));
			}
		}
	}
	if (aspects & KG_ASPECT_TRANSACTION) {
		zend_ulong key;
		ZEND_HASH_FOREACH_NUM_KEY(&kg_isolation_connections, key) {
			zend_object *object = zend_weakref_key_to_object(key);
			if (kg_isolation_in_transaction(object)) {
				kg_item(KG_ASPECT_TRANSACTION, object->ce->name);
			}
		} ZEND_HASH_FOREACH_END();
	}
}

/* ---- putting it back */

static void kg_put_back_setting(zend_string *name)
{
	zval *was = zend_hash_find(&kg_was.ini, name);
	if (zend_string_equals_literal(name, "error_reporting")) {
		zend_string *value = zend_long_to_str(kg_was.error_reporting);
		zend_alter_ini_entry(name, value, PHP_INI_USER, PHP_INI_STAGE_RUNTIME);
		zend_string_release(value);
	} else if (was) {
		zend_alter_ini_entry(name, Z_STR_P(was), PHP_INI_USER, PHP_INI_STAGE_RUNTIME);
	} else {
		zend_restore_ini_entry(name, PHP_INI_STAGE_RUNTIME);
	}
}

static void kg_put_back_variable(zend_string *name)
{
	zval *was = zend_hash_find(&kg_was.environment, name);
	zend_string *text = was ? zend_strpprintf(0, "%s=%s", ZSTR_VAL(name), Z_STRVAL_P(was)) : zend_string_init(ZSTR_VAL(name), ZSTR_LEN(name), 0);
	kg_tell_text("putenv", ZSTR_VAL(text), ZSTR_LEN(text));
	zend_string_release(text);
}

static void kg_put_back_locale(void)
{
	for (size_t i = 0; i < KG_CATEGORIES; i++) {
		zval arguments[2];
		ZVAL_LONG(&arguments[0], kg_locale_categories[i]);
		ZVAL_STR_COPY(&arguments[1], kg_was.locale[i]);
		kg_tell("setlocale", 2, arguments);
		zval_ptr_dtor(&arguments[1]);
	}
}

void kg_put_back_handler(zval *now, const zval *was, zend_stack *shadowed, int depth, zend_stack *masks)
{
	while (zend_stack_count(shadowed) > depth) {
		zval gone;
		ZVAL_COPY_VALUE(&gone, now);
		ZVAL_COPY_VALUE(now, (zval *) zend_stack_top(shadowed));
		zend_stack_del_top(shadowed);
		if (masks && !zend_stack_is_empty(masks)) {
			zend_stack_del_top(masks);
		}
		zval_ptr_dtor(&gone);
	}
	if (kg_handler_differs(now, was)) {
		zval gone;
		ZVAL_COPY_VALUE(&gone, now);
		ZVAL_COPY(now, was);
		zval_ptr_dtor(&gone);
	}
}

static void kg_put_back_wrapper(zend_string *name)
{
	php_stream_wrapper *was = zend_hash_find_ptr(&kg_was.wrappers, name);
	if (zend_hash_exists(php_stream_get_url_stream_wrappers_hash(), name)) {
		php_unregister_url_stream_wrapper_volatile(name);
	}
	if (was) {
		php_register_url_stream_wrapper_volatile(name, was);
	}
}

static void kg_put_back_shutdown_functions(void)
{
	HashTable *functions = BG(user_shutdown_function_names);
	zend_ulong index;
	zend_string *key;
	ZEND_HASH_REVERSE_FOREACH_KEY(functions, index, key) {
		if (zend_hash_num_elements(functions) <= kg_was.shutdown_functions) {
			break;
		}
		if (key) {
			zend_hash_del(functions, key);
		} else {
			zend_hash_index_del(functions, index);
		}
	} ZEND_HASH_FOREACH_END();
}

static void kg_roll_back(void)
{
	zend_ulong key;
	ZEND_HASH_FOREACH_NUM_KEY(&kg_isolation_connections, key) {
		zend_object *object = zend_weakref_key_to_object(key);
		if (kg_isolation_in_transaction(object)) {
			kg_isolation_roll_back(object);
		}
	} ZEND_HASH_FOREACH_END();
}

/* Makes one thing what it was. Calls PHP's functions, and may run destructors. */
void kg_process_put_back(uint32_t aspect, const char *text, size_t length)
{
	zend_string *name = zend_string_init(text, length, 0);
	switch (aspect) {
		case KG_ASPECT_INI: kg_put_back_setting(name); break;
		case KG_ASPECT_ENV: kg_put_back_variable(name); break;
		case KG_ASPECT_LOCALE: kg_put_back_locale(); break;
		case KG_ASPECT_ZONE: kg_tell_text("date_default_timezone_set", ZSTR_VAL(kg_was.zone), ZSTR_LEN(kg_was.zone)); break;
		case KG_ASPECT_UMASK: umask(kg_was.umask); break;
		case KG_ASPECT_DIRECTORY: kg_tell_text("chdir", ZSTR_VAL(kg_was.directory), ZSTR_LEN(kg_was.directory)); break;
		case KG_ASPECT_ERROR_HANDLER:
			kg_put_back_handler(&EG(user_error_handler), &kg_was.error_handler, &EG(user_error_handlers),
				kg_was.error_handlers, &EG(user_error_handlers_error_reporting));
			EG(user_error_handler_error_reporting) = kg_was.error_mask;
			break;
		case KG_ASPECT_EXCEPTION_HANDLER:
			kg_put_back_handler(&EG(user_exception_handler), &kg_was.exception_handler, &EG(user_exception_handlers),
				kg_was.exception_handlers, NULL);
			break;
		case KG_ASPECT_BUFFERS:
			while (zend_stack_count(&OG(handlers)) > kg_was.buffers) {
				php_output_end();
			}
			break;
		case KG_ASPECT_SHUTDOWN: kg_put_back_shutdown_functions(); break;
		case KG_ASPECT_AUTOLOADERS: kg_new_autoloaders(text, length); break;
		case KG_ASPECT_WRAPPERS: kg_put_back_wrapper(name); break;
		case KG_ASPECT_CONTEXT:
			zval_ptr_dtor(&FG(default_context)->options);
			ZVAL_COPY(&FG(default_context)->options, &kg_was.context_options);
			break;
		case KG_ASPECT_FUNCTION_SETTINGS:
			for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
				if (zend_string_equals_cstr(name, kg_function_settings[i], strlen(kg_function_settings[i]))) {
					zval argument;
					ZVAL_COPY(&argument, &kg_was.function_settings[i]);
					kg_tell(kg_function_settings[i], 1, &argument);
					zval_ptr_dtor(&argument);
				}
			}
			break;
		case KG_ASPECT_TRANSACTION: kg_roll_back(); break;
		default: break;
	}
	zend_string_release(name);
}
