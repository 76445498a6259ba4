/*
 * Forms with files, as PHP values.
 */
#include "shim.h"
#include "php_open_temporary_file.h"
#include "php_variables.h"

/* Makes an array of fields as PHP makes $_POST of a form with files: names nest, and max_input_vars bounds their number. */
void kg_register_fields(const kg_field *fields, size_t count, zval *out)
{
	array_init(out);
	for (size_t at = 0; at < count; at++) {
		char *value;
		size_t length;
		if (at >= (size_t) PG(max_input_vars)) {
			php_error_docref(NULL, E_WARNING, "Input variables exceeded " ZEND_LONG_FMT ". To increase the limit change max_input_vars in php.ini.",
				PG(max_input_vars));
			return;
		}
		value = estrndup(fields[at].value, fields[at].length);
		length = fields[at].length;
		if (sapi_module.input_filter(PARSE_STRING, fields[at].name, &value, length, &length)) {
			php_register_variable_safe(fields[at].name, value, length, out);
		}
		efree(value);
	}
}

/* Where uploads go if nobody says. */
const char *kg_upload_directory(void)
{
	const char *directory = PG(upload_tmp_dir);
	return directory && *directory ? directory : php_get_temporary_directory();
}

/* A string of this length, whose bytes are to be written by the caller. */
zend_string *kg_string_room(size_t length)
{
	zend_string *string = zend_string_alloc(length, 0);
	ZSTR_VAL(string)[length] = '\0';
	return string;
}

/* A stream that reads a descriptor, which is the stream's from now on; false: it is still the caller's. */
bool kg_stream_of_fd(int fd, zval *out)
{
	php_stream *stream = php_stream_fopen_from_fd(fd, "rb", NULL);
	if (!stream) {
		return false;
	}
	php_stream_to_zval(stream, out);
	return true;
}
