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
	HOOK(libxml_use_internal_errors, KG_ASPECT_FUNCTION_SETTINGS) \
	HOOK(libxml_set_external_entity_loader, KG_ASPECT_ENTITY_LOADER)

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
static zend_class_entry *kg_pdo, *kg_mysqli; /* NULL: there is no such extension */

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
	zend_class_entry *class_entry;
	kg_pdo = kg_class_named("pdo");
	kg_mysqli = kg_class_named("mysqli");
	if (!kg_pdo && !kg_mysqli) {
		return;
	}
	ZEND_HASH_FOREACH_PTR(CG(class_table), class_entry) {
		if (class_entry->type == ZEND_INTERNAL_CLASS && class_entry->create_object
			&& class_entry->create_object != kg_create_connection
			&& ((kg_pdo && instanceof_function(class_entry, kg_pdo)) || (kg_mysqli && instanceof_function(class_entry, kg_mysqli)))
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
	if (kg_pdo && instanceof_function(object->ce, kg_pdo)) {
		pdo_dbh_t *handle = php_pdo_dbh_fetch_inner(object);
		if (!handle || !handle->driver_data || !handle->methods || handle->is_closed) {
			return false;
		}
		return handle->methods->in_transaction ? handle->methods->in_transaction(handle) : handle->in_txn;
	}
#endif
#ifdef KG_HAS_MYSQLI
	if (kg_mysqli && instanceof_function(object->ce, kg_mysqli)) {
		mysqli_object *own = (mysqli_object *) ((char *) object - XtOffsetOf(mysqli_object, zo));
		MYSQLI_RESOURCE *resource = own->ptr;
		MY_MYSQL *connection = resource && resource->status == MYSQLI_STATUS_VALID ? resource->ptr : NULL;
		return connection && connection->mysql && (mysqlnd_get_server_status(connection->mysql) & SERVER_STATUS_IN_TRANS);
	}
#endif
	return false;
}

/* By the class that PHP brings: what a derived one does beside it is about a request that is over. Whether it worked. */
bool kg_isolation_roll_back(zend_object *object)
{
	zend_class_entry *class_entry = kg_pdo && instanceof_function(object->ce, kg_pdo) ? kg_pdo : kg_mysqli;
	zend_function *method = class_entry ? zend_hash_str_find_ptr(&class_entry->function_table, ZEND_STRL("rollback")) : NULL;
	zval result;
	if (!method) {
		return false;
	}
	ZVAL_UNDEF(&result);
	GC_ADDREF(object);
	zend_call_known_function(method, object, object->ce, &result, 0, NULL, NULL);
	bool has_worked = Z_TYPE(result) == IS_TRUE;
	zval_ptr_dtor(&result);
	OBJ_RELEASE(object);
	if (EG(exception)) {
		zend_clear_exception();
	}
	return has_worked;
}

/*
 * Before a classic request: a transaction that is open now is a handler's that waits, or the boot's. The mark is the value in
 * the table of connections; one that the request makes has none.
 */
void kg_app_note_transactions(void)
{
	zend_ulong key;
	zval *is_open;
	ZEND_HASH_FOREACH_NUM_KEY_VAL(&kg_isolation_connections, key, is_open) {
		ZVAL_BOOL(is_open, kg_isolation_in_transaction(zend_weakref_key_to_object(key)));
	} ZEND_HASH_FOREACH_END();
}

bool kg_app_has_connections(void)
{
	return zend_hash_num_elements(&kg_isolation_connections) != 0;
}

/* After a classic request: what it began and did not end is not the next visitor's to commit. */
void kg_app_roll_back(void *nothing)
{
	/* by index: an error handler may open connections */
	for (uint32_t i = 0; i < kg_isolation_connections.nNumUsed; i++) {
		Bucket *bucket = kg_isolation_connections.arData + i;
		if (Z_TYPE(bucket->val) == IS_UNDEF || Z_TYPE(bucket->val) == IS_TRUE) {
			continue;
		}
		zend_object *object = zend_weakref_key_to_object(bucket->h);
		if (UNEXPECTED(kg_isolation_in_transaction(object))) {
			zend_string *name = object->ce->name;
			kargo_app_rolled_back(ZSTR_VAL(name), ZSTR_LEN(name), kg_isolation_roll_back(object));
		}
	}
}

const char *kg_isolation_include_path(void)
{
	return PG(include_path);
}
