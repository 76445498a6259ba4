/*
 * PHP values: what is a macro or a static inline in the headers.
 */
#include "shim.h"
#include "ext/date/php_date.h"
#include "ext/json/php_json.h"
#include "ext/standard/basic_functions.h"
#include "ext/standard/base64.h"
#include "ext/standard/url.h"
#include "zend_generators.h"

void kg_string_release(zend_string *string) { zend_string_release(string); }
void kg_release(zval *value) { zval_ptr_dtor(value); }

HashTable *kg_array(uint32_t size) { return zend_new_array(size); }

void kg_array_push(HashTable *array, zval *value) { zend_hash_next_index_insert_new(array, value); }

void kg_array_set_bytes(HashTable *array, const char *key, size_t length, zval *value)
{
	zend_symtable_str_update(array, key, length, value);
}

zval *kg_array_find(HashTable *array, const char *key, size_t length) { return zend_symtable_str_find(array, key, length); }
bool kg_object_init(zval *value, zend_class_entry *class_entry) { return object_init_ex(value, class_entry) == SUCCESS; }
zval *kg_property_slot(zend_object *object, uint32_t index) { return OBJ_PROP_NUM(object, index); }

void kg_set_property(zend_object *object, zend_class_entry *scope, const char *name, size_t length, zval *value)
{
	zend_update_property(scope, object, name, length, value);
}

zval *kg_read_property(zend_object *object, const char *name, size_t length, zval *buffer)
{
	return zend_read_property(object->ce, object, name, length, true, buffer);
}

bool kg_instance_of(const zend_object *object, const zend_class_entry *class_entry)
{
	return instanceof_function(object->ce, class_entry);
}

void kg_value_error(uint32_t argument, const char *message, size_t length)
{
	zend_argument_value_error(argument, "%.*s", (int) length, message);
}

void kg_throw(zend_class_entry *class_entry, const char *message, size_t length, zend_long code)
{
	zend_throw_exception_ex(class_entry, code, "%.*s", (int) length, message);
}

/* Raises an E_WARNING that names the function being called. An error handler of the script may run, and never return. */
void kg_warning(const char *message)
{
	php_error_docref(NULL, E_WARNING, "%s", message);
}

bool kg_string_argument(zval *argument, uint32_t number, bool nullable, zend_string **out)
{
	if (zend_parse_arg_str(argument, out, nullable, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, nullable ? Z_EXPECTED_STRING_OR_NULL : Z_EXPECTED_STRING, argument);
	return false;
}

/* As above, but an object that can be a string is one, whatever strict_types says: it was meant to be. */
bool kg_stringable_argument(zval *argument, uint32_t number, zend_string **out)
{
	if (Z_TYPE_P(argument) != IS_OBJECT || !instanceof_function(Z_OBJCE_P(argument), zend_ce_stringable)) {
		return kg_string_argument(argument, number, false, out);
	}
	zend_string *text = zval_try_get_string(argument);
	if (!text) {
		return false;
	}
	zval_ptr_dtor(argument);
	ZVAL_STR(argument, text);
	*out = text;
	return true;
}

bool kg_int_argument(zval *argument, uint32_t number, bool nullable, bool *is_null, zend_long *out)
{
	if (zend_parse_arg_long(argument, out, is_null, nullable, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, nullable ? Z_EXPECTED_LONG_OR_NULL : Z_EXPECTED_LONG, argument);
	return false;
}

bool kg_float_argument(zval *argument, uint32_t number, bool nullable, bool *is_null, double *out)
{
	if (zend_parse_arg_double(argument, out, is_null, nullable, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, nullable ? Z_EXPECTED_DOUBLE_OR_NULL : Z_EXPECTED_DOUBLE, argument);
	return false;
}

bool kg_bool_argument(zval *argument, uint32_t number, bool *out)
{
	if (zend_parse_arg_bool(argument, out, NULL, false, number)) {
		return true;
	}
	zend_wrong_parameter_type_error(number, Z_EXPECTED_BOOL, argument);
	return false;
}

void kg_type_error(uint32_t number, const char *expected, zval *given)
{
	zend_argument_type_error(number, "must be %s, %s given", expected, zend_zval_type_name(given));
}

void kg_callback_error(uint32_t number, const char *reason, size_t length)
{
	zend_argument_type_error(number, "must be a valid callback, %.*s", (int) length, reason);
}

const char *kg_type_name(zval *value)
{
	return Z_TYPE_P(value) == IS_OBJECT ? ZSTR_VAL(Z_OBJCE_P(value)->name) : zend_zval_type_name(value);
}

int kg_stream_fd(zval *value)
{
	php_stream *stream;
	int fd;
	if (Z_TYPE_P(value) != IS_RESOURCE) {
		return -1;
	}
	stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	if (!stream || php_stream_cast(stream, PHP_STREAM_AS_FD_FOR_SELECT | PHP_STREAM_CAST_INTERNAL, (void *) &fd, 0) != SUCCESS) {
		return -1;
	}
	return fd;
}

/* Whether PHP has read bytes of the stream that nobody has taken yet. */
bool kg_stream_has_buffered(zval *value)
{
	php_stream *stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	return stream && stream->writepos > stream->readpos;
}

/* Whether a resource is an open stream; if not, a TypeError is pending. */
bool kg_stream_argument(zval *value)
{
	return zend_fetch_resource2(Z_RES_P(value), "stream", php_file_le_stream(), php_file_le_pstream()) != NULL;
}

/* From now on reads take what the kernel has, and leave nothing behind that readiness would not tell of. */
bool kg_stream_unbuffer(zval *value)
{
	php_stream *stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	return stream && php_stream_set_option(stream, PHP_STREAM_OPTION_READ_BUFFER, PHP_STREAM_BUFFER_NONE, NULL) == PHP_STREAM_OPTION_RETURN_OK;
}

bool kg_stream_unblock(zval *value)
{
	php_stream *stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	return stream && php_stream_set_option(stream, PHP_STREAM_OPTION_BLOCKING, 0, NULL) != -1;
}

/* What PHP has read of the stream and nobody has taken yet: it is the caller's from now on. */
const char *kg_stream_take_buffered(zval *value, size_t *length)
{
	php_stream *stream = zend_fetch_resource2(Z_RES_P(value), NULL, php_file_le_stream(), php_file_le_pstream());
	const char *bytes;
	if (!stream || stream->writepos <= stream->readpos) {
		*length = 0;
		return NULL;
	}
	bytes = (const char *) stream->readbuf + stream->readpos;
	*length = (size_t) (stream->writepos - stream->readpos);
	stream->position += (zend_off_t) *length;
	stream->readpos = stream->writepos;
	return bytes;
}

/* Makes what a reference refers to a string of its own. PHP code may run. false: an exception is pending. */
bool kg_make_string(zval *reference, uint32_t number)
{
	zval *value = reference;
	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) == IS_STRING) {
		return true;
	}
	zend_string *text = zval_try_get_string(value);
	if (!text) {
		return false;
	}
	ZEND_TRY_ASSIGN_REF_STR(reference, text);
	value = reference;
	ZVAL_DEREF(value);
	if (Z_TYPE_P(value) != IS_STRING && !EG(exception)) {
		zend_argument_type_error(number, "must be a variable that can hold a string"); /* a property of another type */
	}
	return !EG(exception);
}

/* Appends to what kg_make_string() has made a string. */
void kg_append(zval *reference, const char *bytes, size_t length)
{
	zval *value = reference;
	ZVAL_DEREF(value);
	if (!length || Z_TYPE_P(value) != IS_STRING) {
		return;
	}
	size_t before = Z_STRLEN_P(value);
	zend_string *text;
	if (Z_REFCOUNTED_P(value) && Z_REFCOUNT_P(value) == 1) {
		text = zend_string_extend(Z_STR_P(value), before + length, 0);
	} else {
		text = zend_string_alloc(before + length, 0);
		memcpy(ZSTR_VAL(text), Z_STRVAL_P(value), before);
		zval_ptr_dtor_str(value);
	}
	memcpy(ZSTR_VAL(text) + before, bytes, length);
	ZSTR_VAL(text)[before + length] = 0;
	ZVAL_NEW_STR(value, text);
}

void kg_parse_query(const char *text, size_t length, zval *out)
{
	array_init(out);
	sapi_module.treat_data(PARSE_STRING, estrndup(text, length), out);
}

zend_string *kg_url_encode(const char *text, size_t length) { return php_raw_url_encode(text, length); }

zend_class_entry *kg_lookup_class(zend_string *name) { return zend_lookup_class(name); }

void kg_hash_string(zend_string *string) { zend_string_hash_val(string); }

bool kg_date_from_text(const char *text, size_t length, zval *out)
{
	php_date_instantiate(php_date_get_immutable_ce(), out);
	return php_date_initialize(Z_PHPDATE_P(out), text, length, NULL, NULL, 0);
}

/* A point in time as Y-m-d\TH:i:s.uP, or NULL with an exception pending. */
zend_string *kg_date_text(zend_object *date)
{
	zval format, text;
	ZVAL_STR(&format, ZSTR_INIT_LITERAL("Y-m-d\\TH:i:s.uP", 0));
	ZVAL_UNDEF(&text);
	zend_call_method_with_1_params(date, date->ce, NULL, "format", &text, &format);
	zval_ptr_dtor(&format);
	if (Z_TYPE(text) != IS_STRING) {
		zval_ptr_dtor(&text);
		return NULL;
	}
	return Z_STR(text);
}

kg_shape kg_shape_of(zend_object *object)
{
	if (object->ce == zend_standard_class_def) {
		return KG_PLAIN;
	}
	if (object->ce->ce_flags & ZEND_ACC_ENUM) {
		return object->ce->enum_backing_type == IS_UNDEF ? KG_UNIT_ENUM : KG_BACKED_ENUM;
	}
	if (instanceof_function(object->ce, php_date_get_interface_ce())) {
		return KG_DATE;
	}
	if (instanceof_function(object->ce, php_json_serializable_ce)) {
		return KG_SERIALIZABLE;
	}
	if (object->ce == zend_ce_closure || object->ce == zend_ce_generator) {
		return KG_UNSUPPORTED;
	}
	return KG_PLAIN;
}

zval *kg_enum_value(zend_object *object) { return zend_enum_fetch_case_value(object); }

/* What jsonSerialize() gives; undefined with an exception pending if it failed. */
void kg_json_serialize(zend_object *object, zval *out)
{
	ZVAL_UNDEF(out);
	zend_call_method_with_0_params(object, object->ce, NULL, "jsonserialize", out);
}

/* ---- what foreach does */

/* The iterator of a Traversable at its first element, to be ended by kg_iterator_end(); NULL with an exception pending. */
zend_object_iterator *kg_iterator(zval *traversable)
{
	zend_class_entry *class_entry = Z_OBJCE_P(traversable);
	zend_object_iterator *iterator = class_entry->get_iterator(class_entry, traversable, 0);
	if (!iterator) {
		return NULL;
	}
	iterator->index = 0;
	if (!EG(exception) && iterator->funcs->rewind) {
		iterator->funcs->rewind(iterator);
	}
	if (EG(exception)) {
		zend_iterator_dtor(iterator);
		return NULL;
	}
	return iterator;
}

/* The present element, and its key if that is wanted; NULL at the end, or with an exception pending. */
zval *kg_iterator_current(zend_object_iterator *iterator, zval *key)
{
	zval *value;
	if (EG(exception) || iterator->funcs->valid(iterator) != SUCCESS || EG(exception)) {
		return NULL;
	}
	value = iterator->funcs->get_current_data(iterator);
	if (value && key && !EG(exception)) {
		if (iterator->funcs->get_current_key) {
			iterator->funcs->get_current_key(iterator, key);
		} else {
			ZVAL_LONG(key, iterator->index);
		}
	}
	return EG(exception) ? NULL : value;
}

/* Goes on; kg_iterator_current() tells what came of it. */
void kg_iterator_next(zend_object_iterator *iterator)
{
	iterator->index++;
	iterator->funcs->move_forward(iterator);
}

void kg_iterator_end(zend_object_iterator *iterator) { zend_iterator_dtor(iterator); }

/* Sets an element at a key as $array[$key] = $value does; takes over the value's reference. */
bool kg_array_set(HashTable *array, const zval *key, zval *value)
{
	switch (Z_TYPE_P(key)) {
		case IS_LONG:
			zend_hash_index_update(array, Z_LVAL_P(key), value);
			return true;
		case IS_STRING:
			zend_symtable_update(array, Z_STR_P(key), value);
			return true;
		default:
			return false;
	}
}

/* Whether open_basedir lets PHP code use this path; warns if not. */
bool kg_path_is_allowed(const char *path) { return php_check_open_basedir(path) == 0; }
