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
