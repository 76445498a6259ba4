/*
 * The classic API: its handles, which are PHP resources, and the module name under which old scripts look for it.
 */
#include "shim.h"

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
