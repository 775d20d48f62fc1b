#include "services/catalog/domain/authors.h"

#include <algorithm>
#include <array>
#include <map>

#include "services/catalog/domain/text.h"

namespace octavo::catalog {
namespace {

// The preferred name, and other spellings on books, separated by bars. An author who is always written alike needs no line.
struct Author {
  std::string_view name;
  std::string_view others;
};

constexpr auto kAuthors = std::to_array<Author>({
    {"Fyodor Dostoevsky",
     "Fyodor Dostoyevsky|Fyodor Mikhailovich Dostoevsky|Fyodor Mikhailovich Dostoyevsky|"
     "Fyodor M. Dostoevsky|F. M. Dostoevsky|F. Dostoevsky|Feodor Dostoevsky|Feodor Dostoyevsky|"
     "Fjodor Dostojewski|Fjodor Michailowitsch Dostojewski|Fjodor M. Dostojewskij|Fjodor Dostojewskij|"
     "Fiodor Dostoievski|Fédor Dostoïevski|Fiódor Dostoyevski|Fëdor Dostoevskij|Dostoevsky|"
     "Dostoyevsky|Dostojewski|Фёдор Достоевский|Федор Михайлович Достоевский|Ф. М. Достоевский|"
     "Достоевский"},
    {"Leo Tolstoy",
     "Lev Tolstoy|Leo Tolstoi|Lev Tolstoj|Lew Tolstoi|Leo Nikolayevich Tolstoy|"
     "Lev Nikolayevich Tolstoy|Leo N. Tolstoi|Lew Nikolajewitsch Tolstoi|Léon Tolstoï|León Tolstói|"
     "Лев Толстой|Лев Николаевич Толстой|Л. Н. Толстой|Tolstoy|Tolstoi|Толстой"},
    {"Anton Chekhov",
     "Anton Pavlovich Chekhov|Anton Tchekhov|Anton Tschechow|Anton Čechov|Anton Chejov|"
     "Anton P. Chekhov|Антон Чехов|Антон Павлович Чехов|А. П. Чехов|Chekhov|Чехов"},
    {"Nikolai Gogol",
     "Nikolay Gogol|Nikolaj Gogol|Nikolai Vasilievich Gogol|Nicolas Gogol|"
     "Nikolai Wassiljewitsch Gogol|Николай Гоголь|Николай Васильевич Гоголь|Gogol|Гоголь"},
    {"Alexander Pushkin",
     "Aleksandr Pushkin|Alexander Puschkin|Alexandre Pouchkine|Alexander Sergeyevich Pushkin|"
     "Александр Пушкин|Александр Сергеевич Пушкин|Pushkin|Пушкин"},
    {"Ivan Turgenev",
     "Iwan Turgenjew|Ivan Tourgueniev|Ivan Sergeyevich Turgenev|Иван Тургенев|Иван Сергеевич Тургенев|"
     "Turgenev|Тургенев"},
    {"Mikhail Bulgakov",
     "Michail Bulgakow|Mikhaïl Boulgakov|Mikhail Afanasyevich Bulgakov|Mijaíl Bulgákov|"
     "Михаил Булгаков|Михаил Афанасьевич Булгаков|Bulgakov|Булгаков"},
    {"Aleksandr Solzhenitsyn",
     "Alexander Solzhenitsyn|Alexander Solschenizyn|Alexandre Soljenitsyne|"
     "Aleksandr Isayevich Solzhenitsyn|Александр Солженицын|Solzhenitsyn|Солженицын"},
    {"Boris Pasternak", "Boris Leonidovich Pasternak|Борис Пастернак|Pasternak|Пастернак"},
    {"Yevgeny Zamyatin", "Evgeny Zamyatin|Jewgeni Samjatin|Yevgeni Zamyatin|Evgueni Zamiatine|Евгений Замятин|Замятин"},
    {"Vladimir Nabokov", "Vladimir Nabokow|Владимир Набоков|Nabokov|Набоков"},
    {"Maxim Gorky", "Maksim Gorky|Maxim Gorki|Maxime Gorki|Максим Горький|Gorky|Горький"},
    {"Boris Akunin", "Boris Akounine|Борис Акунин"},
    {"J. R. R. Tolkien",
     "John Ronald Reuel Tolkien|J.R. Tolkien|J R Tolkien|Дж. Р. Р. Толкин|Джон Рональд Руэл Толкин|"
     "Tolkien"},
    {"J. K. Rowling", "Joanne K. Rowling|Joanne Rowling|Joanne Kathleen Rowling|Дж. К. Роулинг|Джоан Роулинг|Rowling"},
    {"C. S. Lewis", "Clive Staples Lewis"},
    {"George R. R. Martin", "George R.R. Martin|George Martin R.R.|George Raymond Richard Martin|George RR Martin"},
    {"Ursula K. Le Guin", "Ursula Le Guin|Ursula K. LeGuin|Ursula LeGuin|Ursula Kroeber Le Guin"},
    {"H. G. Wells", "Herbert George Wells"},
    {"F. Scott Fitzgerald", "Francis Scott Fitzgerald|Scott Fitzgerald|F. S. Fitzgerald"},
    {"Gabriel García Márquez", "Gabriel Garcia Marquez|Gabriel G. Márquez|Габриэль Гарсиа Маркес"},
    {"Haruki Murakami", "村上春樹|村上 春樹|Murakami Haruki|Харуки Мураками"},
    {"Liu Cixin", "Cixin Liu|刘慈欣|Лю Цысинь"},
    {"Han Kang", "Kang Han|한강"},
    {"Sun Tzu", "Sunzi|Sun Zi|Sun-Tzu|孙子|孫子"},
    {"Lao Tzu", "Laozi|Lao Tse|Lao-Tzu|Laotse|老子"},
    {"Confucius", "Kong Fuzi|Konfuzius|孔子"},
    {"Homer", "Homère|Homero|Ὅμηρος|Όμηρος"},
    {"Plato", "Platon|Platón|Πλάτων"},
    {"Aristotle", "Aristoteles|Aristote|Aristóteles|Ἀριστοτέλης"},
    {"Friedrich Nietzsche", "Friedrich Wilhelm Nietzsche|Frédéric Nietzsche|Nietzsche|Фридрих Ницше"},
    {"William Shakespeare", "W. Shakespeare|Shakespeare|Уильям Шекспир"},
    {"Arthur Conan Doyle", "Sir Arthur Conan Doyle|A. Conan Doyle|Conan Doyle|Артур Конан Дойл"},
    {"Agatha Christie", "Агата Кристи"},
    {"Stephen King", "Стивен Кинг"},
    {"Jules Verne", "Julio Verne|Жюль Верн"},
    {"Astrid Lindgren", "Астрид Линдгрен"},
    {"Franz Kafka", "Франц Кафка|Kafka"},
    {"Hermann Hesse", "Herman Hesse|Герман Гессе"},
    {"Ernest Hemingway", "Эрнест Хемингуэй|Hemingway"},
    {"Edgar Allan Poe", "Edgar Allen Poe|E. A. Poe|Edgar A. Poe|Эдгар Аллан По"},
    {"Mark Twain", "Samuel Langhorne Clemens|Samuel Clemens|Марк Твен"},
    {"Stieg Larsson", "Stig Larsson"},
    {"Jo Nesbø", "Jo Nesbo|Jo Nesboe|Ю Несбё"},
    {"Karl Ove Knausgård", "Karl Ove Knausgaard|Karl Ove Knausgard"},
    {"Stanisław Lem", "Stanislaw Lem|Станислав Лем"},
    {"Andrzej Sapkowski", "Анджей Сапковский"},
    {"Naguib Mahfouz", "Nagib Mahfus|Naguib Mahfuz|نجيب محفوظ"},
    {"Kahlil Gibran", "Khalil Gibran|Gibran Khalil Gibran|جبران خليل جبران"},
    {"Rumi", "Jalal al-Din Rumi|Jalaluddin Rumi|Jalāl al-Dīn Rūmī|Jalal ad-Din Muhammad Rumi|Mevlana Rumi"},
    {"E. L. James", "EL James"},
    {"P. G. Wodehouse", "Pelham Grenville Wodehouse"},
    {"Antoine de Saint-Exupéry", "Antoine de Saint Exupery|Antoine St. Exupéry"},
});

constexpr auto kSuffixes = std::to_array<std::string_view>(
    {"jr", "sr", "ii", "iii", "iv", "phd", "md", "esq", "inc", "ltd", "llc", "ed", "eds", "editor", "editors"});

std::string_view TakeUntil(std::string_view& text, char end) {
  const std::size_t at = std::min(text.find(end), text.size());
  const std::string_view taken = text.substr(0, at);
  text.remove_prefix(std::min(at + 1, text.size()));
  return taken;
}

bool IsSuffix(std::string_view part) {
  std::string letters = Fold(part);
  std::erase_if(letters, [](char c) { return c == '.' || c == ' '; });
  return std::find(kSuffixes.begin(), kSuffixes.end(), letters) != kSuffixes.end();
}

bool IsUpper(char c) { return c >= 'A' && c <= 'Z'; }

// "J R R Tolkien" for "JRR Tolkien": splits two or three capitals before other names.
std::string InitialsApart(const std::string& name) {
  std::string apart;
  std::string_view rest = name;
  while (!rest.empty()) {
    const std::string_view word = TakeUntil(rest, ' ');
    const bool initials = !rest.empty() && (word.size() == 2 || word.size() == 3) && !IsSuffix(word) &&
                          std::all_of(word.begin(), word.end(), IsUpper) &&
                          std::any_of(rest.begin(), rest.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    for (const char c : word) {
      apart += c;
      if (initials) apart += ' ';
    }
    if (!apart.ends_with(' ')) apart += ' ';
  }
  return apart;
}

// Slugs of other names to ids.
const std::map<std::string, std::string, std::less<>>& IdsBySlug() {
  static const std::map<std::string, std::string, std::less<>> kIds = [] {
    std::map<std::string, std::string, std::less<>> ids;
    for (const Author& author : kAuthors) {
      std::string_view rest = author.others;
      const std::string id = Slug(author.name);
      while (!rest.empty()) ids.emplace(Slug(InitialsApart(std::string(TakeUntil(rest, '|')))), id);
    }
    return ids;
  }();
  return kIds;
}

}  // namespace

std::string NameAsSaid(std::string_view name) {
  const std::string clean = CleanLine(name);
  std::string_view rest = clean;
  const std::string last = CleanLine(TakeUntil(rest, ','));
  std::string first = CleanLine(TakeUntil(rest, ','));
  const std::string suffix = CleanLine(rest);
  const bool turned = !last.empty() && !first.empty() && !IsSuffix(first) && (suffix.empty() || IsSuffix(suffix)) &&
                      std::count(last.begin(), last.end(), ' ') <= 2 && std::count(first.begin(), first.end(), ' ') <= 3;
  if (!turned) return clean;
  return first + " " + last + (suffix.empty() ? "" : ", " + suffix);
}

std::string AuthorId(std::string_view name) { return AuthorIdOfSlug(Slug(InitialsApart(NameAsSaid(name)))); }

std::string AuthorIdOfSlug(const std::string& slug) {
  const auto known = IdsBySlug().find(slug);
  return known == IdsBySlug().end() ? slug : known->second;
}

std::vector<std::string> OtherNames(const std::string& author_id) {
  static const std::map<std::string, const Author*, std::less<>> kById = [] {
    std::map<std::string, const Author*, std::less<>> authors;
    for (const Author& author : kAuthors) authors.emplace(Slug(author.name), &author);
    return authors;
  }();
  std::vector<std::string> names;
  const auto known = kById.find(author_id);
  if (known == kById.end()) return names;
  std::string_view rest = known->second->others;
  while (!rest.empty()) names.emplace_back(TakeUntil(rest, '|'));
  return names;
}

}  // namespace octavo::catalog
