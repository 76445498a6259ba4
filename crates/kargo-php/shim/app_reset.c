/*
 * What PHP itself makes new for each request, beyond what a visitor sees: seeds, half-read texts, settings of functions. The
 * settings are what they were when the applications had booted.
 */
#include "shim.h"
#include "ext/json/php_json.h"
#include "ext/pcre/php_pcre.h"
#include "ext/standard/basic_functions.h"
#include "ext/standard/url_scanner_ex.h"
#include "isolation_before.h"
#include "zend_smart_str.h"

uint32_t kg_app_touched;

static struct {
	bool on;
	zval settings[KG_FUNCTION_SETTINGS];
	zend_module_entry *random;
	bool has_errors; /* libxml collects errors in each request */
	bool has_intl;
	size_t tick_functions;
	zval entity_loader;
	zend_ini_entry *type; /* default_mimetype: what an answer is that says nothing of itself */
	zend_string *type_value;
} kg_reset;

static const char kg_of_libxml[] = "libxml_use_internal_errors";

static size_t kg_count_tick_functions(void)
{
	return BG(user_tick_functions) ? zend_llist_count(BG(user_tick_functions)) : 0;
}

/* Before the first request. */
void kg_app_reset_note(void)
{
	if (kg_reset.on) {
		return;
	}
	kg_reset.on = true;
	kg_reset.random = zend_hash_str_find_ptr(&module_registry, ZEND_STRL("random"));
	for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
		kg_ask(kg_function_settings[i], &kg_reset.settings[i], 0, NULL);
		if (strcmp(kg_function_settings[i], kg_of_libxml) == 0) {
			kg_reset.has_errors = Z_TYPE(kg_reset.settings[i]) == IS_TRUE;
		}
	}
	kg_reset.has_intl = zend_hash_str_exists(&module_registry, ZEND_STRL("intl"));
	kg_reset.tick_functions = kg_count_tick_functions();
	kg_ask("libxml_get_external_entity_loader", &kg_reset.entity_loader, 0, NULL);
	kg_reset.type = zend_hash_str_find_ptr(EG(ini_directives), ZEND_STRL("default_mimetype"));
	kg_reset.type_value = zend_string_copy(kg_reset.type->value ? kg_reset.type->value : ZSTR_EMPTY_ALLOC());
	kg_app_touched = 0;
}

static void kg_reset_functions(void)
{
	for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
		zval now;
		kg_ask(kg_function_settings[i], &now, 0, NULL);
		if (!kg_same_value(&now, &kg_reset.settings[i])) {
			zval was;
			ZVAL_COPY(&was, &kg_reset.settings[i]);
			kg_do(kg_function_settings[i], 1, &was);
			zval_ptr_dtor(&was);
		}
		zval_ptr_dtor(&now);
	}
	kg_app_touched = 0;
}

/* What is added to links, by output_add_rewrite_var() or for a session: its output buffer has ended. */
static void kg_reset_rewriter(url_adapt_state_ex_t *rewriter)
{
	smart_str_free(&rewriter->result);
	smart_str_free(&rewriter->buf);
	smart_str_free(&rewriter->tag);
	smart_str_free(&rewriter->arg);
	smart_str_free(&rewriter->attr_val);
	smart_str_free(&rewriter->form_app);
	smart_str_free(&rewriter->url_app);
	memset(rewriter, 0, XtOffsetOf(url_adapt_state_ex_t, tags));
}

/* The loader that the boot has set, or none. */
static void kg_reset_entity_loader(void)
{
	zval was;
	ZVAL_COPY(&was, &kg_reset.entity_loader);
	kg_do("libxml_set_external_entity_loader", 1, &was);
	zval_ptr_dtor(&was);
}

/* What functions tell of the last thing that went wrong. */
static void kg_reset_last_errors(void)
{
	JSON_G(error_code) = PHP_JSON_ERROR_NONE;
	PCRE_G(error_code) = PHP_PCRE_NO_ERROR;
	if (kg_reset.has_intl) {
		zval code, text;
		if (kg_ask("intl_get_error_code", &code, 0, NULL) && Z_TYPE(code) == IS_LONG && UNEXPECTED(Z_LVAL(code) != 0)) {
			/* as any of its functions that has nothing to complain about */
			ZVAL_EMPTY_STRING(&text);
			kg_do("normalizer_is_normalized", 1, &text);
		}
	}
}

/* A request is over. A seed that it has set would make the next visitor's random numbers known to it. */
void kg_app_reset(void)
{
	kg_signals_reset();
	if (kg_reset.random && kg_reset.random->request_startup_func) {
		kg_reset.random->request_startup_func(kg_reset.random->type, kg_reset.random->module_number);
	}
	if (UNEXPECTED(BG(strtok_string) != NULL)) {
		zend_string_release(BG(strtok_string));
		BG(strtok_string) = NULL;
	}
	if (UNEXPECTED(BG(url_adapt_output_ex).active)) {
		kg_reset_rewriter(&BG(url_adapt_output_ex));
	}
	if (UNEXPECTED(BG(url_adapt_session_ex).active)) {
		kg_reset_rewriter(&BG(url_adapt_session_ex));
	}
	/* The list stays: the engine would go on calling what runs it. */
	while (UNEXPECTED(kg_count_tick_functions() > kg_reset.tick_functions)) {
		zend_llist_remove_tail(BG(user_tick_functions));
	}
	kg_reset_last_errors();
	if (UNEXPECTED(kg_reset.type->value != kg_reset.type_value)) {
		/* an answer without a body takes it away, as frameworks make one */
		zend_alter_ini_entry(kg_reset.type->name, kg_reset.type_value, PHP_INI_USER, PHP_INI_STAGE_RUNTIME);
	}
	if (UNEXPECTED(kg_app_touched & KG_ASPECT_ENTITY_LOADER)) {
		kg_reset_entity_loader();
		kg_app_touched &= ~KG_ASPECT_ENTITY_LOADER;
	}
	if (UNEXPECTED(kg_app_touched & KG_ASPECT_FUNCTION_SETTINGS)) {
		kg_reset_functions();
		kg_do("libxml_clear_errors", 0, NULL);
	} else if (UNEXPECTED(kg_reset.has_errors)) {
		/* what one visitor's document had wrong */
		kg_do("libxml_clear_errors", 0, NULL);
	}
}

/* When the script ends. */
void kg_app_reset_drop(void)
{
	if (kg_reset.on) {
		for (size_t i = 0; i < KG_FUNCTION_SETTINGS; i++) {
			zval_ptr_dtor(&kg_reset.settings[i]);
		}
		zval_ptr_dtor(&kg_reset.entity_loader);
		zend_string_release(kg_reset.type_value);
		kg_reset.on = false;
	}
}
