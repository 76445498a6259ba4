/*
 * Strings and arrays as decoders make them: many at once, of a size that is known.
 */
#include "shim.h"

/* ---- strings */

static zend_always_inline zend_string *kg_string_in(void *memory, const char *bytes, size_t length)
{
	zend_string *string = memory;
	GC_SET_REFCOUNT(string, 1);
	GC_TYPE_INFO(string) = GC_STRING;
	ZSTR_H(string) = 0;
	ZSTR_LEN(string) = length;
	/* Two copies of a known size, which may overlap, are cheaper than a call. */
	if (length >= 16) {
		memcpy(ZSTR_VAL(string), bytes, 16);
		memcpy(ZSTR_VAL(string) + length - 16, bytes + length - 16, 16);
	} else if (length >= 8) {
		memcpy(ZSTR_VAL(string), bytes, 8);
		memcpy(ZSTR_VAL(string) + length - 8, bytes + length - 8, 8);
	} else if (length >= 4) {
		memcpy(ZSTR_VAL(string), bytes, 4);
		memcpy(ZSTR_VAL(string) + length - 4, bytes + length - 4, 4);
	} else {
		memcpy(ZSTR_VAL(string), bytes, 2);
		ZSTR_VAL(string)[length - 1] = bytes[length - 1];
	}
	ZSTR_VAL(string)[length] = 0;
	return string;
}

/* A new string; empty and one-byte strings are the engine's own. */
zend_string *kg_string(const char *bytes, size_t length)
{
	/* Short ones come from the allocator of their size. */
	if (length < 2 || length >= 32) {
		return zend_string_init_fast(bytes, length);
	} else if (length < 8) {
		return kg_string_in(emalloc(_ZSTR_STRUCT_SIZE(7)), bytes, length);
	} else if (length < 16) {
		return kg_string_in(emalloc(_ZSTR_STRUCT_SIZE(15)), bytes, length);
	} else if (length < 24) {
		return kg_string_in(emalloc(_ZSTR_STRUCT_SIZE(23)), bytes, length);
	}
	return kg_string_in(emalloc(_ZSTR_STRUCT_SIZE(31)), bytes, length);
}

/* ---- arrays */

/* What zend_new_array() sets, but for the data. */
static zend_always_inline HashTable *kg_table_alloc(uint32_t size, uint32_t mask, uint32_t flags)
{
	HashTable *table = emalloc(sizeof(HashTable));
	GC_SET_REFCOUNT(table, 1);
	GC_TYPE_INFO(table) = GC_ARRAY;
	table->u.flags = flags;
	table->nTableMask = mask;
	table->nTableSize = size;
	table->nInternalPointer = 0;
	table->nNextFreeElement = ZEND_LONG_MIN;
	table->pDestructor = ZVAL_PTR_DTOR;
	return table;
}

/* A list of `count` values, whose references it takes over. */
HashTable *kg_list_of(const zval *values, uint32_t count)
{
	HashTable *list;
	if (count - 1 < HT_MIN_SIZE) {
		list = kg_table_alloc(HT_MIN_SIZE, HT_MIN_MASK, HASH_FLAG_PACKED | HASH_FLAG_STATIC_KEYS);
		HT_SET_DATA_ADDR(list, emalloc(HT_PACKED_SIZE_EX(HT_MIN_SIZE, HT_MIN_MASK)));
		HT_HASH_RESET_PACKED(list);
		for (uint32_t i = 0; i < count; i++) {
			ZVAL_COPY_VALUE(&list->arPacked[i], &values[i]);
		}
	} else {
		list = zend_new_array(count);
		if (!count) {
			return list;
		}
		zend_hash_real_init_packed(list);
		memcpy(list->arPacked, values, count * sizeof(zval));
	}
	list->nNumUsed = count;
	list->nNumOfElements = count;
	list->nNextFreeElement = count;
	return list;
}

/*
 * A table with the keys of `before`, which are all strings and without gaps, and as many values, whose references it takes
 * over: nothing is looked up.
 */
HashTable *kg_table_like(const HashTable *before, const zval *values)
{
	const uint32_t count = before->nNumUsed;
	const Bucket *from = before->arData;
	HashTable *table = kg_table_alloc(before->nTableSize, before->nTableMask, before->u.flags & HASH_FLAG_MASK);
	Bucket *bucket;
	if (EXPECTED(before->nTableSize == HT_MIN_SIZE)) {
		HT_SET_DATA_ADDR(table, emalloc(HT_SIZE_EX(HT_MIN_SIZE, HT_SIZE_TO_MASK(HT_MIN_SIZE))));
		memcpy(HT_GET_DATA_ADDR(table), HT_GET_DATA_ADDR(before), HT_HASH_SIZE(HT_SIZE_TO_MASK(HT_MIN_SIZE)));
	} else {
		HT_SET_DATA_ADDR(table, emalloc(HT_SIZE(before)));
		memcpy(HT_GET_DATA_ADDR(table), HT_GET_DATA_ADDR(before), HT_HASH_SIZE(before->nTableMask));
	}
	bucket = table->arData;
	for (uint32_t i = 0; i < count; i++) {
		ZVAL_COPY_VALUE(&bucket[i].val, &values[i]);
		Z_NEXT(bucket[i].val) = Z_NEXT(from[i].val);
		bucket[i].h = from[i].h;
		bucket[i].key = zend_string_copy(from[i].key);
	}
	table->nNumUsed = table->nNumOfElements = count;
	return table;
}

/*
 * Records repeat their members. A table whose keys are the very strings that a table before had, in the same order, is a
 * copy of that one's places and buckets with other values in them: nothing is looked up, no key is counted.
 */
#define KG_TEMPLATES 16
/* Larger tables are rarely repeated. */
#define KG_TEMPLATE_MEMBERS 32

typedef struct kg_template {
	uintptr_t candidate; /* the keys of the latest table of this slot that did not fit, mixed */
	uint32_t count;      /* 0: there is no template yet */
	bool numeric_keys;
	uint32_t mask, flags;
	void *data;          /* as a HashTable has it; owns one reference of each key, and no value */
} kg_template;

static kg_template kg_templates[KG_TEMPLATES];

static zend_always_inline Bucket *kg_template_buckets(const kg_template *template)
{
	return (Bucket *) ((char *) template->data + HT_HASH_SIZE(template->mask));
}

static void kg_template_drop(kg_template *template)
{
	Bucket *bucket = kg_template_buckets(template);
	for (uint32_t i = 0, count = template->count; i < count; i++) {
		zend_string_release(bucket[i].key);
	}
	if (template->count) {
		template->count = 0;
		efree(template->data);
	}
}

void kg_templates_drop(void)
{
	for (uint32_t i = 0; i < KG_TEMPLATES; i++) {
		kg_template_drop(&kg_templates[i]);
		kg_templates[i].candidate = 0;
	}
}

/* Makes a template of a table, unless keys were numbers or came twice. */
static zend_never_inline void kg_template_make(kg_template *template, const HashTable *table, uint32_t count, bool numeric_keys)
{
	const size_t size = HT_USED_SIZE(table);
	kg_template_drop(template);
	if (table->nNumUsed != count) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		if (!table->arData[i].key) {
			return;
		}
	}
	template->data = emalloc(size);
	memcpy(template->data, HT_GET_DATA_ADDR(table), size);
	template->mask = table->nTableMask;
	template->flags = HT_FLAGS(table);
	template->numeric_keys = numeric_keys;
	template->count = count;
	for (uint32_t i = 0; i < count; i++) {
		zend_string_addref(table->arData[i].key);
	}
}

static zend_always_inline bool kg_template_fits(const kg_template *template, const zval *pairs, uint32_t count, bool numeric_keys)
{
	const Bucket *bucket;
	if (template->count != count || template->numeric_keys != numeric_keys) {
		return false;
	}
	bucket = kg_template_buckets(template);
	for (uint32_t i = 0; i < count; i++) {
		if (bucket[i].key != Z_STR(pairs[2 * i])) {
			return false;
		}
	}
	return true;
}

/* The table that a template fits; it takes over the references of keys and values. */
static zend_always_inline HashTable *kg_template_filled(const kg_template *template, const zval *pairs, uint32_t count)
{
	HashTable *table = zend_new_array(count);
	Bucket *bucket;
	void *data;
	table->nTableMask = template->mask;
	HT_FLAGS(table) = template->flags;
	data = emalloc(HT_SIZE(table));
	HT_SET_DATA_ADDR(table, data);
	memcpy(data, template->data, HT_HASH_SIZE(template->mask) + count * sizeof(Bucket));
	bucket = table->arData;
	for (uint32_t i = 0; i < count; i++) {
		/* what follows a value in its bucket is the chain's */
		bucket[i].val.value = pairs[2 * i + 1].value;
		Z_TYPE_INFO(bucket[i].val) = Z_TYPE_INFO(pairs[2 * i + 1]);
	}
	table->nNumUsed = table->nNumOfElements = count;
	return table;
}

/* A table of `count` pairs of a string and a value, whose references it takes over; of equal keys the last one wins. */
static zend_never_inline HashTable *kg_table_built(zval *pairs, uint32_t count, bool numeric_keys)
{
	HashTable *table = zend_new_array(count);
	zend_hash_real_init_mixed(table);
	for (uint32_t i = 0; i < count; i++, pairs += 2) {
		zend_string *key = Z_STR(pairs[0]);
		zend_ulong index;
		if (numeric_keys && ZEND_HANDLE_NUMERIC_STR(ZSTR_VAL(key), ZSTR_LEN(key), index)) {
			zend_hash_index_update(table, index, &pairs[1]);
		} else {
			zend_hash_update(table, key, &pairs[1]);
		}
		zend_string_release(key);
	}
	return table;
}

/* The same, and a template is made of what comes a second time. */
static zend_never_inline HashTable *kg_table_of_new_kind(kg_template *template, zval *pairs, uint32_t count, bool numeric_keys)
{
	uintptr_t keys = count * 2 + numeric_keys;
	HashTable *table;
	for (uint32_t i = 0; i < count; i++) {
		keys = keys * 31 + (uintptr_t) Z_STR(pairs[2 * i]);
	}
	table = kg_table_built(pairs, count, numeric_keys);
	if (template->candidate == keys) {
		kg_template_make(template, table, count, numeric_keys);
	}
	template->candidate = keys;
	return table;
}

/* A table of `count` pairs, as kg_table_built() makes it. */
HashTable *kg_table_of(zval *pairs, uint32_t count, bool numeric_keys)
{
	kg_template *template;
	if (!count) {
		return zend_new_array(0);
	}
	if (count > KG_TEMPLATE_MEMBERS) {
		return kg_table_built(pairs, count, numeric_keys);
	}
	template = &kg_templates[(((uintptr_t) Z_STR(pairs[0]) >> 5) + count) % KG_TEMPLATES];
	if (EXPECTED(kg_template_fits(template, pairs, count, numeric_keys))) {
		return kg_template_filled(template, pairs, count);
	}
	return kg_table_of_new_kind(template, pairs, count, numeric_keys);
}

/* Fewer members than these are harmless however they fall. */
#define KG_FLOOD_MEMBERS 512
/* Chance does not put this many members into one of twice as many places as there are members. */
#define KG_FLOOD_CHAIN 64

/*
 * Whether the keys of `count` pairs were chosen to fall into the same places of PHP's hash table, whose function has no
 * secret: building the table, and each look-up in it, would take quadratic time.
 */
bool kg_is_flood(zval *pairs, uint32_t count)
{
	uint32_t places = KG_FLOOD_MEMBERS * 2;
	uint8_t *taken;
	bool flood = false;
	if (count < KG_FLOOD_MEMBERS) {
		return false;
	}
	while (places < 2 * count) {
		places *= 2;
	}
	taken = ecalloc(places, 1);
	for (uint32_t i = 0; i < count && !flood; i++, pairs += 2) {
		zend_string *key = Z_STR(pairs[0]);
		zend_ulong place;
		if (!ZEND_HANDLE_NUMERIC_STR(ZSTR_VAL(key), ZSTR_LEN(key), place)) {
			place = zend_string_hash_val(key);
		}
		flood = ++taken[place & (places - 1)] > KG_FLOOD_CHAIN;
	}
	efree(taken);
	return flood;
}

/* A plain object with these properties, which it takes over. */
zend_object *kg_object_of(HashTable *properties)
{
	zend_object *object = zend_objects_new(zend_standard_class_def);
	object->properties = properties;
	return object;
}
