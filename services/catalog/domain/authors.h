// Authors: one author under all the spellings of the name. An author's id is the slug of the name that we write: "authors/
// fyodor-dostoevsky" is "Fyodor Dostoyevsky", "Dostoevsky, Fyodor", "F. M. Dostoevsky" and "Фёдор Достоевский". Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace octavo::catalog {

// A name as it is said: "J.R.R. Tolkien" for "Tolkien, J.R.R.", "Martin Luther King, Jr." for itself. White space is cleaned.
std::string NameAsSaid(std::string_view name);

// The author's id: the slug of the name as said, with initials apart ("JRR Tolkien" is "j-r-r-tolkien"), and of the name that we
// write where it is one of the other names in authors.cc.
std::string AuthorId(std::string_view name);

// The id for what may be the slug of another name: "fyodor-dostoevsky" for "fyodor-dostoyevsky". Itself where it is none.
std::string AuthorIdOfSlug(const std::string& slug);

// The other names that are known of an author, without that of the id.
std::vector<std::string> OtherNames(const std::string& author_id);

}  // namespace octavo::catalog
