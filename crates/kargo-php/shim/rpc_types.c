/*
 * What descriptions and records need to know of PHP classes.
 */
#include "shim.h"

zend_string *kg_class_doc_comment(const zend_class_entry *class_entry)
{
#if PHP_VERSION_ID >= 80400
	return class_entry->type == ZEND_USER_CLASS ? class_entry->doc_comment : NULL;
#else
	return class_entry->type == ZEND_USER_CLASS ? class_entry->info.user.doc_comment : NULL;
#endif
}

/*
 * The cases of an enum as an array that the caller owns: their names, and their values, which are null where the enum is
 * not backed. They are constants, which PHP evaluates when they are first asked for: it can run code.
 */
void kg_enum_cases(zend_class_entry *class_entry, zval *out)
{
	zend_string *name;
	zend_class_constant *constant;
	array_init(out);
	ZEND_HASH_FOREACH_STR_KEY_PTR(CE_CONSTANTS_TABLE(class_entry), name, constant) {
		zval value;
		if (!(ZEND_CLASS_CONST_FLAGS(constant) & ZEND_CLASS_CONST_IS_CASE)) {
			continue;
		}
		if (Z_TYPE(constant->value) == IS_CONSTANT_AST
			&& zval_update_constant_ex(&constant->value, constant->ce) != SUCCESS) {
			return;
		}
		if (class_entry->enum_backing_type == IS_UNDEF) {
			ZVAL_NULL(&value);
		} else {
			ZVAL_COPY(&value, zend_enum_fetch_case_value(Z_OBJ(constant->value)));
		}
		zend_hash_update(Z_ARRVAL_P(out), name, &value);
	} ZEND_HASH_FOREACH_END();
}

/* ---- attributes */

HashTable *kg_class_attributes(const zend_class_entry *class_entry) { return class_entry->attributes; }
HashTable *kg_function_attributes(const zend_function *function) { return function->common.attributes; }

/* Attribute `index` of those at `offset`: 0, or the number of a parameter from 1 on. NULL after the last one. */
zend_attribute *kg_attribute_at(HashTable *attributes, uint32_t offset, uint32_t index)
{
	zend_attribute *attribute;
	if (!attributes) {
		return NULL;
	}
	ZEND_HASH_FOREACH_PTR(attributes, attribute) {
		if (attribute->offset == offset && index-- == 0) {
			return attribute;
		}
	} ZEND_HASH_FOREACH_END();
	return NULL;
}

/* Whether an attribute's class is one of the engine's or an extension's. */
bool kg_attribute_is_internal(const zend_attribute *attribute)
{
	return zend_internal_attribute_get(attribute->lcname) != NULL;
}

/*
 * The object that an attribute stands for, as newInstance() makes it; undefined with an exception pending if its arguments
 * are wrong. They are constant expressions: evaluating them can run code. `scope` is what `self` means in them.
 */
void kg_attribute_new(zend_attribute *attribute, zend_class_entry *scope, zval *out)
{
	zend_class_entry *class_entry = zend_lookup_class(attribute->name);
	HashTable *named = NULL;
	zval *arguments = NULL;
	uint32_t count = 0;
	ZVAL_UNDEF(out);
	if (!class_entry) {
		return;
	}
	if (attribute->argc) {
		arguments = safe_emalloc(attribute->argc, sizeof(zval), 0);
	}
	for (uint32_t i = 0; i < attribute->argc; i++) {
		zval value;
		if (zend_get_attribute_value(&value, attribute, i, scope) != SUCCESS) {
			goto done;
		}
		if (attribute->args[i].name) {
			if (!named) {
				named = zend_new_array(0);
			}
			zend_hash_update(named, attribute->args[i].name, &value);
		} else {
			ZVAL_COPY_VALUE(&arguments[count], &value);
			count++;
		}
	}
	if (object_init_ex(out, class_entry) != SUCCESS) {
		ZVAL_UNDEF(out);
		goto done;
	}
	if (class_entry->constructor) {
		zend_call_known_function(class_entry->constructor, Z_OBJ_P(out), class_entry, NULL, count, arguments, named);
	}
	if (EG(exception)) {
		zval_ptr_dtor(out);
		ZVAL_UNDEF(out);
	}
done:
	for (uint32_t i = 0; i < count; i++) {
		zval_ptr_dtor(&arguments[i]);
	}
	if (arguments) {
		efree(arguments);
	}
	if (named) {
		zend_array_release(named);
	}
}

/*
 * What constructor promotion does in PHP, for a native constructor: puts each argument, or its default, into the property
 * of its name. False with an exception pending if one has the wrong type or is missing.
 */
bool kg_promote(zend_execute_data *frame)
{
	const zend_function *function = frame->func;
	zend_object *object = Z_OBJ(frame->This);
	const uint32_t given = ZEND_CALL_NUM_ARGS(frame), required = function->common.required_num_args;
	if (given < required || given > function->common.num_args) {
		zend_wrong_parameters_count_error(required, function->common.num_args);
		return false;
	}
	for (uint32_t i = 0; i < function->common.num_args; i++) {
		zend_internal_arg_info *info = &((zend_internal_arg_info *) function->common.arg_info)[i];
		zend_property_info *property = zend_hash_str_find_ptr(&object->ce->properties_info, info->name, strlen(info->name));
		zval value, *slot;
		if (i < given && !Z_ISUNDEF_P(ZEND_CALL_ARG(frame, i + 1))) {
			ZVAL_COPY_DEREF(&value, ZEND_CALL_ARG(frame, i + 1));
		} else if (!info->default_value || zend_get_default_from_internal_arg_info(&value, info) != SUCCESS) {
			zend_argument_error(zend_ce_argument_count_error, i + 1, "is missing");
			return false;
		}
		if (!property || !zend_verify_property_type(property, &value, true)) {
			zval_ptr_dtor(&value);
			return false;
		}
		slot = OBJ_PROP(object, property->offset);
		zval_ptr_dtor(slot);
		ZVAL_COPY_VALUE(slot, &value);
	}
	return true;
}

/* ---- classes whose objects are sent as their members */

/* NULL: it comes from no file. */
zend_string *kg_class_file(const zend_class_entry *class_entry, uint32_t *line)
{
	if (class_entry->type != ZEND_USER_CLASS) {
		return NULL;
	}
	*line = class_entry->info.user.line_start;
	return class_entry->info.user.filename;
}

#define KG_NEVER_MADE (ZEND_ACC_INTERFACE | ZEND_ACC_TRAIT | ZEND_ACC_ENUM | ZEND_ACC_EXPLICIT_ABSTRACT_CLASS \
	| ZEND_ACC_IMPLICIT_ABSTRACT_CLASS)

/* Whether the properties of a class say what its objects are: a user's class that can be instantiated. */
bool kg_class_is_plain(const zend_class_entry *class_entry)
{
	return class_entry->type == ZEND_USER_CLASS && !(class_entry->ce_flags & KG_NEVER_MADE);
}

/* The public constructor, with parameters, of a user's class that can be made of what is sent; NULL for any other. */
zend_function *kg_record_constructor(zend_class_entry *class_entry)
{
	zend_function *constructor = class_entry->constructor;
	if (!kg_class_is_plain(class_entry) || !constructor || !(constructor->common.fn_flags & ZEND_ACC_PUBLIC)
		|| constructor->type != ZEND_USER_FUNCTION || class_entry->create_object
		|| kg_is_subclass(class_entry, zend_ce_throwable)) {
		return NULL;
	}
	return constructor;
}

void kg_prepare_class(zend_class_entry *class_entry) { zend_update_class_constants(class_entry); }

/*
 * A new object of a prepared class whose constructor was not called: if it never is, or throws, the destructor is not
 * called either.
 */
bool kg_object_begin(zend_class_entry *class_entry, zval *out)
{
	if (object_init_ex(out, class_entry) != SUCCESS) {
		ZVAL_UNDEF(out);
		return false;
	}
	zend_object_store_ctor_failed(Z_OBJ_P(out));
	return true;
}

/* The constructor returned. */
void kg_object_constructed(zend_object *object) { GC_DEL_FLAGS(object, IS_OBJ_DESTRUCTOR_CALLED); }

static void kg_fill_property(const zend_property_info *info, kg_property *out)
{
	out->name = info->name;
	out->type = ZEND_TYPE_IS_SET(info->type) ? &info->type : NULL;
	out->doc_comment = info->doc_comment;
	out->attributes = info->attributes;
	out->class = info->ce;
	out->is_promoted = (info->flags & ZEND_ACC_PROMOTED) != 0;
}

static bool kg_is_sent(const zend_property_info *info)
{
#if PHP_VERSION_ID >= 80400
	if ((info->flags & ZEND_ACC_VIRTUAL) && !(info->hooks && info->hooks[ZEND_PROPERTY_HOOK_GET])) {
		return false; /* it can only be written */
	}
#endif
	return (info->flags & ZEND_ACC_PUBLIC) && !(info->flags & ZEND_ACC_STATIC);
}

/* Public property `index` of the objects of a class, in the order in which they are sent. */
bool kg_property_at(const zend_class_entry *class_entry, uint32_t index, kg_property *out)
{
	zend_property_info *info;
	ZEND_HASH_FOREACH_PTR(&class_entry->properties_info, info) {
		if (kg_is_sent(info) && index-- == 0) {
			kg_fill_property(info, out);
			return true;
		}
	} ZEND_HASH_FOREACH_END();
	return false;
}

/* The property that a parameter of a constructor is promoted to. */
bool kg_promoted_property(const zend_function *function, const char *name, size_t length, kg_property *out)
{
	if (!function->common.scope || !(function->common.fn_flags & ZEND_ACC_CTOR)) {
		return false;
	}
	zend_property_info *info = zend_hash_str_find_ptr(&function->common.scope->properties_info, name, length);
	if (!info || !(info->flags & ZEND_ACC_PROMOTED)) {
		return false;
	}
	kg_fill_property(info, out);
	return true;
}

/* The case of an enum with this name, not counted; NULL if there is none. */
zend_object *kg_enum_case_named(zend_class_entry *class_entry, const zval *name)
{
	zend_class_constant *constant = zend_hash_find_ptr(CE_CONSTANTS_TABLE(class_entry), Z_STR_P(name));
	if (!constant || !(ZEND_CLASS_CONST_FLAGS(constant) & ZEND_CLASS_CONST_IS_CASE)) {
		return NULL;
	}
	if (Z_TYPE(constant->value) == IS_CONSTANT_AST
		&& zval_update_constant_ex(&constant->value, constant->ce) != SUCCESS) {
		return NULL;
	}
	return Z_OBJ(constant->value);
}

zval *kg_enum_name(zend_object *object) { return zend_enum_fetch_case_name(object); }

/* A member of a stdClass by its exact name. */
zval *kg_member(HashTable *properties, const char *name, size_t length) { return zend_hash_str_find(properties, name, length); }

/* The code that exceptions of a class have if nobody gives them one. */
zend_long kg_default_code(zend_class_entry *class_entry)
{
	zend_property_info *info = zend_hash_str_find_ptr(&class_entry->properties_info, ZEND_STRL("code"));
	if (!info || (info->flags & ZEND_ACC_STATIC)) {
		return 0;
	}
	zval *value = &class_entry->default_properties_table[OBJ_PROP_TO_NUM(info->offset)];
	return Z_TYPE_P(value) == IS_LONG ? Z_LVAL_P(value) : 0;
}

/* NULL: it comes from no file. */
zend_string *kg_function_file(const zend_function *function, uint32_t *line)
{
	if (function->type != ZEND_USER_FUNCTION) {
		return NULL;
	}
	*line = function->op_array.line_start;
	return function->op_array.filename;
}

/* ---- results */

#if PHP_VERSION_ID >= 80400
/* Asks the hooks of properties for their values, as json_encode() does. An exception of one stays pending. */
static HashTable *kg_hooked_properties(zend_object *object, HashTable *properties)
{
	if (!properties) {
		return NULL;
	}
	HashTable *asked = zend_array_dup(properties);
	zend_string *name;
	zval *slot;
	zend_release_properties(properties);
	ZEND_HASH_FOREACH_STR_KEY_VAL(asked, name, slot) {
		zval buffer, copy;
		if (Z_TYPE_P(slot) != IS_PTR) {
			continue;
		}
		const zend_property_info *info = Z_PTR_P(slot);
		ZVAL_NULL(slot);
		if ((info->flags & ZEND_ACC_VIRTUAL) && !info->hooks[ZEND_PROPERTY_HOOK_GET]) {
			zend_hash_del(asked, name);
			continue;
		}
		ZVAL_UNDEF(&buffer);
		ZVAL_COPY(&copy, zend_read_property_ex(info->ce, object, info->name, true, &buffer));
		zval_ptr_dtor(&buffer);
		ZVAL_COPY_VALUE(slot, &copy);
		if (EG(exception)) {
			break;
		}
	} ZEND_HASH_FOREACH_END();
	return asked;
}
#endif

/* The properties that the outside may see, in a table to be released by kg_properties_done(). */
HashTable *kg_properties(zend_object *object)
{
	zval value;
	ZVAL_OBJ(&value, object);
#if PHP_VERSION_ID >= 80400
	if (UNEXPECTED(object->ce->num_hooked_props)) {
		return kg_hooked_properties(object, zend_get_properties_for(&value, ZEND_PROP_PURPOSE_JSON));
	}
#endif
	return zend_get_properties_for(&value, ZEND_PROP_PURPOSE_JSON);
}

void kg_properties_done(HashTable *properties) { zend_release_properties(properties); }
