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
