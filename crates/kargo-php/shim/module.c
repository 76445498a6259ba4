/*
 * The module entry, and the objects of our classes: a Rust value before a PHP object.
 */
#include "shim.h"

static void kg_declare_property(zend_class_entry *class_entry, const char *name, size_t length, uint32_t mask)
{
	zval none;
	zend_string *key = zend_string_init_interned(name, length, 1);
	ZVAL_UNDEF(&none);
	zend_declare_typed_property(class_entry, key, &none, ZEND_ACC_PUBLIC | ZEND_ACC_READONLY, NULL,
		(zend_type) ZEND_TYPE_INIT_MASK(mask));
	zend_string_release(key);
}

/* What is given for a parameter is not shown in stack traces. */
static void kg_mark_sensitive(zend_class_entry *class_entry, const char *method, size_t length, uint32_t parameter)
{
	zend_function *function = zend_hash_str_find_ptr(&class_entry->function_table, method, length);
	zend_string *name = zend_string_init_interned("SensitiveParameter", sizeof("SensitiveParameter") - 1, 1);
	if (function) {
		zend_add_parameter_attribute(function, parameter, name, 0);
	}
	zend_string_release(name);
}

#include "kargo_classes.h"

static zend_object_handlers kg_handlers;
static zend_object_handlers kg_clonable_handlers;

static zend_object *kg_create(zend_class_entry *class_entry)
{
	kg_object *object = zend_object_alloc(sizeof(kg_object), class_entry);
	object->native = NULL;
	zend_object_std_init(&object->std, class_entry);
	object_properties_init(&object->std, class_entry);
	object->std.handlers = class_entry == kargo_ce_http_request ? &kg_clonable_handlers : &kg_handlers;
	return &object->std;
}

static kg_object *kg_from(zend_object *object)
{
	return (kg_object *) ((char *) object - XtOffsetOf(kg_object, std));
}

static void kg_free(zend_object *object)
{
	kg_object *own = kg_from(object);
	if (own->native) {
		kargo_native_free(object->ce, own->native);
		own->native = NULL;
	}
	zend_object_std_dtor(object);
}

static zend_object *kg_clone(zend_object *object)
{
	zend_object *copy = kg_create(object->ce);
	kg_from(copy)->native = kargo_native_clone(object->ce, kg_from(object)->native);
	zend_objects_clone_members(copy, object);
	return copy;
}

PHP_INI_BEGIN()
	PHP_INI_ENTRY("kargo.fault_injection", "0", PHP_INI_SYSTEM, NULL)
	/* Old scripts ask whether an extension named "event" is loaded before they load one of that name. */
	PHP_INI_ENTRY("kargo.classic_module_name", "1", PHP_INI_SYSTEM, NULL)
PHP_INI_END()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_kargo_fn_panic, 0, 0, MAY_BE_VOID)
	ZEND_ARG_TYPE_MASK(0, afterwards, MAY_BE_BOOL, "false")
ZEND_END_ARG_INFO()

static const zend_function_entry kargo_fault_functions[] = {
	ZEND_NS_FENTRY("Kargo\\Internal", panic, kargo_fn_panic, arginfo_kargo_fn_panic, 0)
	ZEND_FE_END
};

static PHP_MINIT_FUNCTION(kargo_event)
{
	REGISTER_INI_ENTRIES();
	kargo_register_classes();
	kargo_register_constants(module_number);
	kg_classic_start(type, module_number);
	kg_app_start();
	memcpy(&kg_handlers, &std_object_handlers, sizeof(zend_object_handlers));
	kg_handlers.offset = XtOffsetOf(kg_object, std);
	kg_handlers.free_obj = kg_free;
	kg_handlers.clone_obj = NULL;
	memcpy(&kg_clonable_handlers, &kg_handlers, sizeof(zend_object_handlers));
	kg_clonable_handlers.clone_obj = kg_clone;
	kargo_ce_watcher->create_object = kg_create;
	kargo_ce_http_server->create_object = kg_create;
	kargo_ce_http_request->create_object = kg_create;
	kargo_ce_http_files->create_object = kg_create;
	kargo_ce_http_uploads->create_object = kg_create;
	kargo_ce_http_uploadedfile->create_object = kg_create;
	kargo_ce_http_sessions->create_object = kg_create;
	kargo_ce_http_session->create_object = kg_create;
	kargo_ce_app_scripts->create_object = kg_create;
	kargo_ce_rpc_api->create_object = kg_create;
	kargo_ce_http_client->create_object = kg_create;
	kargo_ce_http_clientstream->create_object = kg_create;
	kargo_ce_net_tcpserver->create_object = kg_create;
	kargo_ce_net_connection->create_object = kg_create;
	kargo_ce_net_lines->create_object = kg_create;
	kargo_ce_net_udp->create_object = kg_create;
	kargo_ce_rpc_jsonrpcclient->create_object = kg_create;
	kargo_ce_rpc_xmlrpcclient->create_object = kg_create;
	kargo_ce_rpc_batch->create_object = kg_create;
	kargo_ce_rpc_remotenamespace->create_object = kg_create;
	kargo_ce_app_application->create_object = kg_create;
	/* Tests prove that a panic in our own code costs one request: this is how they cause one. */
	if (INI_BOOL("kargo.fault_injection")) {
		zend_register_functions(NULL, kargo_fault_functions, NULL, type);
	}
	kg_watch_interrupts();
	kargo_module_started();
	return SUCCESS;
}

static PHP_MSHUTDOWN_FUNCTION(kargo_event)
{
	UNREGISTER_INI_ENTRIES();
	return SUCCESS;
}

/* Every extension is there now, and no script was compiled. */
static PHP_RINIT_FUNCTION(kargo_event)
{
	kg_isolation_hook();
	return SUCCESS;
}

static PHP_RSHUTDOWN_FUNCTION(kargo_event)
{
	kargo_request_ended();
	kg_isolation_unhook();
	return SUCCESS;
}

static PHP_MINFO_FUNCTION(kargo_event)
{
	php_info_print_table_start();
	php_info_print_table_row(2, "kargo_event", "enabled");
	php_info_print_table_row(2, "version", KARGO_VERSION);
	/* A patch that distributions carry lets the memory limit unwind the stack instead of jumping over it. */
#ifdef ZEND_HAS_OOM
	php_info_print_table_row(2, "at the memory limit PHP", "unwinds");
#else
	php_info_print_table_row(2, "at the memory limit PHP", "jumps: the worker is replaced");
#endif
	php_info_print_table_end();
}

static zend_module_entry kargo_module = {
	STANDARD_MODULE_HEADER,
	"kargo_event",
	kargo_functions,
	PHP_MINIT(kargo_event),
	PHP_MSHUTDOWN(kargo_event),
	PHP_RINIT(kargo_event),
	PHP_RSHUTDOWN(kargo_event),
	PHP_MINFO(kargo_event),
	KARGO_VERSION,
	STANDARD_MODULE_PROPERTIES
};

zend_module_entry *kg_module(void)
{
	return &kargo_module;
}
