/*
 * What exported methods need to know of PHP functions, classes and constants.
 */
#include "shim.h"
#include "ext/date/php_date.h"
#include "ext/json/php_json.h"
#include "ext/standard/base64.h"

bool kg_parameter_at(const zend_function *function, uint32_t index, kg_parameter *out)
{
	const bool has_variadic = (function->common.fn_flags & ZEND_ACC_VARIADIC) != 0;
	if (index >= function->common.num_args + (has_variadic ? 1 : 0)) {
		return false;
	}
	const zend_arg_info *info = &function->common.arg_info[index];
	if (function->type == ZEND_USER_FUNCTION || (function->common.fn_flags & ZEND_ACC_USER_ARG_INFO)) {
		out->name = ZSTR_VAL(info->name);
		out->name_length = ZSTR_LEN(info->name);
	} else {
		out->name = ((const zend_internal_arg_info *) info)->name;
		out->name_length = strlen(out->name);
	}
	out->type = ZEND_TYPE_IS_SET(info->type) ? &info->type : NULL;
	out->is_by_reference = ZEND_ARG_SEND_MODE(info) == ZEND_SEND_BY_REF;
	out->is_variadic = has_variadic && index == function->common.num_args;
	return true;
}

const zend_type *kg_return_type(const zend_function *function)
{
	if (!(function->common.fn_flags & ZEND_ACC_HAS_RETURN_TYPE)) {
		return NULL;
	}
	const zend_type *type = &function->common.arg_info[-1].type;
	return ZEND_TYPE_IS_SET(*type) ? type : NULL;
}

uint32_t kg_type_mask(const zend_type *type) { return ZEND_TYPE_PURE_MASK(*type); }

/* Class `index` of a type; NULL after the last one. An intersection has the empty name: nothing that is sent can be it. */
zend_string *kg_type_class(const zend_type *type, uint32_t index)
{
	if (ZEND_TYPE_HAS_LIST(*type)) {
		const zend_type_list *list = ZEND_TYPE_LIST(*type);
		if (ZEND_TYPE_IS_INTERSECTION(*type)) {
			return index == 0 ? ZSTR_EMPTY_ALLOC() : NULL;
		}
		if (index >= list->num_types) {
			return NULL;
		}
		type = &list->types[index];
		return ZEND_TYPE_HAS_NAME(*type) ? ZEND_TYPE_NAME(*type) : ZSTR_EMPTY_ALLOC();
	}
	return index == 0 && ZEND_TYPE_HAS_NAME(*type) ? ZEND_TYPE_NAME(*type) : NULL;
}

/* The default of a parameter, which the caller owns. Evaluating a constant can load its class, so it can run PHP code. */
bool kg_default_value(const zend_function *function, uint32_t index, zval *out)
{
	ZVAL_UNDEF(out);
	if (function->type == ZEND_USER_FUNCTION) {
		const zend_op_array *code = &function->op_array;
		for (uint32_t i = 0; i < code->last; i++) {
			const zend_op *opline = &code->opcodes[i];
			if (opline->opcode == ZEND_RECV_INIT && opline->op1.num == index + 1) {
				ZVAL_COPY(out, RT_CONSTANT(opline, opline->op2));
				break;
			}
		}
	} else if (index < function->common.num_args) {
		zend_internal_arg_info *info = (zend_internal_arg_info *) &function->common.arg_info[index];
		if (info->default_value && zend_get_default_from_internal_arg_info(out, info) != SUCCESS) {
			ZVAL_UNDEF(out);
		}
	}
	if (Z_TYPE_P(out) == IS_CONSTANT_AST && zval_update_constant_ex(out, function->common.scope) != SUCCESS) {
		zval_ptr_dtor(out);
		ZVAL_UNDEF(out);
	}
	return Z_TYPE_P(out) != IS_UNDEF;
}

zend_string *kg_doc_comment(const zend_function *function)
{
	return function->type == ZEND_USER_FUNCTION ? function->op_array.doc_comment : NULL;
}

bool kg_has_attribute(const zend_function *function, const char *lowercase_name, size_t length)
{
	return function->common.attributes && zend_get_attribute_str(function->common.attributes, lowercase_name, length);
}

kg_class_kind kg_kind_of_class(const zend_class_entry *class_entry)
{
	if (class_entry == zend_standard_class_def) {
		return KG_CLASS_STD;
	}
	if (class_entry->ce_flags & ZEND_ACC_ENUM) {
		switch (class_entry->enum_backing_type) {
			case IS_LONG: return KG_CLASS_INT_ENUM;
			case IS_STRING: return KG_CLASS_STRING_ENUM;
			default: return KG_CLASS_UNIT_ENUM;
		}
	}
	if (kg_is_subclass(class_entry, php_date_get_interface_ce())) {
		return KG_CLASS_DATE;
	}
	if (kg_is_subclass(class_entry, php_json_serializable_ce) || kg_is_subclass(class_entry, zend_ce_throwable)
		|| class_entry == zend_ce_closure
		|| (class_entry->type == ZEND_INTERNAL_CLASS && kg_is_subclass(class_entry, zend_ce_traversable))) {
		return KG_CLASS_VALUE;
	}
	return KG_CLASS_OTHER;
}

bool kg_is_subclass(const zend_class_entry *class_entry, const zend_class_entry *parent)
{
	return instanceof_function(class_entry, parent);
}

/* A new object of a class, its constructor called without arguments. Undefined with an exception pending if it failed. */
void kg_construct(zend_class_entry *class_entry, zval *out)
{
	ZVAL_UNDEF(out);
	if (object_init_ex(out, class_entry) != SUCCESS) {
		ZVAL_UNDEF(out);
		return;
	}
	if (class_entry->constructor) {
		zend_call_known_instance_method_with_0_params(class_entry->constructor, Z_OBJ_P(out), NULL);
		if (EG(exception)) {
			zend_object_store_ctor_failed(Z_OBJ_P(out));
			zval_ptr_dtor(out);
			ZVAL_UNDEF(out);
		}
	}
}

/* The case of a backed enum with this value, not counted; NULL if there is none. */
zend_object *kg_enum_case(zend_class_entry *class_entry, const zval *value)
{
	zend_object *found = NULL;
	const bool is_int = Z_TYPE_P(value) == IS_LONG;
	if (zend_enum_get_case_by_value(&found, class_entry, is_int ? Z_LVAL_P(value) : 0, is_int ? NULL : Z_STR_P(value),
			true) != SUCCESS) {
		return NULL;
	}
	return found;
}

/* DateTimeImmutable */
zend_class_entry *kg_date_class(void) { return php_date_get_immutable_ce(); }

bool kg_date_of_class(zend_class_entry *class_entry, const char *text, size_t length, zval *out)
{
	php_date_instantiate(class_entry, out);
	return php_date_initialize(Z_PHPDATE_P(out), text, length, NULL, NULL, 0);
}

/* Turns a stdClass into the array of its properties; numeric names become integers. */
void kg_object_to_array(zval *value)
{
	zend_object *object = Z_OBJ_P(value);
	HashTable *table = zend_proptable_to_symtable(zend_std_get_properties(object), true);
	OBJ_RELEASE(object);
	ZVAL_ARR(value, table);
}

/* The properties of a stdClass, in place. */
HashTable *kg_object_properties(zend_object *object) { return zend_std_get_properties(object); }

/* NULL if the text is no base64. */
zend_string *kg_base64_decode(const char *text, size_t length)
{
	return php_base64_decode_ex((const unsigned char *) text, length, true);
}

/* Debian's 8.2 lets native code go on for a while beyond the memory limit; at twice the limit it ends the process. */
bool kg_is_out_of_memory(void)
{
#ifdef ZEND_HAS_OOM
	return EG(delayed_oom).state != ZEND_OOM_STATE_NONE;
#else
	return false;
#endif
}
