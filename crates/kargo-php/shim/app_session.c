/*
 * The sessions of classic requests: each begins with the save handler and the settings that the boot of its application has
 * left, whatever the request before did to them.
 */
#include "shim.h"
#include "ext/session/php_session.h"

/* Weak: PHP may have been built without sessions. */
extern ZEND_API php_ps_globals ps_globals __attribute__((weak));

#if PHP_VERSION_ID >= 80400
# define KG_HANDLERS (&ps_globals.mod_user_names.ps_open)
#else
# define KG_HANDLERS (ps_globals.mod_user_names.names)
#endif

#define KG_HANDLER_COUNT (sizeof(ps_globals.mod_user_names) / sizeof(zval))

/* How sessions are set up. */
struct kg_session_setup {
	HashTable *settings; /* by name: those that are not php.ini's */
	zval handlers[KG_HANDLER_COUNT]; /* of session_set_save_handler() */
	zend_string *handlers_class;
	const ps_module *parent; /* what SessionHandler's methods call */
};

static zend_module_entry *kg_session;
static kg_session_setup *kg_before_boots;
/* Whose setup is in place; NULL: nobody knows. */
static const kg_session_setup *kg_in_place;

static bool kg_is_of_session(const zend_string *name)
{
	return ZSTR_LEN(name) > 8 && memcmp(ZSTR_VAL(name), "session.", 8) == 0;
}

static kg_session_setup *kg_note_setup(void)
{
	kg_session_setup *setup = ecalloc(1, sizeof(kg_session_setup));
	zend_ini_entry *entry;
	zval value;
	kg_session = zend_hash_str_find_ptr(&module_registry, ZEND_STRL("session"));
	setup->settings = zend_new_array(0);
	if (EG(modified_ini_directives)) {
		ZEND_HASH_MAP_FOREACH_PTR(EG(modified_ini_directives), entry) {
			if (kg_is_of_session(entry->name) && entry->value) {
				ZVAL_STR_COPY(&value, entry->value);
				zend_hash_update(setup->settings, entry->name, &value);
			}
		} ZEND_HASH_FOREACH_END();
	}
	if (kg_session) {
		for (size_t i = 0; i < KG_HANDLER_COUNT; i++) {
			ZVAL_COPY(&setup->handlers[i], &KG_HANDLERS[i]);
		}
		if (ps_globals.mod_user_class_name) {
			setup->handlers_class = zend_string_copy(ps_globals.mod_user_class_name);
		}
		setup->parent = ps_globals.default_mod;
	}
	return setup;
}

void kg_session_setup_free(kg_session_setup *setup)
{
	if (!setup) {
		return;
	}
	if (kg_in_place == setup) {
		kg_in_place = NULL;
	}
	zend_array_release(setup->settings);
	for (size_t i = 0; i < KG_HANDLER_COUNT; i++) {
		zval_ptr_dtor(&setup->handlers[i]);
	}
	if (setup->handlers_class) {
		zend_string_release(setup->handlers_class);
	}
	efree(setup);
}

#define KG_MOST_SETTINGS 64

static void kg_put_back_settings(const kg_session_setup *setup)
{
	zend_ini_entry *entry, *changed[KG_MOST_SETTINGS];
	size_t count = 0, unchanged = 0;
	zend_string *name;
	zval *before;
	if (EG(modified_ini_directives)) {
		ZEND_HASH_MAP_FOREACH_PTR(EG(modified_ini_directives), entry) {
			if (kg_is_of_session(entry->name)) {
				before = zend_hash_find(setup->settings, entry->name);
				if (before && entry->value && zend_string_equals(Z_STR_P(before), entry->value)) {
					unchanged++;
				} else if (!before && count < KG_MOST_SETTINGS) {
					changed[count++] = entry;
				}
			}
		} ZEND_HASH_FOREACH_END();
	}
	for (size_t i = 0; i < count; i++) {
		zend_restore_ini_entry(changed[i]->name, PHP_INI_STAGE_DEACTIVATE);
	}
	if (unchanged == zend_hash_num_elements(setup->settings)) {
		return;
	}
	ZEND_HASH_MAP_FOREACH_STR_KEY_VAL(setup->settings, name, before) {
		entry = zend_hash_find_ptr(EG(ini_directives), name);
		if (entry && !(entry->modified && entry->value && zend_string_equals(Z_STR_P(before), entry->value))) {
			zend_alter_ini_entry_ex(name, Z_STR_P(before), PHP_INI_USER, PHP_INI_STAGE_DEACTIVATE, true);
		}
	} ZEND_HASH_FOREACH_END();
}

/* Between two sessions. What is given up may have destructors. */
static void kg_put_back(const kg_session_setup *setup)
{
	zval gone[KG_HANDLER_COUNT];
	if (!kg_session) {
		kg_put_back_settings(setup);
		return;
	}
	bool is_set = ps_globals.set_handler;
	ps_globals.set_handler = true; /* else "user" is refused as a save handler */
	kg_put_back_settings(setup);
	ps_globals.set_handler = is_set;
	for (size_t i = 0; i < KG_HANDLER_COUNT; i++) {
		ZVAL_COPY_VALUE(&gone[i], &KG_HANDLERS[i]);
		ZVAL_COPY(&KG_HANDLERS[i], &setup->handlers[i]);
	}
	if (ps_globals.mod_user_class_name) {
		zend_string_release(ps_globals.mod_user_class_name);
	}
	ps_globals.mod_user_class_name = setup->handlers_class ? zend_string_copy(setup->handlers_class) : NULL;
	ps_globals.default_mod = setup->parent;
	kg_in_place = setup;
	for (size_t i = 0; i < KG_HANDLER_COUNT; i++) {
		zval_ptr_dtor(&gone[i]);
	}
}

static bool kg_handlers_are_of(const kg_session_setup *setup)
{
	const zval *now = KG_HANDLERS, *was = setup->handlers;
	for (size_t i = 0; i < KG_HANDLER_COUNT; i++) {
		if (Z_TYPE(now[i]) != Z_TYPE(was[i]) || (Z_REFCOUNTED(now[i]) && Z_COUNTED(now[i]) != Z_COUNTED(was[i]))) {
			return false;
		}
	}
	return true;
}

/* An application is about to boot: not with what the one before it has set up. */
void kg_app_before_boot(void *nothing)
{
	if (!kg_before_boots) {
		kg_before_boots = kg_note_setup();
		return;
	}
	kg_put_back(kg_before_boots);
}

/* It has booted. */
void kg_app_note_sessions(kg_app_scope *scope)
{
	kg_session_setup_free(scope->sessions);
	scope->sessions = kg_note_setup();
	kg_in_place = NULL;
}

/* A request begins. */
void kg_app_begin_session(const kg_app_scope *scope)
{
	if (UNEXPECTED(kg_in_place != scope->sessions || (kg_session && !kg_handlers_are_of(scope->sessions)))) {
		kg_put_back(scope->sessions);
		if (kg_session && !ps_globals.auto_start) {
			kg_session->request_startup_func(kg_session->type, kg_session->module_number);
		}
	}
	if (UNEXPECTED(kg_session && ps_globals.auto_start)) {
		kg_session->request_startup_func(kg_session->type, kg_session->module_number);
	}
}

static bool kg_session_was_used(const kg_session_setup *setup)
{
	return ps_globals.id || ps_globals.session_status == php_session_active || ps_globals.auto_start
		|| !kg_handlers_are_of(setup);
}

/* A request ends. */
void kg_app_finish_session(const kg_app_scope *scope)
{
	if (kg_session && kg_session_was_used(scope->sessions)) {
		kg_session->request_shutdown_func(kg_session->type, kg_session->module_number);
		kg_put_back(scope->sessions);
		if (!ps_globals.auto_start) {
			kg_session->request_startup_func(kg_session->type, kg_session->module_number);
		}
	} else if (UNEXPECTED(EG(modified_ini_directives) != NULL)) {
		kg_put_back_settings(scope->sessions);
	}
}

/* When the script ends. */
void kg_app_sessions_drop(void)
{
	kg_session_setup_free(kg_before_boots);
	kg_before_boots = NULL;
	kg_in_place = NULL;
}
