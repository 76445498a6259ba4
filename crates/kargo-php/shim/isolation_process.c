/*
 * What belongs to the whole process and can be changed by a request: settings, environment, locale, handlers, open
 * transactions. What is costly to ask for (a system call, a copy) is asked for only if a function was called that
 * changes it, which isolation_hooks.c notes.
 */
#include "shim.h"
#include "ext/date/php_date.h"
#include "ext/standard/basic_functions.h"
#include "ext/standard/file.h"
#include "isolation_before.h"
#include <locale.h>

extern char **environ;

kg_before kg_was;
const int kg_locale_categories[KG_CATEGORIES] = { LC_COLLATE, LC_CTYPE, LC_MONETARY, LC_NUMERIC, LC_TIME, LC_MESSAGES };
const char *const kg_function_settings[KG_FUNCTION_SETTINGS] = {
	"mb_internal_encoding", "mb_language", "mb_substitute_character", "mb_detect_order", "mb_http_output",
	"mb_regex_encoding", "mb_regex_set_options", "libxml_use_internal_errors",
};

/* ---- asking */

/* Calls a PHP function that may not be there. */
bool kg_ask(const char *name, zval *result, uint32_t count, zval *arguments)
{
	zend_function *function = zend_hash_str_find_ptr(EG(function_table), name, strlen(name));
	ZVAL_UNDEF(result);
	if (!function) {
		return false;
	}
	zend_call_known_function(function, NULL, NULL, result, count, arguments, NULL);
	if (EG(exception)) {
		zend_clear_exception();
	}
	return true;
}

void kg_do(const char *name, uint32_t count, zval *arguments)
{
	zval result;
	if (kg_ask(name, &result, count, arguments)) {
		zval_ptr_dtor(&result);
	}
}

static zend_string *kg_directory(void)
{
	char path[MAXPATHLEN];
	return VCWD_GETCWD(path, sizeof(path)) ? zend_string_init(path, strlen(path), 0) : ZSTR_EMPTY_ALLOC();
}

static zend_string *kg_zone(void)
{
	timelib_tzinfo *zone = get_timezone_info();
	return zone && zone->name ? zend_string_init(zone->name, strlen(zone->name), 0) : ZSTR_EMPTY_ALLOC();
}

static mode_t kg_umask(void)
{
	mode_t mask = umask(0);
	umask(mask);
	return mask;
}

void kg_environment(HashTable *out)
{
	zend_hash_init(out, 64, NULL, ZVAL_PTR_DTOR, 0);
	for (char **entry = environ; entry && *entry; entry++) {
		const char *equals = strchr(*entry, '=');
		if (equals) {
			zval value;
			ZVAL_STRING(&value, equals + 1);
			zend_hash_str_update(out, *entry, equals - *entry, &value);
		}
	}
}

/*
 * Settings that are as they were at the start of PHP, though somebody set them; those that are undone for each request by
 * kg_tidy(); and one that the engine keeps elsewhere.
 */
static bool kg_is_no_change(const zend_ini_entry *entry)
{
	return (entry->value && entry->orig_value && zend_string_equals(entry->value, entry->orig_value))
		|| zend_string_equals_literal(entry->name, "max_execution_time")
		|| zend_string_equals_literal(entry->name, "error_reporting");
}

void kg_settings(HashTable *out)
{
	zend_ini_entry *entry;
	zend_hash_init(out, 8, NULL, ZVAL_PTR_DTOR, 0);
	if (EG(modified_ini_directives)) {
		ZEND_HASH_FOREACH_PTR(EG(modified_ini_directives), entry) {
			if (!kg_is_no_change(entry)) {
				zval value;
				if (entry->value) {
					ZVAL_STR_COPY(&value, entry->value);
				} else {
					ZVAL_EMPTY_STRING(&value);
				}
				zend_hash_update(out, entry->name, &value);
			}
		} ZEND_HASH_FOREACH_END();
	}
}

static bool kg_settings_changed(void)
{
	zend_ini_entry *entry;
	uint32_t count = 0;
	if (EG(modified_ini_directives)) {
		ZEND_HASH_FOREACH_PTR(EG(modified_ini_directives), entry) {
			if (kg_is_no_change(entry)) {
				continue;
			}
			zval *was = zend_hash_find(&kg_was.ini, entry->name);
			count++;
			if (!was || (Z_STR_P(was) != entry->value && !(entry->value ? zend_string_equals(Z_STR_P(was), entry->value) : !Z_STRLEN_P(was)))) {
				return true;
			}
		} ZEND_HASH_FOREACH_END();
	}
	return count != zend_hash_num_elements(&kg_was.ini);
}

static void kg_context_options(zval *out)
{
	if (FG(default_context) && Z_TYPE(FG(default_context)->options) == IS_ARRAY) {
		ZVAL_COPY(out, &FG(default_context)->options);
	} else {
		ZVAL_EMPTY_ARRAY(out);
	}
}

static bool kg_context_changed(void)
{
	if (EXPECTED(!FG(default_context))) {
		return false;
	}
	const zval *now = &FG(default_context)->options;
	return Z_ARR_P(now) != Z_ARR(kg_was.context_options) && !kg_same_value(now, &kg_was.context_options);
}

static uint32_t kg_shutdown_count(void)
{
	return BG(user_shutdown_function_names) ? zend_hash_num_elements(BG(user_shutdown_function_names)) : 0;
}

static bool kg_has_transaction(void)
{
	zend_ulong key;
	ZEND_HASH_FOREACH_NUM_KEY(&kg_isolation_connections, key) {
		if (kg_isolation_in_transaction(zend_weakref_key_to_object(key))) {
			return true;
		}
	} ZEND_HASH_FOREACH_END();
	return false;
}

/* ---- taking note of how it is */

static void kg_take(uint32_t aspects)
{
	if (aspects & KG_ASPECT_INI) {
		kg_settings(&kg_was.ini);
		kg_was.error_reporting = EG(error_reporting);
	}
	if (aspects & KG_ASPECT_ENV) {
		kg_environment(&kg_was.environment);
	}
	if (aspects & KG_ASPECT_LOCALE) {
		for (size_t i = 0; i < KG_CATEGORIES; i++) {
			const char *name = setlocale(kg_locale_categories[i], NULL);
			kg_was.locale[i] = zend_string_init(name, strlen(name), 0);
		}
	}
	if (aspects & KG_ASPECT_ZONE) {
		kg_was.zone = kg_zone();
	}
	if (aspects & KG_ASPECT_UMASK) {
		kg_was.umask = kg_umask();
	}
	if (aspects & KG_ASPECT_DIRECTORY) {
		kg_was.directory = kg_directory();
	}
	if (aspects & KG_ASPECT_ERROR_HANDLER) {
		ZVAL_COPY(&kg_was.error_handler, &EG(user_error_handler));
		kg_was.error_handlers = zend_stack_count(&EG(user_error_handlers));
		kg_was.error_mask = EG(user_error_handler_error_reporting);
	}
	if (aspects & KG_ASPECT_EXCEPTION_HANDLER) {
		ZVAL_COPY(&kg_was.exception_handler, &EG(user_exception_handler));
		kg_was.exception_handlers = zend_stack_count(&EG(user_exception_handlers));
	}
	if (aspects & KG_ASPECT_BUFFERS) {
		kg_was.buffers = zend_stack_count(&OG(handlers));
	}
	if (aspects & KG_ASPECT_SHUTDOWN) {
		kg_was.shutdown_functions = kg_shutdown_count();
	}
	if (aspects & KG_ASPECT_AUTOLOADERS) {
		kg_ask("spl_autoload_functions", &kg_was.autoloaders, 0, NULL);
	}
	if (aspects & KG_ASPECT_WRAPPERS) {
		zend_hash_init(&kg_was.wrappers, 16, NULL, NULL, 0);
		zend_hash_copy(&kg_was.wrappers, php_stream_get_url_stream_wrappers_hash(), NULL);
	}
	if (aspects & KG_ASPECT_CONTEXT) {
		kg_context_options(&kg_was.context_options);
	}
	if (aspects & KG_ASPECT_FUNCTION_SETTINGS) {
		for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
			kg_ask(kg_function_settings[i], &kg_was.function_settings[i], 0, NULL);
		}
	}
	kg_isolation_touched &= ~aspects;
}

static void kg_forget(uint32_t aspects)
{
	if (aspects & KG_ASPECT_INI) {
		zend_hash_destroy(&kg_was.ini);
	}
	if (aspects & KG_ASPECT_ENV) {
		zend_hash_destroy(&kg_was.environment);
	}
	if (aspects & KG_ASPECT_LOCALE) {
		for (size_t i = 0; i < KG_CATEGORIES; i++) {
			zend_string_release(kg_was.locale[i]);
		}
	}
	if (aspects & KG_ASPECT_ZONE) {
		zend_string_release(kg_was.zone);
	}
	if (aspects & KG_ASPECT_DIRECTORY) {
		zend_string_release(kg_was.directory);
	}
	if (aspects & KG_ASPECT_ERROR_HANDLER) {
		zval_ptr_dtor(&kg_was.error_handler);
	}
	if (aspects & KG_ASPECT_EXCEPTION_HANDLER) {
		zval_ptr_dtor(&kg_was.exception_handler);
	}
	if (aspects & KG_ASPECT_AUTOLOADERS) {
		zval_ptr_dtor(&kg_was.autoloaders);
	}
	if (aspects & KG_ASPECT_WRAPPERS) {
		zend_hash_destroy(&kg_was.wrappers);
	}
	if (aspects & KG_ASPECT_CONTEXT) {
		zval_ptr_dtor(&kg_was.context_options);
	}
	if (aspects & KG_ASPECT_FUNCTION_SETTINGS) {
		for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
			zval_ptr_dtor(&kg_was.function_settings[i]);
		}
	}
}

#define KG_ALL_ASPECTS (~0u)

void kg_process_start(void)
{
	if (!kg_was.on) {
		kg_was.on = true;
		kg_take(KG_ALL_ASPECTS);
	}
}

void kg_process_stop(void)
{
	if (kg_was.on) {
		kg_was.on = false;
		kg_forget(KG_ALL_ASPECTS);
	}
}

/* How it is now is how it shall be. */
void kg_process_accept(uint32_t aspects)
{
	kg_forget(aspects);
	kg_take(aspects);
}

/* ---- what has changed */

bool kg_handler_differs(const zval *now, const zval *was)
{
	return Z_TYPE_P(now) != Z_TYPE_P(was) || (Z_TYPE_P(now) != IS_UNDEF && Z_PTR_P(now) != Z_PTR_P(was) && !kg_same_value(now, was));
}

static bool kg_locale_changed(void)
{
	for (size_t i = 0; i < KG_CATEGORIES; i++) {
		if (strcmp(ZSTR_VAL(kg_was.locale[i]), setlocale(kg_locale_categories[i], NULL)) != 0) {
			return true;
		}
	}
	return false;
}

static bool kg_text_changed(zend_string *now, const zend_string *was)
{
	bool changed = !zend_string_equals(now, was);
	zend_string_release(now);
	return changed;
}

bool kg_function_setting_changed(size_t index)
{
	zval now;
	kg_ask(kg_function_settings[index], &now, 0, NULL);
	bool changed = !kg_same_value(&now, &kg_was.function_settings[index]);
	zval_ptr_dtor(&now);
	return changed;
}

/* Bits of what is not as it was; of what functions were called for, it may be that they changed nothing. */
uint32_t kg_process_changed(void)
{
	uint32_t changed = kg_isolation_touched & (KG_ASPECT_ENV | KG_ASPECT_AUTOLOADERS | KG_ASPECT_WRAPPERS | KG_ASPECT_FUNCTION_SETTINGS);
	if (UNEXPECTED(kg_settings_changed() || EG(error_reporting) != kg_was.error_reporting)) {
		changed |= KG_ASPECT_INI;
	}
	if (UNEXPECTED(kg_isolation_touched & KG_ASPECT_LOCALE) && kg_locale_changed()) {
		changed |= KG_ASPECT_LOCALE;
	}
	if (UNEXPECTED(kg_isolation_touched & KG_ASPECT_ZONE) && kg_text_changed(kg_zone(), kg_was.zone)) {
		changed |= KG_ASPECT_ZONE;
	}
	if (UNEXPECTED(kg_isolation_touched & KG_ASPECT_UMASK) && kg_umask() != kg_was.umask) {
		changed |= KG_ASPECT_UMASK;
	}
	if (UNEXPECTED(kg_isolation_touched & KG_ASPECT_DIRECTORY) && kg_text_changed(kg_directory(), kg_was.directory)) {
		changed |= KG_ASPECT_DIRECTORY;
	}
	if (UNEXPECTED(kg_handler_differs(&EG(user_error_handler), &kg_was.error_handler)
		|| zend_stack_count(&EG(user_error_handlers)) != kg_was.error_handlers)) {
		changed |= KG_ASPECT_ERROR_HANDLER;
	}
	if (UNEXPECTED(kg_handler_differs(&EG(user_exception_handler), &kg_was.exception_handler)
		|| zend_stack_count(&EG(user_exception_handlers)) != kg_was.exception_handlers)) {
		changed |= KG_ASPECT_EXCEPTION_HANDLER;
	}
	if (UNEXPECTED(zend_stack_count(&OG(handlers)) != kg_was.buffers)) {
		changed |= KG_ASPECT_BUFFERS;
	}
	if (UNEXPECTED(kg_shutdown_count() > kg_was.shutdown_functions)) {
		changed |= KG_ASPECT_SHUTDOWN;
	}
	if (UNEXPECTED(kg_context_changed())) {
		changed |= KG_ASPECT_CONTEXT;
	}
	if (UNEXPECTED(zend_hash_num_elements(&kg_isolation_connections)) && kg_has_transaction()) {
		changed |= KG_ASPECT_TRANSACTION;
	}
	kg_isolation_touched &= changed;
	return changed;
}
