/*
 * The opcode cache beside processes that live on. A reset of it waits until no process is in a request, and after
 * opcache.force_restart_timeout kills those that are: here all of them, always, the master first. So here opcache_reset()
 * does what it is called for by other means: each script is compiled anew when it is next wanted.
 */
#include "shim.h"

static zif_handler kg_opcache_reset_of_engine;

static zend_function *kg_function(const char *name)
{
	return zend_hash_str_find_ptr(CG(function_table), name, strlen(name));
}

/* opcache_reset(): bool, false where the cache is off or this script may not control it. */
static ZEND_NAMED_FUNCTION(kg_opcache_reset)
{
	ZEND_PARSE_PARAMETERS_NONE();
	zval status;
	ZVAL_UNDEF(&status);
	RETVAL_FALSE;
	zend_function *get_status = kg_function("opcache_get_status"), *invalidate = kg_function("opcache_invalidate");
	if (!get_status || !invalidate) {
		return;
	}
	zend_call_known_function(get_status, NULL, NULL, &status, 0, NULL, NULL);
	zval *scripts = Z_TYPE(status) == IS_ARRAY ? zend_hash_str_find(Z_ARRVAL(status), ZEND_STRL("scripts")) : NULL;
	if (scripts && Z_TYPE_P(scripts) == IS_ARRAY) {
		zend_string *path;
		ZEND_HASH_FOREACH_STR_KEY(Z_ARRVAL_P(scripts), path) {
			zval done, arguments[2];
			if (!path) {
				continue;
			}
			ZVAL_STR(&arguments[0], path);
			ZVAL_TRUE(&arguments[1]);
			zend_call_known_function(invalidate, NULL, NULL, &done, 2, arguments, NULL);
			zval_ptr_dtor(&done);
			if (UNEXPECTED(EG(exception))) {
				break;
			}
		} ZEND_HASH_FOREACH_END();
		RETVAL_TRUE;
	}
	zval_ptr_dtor(&status);
}

/* Whether this process serves, so that the cache must never be taken away. */
void kg_keep_opcode_cache(bool on)
{
	zend_function *reset = kg_function("opcache_reset");
	if (!reset || reset->type != ZEND_INTERNAL_FUNCTION) {
		return;
	}
	if (on && reset->internal_function.handler != kg_opcache_reset) {
		kg_opcache_reset_of_engine = reset->internal_function.handler;
		reset->internal_function.handler = kg_opcache_reset;
	} else if (!on && kg_opcache_reset_of_engine) {
		reset->internal_function.handler = kg_opcache_reset_of_engine;
	}
}
