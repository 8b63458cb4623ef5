#include "odata.h"

#include <ctype.h>
#include <string.h>

json_t *odata_query(const char *query)
{
    AUTO_FREE char *copy = strdup(query);
    json_t *result = json_object();
    char *rest = copy;

    for (char *pair; (pair = strsep(&rest, "&"));) {
        char *value = strchr(pair, '=');

        if (!*pair)
            continue;
        if (value)
            *value++ = '\0';
        if (text_percent_decode(pair, true) && (!value || text_percent_decode(value, true)))
            json_put(result, pair, json_text_new(value ? value : ""));
    }
    return result;
}

/* ---- $filter: a small tree ---- */

enum kind { AND, OR, NOT, COMPARE, STARTS, ENDS, CONTAINS, IN, ANY };
enum operator{ EQ, NE, GT, GE, LT, LE };

struct odata_filter {
    enum kind kind;
    enum operator operator;
    struct odata_filter *left, *right;
    char *path;
    json_t *value; /* a literal, or the array of literals of IN */
};

struct parser {
    const char *at;
    bool (*known)(const char *name);
    const char *variable; /* of the enclosing lambda */
    struct err *err;
    int depth;
};

void odata_filter_free(struct odata_filter *filter)
{
    if (!filter)
        return;
    odata_filter_free(filter->left);
    odata_filter_free(filter->right);
    free(filter->path);
    json_decref(filter->value);
    free(filter);
}

static struct odata_filter *node(enum kind kind)
{
    struct odata_filter *filter = calloc(1, sizeof *filter);

    filter->kind = kind;
    return filter;
}

static struct odata_filter *fail(struct parser *parser, struct odata_filter *filter, const char *why)
{
    err_set(parser->err, ERR_INPUT, "Invalid filter clause: %s near '%.40s'.", why, parser->at);
    odata_filter_free(filter);
    return NULL;
}

static void skip(struct parser *parser)
{
    while (*parser->at == ' ')
        parser->at++;
}

static bool take(struct parser *parser, const char *sign)
{
    skip(parser);
    if (strncmp(parser->at, sign, strlen(sign)))
        return false;
    parser->at += strlen(sign);
    return true;
}

/* A word of the language, followed by a space or a bracket. */
static bool take_word(struct parser *parser, const char *word)
{
    size_t length = strlen(word);

    skip(parser);
    if (strncasecmp(parser->at, word, length) || (parser->at[length] != ' ' && parser->at[length] != '('))
        return false;
    parser->at += length;
    return true;
}

static char *take_path(struct parser *parser)
{
    const char *start;

    skip(parser);
    start = parser->at;
    while (isalnum((unsigned char)*parser->at) || *parser->at == '_' || *parser->at == '/')
        parser->at++;
    if (parser->at == start)
        return NULL;
    char *path = strndup(start, (size_t)(parser->at - start));
    size_t head = strcspn(path, "/");

    if (parser->variable && strlen(parser->variable) == head && !strncmp(path, parser->variable, head)) {
        memmove(path, path + head + (path[head] == '/'), strlen(path + head) + (path[head] != '/'));
        return path;
    }
    char *name = strndup(path, head);
    bool known = !parser->known || parser->known(name);

    if (!known) {
        err_set(parser->err, ERR_INPUT, "Could not find a property named '%s'.", name);
        free(path);
        path = NULL;
    }
    free(name);
    return path;
}

static json_t *take_literal(struct parser *parser)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(65536);

    skip(parser);
    if (*parser->at == '\'') {
        for (parser->at++; *parser->at; parser->at++) {
            if (*parser->at == '\'' && *++parser->at != '\'')
                return json_text_new(strbuf_text(&text));
            strbuf_char(&text, *parser->at);
        }
        return NULL;
    }
    while (*parser->at && !strchr(" ),(", *parser->at))
        strbuf_char(&text, *parser->at++);
    const char *word = strbuf_text(&text);
    int64_t number;

    if (!strcmp(word, "true") || !strcmp(word, "false"))
        return json_boolean(*word == 't');
    if (!strcmp(word, "null"))
        return json_null();
    if (text_to_int(word, INT64_MIN, INT64_MAX, &number))
        return json_integer(number);
    return isdigit((unsigned char)*word) || text_is_uuid(word) ? json_text_new(word)
                                                               : NULL; /* a date or a GUID */
}

static struct odata_filter *parse_or(struct parser *parser);

static struct odata_filter *parse_function(struct parser *parser, enum kind kind)
{
    struct odata_filter *filter = node(kind);

    if (!take(parser, "(") || !(filter->path = take_path(parser)) || !take(parser, ",") ||
        !(filter->value = take_literal(parser)) || !take(parser, ")"))
        return fail(parser, filter, "a function takes a property and a text");
    return filter;
}

static struct odata_filter *parse_any(struct parser *parser, struct odata_filter *filter)
{
    const char *outer = parser->variable;
    char name[32];

    filter->kind = ANY;
    filter->path[strlen(filter->path) - strlen("/any")] = '\0';
    if (!take(parser, "("))
        return fail(parser, filter, "any takes a lambda");
    size_t length = strcspn(parser->at, ":)");

    if (parser->at[length] != ':' || length == 0 || length >= sizeof name)
        return fail(parser, filter, "any takes a lambda");
    memcpy(name, parser->at, length);
    name[length] = '\0';
    parser->at += length + 1;
    parser->variable = name;
    filter->left = parse_or(parser);
    parser->variable = outer;
    if (!filter->left || !take(parser, ")"))
        return fail(parser, filter, "any takes a lambda");
    return filter;
}

static struct odata_filter *parse_in(struct parser *parser, struct odata_filter *filter)
{
    filter->kind = IN;
    filter->value = json_array();
    if (!take(parser, "("))
        return fail(parser, filter, "in takes a list");
    do {
        json_t *literal = take_literal(parser);

        if (!literal)
            return fail(parser, filter, "a value was expected");
        json_add(filter->value, literal);
    } while (take(parser, ","));
    return take(parser, ")") ? filter : fail(parser, filter, "in takes a list");
}

static struct odata_filter *parse_compare(struct parser *parser)
{
    static const char *const names[] = {"eq", "ne", "gt", "ge", "lt", "le"};
    struct odata_filter *filter = node(COMPARE);

    filter->path = take_path(parser);
    if (!filter->path) {
        if (parser->err->kind == ERR_NONE)
            return fail(parser, filter, "a property was expected");
        odata_filter_free(filter);
        return NULL;
    }
    size_t length = strlen(filter->path);

    if (length > 4 && !strcmp(filter->path + length - 4, "/any"))
        return parse_any(parser, filter);
    if (take_word(parser, "in"))
        return parse_in(parser, filter);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if (!take_word(parser, names[i]))
            continue;
        filter->operator=(enum operator) i;
        filter->value = take_literal(parser);
        return filter->value ? filter : fail(parser, filter, "a value was expected");
    }
    return fail(parser, filter, "an operator was expected");
}

static struct odata_filter *parse_unary(struct parser *parser)
{
    struct odata_filter *filter;

    if (++parser->depth > 50)
        return fail(parser, NULL, "too deep");
    if (take_word(parser, "not")) {
        filter = node(NOT);
        filter->left = parse_unary(parser);
        if (!filter->left) {
            odata_filter_free(filter);
            return NULL;
        }
        return filter;
    }
    if (take_word(parser, "startswith"))
        return parse_function(parser, STARTS);
    if (take_word(parser, "endswith"))
        return parse_function(parser, ENDS);
    if (take_word(parser, "contains"))
        return parse_function(parser, CONTAINS);
    if (take(parser, "(")) {
        filter = parse_or(parser);
        return !filter || take(parser, ")") ? filter : fail(parser, filter, "a bracket is open");
    }
    return parse_compare(parser);
}

static struct odata_filter *parse_chain(struct parser *parser, enum kind kind)
{
    struct odata_filter *left = kind == OR ? parse_chain(parser, AND) : parse_unary(parser);

    while (left && take_word(parser, kind == OR ? "or" : "and")) {
        struct odata_filter *both = node(kind);

        both->left = left;
        both->right = kind == OR ? parse_chain(parser, AND) : parse_unary(parser);
        left = both;
        if (!both->right) {
            odata_filter_free(both);
            return NULL;
        }
    }
    return left;
}

static struct odata_filter *parse_or(struct parser *parser)
{
    return parse_chain(parser, OR);
}

struct odata_filter *odata_filter_new(const char *text, bool (*known)(const char *name), struct err *err)
{
    struct err own = {0};
    struct parser parser = {.at = text, .known = known, .err = err ? err : &own};
    struct odata_filter *filter = parse_or(&parser);

    skip(&parser);
    if (filter && *parser.at)
        return fail(&parser, filter, "the end was expected");
    return filter;
}

bool odata_filter_advanced(const struct odata_filter *filter)
{
    if (!filter)
        return false;
    return filter->kind == NOT || filter->kind == ENDS || filter->kind == CONTAINS ||
           (filter->kind == COMPARE && filter->operator== NE) || odata_filter_advanced(filter->left) ||
           odata_filter_advanced(filter->right);
}

static const json_t *value_at(const json_t *object, const char *path)
{
    while (path && *path && object) {
        size_t length = strcspn(path, "/");
        char name[128];

        if (length >= sizeof name)
            return NULL;
        memcpy(name, path, length);
        name[length] = '\0';
        object = json_object_get(object, name);
        path += length + (path[length] == '/');
    }
    return object;
}

/* Texts compare without case, as the directory does. False when they cannot be compared. */
static bool compare(const json_t *value, const json_t *literal, int *ret)
{
    if (json_is_null(literal) || !value || json_is_null(value)) {
        bool both = json_is_null(literal) && (!value || json_is_null(value));

        *ret = both ? 0 : 1;
        return true;
    }
    if (json_is_string(value) && json_is_string(literal)) {
        *ret = strcasecmp(json_string_value(value), json_string_value(literal));
        return true;
    }
    if (json_is_number(value) && json_is_number(literal)) {
        double a = json_number_value(value), b = json_number_value(literal);

        *ret = (a > b) - (a < b);
        return true;
    }
    *ret = json_is_boolean(value) && json_is_boolean(literal) && json_is_true(value) == json_is_true(literal)
               ? 0
               : 1;
    return json_is_boolean(value) && json_is_boolean(literal);
}

static bool compare_meets(enum operator operator, const json_t * value, const json_t *literal)
{
    int order;

    if (!compare(value, literal, &order))
        return operator== NE;
    bool absent = !value || json_is_null(value);

    switch (operator) {
    case EQ:
        return order == 0;
    case NE:
        return order != 0;
    case GT:
        return !absent && order > 0;
    case GE:
        return !absent && order >= 0;
    case LT:
        return !absent && order < 0;
    case LE:
        return !absent && order <= 0;
    }
    return false;
}

static bool text_meets(const struct odata_filter *filter, const json_t *value)
{
    const char *text = json_string_value(value), *wanted = json_string_value(filter->value);

    if (!text || !wanted)
        return false;
    AUTO_FREE char *a = text_fold(text), *b = text_fold(wanted);
    size_t length = strlen(a), part = strlen(b);

    if (filter->kind == CONTAINS)
        return strstr(a, b) != NULL;
    return part <= length && !memcmp(filter->kind == STARTS ? a : a + length - part, b, part);
}

bool odata_filter_meets(const struct odata_filter *filter, const json_t *object)
{
    const json_t *value = filter->path ? value_at(object, filter->path) : NULL;
    json_t *element;
    size_t i;

    switch (filter->kind) {
    case AND:
        return odata_filter_meets(filter->left, object) && odata_filter_meets(filter->right, object);
    case OR:
        return odata_filter_meets(filter->left, object) || odata_filter_meets(filter->right, object);
    case NOT:
        return !odata_filter_meets(filter->left, object);
    case COMPARE:
        return compare_meets(filter->operator, value, filter->value);
    case STARTS:
    case ENDS:
    case CONTAINS:
        return text_meets(filter, value);
    case IN:
        json_array_foreach (filter->value, i, element) {
            if (compare_meets(EQ, value, element))
                return true;
        }
        return false;
    case ANY:
        json_array_foreach (value, i, element) {
            if (odata_filter_meets(filter->left, element))
                return true;
        }
        return false;
    }
    return false;
}

/* ---- $search ---- */

/* The next clause "property:word" with its quotes taken off; NULL at the end or when it is not well formed.
 */
static const char *search_clause(const char *at, char *property, char *word, size_t size)
{
    size_t length = 0;

    while (*at == ' ' || *at == '(' || *at == ')')
        at++;
    if (*at++ != '"')
        return NULL;
    char text[600];

    for (; *at && *at != '"' && length + 1 < sizeof text; at++) {
        if (*at == '\\' && at[1])
            at++;
        text[length++] = *at;
    }
    text[length] = '\0';
    char *colon = strchr(text, ':');

    if (*at != '"' || !colon)
        return NULL;
    *colon = '\0';
    snprintf(property, size, "%s", text);
    snprintf(word, size, "%s", colon + 1);
    return at + 1;
}

/* Stands between two clauses: 'A', 'O', or 0 at the end, -1 for anything else. */
static int search_joint(const char **at)
{
    while (**at == ' ' || **at == ')')
        (*at)++;
    if (!**at)
        return 0;
    if (!strncmp(*at, "AND ", 4) || !strncmp(*at, "OR ", 3)) {
        int joint = (unsigned char)**at;

        *at += joint == 'A' ? 4 : 3;
        return joint;
    }
    return -1;
}

bool odata_search_check(const char *text, struct err *err)
{
    char property[600], word[600];
    int joint = 1;

    for (const char *at = text; joint > 0;) {
        at = search_clause(at, property, word, sizeof property);
        joint = at ? search_joint(&at) : -1;
    }
    return joint == 0 ||
           err_set(err, ERR_INPUT, "Syntax error: the search is not of the form \"property:value\".");
}

/* displayName is cut into words; other properties are met by their beginning. Every word asked for must be
 * met. */
static bool word_meets(const json_t *object, const char *property, const char *wanted)
{
    const char *value = json_text(object, property);

    if (!value)
        return false;
    AUTO_FREE char *text = text_fold(value), *wish = text_fold(wanted);

    if (strcasecmp(property, "displayName") && strcasecmp(property, "description"))
        return !strncmp(text, wish, strlen(wish));
    char *rest = wish;

    for (char *part; (part = strsep(&rest, " "));) {
        bool met = false;

        for (const char *at = text; at && !met; at = strpbrk(at, " -.'"), at = at ? at + 1 : NULL)
            met = !strncmp(at, part, strlen(part));
        if (!met)
            return false;
    }
    return true;
}

/* AND binds stronger than OR. */
bool odata_search_meets(const char *text, const json_t *object)
{
    char property[600], word[600];
    bool any = false, all = true;

    for (const char *at = text;;) {
        at = search_clause(at, property, word, sizeof property);
        if (!at)
            return false;
        all = all && word_meets(object, property, word);
        int joint = search_joint(&at);

        if (joint == 'A')
            continue;
        any = any || all;
        all = true;
        if (joint <= 0)
            return any;
    }
}
