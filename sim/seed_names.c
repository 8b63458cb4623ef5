#include <string.h>

#include "seed.h"

struct culture {
    const char *country;
    unsigned weight;
    const char *given[24];
    const char *surnames[24];
};

static const struct culture cultures[] = {
    {"DE",
     22,
     {"Jürgen",  "Anke",  "Björn",     "Käthe",     "Lukas",   "Sabine",   "Matthias",
      "Heike",   "Jörg",  "Franziska", "Sebastian", "Ulrike",  "Tobias",   "Annika",
      "Günther", "Petra", "Florian",   "Svenja",    "Rüdiger", "Katharina"},
     {"Müller",        "Schäfer",  "Köhler",     "Groß",  "Weiß",    "Schröder",      "Krüger",
      "Böhm",          "Hoffmann", "Zimmermann", "Jäger", "Vogel",   "von der Heide", "Lindemann",
      "Schmidt-Meyer", "Fröhlich", "Brandt",     "Engel", "Günther", "Thiele"}},
    {"NL",
     18,
     {"Sanne", "Daan", "Femke", "Jeroen", "Lotte", "Bram", "Maaike", "Thijs", "Anouk", "Sjoerd", "Marieke",
      "Wouter", "Fleur", "Ruben", "Esmée", "Joris"},
     {"de Vries", "van den Berg", "Bakker", "Visser", "Janssen", "Mulder", "van Dijk", "de Boer", "Smit",
      "Dekker", "van 't Hof", "Hoekstra", "Kuipers", "van der Meer", "Postma", "IJzerman"}},
    {"GB",
     16,
     {"Oliver", "Emily", "James", "Charlotte", "Harry", "Sophie", "George", "Amelia", "Thomas", "Grace",
      "William", "Hannah", "Rebecca", "Samuel", "Eleanor", "Alexander"},
     {"Smith", "Taylor", "Brown", "Wilson", "Davies", "Clarke", "Hughes", "Ashworth", "Bennett", "Fletcher",
      "Harrison-Cole", "Whitfield", "Marsh", "Pemberton", "Walker", "Turner"}},
    {"IE",
     7,
     {"Siobhán", "Seán", "Aoife", "Ciarán", "Niamh", "Pádraig", "Róisín", "Eoin"},
     {"O'Brien", "O'Connor", "Murphy", "Ó Súilleabháin", "Gallagher", "O'Neill", "Byrne", "Kavanagh"}},
    {"FR",
     10,
     {"Zoë", "François", "Amélie", "Benoît", "Chloé", "Jérôme", "Hélène", "Rémi", "Aurélie", "Loïc",
      "Margaux", "Étienne"},
     {"Lefèvre", "Dubois", "Moreau", "Béranger", "Girard", "D'Angelo", "Fontaine", "Chevalier", "Gauthier",
      "Le Goff", "Rousseau", "Périer"}},
    {"SE",
     6,
     {"Åsa", "Björn", "Märta", "Håkan", "Linnéa", "Göran", "Annelie", "Mårten"},
     {"Sjöström", "Lindqvist", "Åkerlund", "Bergström", "Nyström", "Öberg", "Håkansson", "Ek"}},
    {"PL",
     6,
     {"Łukasz", "Małgorzata", "Paweł", "Agnieszka", "Michał", "Zofia", "Grzegorz", "Żaneta"},
     {"Wójcik", "Kowalska", "Dąbrowski", "Zieliński", "Szymańska", "Woźniak", "Kamiński", "Jabłońska"}},
    {"ES",
     6,
     {"José", "María", "Íñigo", "Lucía", "Álvaro", "Begoña", "Martín", "Núria"},
     {"Peña", "García", "Muñoz", "Núñez", "Fernández", "Ibáñez", "Castaño", "Gutiérrez"}},
    {"TR",
     3,
     {"Ayşe", "Mehmet", "Zeynep", "Emre", "Gül", "Çağlar"},
     {"Şahin", "Yılmaz", "Öztürk", "Demir", "Çelik", "Aydın"}},
    {"IN",
     4,
     {"Priya", "Arjun", "Ananya", "Rahul", "Deepa", "Vikram", "Sunita", "Karthik"},
     {"Sharma", "Iyer", "Patel", "Reddy", "Nair", "Banerjee", "Krishnamurthy", "Singh"}},
    {"US",
     2,
     {"Keiko", "Hiroshi", "Mei-Ling", "Wei", "Fatima", "Omar"},
     {"Tanaka", "Yamamoto", "Nguyễn", "Chen", "Al-Masri", "Haddad"}},
};

struct person seed_person(struct dice *dice)
{
    unsigned pick = dice_below(dice, 100), i = 0;
    struct person person;

    while (pick >= cultures[i].weight)
        pick -= cultures[i++].weight;
    const struct culture *culture = &cultures[i];
    unsigned given = 0, surnames = 0;

    while (given < 24 && culture->given[given])
        given++;
    while (surnames < 24 && culture->surnames[surnames])
        surnames++;
    person.given = culture->given[dice_below(dice, given)];
    /* A tenth comes from elsewhere: people marry and move. */
    if (dice_percent(dice, 90)) {
        person.surname = culture->surnames[dice_below(dice, surnames)];
    } else {
        culture = &cultures[dice_below(dice, 4)];
        person.surname = culture->surnames[dice_below(dice, 8)];
    }
    person.country = cultures[i].country;
    return person;
}

void seed_ascii(const char *text, char *ret, size_t size)
{
    static const struct {
        const char *from, *to;
    } letters[] = {
        {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"ß", "ss"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"á", "a"},
        {"à", "a"},  {"é", "e"},  {"è", "e"},  {"ê", "e"},  {"ë", "e"},  {"É", "e"},  {"í", "i"},  {"î", "i"},
        {"ï", "i"},  {"Í", "i"},  {"ó", "o"},  {"ô", "o"},  {"Ó", "o"},  {"ú", "u"},  {"ç", "c"},  {"Ç", "c"},
        {"ñ", "n"},  {"å", "a"},  {"Å", "a"},  {"Á", "a"},  {"Ł", "l"},  {"ł", "l"},  {"ą", "a"},  {"ę", "e"},
        {"ń", "n"},  {"ś", "s"},  {"ź", "z"},  {"ż", "z"},  {"Ż", "z"},  {"ş", "s"},  {"Ş", "s"},  {"ğ", "g"},
        {"ı", "i"},  {"ễ", "e"},  {"æ", "ae"}, {"ø", "o"},
    };
    size_t length = 0;

    while (*text && length + 3 < size) {
        bool mapped = false;

        for (size_t i = 0; i < sizeof letters / sizeof *letters && !mapped; i++) {
            if (strncmp(text, letters[i].from, strlen(letters[i].from)))
                continue;
            length += (size_t)snprintf(ret + length, size - length, "%s", letters[i].to);
            text += strlen(letters[i].from);
            mapped = true;
        }
        if (mapped)
            continue;
        char c = *text++;

        if (c >= 'A' && c <= 'Z')
            c = (char)(c + 32);
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')
            ret[length++] = c;
    }
    ret[length] = '\0';
}
