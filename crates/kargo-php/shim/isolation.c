/*
 * What user code keeps in variables between two requests: static properties, static variables of functions and closures,
 * global variables, properties of the objects that were made while booting.
 *
 * All of them are slots of one flat array. A slot holds a counted reference to what it saw, so the engine separates
 * strings and arrays before it writes to them: as long as the pointer is the same, so is the content, however big it
 * is. A request that changes nothing costs one comparison for each slot.
 */
#include "shim.h"

#define KG_MAX_OBJECT_SLOTS 8192 /* of objects and closures: a booted application may have any number of them */

static struct {
	bool on, superglobals_are_renewed;
	kg_owner *owners;
	kg_slot *slots;
	uint32_t owner_count, owner_room, slot_count, slot_room;
	/* Owners whose statics do not exist so far: the engine makes them when they are first used. */
	uint32_t *waiting;
	uint32_t waiting_count, waiting_room;
	uint32_t *changed;
	uint32_t changed_count, changed_room;
	/* Slots of global variables in the order of the symbol table. */
	uint32_t *globals;
	uint32_t globals_count, globals_room;
	/* What was seen of the tables of classes and functions. */
	uint32_t class_used, class_count, function_used, function_count;
	/* Classes that were compiled and not yet declared: their places in the table. */
	uint32_t *undeclared;
	uint32_t undeclared_count, undeclared_room;
	HashTable known;  /* classes and functions that are owners, or have nothing to own */
	HashTable living; /* objects and closures: their owners */
	zval *garbage;
	uint32_t garbage_count, garbage_room;
} kg_guard;

static zval kg_nothing; /* where a global variable is that is not there */

static void *kg_room(void *array, uint32_t *room, uint32_t count, size_t size)
{
	if (count < *room) {
		return array;
	}
	*room = *room ? *room * 2 : 64;
	return safe_perealloc(array, *room, size, 0, 1);
}

#define KG_PUSH(array, count, room, value) \
	do { \
		array = kg_room(array, &(room), count, sizeof(*(array))); \
		(array)[(count)++] = (value); \
	} while (0)

static void kg_to_garbage(zval *value)
{
	if (Z_REFCOUNTED_P(value)) {
		KG_PUSH(kg_guard.garbage, kg_guard.garbage_count, kg_guard.garbage_room, *value);
	}
	ZVAL_UNDEF(value);
}

/* May run destructors. */
void kg_isolation_drop_garbage(void)
{
	while (kg_guard.garbage_count) {
		zval value = kg_guard.garbage[--kg_guard.garbage_count];
		zval_ptr_dtor(&value);
	}
}

/* ---- owners and slots */

static uint32_t kg_add_owner(kg_owner_kind kind, void *of, bool is_library)
{
	kg_owner owner = { kind, is_library, false, of, 0 };
	KG_PUSH(kg_guard.owners, kg_guard.owner_count, kg_guard.owner_room, owner);
	return kg_guard.owner_count - 1;
}

static kg_slot *kg_add_slot(uint32_t owner, zval *place, zend_string *name, const zval *was)
{
	kg_slot slot = { place, { { 0 } }, name, owner, kg_guard.owners[owner].is_library };
	ZVAL_COPY_DEREF(&slot.held, was);
	KG_PUSH(kg_guard.slots, kg_guard.slot_count, kg_guard.slot_room, slot);
	return &kg_guard.slots[kg_guard.slot_count - 1];
}

static bool kg_is_table(const kg_slot *slot)
{
	return !slot->name;
}

static bool kg_is_library_file(const zend_string *file)
{
	return file && kargo_isolation_is_library(ZSTR_VAL(file), ZSTR_LEN(file));
}

/* What a static starts with: a constant expression is evaluated, as the engine does it at first use. */
static void kg_initial(zval *out, const zval *declared, zend_class_entry *scope, const zval *now)
{
	ZVAL_COPY(out, declared);
	if (Z_TYPE_P(out) == IS_CONSTANT_AST) {
		if (Z_TYPE_P(now) == IS_CONSTANT_AST) {
			return;
		}
		if (zval_update_constant_ex(out, scope) != SUCCESS) {
			zval_ptr_dtor(out);
			ZVAL_COPY_DEREF(out, now);
			if (EG(exception)) {
				zend_clear_exception();
			}
		}
	}
}

static void kg_add_static_properties(uint32_t owner, bool from_declaration)
{
	zend_class_entry *class_entry = kg_guard.owners[owner].of;
	zend_property_info *info;
	zval *table = CE_STATIC_MEMBERS(class_entry);
	ZEND_HASH_FOREACH_PTR(&class_entry->properties_info, info) {
		zval was, *place;
		if (!(info->flags & ZEND_ACC_STATIC) || info->ce != class_entry) {
			continue;
		}
		place = table + info->offset;
		if (Z_TYPE_P(place) == IS_INDIRECT) {
			continue; /* its parent's */
		}
		if (from_declaration) {
			kg_initial(&was, class_entry->default_static_members_table + info->offset, class_entry, place);
			kg_add_slot(owner, place, info->name, &was);
			zval_ptr_dtor(&was);
		} else {
			kg_add_slot(owner, place, info->name, place);
		}
	} ZEND_HASH_FOREACH_END();
}

static void kg_add_static_variables(uint32_t owner, bool from_declaration)
{
	zend_op_array *function = kg_guard.owners[owner].of;
	HashTable *table = ZEND_MAP_PTR_GET(function->static_variables_ptr);
	zend_string *name;
	zval *place;
	ZEND_HASH_FOREACH_STR_KEY_VAL(table, name, place) {
		zval *declared = from_declaration ? zend_hash_find(function->static_variables, name) : NULL;
		if (declared) {
			zval was, *now = place;
			ZVAL_DEREF(now);
			kg_initial(&was, declared, function->scope, now);
			kg_add_slot(owner, place, name, &was);
			zval_ptr_dtor(&was);
		} else {
			kg_add_slot(owner, place, name, place);
		}
	} ZEND_HASH_FOREACH_END();
}

/* Whether the statics of an owner exist; if so, they become slots. */
static bool kg_begin_owner(uint32_t owner, bool from_declaration)
{
	if (kg_guard.owners[owner].kind == KG_OWNER_CLASS) {
		zend_class_entry *class_entry = kg_guard.owners[owner].of;
		if (!CE_STATIC_MEMBERS(class_entry)) {
			return false;
		}
		kg_add_static_properties(owner, from_declaration);
	} else {
		zend_op_array *function = kg_guard.owners[owner].of;
		if (!ZEND_MAP_PTR_GET(function->static_variables_ptr)) {
			return false;
		}
		kg_add_static_variables(owner, from_declaration);
	}
	return true;
}

static void kg_add_static_owner(kg_owner_kind kind, void *of, bool is_library, bool from_declaration)
{
	uint32_t owner = kg_add_owner(kind, of, is_library);
	if (!kg_begin_owner(owner, from_declaration)) {
		KG_PUSH(kg_guard.waiting, kg_guard.waiting_count, kg_guard.waiting_room, owner);
	}
}

static bool kg_is_new(const void *of)
{
	zval none;
	ZVAL_NULL(&none);
	return zend_hash_index_add(&kg_guard.known, (zend_ulong) (uintptr_t) of >> 3, &none) != NULL;
}

static void kg_see_function(zend_function *function, bool from_declaration)
{
	if (function->type == ZEND_USER_FUNCTION && function->op_array.static_variables && kg_is_new(function)) {
		kg_add_static_owner(KG_OWNER_FUNCTION, function, kg_is_library_file(function->op_array.filename), from_declaration);
	}
}

static void kg_see_class(zend_class_entry *class_entry, bool from_declaration)
{
	if (class_entry->type != ZEND_USER_CLASS || !kg_is_new(class_entry)) {
		return;
	}
	if (class_entry->default_static_members_count) {
		kg_add_static_owner(KG_OWNER_CLASS, class_entry, kg_is_library_file(class_entry->info.user.filename), from_declaration);
	}
	if (class_entry->ce_flags & ZEND_HAS_STATIC_IN_METHODS) {
		zend_function *function;
		ZEND_HASH_FOREACH_PTR(&class_entry->function_table, function) {
			if (function->common.scope == class_entry) { /* else it shares them with its parent's */
				kg_see_function(function, from_declaration);
			}
		} ZEND_HASH_FOREACH_END();
	}
}

static bool kg_is_declared(const Bucket *bucket)
{
	const zend_class_entry *class_entry = Z_PTR(bucket->val);
	return bucket->key && ZSTR_LEN(bucket->key) && ZSTR_VAL(bucket->key)[0] && (class_entry->ce_flags & ZEND_ACC_LINKED);
}

/* Classes and functions that came since the last look. */
static void kg_see_declarations(bool from_declaration)
{
	HashTable *classes = EG(class_table), *functions = EG(function_table);
	bool all = classes->nNumUsed != kg_guard.class_used || classes->nNumOfElements != kg_guard.class_count;
	for (uint32_t i = 0; !all && i < kg_guard.undeclared_count; i++) {
		const Bucket *bucket = classes->arData + kg_guard.undeclared[i];
		all = Z_TYPE(bucket->val) == IS_UNDEF || kg_is_declared(bucket);
	}
	if (UNEXPECTED(all)) {
		kg_guard.undeclared_count = 0;
		for (uint32_t i = 0; i < classes->nNumUsed; i++) {
			const Bucket *bucket = classes->arData + i;
			if (Z_TYPE(bucket->val) != IS_PTR || ((zend_class_entry *) Z_PTR(bucket->val))->type != ZEND_USER_CLASS) {
				continue; /* or an alias, of what has an entry of its own */
			}
			if (kg_is_declared(bucket)) {
				kg_see_class(Z_PTR(bucket->val), from_declaration);
			} else {
				KG_PUSH(kg_guard.undeclared, kg_guard.undeclared_count, kg_guard.undeclared_room, i);
			}
		}
		kg_guard.class_used = classes->nNumUsed;
		kg_guard.class_count = classes->nNumOfElements;
	}
	if (UNEXPECTED(functions->nNumUsed != kg_guard.function_used || functions->nNumOfElements != kg_guard.function_count)) {
		zend_function *function;
		ZEND_HASH_FOREACH_PTR(functions, function) {
			kg_see_function(function, from_declaration);
		} ZEND_HASH_FOREACH_END();
		kg_guard.function_used = functions->nNumUsed;
		kg_guard.function_count = functions->nNumOfElements;
	}
	for (uint32_t i = 0; i < kg_guard.waiting_count;) {
		if (UNEXPECTED(kg_begin_owner(kg_guard.waiting[i], true))) {
			kg_guard.waiting[i] = kg_guard.waiting[--kg_guard.waiting_count];
		} else {
			i++;
		}
	}
}

/* ---- objects and closures that were made while booting */

static void kg_table(zval *out, HashTable *table)
{
	ZVAL_UNDEF(out);
	if (table) {
		Z_ARR_P(out) = table;
		Z_TYPE_INFO_P(out) = GC_FLAGS(table) & GC_IMMUTABLE ? IS_ARRAY : IS_ARRAY_EX;
	}
}

/* An object that is watched is freed: its slots are given up with the next look. */
static void kg_object_gone(zval *owner)
{
	kg_guard.owners[Z_LVAL_P(owner)].is_gone = true;
}

static uint32_t kg_add_living(kg_owner_kind kind, zend_object *object)
{
	uint32_t owner = kg_add_owner(kind, object, false);
	zval number;
	kg_guard.owners[owner].handle = object->handle;
	ZVAL_LONG(&number, owner);
	zend_weakrefs_hash_add(&kg_guard.living, object, &number);
	return owner;
}

static void kg_see_closure(zend_object *object)
{
	const zend_function *function = zend_get_closure_method_def(object);
	if (function->type != ZEND_USER_FUNCTION || !function->op_array.static_variables
		|| (function->common.fn_flags & ZEND_ACC_FAKE_CLOSURE) || kg_is_library_file(function->op_array.filename)) {
		return;
	}
	HashTable *table = ZEND_MAP_PTR_GET(function->op_array.static_variables_ptr);
	if (table) {
		uint32_t owner = kg_add_living(KG_OWNER_CLOSURE, object);
		zend_string *name;
		zval *place;
		ZEND_HASH_FOREACH_STR_KEY_VAL(table, name, place) {
			kg_add_slot(owner, place, name, place);
		} ZEND_HASH_FOREACH_END();
	}
}

static void kg_see_object(zend_object *object)
{
	zend_class_entry *class_entry = object->ce;
	bool is_plain = class_entry == zend_standard_class_def;
	if (!is_plain && (class_entry->type != ZEND_USER_CLASS || (class_entry->ce_flags & ZEND_ACC_ENUM)
		|| kg_is_library_file(class_entry->info.user.filename))) {
		return;
	}
#if PHP_VERSION_ID >= 80400
	if (zend_object_is_lazy(object)) {
		return;
	}
#endif
	if (!class_entry->default_properties_count && !is_plain) {
		return;
	}
	uint32_t owner = kg_add_living(KG_OWNER_OBJECT, object);
	for (int i = 0; i < class_entry->default_properties_count; i++) {
		zend_property_info *info = class_entry->properties_info_table[i];
		zval *place = object->properties_table + i;
		if (info) {
			bool is_library = info->ce != class_entry && info->ce->type == ZEND_USER_CLASS
				&& kg_is_library_file(info->ce->info.user.filename);
			kg_add_slot(owner, place, info->name, place)->is_library = is_library;
		}
	}
	if (is_plain) {
		zval table;
		kg_table(&table, object->properties);
		kg_add_slot(owner, (zval *) &object->properties, NULL, &table);
	}
}

static void kg_see_objects(void)
{
	zend_objects_store *store = &EG(objects_store);
	uint32_t before = kg_guard.slot_count;
	for (uint32_t i = 1; i < store->top && kg_guard.slot_count - before < KG_MAX_OBJECT_SLOTS; i++) {
		zend_object *object = store->object_buckets[i];
		if (!IS_OBJ_VALID(object) || (GC_FLAGS(object) & IS_OBJ_FREE_CALLED)) {
			continue;
		}
		if (object->ce == zend_ce_closure) {
			kg_see_closure(object);
		} else {
			kg_see_object(object);
		}
	}
}

/* ---- global variables */

static bool kg_is_renewed(zend_string *name)
{
	if (zend_string_equals_literal(name, "_SESSION")) {
		return true;
	}
	return kg_guard.superglobals_are_renewed && (zend_hash_exists(CG(auto_globals), name)
		|| zend_string_equals_literal(name, "argv") || zend_string_equals_literal(name, "argc"));
}

static zval *kg_global_place(Bucket *bucket)
{
	return Z_TYPE(bucket->val) == IS_INDIRECT ? Z_INDIRECT(bucket->val) : &bucket->val;
}

/* The symbol table has other variables than before, or in another order. */
static void kg_see_globals_anew(bool is_baseline)
{
	HashTable *table = &EG(symbol_table), by_name;
	zend_hash_init(&by_name, 64, NULL, NULL, 0);
	for (uint32_t i = 0; i < kg_guard.slot_count; i++) {
		kg_slot *slot = &kg_guard.slots[i];
		if (slot->place && kg_guard.owners[slot->owner].kind == KG_OWNER_GLOBAL) {
			zval number;
			ZVAL_LONG(&number, i);
			slot->place = &kg_nothing;
			zend_hash_update(&by_name, slot->name, &number);
		}
	}
	kg_guard.globals_count = 0;
	for (uint32_t i = 0; i < table->nNumUsed; i++) {
		Bucket *bucket = table->arData + i;
		uint32_t number = UINT32_MAX;
		if (Z_TYPE(bucket->val) != IS_UNDEF && bucket->key && !kg_is_renewed(bucket->key)) {
			zval *seen = zend_hash_find(&by_name, bucket->key);
			if (seen) {
				number = (uint32_t) Z_LVAL_P(seen);
				zend_string_addref(bucket->key);
				zend_string_release(kg_guard.slots[number].name);
				kg_guard.slots[number].name = bucket->key;
			} else {
				/* The engine makes $_SERVER and others when it first compiles a use of them. */
				bool is_expected = is_baseline || zend_hash_exists(CG(auto_globals), bucket->key);
				number = kg_guard.slot_count;
				kg_add_slot(0, &kg_nothing, zend_string_copy(bucket->key), is_expected ? kg_global_place(bucket) : &kg_nothing);
			}
			kg_guard.slots[number].place = kg_global_place(bucket);
		}
		KG_PUSH(kg_guard.globals, kg_guard.globals_count, kg_guard.globals_room, number);
	}
	zend_hash_destroy(&by_name);
}

/* Entries of the symbol table move, and come and go. */
static void kg_find_globals(void)
{
	HashTable *table = &EG(symbol_table);
	if (EXPECTED(table->nNumUsed == kg_guard.globals_count)) {
		uint32_t i = 0;
		for (; i < kg_guard.globals_count; i++) {
			Bucket *bucket = table->arData + i;
			uint32_t number = kg_guard.globals[i];
			if (number == UINT32_MAX) {
				if (UNEXPECTED(Z_TYPE(bucket->val) != IS_UNDEF && bucket->key && !kg_is_renewed(bucket->key))) {
					break;
				}
				continue;
			}
			if (UNEXPECTED(Z_TYPE(bucket->val) == IS_UNDEF || bucket->key != kg_guard.slots[number].name)) {
				break;
			}
			kg_guard.slots[number].place = kg_global_place(bucket);
		}
		if (EXPECTED(i == kg_guard.globals_count)) {
			return;
		}
	}
	kg_see_globals_anew(false);
}

/* ---- comparing */

static zend_always_inline bool kg_is_unchanged(const kg_slot *slot)
{
	const zval *now = slot->place;
	if (UNEXPECTED(kg_is_table(slot))) {
		HashTable *table = *(HashTable **) now;
		return Z_TYPE(slot->held) == IS_ARRAY ? table == Z_ARR(slot->held) : !table;
	}
	if (UNEXPECTED(Z_TYPE_P(now) == IS_REFERENCE)) {
		now = Z_REFVAL_P(now);
	}
	if (UNEXPECTED(Z_TYPE_P(now) != Z_TYPE(slot->held))) {
		return Z_TYPE_P(now) == IS_CONSTANT_AST; /* not evaluated so far */
	}
	return Z_TYPE_P(now) <= IS_TRUE || Z_LVAL_P(now) == Z_LVAL(slot->held);
}

static void kg_give_up(kg_slot *slot)
{
	slot->place = NULL;
	kg_to_garbage(&slot->held);
}

/* Looks at everything, and tells how many slots are not what they were. Evaluates constants of new classes. */
uint32_t kg_isolation_scan(void)
{
	kg_guard.changed_count = 0;
	kg_see_declarations(true);
	kg_find_globals();
	for (uint32_t i = 0; i < kg_guard.slot_count; i++) {
		kg_slot *slot = &kg_guard.slots[i];
		if (UNEXPECTED(!slot->place)) {
			continue;
		}
		if (UNEXPECTED(kg_guard.owners[slot->owner].is_gone)) {
			kg_give_up(slot);
			continue;
		}
		if (UNEXPECTED(!kg_is_unchanged(slot))) {
			KG_PUSH(kg_guard.changed, kg_guard.changed_count, kg_guard.changed_room, i);
		}
	}
	return kg_guard.changed_count;
}

uint32_t kg_isolation_changed(uint32_t index) { return kg_guard.changed[index]; }
kg_slot *kg_isolation_slot(uint32_t slot) { return &kg_guard.slots[slot]; }
kg_owner *kg_isolation_owner(uint32_t owner) { return &kg_guard.owners[owner]; }
uint32_t kg_isolation_slot_count(void) { return kg_guard.slot_count; }

const zend_op_array *kg_isolation_function(const kg_owner *owner)
{
	return owner->kind == KG_OWNER_CLOSURE ? &zend_get_closure_method_def(owner->of)->op_array : owner->of;
}

/* The value of a slot, without a reference of its own. */
void kg_isolation_now(const kg_slot *slot, zval *out)
{
	if (kg_is_table(slot)) {
		kg_table(out, *(HashTable **) slot->place);
	} else {
		const zval *now = slot->place;
		ZVAL_DEREF(now);
		ZVAL_COPY_VALUE(out, now);
	}
}

/* ---- what becomes of a change */

void kg_isolation_accept(uint32_t number)
{
	kg_slot *slot = &kg_guard.slots[number];
	zval now = { { 0 } };
	kg_isolation_now(slot, &now);
	Z_TRY_ADDREF(now);
	kg_to_garbage(&slot->held);
	ZVAL_COPY_VALUE(&slot->held, &now);
}

void kg_isolation_put_back(uint32_t number)
{
	kg_slot *slot = &kg_guard.slots[number];
	zval now = { { 0 } }, was;
	kg_isolation_now(slot, &now);
	ZVAL_COPY(&was, &slot->held);
	if (kg_is_table(slot)) {
		*(HashTable **) slot->place = Z_TYPE(was) == IS_ARRAY ? Z_ARR(was) : NULL;
	} else if (kg_guard.owners[slot->owner].kind == KG_OWNER_GLOBAL
		&& (slot->place == &kg_nothing || Z_TYPE(was) == IS_UNDEF)) {
		/* It has gone, or it is new. */
		if (Z_TYPE(was) == IS_UNDEF) {
			Z_TRY_ADDREF(now);
			zend_hash_del_ind(&EG(symbol_table), slot->name);
		} else {
			zend_hash_update_ind(&EG(symbol_table), slot->name, &was);
		}
	} else {
		zval *place = slot->place;
		ZVAL_DEREF(place);
		ZVAL_COPY_VALUE(place, &was);
	}
	kg_to_garbage(&now);
}

/* ---- beginning and end */

void kg_isolation_start(bool superglobals_are_renewed)
{
	memset(&kg_guard, 0, sizeof(kg_guard));
	kg_guard.on = true;
	kg_guard.superglobals_are_renewed = superglobals_are_renewed;
	zend_hash_init(&kg_guard.known, 256, NULL, NULL, 1);
	zend_hash_init(&kg_guard.living, 64, NULL, kg_object_gone, 1);
	kg_add_owner(KG_OWNER_GLOBAL, NULL, false);
	kg_see_declarations(false);
	kg_see_globals_anew(true);
	kg_see_objects();
}

/* Gives up everything. May run destructors. */
void kg_isolation_stop(void)
{
	if (!kg_guard.on) {
		return;
	}
	kg_guard.on = false;
	for (uint32_t i = 0; i < kg_guard.owner_count; i++) {
		kg_owner *owner = &kg_guard.owners[i];
		if ((owner->kind == KG_OWNER_OBJECT || owner->kind == KG_OWNER_CLOSURE) && !owner->is_gone) {
			zend_weakrefs_hash_del(&kg_guard.living, owner->of);
		}
	}
	for (uint32_t i = 0; i < kg_guard.slot_count; i++) {
		kg_slot *slot = &kg_guard.slots[i];
		if (slot->name && kg_guard.owners[slot->owner].kind == KG_OWNER_GLOBAL) {
			zend_string_release(slot->name);
		}
		kg_to_garbage(&slot->held);
	}
	zend_hash_destroy(&kg_guard.living);
	zend_hash_destroy(&kg_guard.known);
	kg_guard.slot_count = kg_guard.owner_count = 0;
	kg_isolation_drop_garbage();
	void *arrays[] = { kg_guard.owners, kg_guard.slots, kg_guard.waiting, kg_guard.changed, kg_guard.globals, kg_guard.undeclared, kg_guard.garbage };
	for (size_t i = 0; i < sizeof(arrays) / sizeof(*arrays); i++) {
		free(arrays[i]);
	}
	memset(&kg_guard, 0, sizeof(kg_guard));
}
