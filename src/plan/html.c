#include "plan/html.h"

#include <ctype.h>
#include <gumbo.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/catalogue.h"

#define MAX_OPEN_TAGS 256

static const GumboTag allowed[] = {GUMBO_TAG_P,  GUMBO_TAG_BR, GUMBO_TAG_STRONG, GUMBO_TAG_B,
                                   GUMBO_TAG_EM, GUMBO_TAG_I,  GUMBO_TAG_U,      GUMBO_TAG_UL,
                                   GUMBO_TAG_OL, GUMBO_TAG_LI, GUMBO_TAG_A};
static const GumboTag dropped[] = {
    GUMBO_TAG_SCRIPT,   GUMBO_TAG_STYLE,    GUMBO_TAG_HEAD,     GUMBO_TAG_TITLE,  GUMBO_TAG_IFRAME,
    GUMBO_TAG_OBJECT,   GUMBO_TAG_EMBED,    GUMBO_TAG_APPLET,   GUMBO_TAG_SVG,    GUMBO_TAG_MATH,
    GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE, GUMBO_TAG_TEXTAREA, GUMBO_TAG_SELECT, GUMBO_TAG_NOFRAMES,
    GUMBO_TAG_NOEMBED,  GUMBO_TAG_XMP,      GUMBO_TAG_PLAINTEXT};

static bool is_one_of(GumboTag tag, const GumboTag *tags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (tags[i] == tag)
            return true;
    }
    return false;
}
#define IS_ONE_OF(tag, tags) is_one_of(tag, tags, sizeof(tags) / sizeof *(tags))

/* Counted in the text, before the parser sees it: its time grows with the depth squared. */
static bool is_too_deep(const char *html)
{
    int depth = 0;
    for (const char *c = html; (c = strchr(c, '<')); c++) {
        if (c[1] == '/')
            depth -= depth > 0;
        else if (isalpha((unsigned char)c[1]) && strncasecmp(c + 1, "br", 2) != 0 && ++depth > MAX_OPEN_TAGS)
            return true;
    }
    return false;
}

static bool is_safe_link(const char *href)
{
    return text_starts_nocase(href, "https://") || text_starts_nocase(href, "mailto:") ||
           text_starts_nocase(href, "tel:");
}

static void write_children(struct strbuf *out, const GumboVector *children);

static void write_element(struct strbuf *out, const GumboElement *element)
{
    const char *name = gumbo_normalized_tagname(element->tag);
    const GumboAttribute *href;
    if (IS_ONE_OF(element->tag, dropped))
        return;
    if (!IS_ONE_OF(element->tag, allowed)) {
        write_children(out, &element->children);
        return;
    }
    if (element->tag == GUMBO_TAG_A) {
        href = gumbo_get_attribute(&element->attributes, "href");
        if (!href || !is_safe_link(href->value)) {
            write_children(out, &element->children);
            return;
        }
        strbuf_text_add(out, "<a href=\"");
        strbuf_html(out, href->value);
        strbuf_text_add(out, "\">");
    } else {
        strbuf_printf(out, "<%s>", name);
    }
    if (element->tag == GUMBO_TAG_BR)
        return;
    write_children(out, &element->children);
    strbuf_printf(out, "</%s>", name);
}

static void write_children(struct strbuf *out, const GumboVector *children)
{
    for (unsigned i = 0; i < children->length; i++) {
        const GumboNode *node = children->data[i];
        if (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE)
            write_element(out, &node->v.element);
        else if (node->type == GUMBO_NODE_TEXT || node->type == GUMBO_NODE_WHITESPACE)
            strbuf_html(out, node->v.text.text);
    }
}

/* libgumbo does not look whether it got any. */
static void *parser_memory(void *none, size_t size)
{
    (void)none;
    return must(malloc(size));
}

char *html_clean(const char *html, struct err *err)
{
    size_t length = strlen(html);
    GumboOptions options = kGumboDefaultOptions;
    struct strbuf out = STRBUF_MAX(HTML_MAX_BYTES * 6);
    if (length > HTML_MAX_BYTES) {
        err_set(err, ERR_INPUT, "The text is longer than 64 KiB. Shorten it.");
        return NULL;
    }
    if (is_too_deep(html)) {
        err_set(err, ERR_INPUT, "The text has more than %d elements inside each other. Simplify it.",
                MAX_OPEN_TAGS);
        return NULL;
    }
    options.max_errors = 0;
    options.allocator = parser_memory;
    GumboOutput *output = gumbo_parse_with_options(&options, html, length);
    write_children(&out, &output->root->v.element.children);
    gumbo_destroy_output(&options, output);
    return strbuf_take(&out);
}

/* The next %word% from text on; its end comes back past the closing '%'. */
static const char *next_variable(const char *text, const char **ret_end)
{
    for (const char *start = text; (start = strchr(start, '%')); start++) {
        const char *end = start + 1;
        while (isalpha((unsigned char)*end) || *end == '_')
            end++;
        if (*end == '%' && end > start + 1) {
            *ret_end = end + 1;
            return start;
        }
    }
    return NULL;
}

static const char *variable_name(const char *start, const char *end)
{
    size_t count, length = (size_t)(end - start) - 2;
    const struct variable *variables = catalogue_variables(&count);
    for (size_t i = 0; i < count; i++) {
        if (strlen(variables[i].name) == length && strncasecmp(variables[i].name, start + 1, length) == 0)
            return variables[i].name;
    }
    return NULL;
}

bool html_unknown_variable(const char *html, char *ret_word, size_t size)
{
    const char *end = html;
    for (const char *start; (start = next_variable(end, &end));) {
        if (!variable_name(start, end)) {
            size_t length = (size_t)(end - start);
            length = length < size ? length : size - 1;
            memcpy(ret_word, start, length);
            ret_word[length] = '\0';
            return true;
        }
    }
    return false;
}

char *html_expand(const char *html, const char *(*value)(void *ctx, const char *name), void *ctx)
{
    struct strbuf out = STRBUF_MAX(HTML_MAX_BYTES * 8);
    const char *at = html, *end;
    for (const char *start; (start = next_variable(at, &end)); at = end) {
        const char *name = variable_name(start, end);
        strbuf_add(&out, at, (size_t)(start - at));
        if (!name) {
            strbuf_add(&out, start, (size_t)(end - start));
            continue;
        }
        const char *text = value(ctx, name);
        strbuf_html(&out, text ? text : "");
    }
    strbuf_text_add(&out, at);
    return strbuf_take(&out);
}

bool html_is_blank(const char *html)
{
    bool in_tag = false;
    for (const char *c = html; *c; c++) {
        if (*c == '<')
            in_tag = true;
        else if (*c == '>')
            in_tag = false;
        else if (!in_tag && !isspace((unsigned char)*c) && strncmp(c, "\xc2\xa0", 2) != 0 && *c != '\xa0')
            return false;
    }
    return true;
}
