/*
 * What the isolation guard has hooked in the engine: functions that change what is costly to ask for note that they were
 * called, and connections to databases are known from the moment they are made.
 */
#include "shim.h"
#if __has_include("ext/pdo/php_pdo_driver.h")
# include "ext/pdo/php_pdo_driver.h"
# define KG_HAS_PDO 1
#endif
#if __has_include("ext/mysqli/php_mysqli_structs.h")
# include "ext/mysqli/php_mysqli_structs.h"
# define KG_HAS_MYSQLI 1
#endif

uint32_t kg_isolation_touched;
HashTable kg_isolation_connections;

#define KG_HOOKS(HOOK) \
	HOOK(putenv, KG_ASPECT_ENV) \
	HOOK(setlocale, KG_ASPECT_LOCALE) \
	HOOK(date_default_timezone_set, KG_ASPECT_ZONE) \
	HOOK(umask, KG_ASPECT_UMASK) \
	HOOK(chdir, KG_ASPECT_DIRECTORY) \
	HOOK(chroot, KG_ASPECT_DIRECTORY) \
	HOOK(spl_autoload_register, KG_ASPECT_AUTOLOADERS) \
	HOOK(spl_autoload_unregister, KG_ASPECT_AUTOLOADERS) \
	HOOK(stream_wrapper_register, KG_ASPECT_WRAPPERS) \
	HOOK(stream_register_wrapper, KG_ASPECT_WRAPPERS) \
	HOOK(stream_wrapper_unregister, KG_ASPECT_WRAPPERS) \
	HOOK(stream_wrapper_restore, KG_ASPECT_WRAPPERS) \
	HOOK(mb_internal_encoding, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(mb_language, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(mb_substitute_character, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(mb_detect_order, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(mb_http_output, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(mb_regex_encoding, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(mb_regex_set_options, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(libxml_use_internal_errors, KG_ASPECT_FUNCTION_SETTINGS)

/* Without arguments, most of them only tell. */
#define KG_HOOK_BODY(function, aspect) \
	static zif_handler kg_before_##function; \
	static ZEND_NAMED_FUNCTION(kg_hook_##function) \
	{ \
		if (ZEND_NUM_ARGS() || (aspect) == KG_ASPECT_AUTOLOADERS) { \
			kg_isolation_touched |= (aspect); \
			kg_app_touched |= (aspect); \
		} \
		kg_before_##function(INTERNAL_FUNCTION_PARAM_PASSTHRU); \
	}
KG_HOOKS(KG_HOOK_BODY)

typedef struct kg_hook {
	const char *name;
	zif_handler hook, *before;
} kg_hook;

static const kg_hook kg_hooks[] = {
#define KG_HOOK_ENTRY(function, aspect) { #function, kg_hook_##function, &kg_before_##function },
	KG_HOOKS(KG_HOOK_ENTRY)
};

/* Classes whose objects are connections to databases, and what made their objects. */
static struct {
	zend_class_entry *class_entry;
	zend_object *(*create)(zend_class_entry *);
} kg_connection_classes[16];
static uint32_t kg_connection_class_count;

static zend_object *kg_create_connection(zend_class_entry *class_entry)
{
	zend_object *(*create)(zend_class_entry *) = NULL;
	for (zend_class_entry *of = class_entry; of && !create; of = of->parent) {
		for (uint32_t i = 0; i < kg_connection_class_count; i++) {
			if (kg_connection_classes[i].class_entry == of) {
				create = kg_connection_classes[i].create;
			}
		}
	}
	zend_object *object = create(class_entry);
	zval none;
	ZVAL_NULL(&none);
	zend_weakrefs_hash_add(&kg_isolation_connections, object, &none);
	return object;
}

static zend_class_entry *kg_class_named(const char *name)
{
	return zend_hash_str_find_ptr(CG(class_table), name, strlen(name));
}

static void kg_watch_connections(void)
{
	zend_class_entry *pdo = kg_class_named("pdo"), *mysqli = kg_class_named("mysqli"), *class_entry;
	if (!pdo && !mysqli) {
		return;
	}
	ZEND_HASH_FOREACH_PTR(CG(class_table), class_entry) {
		if (class_entry->type == ZEND_INTERNAL_CLASS && class_entry->create_object
			&& class_entry->create_object != kg_create_connection
			&& ((pdo && instanceof_function(class_entry, pdo)) || (mysqli && instanceof_function(class_entry, mysqli)))
			&& kg_connection_class_count < sizeof(kg_connection_classes) / sizeof(*kg_connection_classes)) {
			kg_connection_classes[kg_connection_class_count].class_entry = class_entry;
			kg_connection_classes[kg_connection_class_count++].create = class_entry->create_object;
			class_entry->create_object = kg_create_connection;
		}
	} ZEND_HASH_FOREACH_END();
}

/* Once per process, when every extension is there and no script was compiled. */
void kg_isolation_hook(void)
{
	zend_hash_init(&kg_isolation_connections, 8, NULL, NULL, 1);
	if (kg_hooks[0].before[0]) {
		return;
	}
	for (size_t i = 0; i < sizeof(kg_hooks) / sizeof(*kg_hooks); i++) {
		zend_function *function = zend_hash_str_find_ptr(CG(function_table), kg_hooks[i].name, strlen(kg_hooks[i].name));
		if (function && function->type == ZEND_INTERNAL_FUNCTION) {
			*kg_hooks[i].before = function->internal_function.handler;
			function->internal_function.handler = kg_hooks[i].hook;
		}
	}
	kg_watch_connections();
}

/* The script is over: its objects are about to be freed. */
void kg_isolation_unhook(void)
{
	zend_ulong key;
	ZEND_HASH_FOREACH_NUM_KEY(&kg_isolation_connections, key) {
		zend_weakrefs_hash_del(&kg_isolation_connections, zend_weakref_key_to_object(key));
	} ZEND_HASH_FOREACH_END();
	zend_hash_destroy(&kg_isolation_connections);
}

/* Whether a connection is in a transaction, as far as its driver knows without asking the database. */
bool kg_isolation_in_transaction(zend_object *object)
{
#ifdef KG_HAS_PDO
	zend_class_entry *pdo = kg_class_named("pdo");
	if (pdo && instanceof_function(object->ce, pdo)) {
		pdo_dbh_t *handle = php_pdo_dbh_fetch_inner(object);
		if (!handle || !handle->driver_data || !handle->methods || handle->is_closed) {
			return false;
		}
		return handle->methods->in_transaction ? handle->methods->in_transaction(handle) : handle->in_txn;
	}
#endif
#ifdef KG_HAS_MYSQLI
	zend_class_entry *mysqli = kg_class_named("mysqli");
	if (mysqli && instanceof_function(object->ce, mysqli)) {
		mysqli_object *own = (mysqli_object *) ((char *) object - XtOffsetOf(mysqli_object, zo));
		MYSQLI_RESOURCE *resource = own->ptr;
		MY_MYSQL *connection = resource && resource->status == MYSQLI_STATUS_VALID ? resource->ptr : NULL;
		return connection && connection->mysql && (mysqlnd_get_server_status(connection->mysql) & SERVER_STATUS_IN_TRANS);
	}
#endif
	return false;
}

const char *kg_isolation_include_path(void)
{
	return PG(include_path);
}
