/*
 * What the application has said so far of its answer.
 */
#include "shim.h"
#include "ext/standard/head.h"

/* Calls PHP code: output callbacks, and what header_register_callback() registered. */
void kg_app_flush_all(void)
{
	php_output_end_all();
	php_header();
}

bool kg_app_headers_are_sent(void)
{
	return SG(headers_sent);
}

uint32_t kg_app_header_count(void)
{
	return (uint32_t) zend_llist_count(&SG(sapi_headers).headers);
}

void kg_app_headers(kg_text *out)
{
	zend_llist_position position;
	sapi_header_struct *header = zend_llist_get_first_ex(&SG(sapi_headers).headers, &position);
	for (; header; header = zend_llist_get_next_ex(&SG(sapi_headers).headers, &position)) {
		*out++ = (kg_text) { header->header, header->header_len };
	}
}

/* The script that was started, as it was named. */
const char *kg_app_main_script(void)
{
	return SG(request_info).path_translated;
}
