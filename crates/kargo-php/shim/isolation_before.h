/*
 * What the two halves of the isolation guard's view of the process share: isolation_process.c takes note of how it is and
 * tells what has changed, isolation_restore.c names it and puts it back.
 */
#ifndef KARGO_ISOLATION_BEFORE_H
#define KARGO_ISOLATION_BEFORE_H

#include <sys/stat.h>

#define KG_CATEGORIES 6
#define KG_FUNCTION_SETTINGS 8

/* As it was. */
typedef struct kg_before {
	bool on;
	HashTable ini, environment, wrappers;
	int error_reporting;
	zend_string *locale[KG_CATEGORIES];
	zend_string *zone, *directory;
	mode_t umask;
	zval error_handler, exception_handler;
	int error_handlers, exception_handlers, error_mask, buffers;
	uint32_t shutdown_functions;
	zval autoloaders, context_options, function_settings[KG_FUNCTION_SETTINGS];
} kg_before;

extern kg_before kg_was;
extern const int kg_locale_categories[KG_CATEGORIES];
extern const char *const kg_function_settings[KG_FUNCTION_SETTINGS];

bool kg_ask(const char *name, zval *result, uint32_t count, zval *arguments);
/* For what it does. */
void kg_do(const char *name, uint32_t count, zval *arguments);
bool kg_handler_differs(const zval *now, const zval *was);
bool kg_function_setting_changed(size_t index);
void kg_put_back_handler(zval *now, const zval *was, zend_stack *shadowed, int depth, zend_stack *masks);
void kg_settings(HashTable *out);
void kg_environment(HashTable *out);

#endif
