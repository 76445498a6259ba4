/*
 * The classic API: its handles, which are PHP resources, and the module name under which old scripts look for it.
 */
#include "shim.h"
#include "ext/standard/php_string.h"

static const char *const kg_kind_names[KG_KINDS] = {
	"EVENT", "EVENT BASE", "EVBUFFER", "BUFFEREVENT", "EVHTTP", "EVHTTP Request", "EVHTTP Response", "EVHTTP Connection",
};
static int kg_kind_types[KG_KINDS];

/* The resource is freed, or closed though others still refer to it: its value goes. */
static void kg_resource_free(zend_resource *resource)
{
	for (int kind = 0; kind < KG_KINDS; kind++) {
		if (kg_kind_types[kind] == resource->type) {
			kargo_resource_free((kg_kind) kind, (uintptr_t) resource->ptr);
			return;
		}
	}
}

/* `key` is not 0. */
zend_resource *kg_resource_new(kg_kind kind, uintptr_t key)
{
	return zend_register_resource((void *) key, kg_kind_types[kind]);
}

/* The key of an argument that must be a resource of this kind; 0: a TypeError is pending. */
uintptr_t kg_resource_argument(zval *argument, uint32_t number, kg_kind kind)
{
	if (Z_TYPE_P(argument) != IS_RESOURCE) {
		zend_wrong_parameter_type_error(number, Z_EXPECTED_RESOURCE, argument);
		return 0;
	}
	return (uintptr_t) zend_fetch_resource(Z_RES_P(argument), kg_kind_names[kind], kg_kind_types[kind]);
}

/* The key of a resource if it is of this kind, else 0; nothing is thrown. */
uintptr_t kg_resource_key(const zend_resource *resource, kg_kind kind)
{
	return resource->type == kg_kind_types[kind] ? (uintptr_t) resource->ptr : 0;
}

void kg_resource_close(zend_resource *resource)
{
	zend_list_close(resource);
}

/* ---- handles that are mostly gone after one callback */

/*
 * The engine finds what a resource stands for in the resource itself; its list is for those that it must free. One that
 * only its maker refers to enters the list when the first other reference outlives the maker's. It has a number that no
 * other resource gets, as if it had been in the list.
 */
void kg_handle_renew(zend_resource *resource, kg_kind kind, uintptr_t key)
{
	zend_long number = zend_hash_next_free_element(&EG(regular_list));
	if (number < 1) {
		number = 1;
	}
	EG(regular_list).nNextFreeElement = number + 1;
	resource->handle = number;
	resource->type = kg_kind_types[kind];
	resource->ptr = (void *) key;
}

zend_resource *kg_handle_new(kg_kind kind, uintptr_t key)
{
	zend_resource *resource = emalloc(sizeof(zend_resource));
	GC_SET_REFCOUNT(resource, 1);
	GC_TYPE_INFO(resource) = GC_RESOURCE;
	kg_handle_renew(resource, kind, key);
	return resource;
}

/* Gives up the maker's reference. */
void kg_handle_release(zend_resource *resource)
{
	if (GC_DELREF(resource) == 0) {
		if (resource->type >= 0) {
			kg_resource_free(resource);
		}
		efree_size(resource, sizeof(zend_resource));
		return;
	}
	zval entry;
	ZVAL_RES(&entry, resource);
	zend_hash_index_add_new(&EG(regular_list), resource->handle, &entry);
}

/* ---- what callbacks do wrong */

/* Raises an E_WARNING at a callback that has returned. An error handler of the script may run. */
void kg_callback_warning(const zend_fcall_info_cache *callable, const char *message)
{
	const zend_function *function = callable->function_handler;
	if (function->type == ZEND_USER_FUNCTION) {
		zend_error_at(E_WARNING, function->op_array.filename, function->op_array.line_start, "%s", message);
	} else {
		zend_error(E_WARNING, "%s", message);
	}
}

/* Tells of an exception as PHP does of one that nobody catches, but as a warning, which the script's error handler gets. */
void kg_report_exception(zend_object *exception)
{
	zend_class_entry *base = instanceof_function(exception->ce, zend_ce_exception) ? zend_ce_exception : zend_ce_error;
	zval text, buffer;
	zend_call_known_instance_method_with_0_params(exception->ce->__tostring, exception, &text);
	if (!EG(exception) && Z_TYPE(text) == IS_STRING) {
		zend_string *file = zval_get_string(zend_read_property_ex(base, exception, ZSTR_KNOWN(ZEND_STR_FILE), true, &buffer));
		zend_long line = zval_get_long(zend_read_property_ex(base, exception, ZSTR_KNOWN(ZEND_STR_LINE), true, &buffer));
		/* What shows it would end at the first NUL. */
		zend_string *escaped = php_addcslashes(Z_STR(text), "\0", 1);
		zend_error_at(E_WARNING, file, line, "Uncaught %s\n  thrown", ZSTR_VAL(escaped));
		zend_string_release(escaped);
		zend_string_release(file);
	}
	zval_ptr_dtor(&text);
}

/* ---- the module name */

static zend_module_entry kg_classic_module = {
	STANDARD_MODULE_HEADER,
	"event",
	NULL, NULL, NULL, NULL, NULL, NULL,
	"0.2", /* the version of the original */
	STANDARD_MODULE_PROPERTIES
};

void kg_classic_start(int type, int module_number)
{
	for (int kind = 0; kind < KG_KINDS; kind++) {
		kg_kind_types[kind] = zend_register_list_destructors_ex(kg_resource_free, NULL, kg_kind_names[kind], module_number);
	}
	if (!INI_BOOL("kargo.classic_module_name") || zend_hash_str_exists(&module_registry, ZEND_STRL("event"))) {
		return;
	}
	kg_classic_module.type = type;
	kg_classic_module.module_number = zend_next_free_module();
#if PHP_VERSION_ID >= 80300
	if (zend_register_module_ex(&kg_classic_module, type)) {
#else
	if (zend_register_module_ex(&kg_classic_module)) {
#endif
		zend_startup_module_ex(&kg_classic_module);
	}
}
